/** A public-health programme, read from its PlanDefinition; profile county-programme. Pure. */
import { createHash } from 'node:crypto';
import { dayIn, lastDayIn } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Concept, Period } from '../../../kernel/elements.ts';
import {
  codeIn,
  codesOf,
  type Extension,
  extensionOf,
  extensionsOf,
  PROGRAMME_SYSTEM,
  TASK_SYSTEM,
} from './fhir.ts';

const USAGE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/usage-context-type';
const GOAL_SYSTEM = `${CANONICAL}/CodeSystem/programme-goal`;
const VACCINE_SYSTEM = `${CANONICAL}/CodeSystem/vaccine`;
const url = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;

/** In years, both ends included. */
export interface Ages {
  readonly low?: number;
  readonly high?: number;
}

export interface Target {
  /** LOINC */
  readonly measure: string;
  readonly comparator: string;
  readonly value: number;
}

export interface Goal {
  readonly id: string;
  /** What missing a target means: not `controlled`, an emergency (`no-emergency`), suspected (`screening`). */
  readonly kind: string;
  readonly ages: Ages;
  /** For residents who are under management in this programme as well: pressure in pregnancy. */
  readonly within?: string;
  readonly targets: readonly Target[];
}

export type Timing =
  | { readonly kind: 'every'; readonly times: number; readonly period: number; readonly unit: string }
  | { readonly kind: 'within'; readonly value: number; readonly unit: string }
  | { readonly kind: 'at'; readonly value: number; readonly unit: string }
  | { readonly kind: 'between'; readonly low: number; readonly high: number; readonly unit: string };

/** After which visits an action is due; after which screenings, when it names no class. */
export interface Rule {
  readonly classes: readonly string[];
  /** How many of these classes in a row it takes. */
  readonly consecutive: number;
  /** With how many in a row it is due no more. */
  readonly atMost?: number;
}

export interface Action {
  readonly id: string;
  /** public-health-task */
  readonly code: string;
  readonly title: string;
  readonly anchor?: string;
  readonly timing?: Timing;
  /** How many times in the period of `timing` residents of a key population are asked. */
  readonly oftener: readonly { readonly population: string; readonly times: number }[];
  /** Days after its anchor between which its window surely lies; of what is done once at some time. */
  readonly about?: { readonly from: number; readonly to: number };
  readonly rule?: Rule;
  readonly goals: readonly string[];
  /** Canonical of the Questionnaire. */
  readonly form?: string;
  readonly dose?: { readonly vaccine: string; readonly number: number };
  readonly gender?: string;
  /** Only for enrolments that name it. */
  readonly optional: boolean;
}

export interface Programme {
  /** `url|version` */
  readonly canonical: string;
  readonly url: string;
  readonly version: string;
  readonly code: string;
  readonly status: string;
  readonly from: string;
  readonly until?: string;
  readonly ages: Ages;
  /** Diagnoses with which a resident is enrolled; without one the programme is for everybody of its age. */
  readonly diagnoses: readonly Coding[];
  readonly goals: readonly Goal[];
  readonly actions: readonly Action[];
}

interface Quantity {
  readonly value?: number;
  readonly unit?: string;
  readonly code?: string;
  readonly comparator?: string;
}

interface PlanFields extends Resource {
  readonly url?: string;
  readonly version?: string;
  readonly status?: string;
  readonly effectivePeriod?: Period;
  readonly useContext?: readonly {
    readonly code?: Coding;
    readonly valueCodeableConcept?: Concept;
    readonly valueRange?: { readonly low?: Quantity; readonly high?: Quantity };
  }[];
  readonly goal?: readonly (Record<string, unknown> & {
    readonly id?: string;
    readonly category?: Concept;
  })[];
  readonly action?: readonly ActionFields[];
}

