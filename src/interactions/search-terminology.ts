/**
 * What the terminology service knows, for the searches that ask by value sets and hierarchies. What the packages
 * define is in memory, and goes first. https://hl7.org/fhir/R4/search.html#modifiers (`:in`, `:below`, …)
 */
import { assertMay } from '../access/decide.ts';
import { relatedCodes } from '../definitions/concepts.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { MAX_VALUES, type SearchContext } from '../search/condition.ts';
import { terminologyAsked } from '../search/filter/to-filter.ts';
import type { QueryPairs } from '../search/parse.ts';
import { splitEscaped, unescaped } from '../search/values.ts';
import type { Composed } from '../terminology/compose.ts';
import { type Codes, hierarchyOf, listCodes } from '../terminology/list.ts';
import { isComplete, systemOf } from '../terminology/systems.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { Engine } from './engine.ts';

/** What a query asks for by a value set or a hierarchy: the last modifier of its name, chains included. */
const BY_VALUE_SET = /:(not-)?in$/;
const BY_HIERARCHY = /:(above|below)$/;

/** Listed, or a set to ask row by row when its codes are too many to be named. */
type Known = Codes | Composed;

/** The engine itself for a query that asks by none. Throws `forbidden` when the caller may not read them. */
export async function withStoredTerminology(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  asked: QueryPairs,
): Promise<SearchContext> {
  const { definitions } = engine;
  // A NUL, which PostgreSQL cannot look for, is refused where the query is read.
  const readable = asked.filter(([, value]) => !value.includes('\0'));
  const query = readable.flatMap(([name, value]) =>
    name.endsWith('_filter') ? terminologyAsked(value) : [[name, value] as const],
  );
  const valueSets = valuesOf(query, BY_VALUE_SET)
    .map(({ value }) => unescaped(value))
    .filter((url) => !definitions.valueSet(url));
  const hierarchies = valuesOf(query, BY_HIERARCHY)
    .map(({ value, modifier }) => ({ modifier, parts: splitEscaped(value, '|').map(unescaped) }))
    .filter(({ parts: [system, code] }) => system && code && !definitions.codeSystem(system));
  if (valueSets.length + hierarchies.length === 0) return engine;

  const terminology = engine.terminology.on(db);
  const known = new Map<string, Known>();
  if (valueSets.length > 0) assertMay(ctx, 's', 'ValueSet');
  if (hierarchies.length > 0) assertMay(ctx, 's', 'CodeSystem');
  for (const url of new Set(valueSets)) {
    const set = await setOf(terminology, url);
    keep(url, set && (await knownOf(terminology, set)));
  }
  for (const { modifier, parts } of hierarchies) {
    const [system = '', code = ''] = parts;
    const found = systemOf(await terminology.systems(), system);
    if (!found || !isComplete(found)) continue;
    const direction = modifier as 'above' | 'below';
    keep(keyOf(system, code, direction), await knownOf(terminology, hierarchyOf(found, code, direction)));
  }
  function keep(key: string, found: Known | undefined): void {
    if (found) known.set(key, found);
  }

  const listed = (key: string) => {
    const found = known.get(key);
    return found instanceof Map ? (found as Codes) : undefined;
  };
  const large = (key: string) => {
    const found = known.get(key);
    return found && !(found instanceof Map) ? (found as Composed) : undefined;
  };
  return {
    parameters: engine.parameters,
    definitions: {
      resourceTypes: definitions.resourceTypes,
      compartmentParams: (type) => definitions.compartmentParams(type),
      identifierSystems: definitions.identifierSystems,
      valueSet: (url) => definitions.valueSet(url) ?? listed(url),
      codeSystem: (url) => definitions.codeSystem(url),
    },
    relatedCodes: (system, code, direction) =>
      relatedCodes(definitions.codeSystem(system), code, direction) ??
      listed(keyOf(system, code, direction))?.get(system),
    largeValueSet: large,
    largeHierarchy: (system, code, direction) => large(keyOf(system, code, direction)),
  };
}

function valuesOf(query: QueryPairs, modifiers: RegExp): { value: string; modifier: string }[] {
  return query.flatMap(([name, value]) => {
    const [, ...found] = modifiers.exec(name) ? name.split(':') : [];
    const modifier = found.at(-1);
    return modifier === undefined ? [] : splitEscaped(value, ',').map((one) => ({ value: one, modifier }));
  });
}

function keyOf(system: string, code: string, direction: string): string {
  return JSON.stringify([direction, system, code]);
}

/** A value set that is made of itself has no codes that could be listed. */
async function setOf(terminology: Terminology, url: string): Promise<Composed | undefined> {
  return terminology.composed(url).catch((error: unknown) => {
    if ((error as { category?: string }).category === 'unprocessable') return undefined;
    throw error;
  });
}

async function knownOf(terminology: Terminology, set: Composed): Promise<Known | undefined> {
  const codes = await listCodes(terminology, set, MAX_VALUES);
  return codes === 'too many' ? set : codes;
}
