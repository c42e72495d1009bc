/** What must be so for a referral to be in a state, whichever door it came through. */
import type { Issue } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { recordIssues, recordsOf, visitIssues } from './belongs.ts';
import { codeIn, OUTCOME, OUTPUT, REJECTION } from './codes.ts';
import { consentIssues, missingOf } from './completeness.ts';
import { compositionOf, handoverIssues, opinionIssues } from './documents.ts';
import { isDraft, isFailed, type State } from './model.ts';
import { institutionsOf } from './parties.ts';
import {
  circumstancesOf,
  consentOf,
  exemptionTime,
  hasDied,
  outputReference,
  outputs,
  type Request,
  type Task,
  timeOf,
} from './reading.ts';
import { appointmentsOf, followUpsOf, isOpen } from './tasks.ts';
import { broken } from './words.ts';

/** What a request needs to be with another institution: complete, and consented to. */
export async function requestNeeds(scene: Scene, request: Request, before?: Request): Promise<Issue[]> {
  return [...(await recordNeeds(scene, request, before)), ...(await consentNeeds(scene, request))];
}

/** What stays so to the end. `before`: as others have it. */
export async function recordNeeds(scene: Scene, request: Request, before?: Request): Promise<Issue[]> {
  return [...missingOf(request), ...(await recordIssues(scene, request, before))];
}

/** A consent is in force until the arrival: from then on it may end, and the treatment goes on to its end. */
async function consentNeeds(scene: Scene, request: Request): Promise<Issue[]> {
  const reference = consentOf(request);
  if (reference === undefined) return [];
  const { now, base } = scene.ctx;
  return consentIssues(await scene.read(reference), reference, {
    records: await recordsOf(scene, request.subject?.reference),
    receivers: await institutionsOf(scene, request.performer ?? []),
    now: now.getTime(),
    base,
  });
}

/** What a task needs to come into a state. */
export async function taskNeeds(scene: Scene, task: Task, request: Request, state: State): Promise<Issue[]> {
  switch (state) {
    case 'internal-review':
    case 'submitted':
    case 'received':
    case 'accepted':
      return [
        ...(await requestNeeds(scene, request, isWithReceiver(state) ? request : undefined)),
        ...(await lifeNeeds(scene, request)),
        ...(await receiverNeeds(scene, request)),
      ];
    case 'arrived':
    case 'in-treatment':
      return visitIssues(scene, task);
    case 'rejected':
    case 'no-show':
      return [...reasonNeeds(task, state), ...(await waitNeeds(scene, request))];
    case 'timed-out':
    case 'cancelled':
      return reasonNeeds(task, state);
    case 'discharged':
      return [
        ...emergencyNeeds(request),
        ...(await visitIssues(scene, task)),
        ...(await handoverNeeds(scene, task)),
      ];
    case 'down-referred':
      return downReferralNeeds(task);
    case 'taken-over':
    case 'following-up':
      return acknowledgementNeeds(task);
    case 'closed':
      return [...emergencyNeeds(request), ...(await closingNeeds(scene, task, request))];
    default:
      return [];
  }
}

/** The record was looked at when it was submitted. */
function isWithReceiver(state: State): boolean {
  return state === 'received' || state === 'accepted';
}

async function lifeNeeds(scene: Scene, request: Request): Promise<Issue[]> {
  if (!hasDied(await scene.read(request.subject?.reference))) return [];
  return [
    broken(
      { rule: 'referral-resident-died', expression: 'ServiceRequest.subject' },
      {
        en: `${request.subject?.reference} has died and is referred no more: $cancel the referral.`,
        zh: `${request.subject?.reference} 已死亡,不再转诊:请用 $cancel 取消。`,
      },
    ),
  ];
}

/** Whoever is asked is here, and at work. */
async function receiverNeeds(scene: Scene, request: Request): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const institution of await institutionsOf(scene, request.performer ?? [])) {
    if (!institution.startsWith('Organization/')) continue;
    const found = await scene.read(institution);
    if (found && found.active !== false) continue;
    issues.push(
      broken(
        { rule: 'referral-receiver-unavailable', expression: 'ServiceRequest.performer' },
        {
          en: `${institution} ${found ? 'is not active any more' : 'is not known here'}: nobody is referred there. Name another institution; what was referred already goes on with $redirect or $cancel.`,
          zh: `${institution} ${found ? '已停用' : '在本服务器上不存在'},不能作为转入机构。请选择其他机构;已提交的转诊可用 $redirect 改派或 $cancel 取消。`,
        },
      ),
    );
  }
  return issues;
}

function reasonNeeds(task: Task, state: State): Issue[] {
  const { statusReason } = task;
  if (state === 'rejected') {
    const code = codeIn(REJECTION, statusReason);
    if (code === undefined) {
      return [
        broken(
          { rule: 'rejection-reason-unlisted', expression: 'Task.statusReason' },
          {
            en: `A rejected referral names a reason of ${REJECTION}: no-bed, beyond-capability, incomplete, not-indicated, patient-declined, redirected, other.`,
            zh: `拒收转诊应选择目录内的原因(${REJECTION}):no-bed、beyond-capability、incomplete、not-indicated、patient-declined、redirected、other。`,
          },
        ),
      ];
    }
    return code === 'other' && !statusReason?.text?.trim() ? [undescribed()] : [];
  }
  return statusReason?.coding?.length || statusReason?.text?.trim()
    ? []
    : [
        broken(
          { rule: 'referral-end-reason-missing', expression: 'Task.statusReason' },
          {
            en: 'A referral that was cancelled or failed says why in statusReason.',
            zh: '取消或失败的转诊应在 statusReason 中说明原因。',
          },
        ),
      ];
}

