/** The law of shared diagnosis over any write of its Tasks, whichever door it comes through. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { WriteFacts } from '../../kernel/contribution.ts';
import { dateRange } from '../../kernel/dates.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { allowed, criticalMayFollow, type Kind, mayFollow, STATUS } from './model.ts';
import { publishedIssues } from './published.ts';
import { CRITICAL_OUTPUT, isCritical, kindOf, outputs, stateOf, type TaskFields } from './reading.ts';

/** What a Task is about stays for ever. */
const SETTLED = ['code', 'basedOn', 'for'] as const;

export function diagnosisRule(facts: WriteFacts): readonly Issue[] {
  if (facts.type !== 'Task') return [];
  const kind = kindOf(facts.before) ?? kindOf(facts.after);
  return kind ? stepIssues(facts, kind) : [];
}

/** A report that was published. Its values are judged in their transaction: only there it shows whose they are. */
export function reportRule(facts: WriteFacts): readonly Issue[] {
  return facts.type === 'DiagnosticReport' ? publishedIssues(facts) : [];
}

function stepIssues({ before, after }: WriteFacts, kind: Kind): Issue[] {
  const from = stateOf(before);
  // What was begun is ended with a reason, and stays to be seen.
  if (!after) return from === 'requested' ? [] : [illegal(kind, from, 'deleted')];
  const to = stateOf(after);
  const task = after as TaskFields;
  if (to === undefined) {
    return [
      problem(
        'business-rule',
        {
          en: 'A Task of a shared diagnosis says its state in businessStatus (CodeSystem shared-diagnosis-state).',
          zh: '集中诊断任务应在 businessStatus 中注明状态(CodeSystem shared-diagnosis-state)。',
        },
        { expression: 'Task.businessStatus', rule: 'diagnosis-state-contradicts' },
      ),
    ];
  }
  if (!mayFollow(kind, before ? from : undefined, to)) return [illegal(kind, from, to)];
  const issues: Issue[] = [];
  if (task.status !== STATUS[to]) {
    issues.push(
      problem(
        'business-rule',
        {
          en: `In the state ${to} the Task has the status ${STATUS[to]}, not ${task.status}.`,
          zh: `状态为 ${to} 时 Task.status 应为 ${STATUS[to]},而不是 ${task.status}。`,
        },
        { expression: 'Task.status', rule: 'diagnosis-state-contradicts' },
      ),
    );
  }
  if (before && SETTLED.some((name) => !isDeepStrictEqual(before[name], after[name])))
    issues.push(illegal(kind, from, to));
  if ((to === 'cancelled' || to === 'unsatisfactory') && !task.statusReason) {
    issues.push(
      problem(
        'business-rule',
        {
          en: `A Task that is ${to} says why: fill statusReason.`,
          zh: '不合格或取消的任务应填写 statusReason。',
        },
        { expression: 'Task.statusReason', rule: 'diagnosis-reason-missing' },
      ),
    );
  }
  const produced = ['specimen', 'images', 'recording'].flatMap((code) => outputs(task, code));
  if (to === 'uploaded' && produced.length === 0) {
    issues.push(
      problem(
        'business-rule',
        {
          en: 'What was examined is missing: an output specimen, images or recording.',
          zh: '缺少标本、影像或心电记录:请在 output 中给出 specimen、images 或 recording。',
        },
        { expression: 'Task.output', rule: 'examination-output-missing' },
      ),
    );
  }
  if ((to === 'published' || to === 'amended') && outputs(task, 'report').length === 0) {
    issues.push(
      problem(
        'business-rule',
        { en: 'The report is missing: an output report.', zh: '缺少诊断报告:请在 output 中给出 report。' },
        { expression: 'Task.output', rule: 'diagnosis-report-missing' },
      ),
    );
  }
  return issues;
}

/** Names the state there is, and what may follow. */
export function illegal(kind: Kind, from: ReturnType<typeof stateOf>, to: string): Issue {
  const next = from === undefined ? [] : allowed(kind, from);
  const list = next.map(([event, state]) => `${event} → ${state}`).join(', ');
  return problem(
    'business-rule',
    {
      en: `This Task is ${from ?? 'new'}; ${to} is not allowed then. Allowed next: ${list || (from ? 'nothing, it has ended' : 'requested')}.`,
      zh: `该任务当前状态为 ${from ?? '新建'},不允许 ${to}。允许的下一步:${list || (from ? '无,已结束' : 'requested')}。`,
    },
    { expression: 'Task.businessStatus', rule: 'diagnosis-step-illegal' },
  );
}

/** A critical value is acknowledged, escalated or withdrawn, once. */
export function criticalRule({ type, before, after }: WriteFacts): readonly Issue[] {
  if (type !== 'Task' || !(isCritical(before) || isCritical(after))) return [];
  const was = before as TaskFields | undefined;
  const is = after as TaskFields | undefined;
  if (!is || !isCritical(is) || !criticalMayFollow(was?.status, String(is.status))) {
    return [
      problem(
        'business-rule',
        {
          en: `A critical value that is ${was?.status ?? 'new'} cannot become ${is?.status ?? 'deleted'}. Allowed: requested → completed (acknowledged), cancelled (withdrawn).`,
          zh: `危急值任务当前为 ${was?.status ?? '新建'},不能变为 ${is?.status ?? '已删除'}。允许:requested → completed(已确认)、cancelled(已撤回)。`,
        },
        { expression: 'Task.status', rule: 'critical-value-final' },
      ),
    ];
  }
  if (was && is.status === 'requested' && endOf(is) > endOf(was)) return [prolonged(was)];
  if (is.status !== 'completed' || was?.status === 'completed') return [];
  const told = (code: string) =>
    is.output?.some((o) => o.type?.coding?.some((c) => c.system === CRITICAL_OUTPUT && c.code === code));
  return told('acknowledged-by') && told('acknowledged-at')
    ? []
    : [
        problem(
          'business-rule',
          {
            en: 'An acknowledgement says by whom and when: outputs acknowledged-by and acknowledged-at.',
            zh: '确认危急值应注明接收人和接收时间:output acknowledged-by 和 acknowledged-at。',
          },
          { expression: 'Task.output', rule: 'critical-value-unacknowledged' },
        ),
      ];
}

/** Until when it is to be acknowledged, in milliseconds. */
function endOf({ restriction }: TaskFields): number {
  return dateRange(restriction?.period?.end ?? '')?.lo ?? Number.POSITIVE_INFINITY;
}

function prolonged({ restriction }: TaskFields): Issue {
  const end = restriction?.period?.end;
  return problem(
    'business-rule',
    {
      en: `A critical value is to be acknowledged by ${end}: that time may be earlier, not later or left out. Acknowledge it: $acknowledge-critical-value.`,
      zh: `该危急值应在 ${end} 前确认:时限只能提前,不能推迟或删除。请确认:$acknowledge-critical-value。`,
    },
    { expression: 'Task.restriction.period.end', rule: 'critical-value-final' },
  );
}
