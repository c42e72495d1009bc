/**
 * Scopes narrowed by search parameters (`patient/Observation.rs?category=laboratory`), as conditions on the tokens of
 * a resource, which hold on every path to it.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
 */
import type { Definitions } from '../definitions/definitions.ts';
import type { Db, Permission, Reach, ResourceScope } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';
import type { Parameters } from '../search/parameters.ts';
import { parseSearch } from '../search/parse.ts';
import type { Filter } from '../search/plan.ts';
import { resolveBareCodes } from './bare-codes.ts';

type Narrow = NonNullable<Reach['narrow']>;
/** All must hold; of each, one token must be there. */
type Conditions = Narrow[string][number];

export interface Narrowed {
  /** Those that grant something: narrowed by what is no code, a scope would be worth more than is checked. */
  readonly scopes: readonly ResourceScope[];
  readonly narrow?: Narrow;
  readonly narrowWrites?: Reach['narrowWrites'];
}

export async function narrowedBy(
  engine: { readonly definitions: Definitions; readonly parameters: Parameters },
  db: Db,
  scopes: readonly ResourceScope[],
  base: string,
): Promise<Narrowed> {
  if (scopes.every(({ parameters }) => parameters === undefined)) return { scopes };
  const known = new Map<ResourceScope, Conditions>();
  for (const scope of scopes) {
    const conditions = scope.parameters === undefined ? [] : await conditionsOf(engine, db, scope, base);
    if (conditions) known.set(scope, conditions);
  }
  return {
    scopes: [...known.keys()],
    ...named('narrow', alternatives(known, ['r', 's'])),
    ...writesOf(known),
  };
}

/** Each letter has parts of its own: who may add results and change answers changes no result. */
function writesOf(known: ReadonlyMap<ResourceScope, Conditions>): Pick<Narrowed, 'narrowWrites'> {
  const ofLetter = (letter: Permission) => alternatives(known, [letter]);
  const writes = { c: ofLetter('c'), u: ofLetter('u'), d: ofLetter('d') };
  const types = new Set(Object.values(writes).flatMap((narrow) => Object.keys(narrow)));
  if (types.size === 0) return {};
  const held = (letter: Permission, type: string) =>
    [...known.keys()].some((s) => (s.type === type || s.type === '*') && s.permissions.has(letter));
  const whole = (letter: 'c' | 'u' | 'd'): Narrow => ({
    ...Object.fromEntries([...types].filter((type) => !held(letter, type)).map((type) => [type, []])),
    ...writes[letter],
  });
  return { narrowWrites: { c: whole('c'), u: whole('u'), d: whole('d') } };
}

/** By type, what the scopes with any of these letters come to; a type that others reach whole is not among them. */
function alternatives(
  scopes: ReadonlyMap<ResourceScope, Conditions>,
  letters: readonly Permission[],
): Narrow {
  const asked = [...scopes].filter(([scope]) => letters.some((l) => scope.permissions.has(l)));
  const narrow: Record<string, Conditions[]> = {};
  for (const [{ type }, conditions] of asked)
    if (conditions.length > 0) narrow[type] = [...(narrow[type] ?? []), conditions];
  for (const type of Object.keys(narrow)) {
    const whole = asked.filter(
      ([s, conditions]) => conditions.length === 0 && (s.type === type || s.type === '*'),
    );
    const held = new Set(whole.flatMap(([s]) => [...s.permissions]));
    if (letters.every((l) => held.has(l))) delete narrow[type];
  }
  return narrow;
}

/** Undefined when the parameters of the scope are no codes of its type. */
async function conditionsOf(
  { definitions, parameters }: { readonly definitions: Definitions; readonly parameters: Parameters },
  db: Db,
  scope: ResourceScope,
  base: string,
): Promise<Conditions | undefined> {
  if (scope.type === '*') return undefined;
  try {
    const query = [...new URLSearchParams(scope.parameters)];
    const plan = parseSearch({ definitions, parameters }, scope.type, query, {
      lenient: false,
      base,
      now: 0,
    });
    const filters = await resolveBareCodes({ parameters }, db, plan.filters);
    const conditions = filters.map(tokensOf);
    return conditions.length > 0 && conditions.every((c) => c !== undefined) ? conditions : undefined;
  } catch (error) {
    if (error instanceof FhirError && error.status < 500) return undefined;
    throw error;
  }
}

function tokensOf(filter: Filter): readonly string[] | undefined {
  if (filter.kind === 'token') return filter.negate ? undefined : filter.texts;
  if (filter.kind !== 'any') return undefined;
  const parts = filter.filters.map(tokensOf);
  return parts.every((p) => p !== undefined) ? parts.flat() : undefined;
}

function named<K extends string>(name: K, narrow: Narrow): { readonly [P in K]?: Narrow } {
  return (Object.keys(narrow).length > 0 ? { [name]: narrow } : {}) as { [P in K]?: Narrow };
}
