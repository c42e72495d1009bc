/**
 * Value sets and code systems that clients have stored here, for the searches that ask by them. What the
 * packages define goes first. https://hl7.org/fhir/R4/search.html#modifiers (`:in`, `:below`, …)
 */
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import { assertMay } from '../access/decide.ts';
import { ValueSets } from '../definitions/value-sets.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { SearchContext } from '../search/condition.ts';
import { terminologyAsked } from '../search/filter/to-filter.ts';
import type { QueryPairs } from '../search/parse.ts';
import { splitEscaped, unescaped } from '../search/values.ts';
import type { Engine } from './engine.ts';
import { readByCanonical } from './stored-canonicals.ts';

/** Value sets may name others: so deep is looked. */
const MAX_DEPTH = 5;

/** What a query asks for by a value set or a hierarchy: the last modifier of its name, chains included. */
const BY_VALUE_SET = /:(not-)?in$/;
const BY_HIERARCHY = /:(above|below)$/;

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
    .map(unescaped)
    .filter((url) => !definitions.valueSet(url));
  const codeSystems = valuesOf(query, BY_HIERARCHY)
    .map((v) => splitEscaped(v, '|'))
    // What names no system is a uri or a reference, which have hierarchies of their own.
    .filter((parts) => parts.length > 1)
    .map(([system]) => unescaped(system!))
    .filter((url) => url !== '' && !definitions.codeSystem(url));
  if (valueSets.length + codeSystems.length === 0) return engine;

  const stored = new StoredTerminology(engine, ctx, db);
  await stored.readValueSets(valueSets);
  await stored.readCodeSystems(codeSystems);
  const codeSystem = (url: string) => definitions.codeSystem(url) ?? stored.codeSystems.get(url);
  const lists = new ValueSets(stored.valueSets, { get: codeSystem }, (url) => definitions.valueSet(url));
  return {
    parameters: engine.parameters,
    definitions: {
      resourceTypes: definitions.resourceTypes,
      compartmentParams: (type) => definitions.compartmentParams(type),
      identifierSystems: definitions.identifierSystems,
      codeSystem,
      valueSet: (url) => definitions.valueSet(url) ?? lists.codes(url),
    },
  };
}

function valuesOf(query: QueryPairs, modifier: RegExp): string[] {
  return query.filter(([name]) => modifier.test(name)).flatMap(([, value]) => splitEscaped(value, ','));
}

class StoredTerminology {
  /** By url without version, and by `ValueSet/id`. */
  readonly valueSets = new Map<string, ValueSet>();
  readonly codeSystems = new Map<string, CodeSystem>();
  readonly #engine: Engine;
  readonly #ctx: Ctx;
  readonly #db: Db;

  constructor(engine: Engine, ctx: Ctx, db: Db) {
    this.#engine = engine;
    this.#ctx = ctx;
    this.#db = db;
  }

  /** With the value sets and code systems that they are made of. */
  async readValueSets(canonicals: readonly string[]): Promise<void> {
    let wanted = canonicals;
    const systems = new Set<string>();
    for (let depth = 0; depth < MAX_DEPTH && wanted.length > 0; depth++) {
      const found = await this.#read<ValueSet>('ValueSet', wanted);
      for (const [url, valueSet] of found) if (!hasPattern(valueSet)) this.valueSets.set(url, valueSet);
      const parts = [...found.values()].flatMap(({ compose }) => [
        ...(compose?.include ?? []),
        ...(compose?.exclude ?? []),
      ]);
      for (const { system, concept } of parts) if (system && !concept) systems.add(system);
      wanted = parts
        .flatMap((part) => part.valueSet ?? [])
        .filter((url) => !this.#engine.definitions.valueSet(url) && !this.valueSets.has(bare(url)));
    }
    await this.readCodeSystems([...systems]);
  }

  async readCodeSystems(urls: readonly string[]): Promise<void> {
    const unknown = urls.filter((url) => !this.#engine.definitions.codeSystem(url));
    for (const [url, system] of await this.#read<CodeSystem>('CodeSystem', unknown)) {
      this.codeSystems.set(url, system);
    }
  }

  /** By canonical, the version left aside, or by `Type/id`; the one updated last where several say they are it. */
  async #read<T>(type: string, names: readonly string[]): Promise<Map<string, T>> {
    if (names.length === 0) return new Map();
    assertMay(this.#ctx, 's', type);
    return readByCanonical<T>(this.#db, type, names.map(bare));
  }
}

/** A regular expression that a client wrote may take for ever: such a value set counts as one that cannot be listed. */
function hasPattern({ compose }: ValueSet): boolean {
  return [...(compose?.include ?? []), ...(compose?.exclude ?? [])].some((part) =>
    part.filter?.some(({ op }) => op === 'regex'),
  );
}

function bare(canonical: string): string {
  return canonical.replace(/\|.*$/s, '');
}
