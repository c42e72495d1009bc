/** The law of recognition over plain writes, whichever door they come through. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { WriteFacts, WriteRule } from '../../kernel/contribution.ts';
import type { Concept } from '../../kernel/elements.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { allowedChanges, DECISION_STATUS, mayChange } from './model.ts';

export const TASK_CODE_SYSTEM = `${CANONICAL}/CodeSystem/county-task-code`;
export const DECISION_CODE = 'recognition-decision';
export const REASON_SYSTEM = `${CANONICAL}/CodeSystem/recheck-reason`;
export const OUTPUT_SYSTEM = `${CANONICAL}/CodeSystem/county-decision-output`;
const MARK_URL = `${CANONICAL}/StructureDefinition/recognition-mark`;

/** What a decision that stands is made of: what it is about, who made it, and what was decided. */
const SETTLED = ['focus', 'for', 'basedOn', 'encounter', 'owner', 'output'] as const;

interface TaskFields {
  readonly resourceType?: string;
  readonly basedOn?: unknown;
  readonly encounter?: unknown;
  readonly owner?: unknown;
  readonly requester?: unknown;
  readonly code?: Concept;
  readonly status?: string;
  readonly statusReason?: Concept;
  readonly focus?: { readonly reference?: string };
  readonly for?: { readonly reference?: string };
  readonly output?: readonly { readonly type?: Concept; readonly valueString?: string }[];
}

/** `listed`: the codes of recheck-reason that the county admits for a denial. */
export function recognitionRules(listed: ReadonlySet<string>): WriteRule[] {
  return [(facts) => decisionRule(facts, listed), markRule];
}

export function isDecision(
  resource: { readonly resourceType?: string; readonly code?: unknown } | undefined,
): boolean {
  const code = resource?.code as Concept | undefined;
  return (
    resource?.resourceType === 'Task' &&
    (code?.coding ?? []).some((c) => c.system === TASK_CODE_SYSTEM && c.code === DECISION_CODE)
  );
}

function decisionRule({ type, before, after }: WriteFacts, listed: ReadonlySet<string>): readonly Issue[] {
  if (type !== 'Task' || (!isDecision(before) && !isDecision(after))) return [];
  const was = before as TaskFields | undefined;
  const is = after as TaskFields | undefined;
  if (was?.status === 'completed' || was?.status === 'rejected') {
    const same =
      is !== undefined &&
      SETTLED.every((name) => isDeepStrictEqual(is[name], was[name])) &&
      (was.requester === undefined || isDeepStrictEqual(is.requester, was.requester)) &&
      (is.status === 'cancelled' || isDeepStrictEqual(is.statusReason, was.statusReason));
    if (!same || !isDecision(after)) return [finalDecision(was.status)];
    if (is.status === 'cancelled' && !is.statusReason) return [revocationReasonMissing()];
  }
  if (!is) return was?.status === 'cancelled' ? [kept()] : [];
  if (!mayChange(was?.status, is.status ?? '')) return [illegalChange(was?.status, is.status)];
  return is.status === 'rejected' ? denialIssues(is, listed) : [];
}

function finalDecision(status: string): Issue {
  return problem(
    'business-rule',
    {
      en: `This decision is ${status} and stays as it is. Allowed next: revoke it (Task/<id>/$revoke-recognition, or status cancelled with a statusReason).`,
      zh: `该互认决定已生效(${status}),不能更改。可执行:撤销(Task/<id>/$revoke-recognition,或将 status 改为 cancelled 并填写 statusReason)。`,
    },
    { expression: 'Task.status', rule: 'recognition-decision-final' },
  );
}

function kept(): Issue {
  return problem(
    'business-rule',
    {
      en: 'A decision that was revoked stays on record and cannot be deleted.',
      zh: '已撤销的互认决定须留存,不得删除。',
    },
    { rule: 'recognition-decision-final' },
  );
}

/** Names the status there is, and those that may follow. */
function illegalChange(from: string | undefined, to: string | undefined): Issue {
  const next =
    from === undefined ? Object.values(DECISION_STATUS) : allowedChanges(from).map(([e, s]) => `${e} → ${s}`);
  const list = [...new Set(next)].join(', ');
  return problem(
    'business-rule',
    {
      en: `This decision is ${from ?? 'new'} and cannot become ${to}. Allowed next: ${list || 'nothing, it has ended'}.`,
      zh: `该互认决定当前为 ${from ?? '新建'},不能变为 ${to}。允许的下一步:${list || '无,已结束'}。`,
    },
    { expression: 'Task.status', rule: 'recognition-decision-final' },
  );
}

function revocationReasonMissing(): Issue {
  return problem(
    'business-rule',
    {
      en: 'Revoking a decision needs a reason: fill statusReason.',
      zh: '撤销互认决定必须说明原因:请填写 statusReason。',
    },
    { expression: 'Task.statusReason', rule: 'revocation-reason-missing' },
  );
}

/** A result that is not recognised needs one of the listed reasons, and the explanation given to the patient. */
export function denialIssues(task: TaskFields, listed: ReadonlySet<string>): Issue[] {
  const issues: Issue[] = [];
  const coding = task.statusReason?.coding?.find((c) => c.system === REASON_SYSTEM);
  if (!coding?.code || !listed.has(coding.code)) {
    const given = coding?.code ?? task.statusReason?.coding?.[0]?.code ?? task.statusReason?.text ?? '';
    const allowed = [...listed].sort().join(', ');
    issues.push(
      problem(
        'business-rule',
        {
          en: `'${given}' is no listed reason for repeating an examination. Give one of the codes ${allowed} of ${REASON_SYSTEM}.`,
          zh: `“${given}”不在允许的复检原因之列。请使用 ${REASON_SYSTEM} 的代码 ${allowed} 之一。`,
        },
        { expression: 'Task.statusReason', rule: 'recheck-reason-unlisted' },
      ),
    );
  }
  const explained = task.output?.some(
    (o) =>
      o.type?.coding?.some((c) => c.system === OUTPUT_SYSTEM && c.code === 'explanation') &&
      o.valueString?.trim(),
  );
  if (!explained) {
    issues.push(
      problem(
        'business-rule',
        {
          en: 'Not recognising a result needs the explanation that was given to the patient: why the examination is repeated.',
          zh: '不予互认时必须记录向患者(家属)说明的复检目的及必要性。',
        },
        { expression: 'Task.output', rule: 'explanation-missing' },
      ),
    );
  }
  return issues;
}

interface MarkFields {
  readonly url?: string;
  readonly extension?: readonly {
    readonly url?: string;
    readonly valueReference?: { readonly reference?: string };
  }[];
}

/** A mark that names no quality evidence is no mark. */
function markRule({ type, after }: WriteFacts): readonly Issue[] {
  if (!after || (type !== 'DiagnosticReport' && type !== 'Observation')) return [];
  const extensions: unknown = after.extension ?? [];
  if (!Array.isArray(extensions)) return [];
  return (extensions as readonly MarkFields[]).flatMap((e, i) =>
    e.url === MARK_URL && !e.extension?.some((p) => p.url === 'evidence' && p.valueReference?.reference)
      ? [
          problem(
            'business-rule',
            {
              en: 'A recognition mark must refer to its quality evidence (extension evidence → Basic). Leave the mark out when there is none.',
              zh: '互认标识必须引用质控依据(extension evidence → Basic)。没有质控依据时不得标注。',
            },
            { expression: `${type}.extension[${i}]`, rule: 'recognition-mark-without-evidence' },
          ),
        ]
      : [],
  );
}