/** Nobody fails to arrive before the time. */
async function waitNeeds(scene: Scene, request: Request): Promise<Issue[]> {
  const booked = await appointmentsOf(scene, `ServiceRequest/${request.id}`, 'booked');
  const ahead = booked.find((a) => (timeOf(a.start) ?? 0) > scene.ctx.now.getTime());
  if (!ahead) return [];
  return [
    broken(
      { rule: 'referral-transition-illegal', expression: 'Task.businessStatus' },
      {
        en: `Appointment/${ahead.id} begins at ${ahead.start}: until then nobody has failed to arrive.`,
        zh: `预约 Appointment/${ahead.id} 于 ${ahead.start} 开始,此前不能登记爽约。`,
      },
    ),
  ];
}

function undescribed(): Issue {
  return broken(
    { rule: 'rejection-reason-unlisted', expression: 'Task.statusReason.text' },
    {
      en: 'The reason other is described in statusReason.text.',
      zh: '原因为“其他”时应在 statusReason.text 中说明。',
    },
  );
}

/** What an emergency was exempted from is there before treatment ends. */
function emergencyNeeds(request: Request): Issue[] {
  if (exemptionTime(request) === undefined) return [];
  const open = missingOf(request, false);
  if (open.length === 0) return [];
  return [
    broken(
      { rule: 'emergency-record-open', expression: 'Task.focus' },
      {
        en: `The record of this emergency is still to be completed (ServiceRequest/${request.id}/$complete-emergency-record): ${open.map((i) => i.text.en).join(' ')}`,
        zh: `该急诊转诊尚未补录完整(ServiceRequest/${request.id}/$complete-emergency-record):${open.map((i) => i.text.zh).join('')}`,
      },
    ),
  ];
}

async function handoverNeeds(scene: Scene, task: Task): Promise<Issue[]> {
  const document = await compositionOf(scene, outputReference(task, 'handover'));
  return handoverIssues(document, await recordsOf(scene, task.for?.reference), scene.ctx.base);
}

function downReferralNeeds(task: Task): Issue[] {
  return outputs(task, 'down-referral').length > 0
    ? []
    : [
        broken(
          { rule: 'down-referral-undecided', expression: 'Task.output' },
          {
            en: `A referral that was continued by a down-referral refers to it (output down-referral of ${OUTPUT}).`,
            zh: `已发起下转的转诊应引用下转单(output down-referral,${OUTPUT})。`,
          },
        ),
      ];
}

function acknowledgementNeeds(task: Task): Issue[] {
  return outputs(task, 'acknowledged').length > 0
    ? []
    : [
        broken(
          { rule: 'handover-unacknowledged', expression: 'Task.output' },
          {
            en: 'Who takes a resident over has read the hand-over document and its medication plan (output acknowledged, with the time).',
            zh: '接收居民前应已阅交接文书并核对用药计划(output acknowledged,注明时间)。',
          },
        ),
      ];
}

async function closingNeeds(scene: Scene, task: Task, request: Request): Promise<Issue[]> {
  const { direction, kind } = circumstancesOf(request);
  if (kind === 'consultation') {
    const document = await compositionOf(scene, outputReference(task, 'opinion'));
    return opinionIssues(document, await recordsOf(scene, task.for?.reference), scene.ctx.base);
  }
  const issues: Issue[] = [];
  const [outcome] = outputs(task, 'outcome');
  if (outcome === undefined) {
    issues.push(
      broken(
        { rule: 'referral-outcome-missing', expression: 'Task.output' },
        {
          en: `A closed referral records how the resident is (output outcome, a code of ${OUTCOME}).`,
          zh: `结案应记录治疗结果(output outcome,${OUTCOME} 的代码)。`,
        },
      ),
    );
  }
  if (
    direction === 'up' &&
    outputs(task, 'down-referral').length + outputs(task, 'no-down-referral').length === 0
  ) {
    issues.push(
      broken(
        { rule: 'down-referral-undecided', expression: 'Task.output' },
        {
          en: 'A closed up-referral was continued by a down-referral ($refer-back), or says why not (output no-down-referral).',
          zh: '上转结案时应已下转($refer-back),或说明不下转原因(output no-down-referral)。',
        },
      ),
    );
  }
  return direction === 'down' ? [...issues, ...(await followUpNeeds(scene, request))] : issues;
}

async function followUpNeeds(scene: Scene, request: Request): Promise<Issue[]> {
  const open = (await followUpsOf(scene, `ServiceRequest/${request.id}`)).filter(isOpen);
  return open.map((t) =>
    broken(
      { rule: 'referral-follow-up-open', expression: 'Task.businessStatus' },
      {
        en: `Task/${t.id} is a follow-up that was not reported yet: POST Task/${t.id}/$report-follow-up, or end it.`,
        zh: `随访任务 Task/${t.id} 尚未上报:请 POST Task/${t.id}/$report-follow-up,或终止该任务。`,
      },
    ),
  );
}

/** A request with somebody else has what it needs; one that is a draft or has failed may lack it. */
export function needsAll(state: State): boolean {
  return !isDraft(state) && !isFailed(state) && state !== 'cancelled';
}
