/** What is known where one `name=value` of a query is read, and the errors of reading it. */
import type { Definitions } from '../definitions/definitions.ts';
import { badParameter, FhirError, failure, tooCostly } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import type { Composed } from '../terminology/compose.ts';
import type { Parameters } from './parameters.ts';
import type { Filter } from './plan.ts';

export interface SearchContext {
  readonly definitions: Pick<
    Definitions,
    'resourceTypes' | 'compartmentParams' | 'valueSet' | 'codeSystem' | 'identifierSystems'
  >;
  readonly parameters: Parameters;
  /** A code with what subsumes it, or what it subsumes; undefined when that is not known, or too much to list. */
  readonly relatedCodes?: (
    system: string,
    code: string,
    direction: 'above' | 'below',
  ) => ReadonlySet<string> | undefined;
  /** What is known, and too large to be listed. */
  readonly largeValueSet?: (url: string) => Composed | undefined;
  readonly largeHierarchy?: (
    system: string,
    code: string,
    direction: 'above' | 'below',
  ) => Composed | undefined;
}

export interface ParseOptions {
  readonly lenient: boolean;
  /** The FHIR base of this server: absolute references below it are its own. */
  readonly base: string;
  /** The instant `ap` is relative to, in milliseconds. */
  readonly now: number;
}

/** `name=value` as a condition on `type`, `links` links down a chain. */
export interface Condition {
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly links: number;
}

/** Reads what stands behind a link of a chain. Throws `bad-parameter` or `too-costly`. */
export type ParseCondition = (condition: Condition) => Filter;

/** Reads a parameter that is no element of the resource: `_filter`, `_list`, … Throws `bad-parameter`. */
export type ParseSpecial = (asked: {
  readonly context: SearchContext;
  readonly options: ParseOptions;
  readonly condition: Condition;
  /** Reads one search parameter of the same query. */
  readonly behind: ParseCondition;
  /** Counts a condition that is not read by `behind`. Throws `too-costly`, or `bad-parameter`. */
  readonly enter: (condition: Condition) => void;
}) => Filter;

/** Each condition is a subquery: a chain counts once for every type it may lead to. */
export const MAX_CONDITIONS = 200;
/** Each value is a binding. */
export const MAX_VALUES = 10_000;

/** A modifier that the parameter does not have. https://hl7.org/fhir/R4/search.html#modifiers */
export function unsupportedModifier(name: string, supported: readonly string[]): FhirError {
  const list = supported.map((m) => `:${m}`).join(', ') || '-';
  return badParameter(
    name,
    {
      en: `The modifier of '${name}' is not supported here. Supported for this parameter: ${list}.`,
      zh: `“${name}”的修饰符在此不受支持。该参数支持:${list}。`,
    },
    false,
  );
}

/** The error of a parameter that the type does not have, with the ones it has; or does not have yet. */
export function unknownParameter(
  context: SearchContext,
  type: string,
  name: string,
  where = name,
): FhirError {
  const percent = context.parameters(type).building.get(name);
  if (percent !== undefined) return notUsableYet(type, name, where, percent);
  const known = [
    ...context.parameters(type).byCode.keys(),
    '_id',
    '_lastUpdated',
    '_content',
    '_filter',
    '_list',
  ]
    .sort()
    .join(', ');
  return badParameter(
    where,
    {
      en: `${type} has no search parameter '${name}'. It has: ${known}.`,
      zh: `${type} 没有检索参数“${name}”。可用参数:${known}。`,
    },
    false,
  );
}

/** How soon a parameter that is being indexed may be asked for again. */
const BUILDING_RETRY_SECONDS = 5;

/** To answer from what is indexed so far would leave matches out in silence. */
function notUsableYet(type: string, name: string, where: string, percent: number): FhirError {
  return failure(
    'bad-parameter',
    [
      problem(
        'not-supported',
        {
          en: `The search parameter '${name}' of ${type} cannot be used yet: its index is being built, ${percent} % so far. Please try again later.`,
          zh: `${type} 的检索参数“${name}”尚不可用:正在建立索引,已完成 ${percent}%。请稍后重试。`,
        },
        { expression: where },
      ),
    ],
    { 'retry-after': String(BUILDING_RETRY_SECONDS) },
  );
}

export function isTooCostly(error: unknown): boolean {
  return error instanceof FhirError && error.category === 'too-costly';
}

export function tooMany(name: string): FhirError {
  return tooCostly(
    {
      en: `The search has more than ${MAX_CONDITIONS} conditions or ${MAX_VALUES} values. Name the type in a chain, as in subject:Patient.name, or search in several steps.`,
      zh: `检索条件超过 ${MAX_CONDITIONS} 个或取值超过 ${MAX_VALUES} 个。请在链式检索中写明类型,例如 subject:Patient.name,或分多次检索。`,
    },
    name,
  );
}
