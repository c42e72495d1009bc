/**
 * How long a referral may stay in each state: `PlanDefinition/referral-deadlines`, which an administrator changes like
 * any resource. A step holds the version that was current when it began.
 */
import type { PlanDefinition } from '@medplum/fhirtypes';
import type { Definitions } from '../../definitions/definitions.ts';
import type { WriteFacts } from '../../kernel/contribution.ts';
import type { Db } from '../../kernel/ctx.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { readHistory } from '../../store/history.ts';
import { STATE, STEP } from './codes.ts';
import { STATES, type State } from './model.ts';
import { broken } from './words.ts';

const ID = 'referral-deadlines';
const MINUTE = 60_000;
/** UCUM units of time in minutes. */
const UNIT: Readonly<Record<string, number>> = { min: 1, h: 60, d: 1440, wk: 10080 };
const STEPS = ['give-up', 'hold', 'no-show', 'emergency-record', 'follow-up'] as const;

type LimitStep = (typeof STEPS)[number];

/** Times in milliseconds. */
export interface Limits {
  /** How long a task may stay in a state; undefined in one that is an end. */
  of(state: State, priority: string | undefined): number | undefined;
  step(step: LimitStep): number;
}

/** The limits in force at an instant (milliseconds). */
export type Timetable = (db: Db, at: number) => Promise<Limits>;

/** Where no version is in force (retired, deleted, or of later) those of the package are. */
export function timetableOf(definitions: Definitions): Timetable {
  const plan = definitions.resources('PlanDefinition').find((p) => p.id === ID) as PlanDefinition;
  const ofPackage = limitsOf(plan);
  return async (db, at) => {
    const query = { types: ['PlanDefinition'], id: ID, at: { lo: at, hi: at + 1 }, limit: 1 };
    const [version] = await readHistory(db, query);
    const set = version?.content ? (JSON.parse(version.content) as PlanDefinition) : undefined;
    return set?.status === 'active' ? limitsOf(set) : ofPackage;
  };
}

/** The limits of a step that begins now. */
export function limitsNow(timetable: Timetable, { db, ctx }: Scene): Promise<Limits> {
  return timetable(db, ctx.now.getTime());
}

/** The times of a plan that has been checked. Pure. */
export function limitsOf(plan: PlanDefinition): Limits {
  const times = new Map<string, number>();
  for (const action of plan.action ?? []) {
    const { system, code } = action.code?.[0]?.coding?.[0] ?? {};
    times.set([system, code, action.priority ?? ''].join('|'), lengthOf(action) ?? 0);
  }
  const time = (system: string, code: string, priority: string) => times.get(`${system}|${code}|${priority}`);
  return {
    of: (state, priority) => time(STATE, state, priority ?? 'routine') ?? time(STATE, state, 'routine'),
    step: (step) => time(STEP, step, '')!,
  };
}

type Action = NonNullable<PlanDefinition['action']>[number];

/** Milliseconds; undefined where it is none. */
function lengthOf({ timingDuration }: Action): number | undefined {
  const minutes = (timingDuration?.value ?? 0) * (UNIT[timingDuration?.code ?? ''] ?? 0);
  return minutes > 0 ? minutes * MINUTE : undefined;
}

/** Times that could not be worked with are refused. Pure. */
export function deadlineRule({ type, id, after }: WriteFacts): readonly Issue[] {
  if (type !== 'PlanDefinition' || id !== ID || after?.status !== 'active') return [];
  const actions = (after as unknown as PlanDefinition).action ?? [];
  const named = new Set(actions.map((a) => a.code?.[0]?.coding?.[0]?.code));
  return [
    ...actions.flatMap((action, index) => actionIssues(action, `PlanDefinition.action[${index}]`)),
    ...STEPS.filter((step) => !named.has(step)).map((step) =>
      unusable(
        'PlanDefinition.action',
        `There is no time for ${step}: add an action with the code ${step} of ${STEP}.`,
        `缺少 ${step} 的时限:请增加 code 为 ${step}(${STEP})的 action。`,
      ),
    ),
  ];
}

function actionIssues(action: Action, expression: string): Issue[] {
  const { system, code = '' } = action.code?.[0]?.coding?.[0] ?? {};
  const known =
    (system === STATE && STATES.includes(code as State)) ||
    (system === STEP && STEPS.includes(code as LimitStep));
  return [
    ...(known
      ? []
      : [
          unusable(
            `${expression}.code`,
            `'${code}' is neither a state (${STATE}) nor one of ${STEPS.join(', ')} (${STEP}).`,
            `“${code}”既不是转诊状态(${STATE}),也不是 ${STEPS.join('、')}(${STEP})之一。`,
          ),
        ]),
    ...(lengthOf(action) !== undefined
      ? []
      : [
          unusable(
            `${expression}.timingDuration`,
            `A time is more than nothing, in one of the UCUM units ${Object.keys(UNIT).join(', ')}.`,
            `时限应大于0,单位为 UCUM 的 ${Object.keys(UNIT).join('、')} 之一。`,
          ),
        ]),
  ];
}

function unusable(expression: string, en: string, zh: string): Issue {
  return broken({ rule: 'referral-deadlines-unusable', expression }, { en, zh });
}