interface ActionFields {
  readonly id?: string;
  readonly title?: string;
  readonly prefix?: string;
  readonly code?: readonly Concept[];
  readonly goalId?: readonly string[];
  readonly definitionCanonical?: string;
  readonly condition?: readonly { readonly expression?: { readonly expression?: string } }[];
  readonly timingTiming?: {
    readonly repeat?: { readonly frequency?: number; readonly period?: number; readonly periodUnit?: string };
  };
  readonly timingDuration?: Quantity;
  readonly timingAge?: Quantity;
  readonly timingRange?: { readonly low?: Quantity; readonly high?: Quantity };
}

/** Undefined when the plan is no programme of public health, or names no version or beginning. */
export function programmeOf(resource: Resource): Programme | undefined {
  const plan = resource as PlanFields;
  const contexts = (code: string) =>
    (plan.useContext ?? []).filter((u) => u.code?.system === USAGE_SYSTEM && u.code.code === code);
  const code = contexts('program').map((u) => codeIn(u.valueCodeableConcept, PROGRAMME_SYSTEM))[0];
  const from = dayIn(plan.effectivePeriod?.start);
  if (!code || !from || !plan.url || !plan.version) return undefined;
  const age = contexts('age')[0]?.valueRange;
  return {
    canonical: `${plan.url}|${plan.version}`,
    url: plan.url,
    version: plan.version,
    code,
    status: plan.status ?? '',
    from,
    until: lastDayIn(plan.effectivePeriod?.end),
    ages: { low: age?.low?.value, high: age?.high?.value },
    diagnoses: contexts('focus').flatMap((u) => codesOf(u.valueCodeableConcept)),
    goals: (plan.goal ?? []).map(goalOf),
    actions: (plan.action ?? []).map(actionOf),
  };
}

function goalOf(goal: NonNullable<PlanFields['goal']>[number]): Goal {
  const range = extensionOf(goal, url('goal-age'))?.valueRange;
  const targets = (goal.target ?? []) as readonly { measure?: Concept; detailQuantity?: Quantity }[];
  return {
    id: goal.id ?? '',
    kind: codeIn(goal.category, GOAL_SYSTEM) ?? '',
    ages: { low: range?.low?.value, high: range?.high?.value },
    within: extensionOf(goal, url('goal-programme'))?.valueCoding?.code,
    targets: targets.flatMap(({ measure, detailQuantity }) =>
      codesOf(measure).flatMap(({ code }) =>
        code && detailQuantity?.value !== undefined
          ? [{ measure: code, comparator: detailQuantity.comparator ?? '=', value: detailQuantity.value }]
          : [],
      ),
    ),
  };
}

function actionOf(action: ActionFields, index: number): Action {
  const rule = extensionOf(action, url('follow-up-rule'))?.extension;
  const part = (name: string) => (rule ?? []).filter((e: Extension) => e.url === name);
  const vaccine = action.code?.map((c) => codeIn(c, VACCINE_SYSTEM)).find(Boolean);
  const condition = action.condition?.[0]?.expression?.expression;
  const timing = timingOf(action);
  return {
    id: action.id ?? String(index + 1),
    code: action.code?.map((c) => codeIn(c, TASK_SYSTEM)).find(Boolean) ?? 'follow-up',
    title: action.title ?? '',
    anchor: extensionOf(action, url('timing-anchor'))?.valueCode,
    timing,
    oftener: extensionsOf(action, url('population-times')).flatMap(oftenerOf),
    about: timing && aboutWhen(timing),
    ...(rule
      ? {
          rule: {
            classes: part('class').flatMap((e) => e.valueCoding?.code ?? []),
            consecutive: part('consecutive')[0]?.valuePositiveInt ?? 1,
            atMost: part('atMost')[0]?.valuePositiveInt,
          },
        }
      : {}),
    goals: action.goalId ?? [],
    form: action.definitionCanonical,
    ...(vaccine ? { dose: { vaccine, number: Number(action.prefix ?? 1) } } : {}),
    gender: /gender\s*=\s*'(\w+)'/.exec(condition ?? '')?.[1],
    optional: extensionOf(action, url('optional-action'))?.valueBoolean === true,
  };
}

