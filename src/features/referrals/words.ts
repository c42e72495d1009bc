/** States and events in words, and what to say when a step is not allowed. */
import { conflict, failure } from '../../kernel/fhir-error.ts';
import { type Issue, problem, type Text } from '../../kernel/issue.ts';
import { allowedNext, type Circumstances, type Event, type Side, type State, type Step } from './model.ts';

/** As in CodeSystem referral-state. */
export const STATE_ZH: Readonly<Record<State, string>> = {
  draft: '草稿',
  'awaiting-consent': '待知情同意',
  'internal-review': '院内审核中',
  submitted: '已提交转诊会诊中心',
  received: '已接收',
  accepted: '已受理',
  rejected: '已拒收',
  arrived: '已到诊',
  'in-treatment': '诊疗中',
  discharged: '诊疗完成',
  'down-referred': '已发起下转',
  'taken-over': '基层已接收',
  'following-up': '随访中',
  closed: '已结案',
  'no-show': '未到诊',
  'timed-out': '转诊超时',
  cancelled: '已取消',
};

const SIDE_WORDS: Readonly<Record<Side, readonly [en: string, zh: string]>> = {
  requesting: ['the referring institution', '申请机构'],
  centre: ['the referral centre', '转诊会诊中心'],
  receiving: ['the receiving institution', '转入机构'],
  patient: ['the resident', '居民本人'],
  timer: ['the server, when a deadline has passed', '服务器(超时)'],
};

/** The operation that causes an event; undefined when only a plain write does. */
function operationOf(event: Event): string | undefined {
  if (event === 'review' || event === 'approve') return '$submit';
  if (event === 'follow-up') return '$report-follow-up';
  return event === 'await-consent' || event === 'time-out' ? undefined : `$${event}`;
}

function allowedText(state: State, circumstances: Circumstances): Text {
  const steps = allowedNext(state, circumstances).map((e) => operationOf(e) ?? e);
  // A task that has ended may have a successor.
  const more = state === 'rejected' || state === 'no-show' || state === 'timed-out' ? ['$redirect'] : [];
  if (state === 'submitted' || state === 'received' || state === 'accepted') more.push('$redirect');
  const all = [...new Set([...steps, ...more])].join(', ');
  return all === '' ? { en: 'nothing, it has ended', zh: '无,该转诊已终结' } : { en: all, zh: all };
}

/** The table does not know this step. */
export function illegal(state: State, wanted: string, circumstances: Circumstances): Issue {
  const next = allowedText(state, circumstances);
  return problem(
    'business-rule',
    {
      en: `This referral is in state ${state}, from which ${wanted} is not allowed. Allowed next: ${next.en}.`,
      zh: `该转诊当前状态为“${STATE_ZH[state]}”(${state}),不允许 ${wanted}。允许的下一步:${next.zh}。`,
    },
    { expression: 'Task.businessStatus', rule: 'referral-transition-illegal' },
  );
}

/** Somebody else changed the referral since the caller looked. Answered as 409. */
export function overtaken(state: State, wanted: string, circumstances: Circumstances) {
  const next = allowedText(state, circumstances);
  return conflict(
    {
      en: `Somebody else was faster: this referral is in state ${state} now, so ${wanted} was not carried out. Read the task again. Allowed next: ${next.en}.`,
      zh: `已被他人抢先处理:该转诊当前状态为“${STATE_ZH[state]}”(${state}),${wanted} 未执行。请重新读取任务。允许的下一步:${next.zh}。`,
    },
    { expression: 'Task.businessStatus', rule: 'referral-transition-illegal' },
  );
}

export function notYours(step: Pick<Step, 'event' | 'by'>) {
  const en = step.by.map((s) => SIDE_WORDS[s][0]).join(', ');
  const zh = step.by.map((s) => SIDE_WORDS[s][1]).join('、');
  return failure('forbidden', [
    problem(
      'forbidden',
      {
        en: `The step ${step.event} belongs to: ${en}. The institution of this client is none of them.`,
        zh: `步骤 ${step.event} 只能由以下各方执行:${zh}。当前客户端所属机构不在其列。`,
      },
      { rule: 'referral-step-not-yours' },
    ),
  ]);
}

export function broken(where: { readonly rule: string; readonly expression: string }, text: Text): Issue {
  return problem('business-rule', text, where);
}