function oftenerOf({ extension = [] }: Extension): Action['oftener'] {
  const part = (name: string) => extension.find((e) => e.url === name);
  const [population, times] = [part('population')?.valueCoding?.code, part('times')?.valuePositiveInt];
  return population && times ? [{ population, times }] : [];
}

function timingOf({
  timingTiming,
  timingDuration,
  timingAge,
  timingRange,
}: ActionFields): Timing | undefined {
  const unitOf = (q: Quantity | undefined) => q?.code ?? q?.unit ?? '';
  const { frequency = 1, period, periodUnit } = timingTiming?.repeat ?? {};
  if (period && periodUnit) return { kind: 'every', times: frequency, period, unit: periodUnit };
  if (timingDuration?.value !== undefined) {
    return { kind: 'within', value: timingDuration.value, unit: unitOf(timingDuration) };
  }
  if (timingAge?.value !== undefined) return { kind: 'at', value: timingAge.value, unit: unitOf(timingAge) };
  if (timingRange?.high?.value !== undefined) {
    const { low, high } = timingRange;
    return { kind: 'between', low: low?.value ?? 0, high: high.value!, unit: unitOf(high) };
  }
  return undefined;
}

/** Days in a unit, at most one in twenty wrong. */
const ABOUT: Readonly<Record<string, number>> = { a: 365.25, mo: 30.44, wk: 7, d: 1, h: 1 / 24, min: 0 };

function aboutWhen(timing: Timing): Action['about'] {
  if (timing.kind === 'every') return undefined;
  const [low, high] =
    timing.kind === 'between'
      ? [timing.low, timing.high]
      : [timing.kind === 'at' ? timing.value : 0, timing.value];
  const unit = ABOUT[timing.unit] ?? 1;
  const slack = 31 + unit;
  return { from: low * unit - slack, to: (high + 1) * unit + slack };
}

/** Goes up when the same programmes make other tasks, so that everybody is looked at anew. */
const SCHEDULER = 2;

/** Tells programmes in force from others. */
export function digestOf(programmes: readonly Programme[]): string {
  return createHash('sha256')
    .update(JSON.stringify([SCHEDULER, programmes]))
    .digest('hex');
}

/** The version of each programme that holds on a day: the one that came into force last. */
export function inForceOn(programmes: readonly Programme[], day: string): Programme[] {
  const holding = programmes
    .filter((p) => p.status === 'active' && p.from <= day && (p.until === undefined || day <= p.until))
    .toSorted((a, b) =>
      a.from === b.from
        ? b.version.localeCompare(a.version, 'en', { numeric: true })
        : a.from < b.from
          ? 1
          : -1,
    );
  return [...new Map(holding.toReversed().map((p) => [p.code, p])).values()];
}

export function isWithinAges({ low, high }: Ages, age: number): boolean {
  return (low === undefined || age >= low) && (high === undefined || age <= high);
}

/** The goals that hold for somebody of an age who is under management in some programmes. */
export function goalsFor({ goals }: Programme, age: number, programmes: ReadonlySet<string>): Goal[] {
  return goals.filter((g) => isWithinAges(g.ages, age) && (!g.within || programmes.has(g.within)));
}

/** Whether a diagnosis is one of the programme: `I10` stands for `I10` and for everything below it. */
export function hasDiagnosis(programme: Programme, condition: Resource): boolean {
  const codes = codesOf(condition.code).map((c) => c.code ?? '');
  return programme.diagnoses.some(({ code }) =>
    codes.some((c) => c === code || c.startsWith(`${code}.`) || (code!.includes('.') && c.startsWith(code!))),
  );
}

/** Visits whose class decides when the next is due. */
export const VISITS: readonly string[] = ['follow-up', 'recheck', 'referral-follow-up'];
export const REFERRALS: readonly string[] = ['referral', 'emergency-referral'];
