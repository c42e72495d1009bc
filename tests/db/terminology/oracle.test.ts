/**
 * Random code systems and value sets: what PostgreSQL answers is what a plain reading of the rules gives.
 * https://hl7.org/fhir/R4/valueset.html#compositions
 */
import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCodeChecks } from '../../../src/terminology/code-checks.ts';
import { conceptRows } from '../../../src/terminology/concept-rows.ts';
import { replaceSystem } from '../../../src/terminology/concept-store.ts';
import { readConcepts } from '../../../src/terminology/concepts.ts';
import { expand } from '../../../src/terminology/expand.ts';
import { listCodes } from '../../../src/terminology/list.ts';
import { systemOf } from '../../../src/terminology/systems.ts';
import { createTerminology } from '../../../src/terminology/terminology.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const CODES = 25;
const SETS = 25;
const systemUrl = (i: number) => `http://example.org/cs${i}`;
const setUrl = (i: number) => `http://example.org/vs${i}`;

/** Numbers that only the seed decides. */
function randomOf(seed: number) {
  let state = seed * 2_654_435_761;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  return { below, pick, chance: (p: number) => next() < p };
}
type Random = ReturnType<typeof randomOf>;

/** Concepts of which each stands below some of those before it. */
function randomSystem({ below, chance, pick }: Random, i: number): CodeSystem {
  const concept: CodeSystemConcept[] = Array.from({ length: CODES }, (_, n) => {
    const parents = n === 0 ? [] : Array.from({ length: below(3) }, () => `c${below(n)}`);
    return {
      code: `c${n}`,
      display: `Concept ${n} 高血压`,
      property: [
        ...[...new Set(parents)].map((valueCode) => ({ code: 'parent', valueCode })),
        ...(chance(0.6) ? [{ code: 'kind', valueCode: pick(['a', 'b', 'c']) }] : []),
        ...(chance(0.2) ? [{ code: 'inactive', valueBoolean: true }] : []),
      ],
    };
  });
  return { resourceType: 'CodeSystem', url: systemUrl(i), status: 'active', content: 'complete', concept };
}

function randomInclude(random: Random, sets: number): ValueSetComposeInclude {
  const { below, chance, pick } = random;
  const code = () => `c${below(CODES + 2)}`;
  const imports = sets > 0 && chance(0.4) ? [setUrl(below(sets))] : undefined;
  if (imports && chance(0.4))
    return { valueSet: [...imports, ...(chance(0.4) ? [setUrl(below(sets))] : [])] };
  const system = systemUrl(below(2));
  if (chance(0.35)) {
    const concept = Array.from({ length: 1 + below(5) }, () => ({ code: code() }));
    return { system, concept, ...(imports ? { valueSet: imports } : {}) };
  }
  const filter = Array.from({ length: below(3) }, () =>
    pick([
      () => ({ property: 'concept', op: 'is-a' as const, value: code() }),
      () => ({ property: 'concept', op: 'descendent-of' as const, value: code() }),
      () => ({ property: 'concept', op: 'is-not-a' as const, value: code() }),
      () => ({ property: 'concept', op: 'generalizes' as const, value: code() }),
      () => ({ property: 'code', op: 'in' as const, value: `${code()},${code()}, ${code()}` }),
      () => ({ property: 'code', op: 'regex' as const, value: pick(['c1\\d', 'c[0-4]', '.*2', 'c']) }),
      () => ({ property: 'kind', op: '=' as const, value: pick(['a', 'b', 'x']) }),
      () => ({ property: 'kind', op: 'in' as const, value: 'a,c' }),
      () => ({ property: 'kind', op: 'not-in' as const, value: 'a,c' }),
      () => ({ property: 'kind', op: 'exists' as const, value: pick(['true', 'false']) }),
      () => ({ property: 'parent', op: '=' as const, value: code() }),
      () => ({ property: 'child', op: '=' as const, value: code() }),
    ])(),
  );
  return { system, ...(filter.length > 0 ? { filter } : {}), ...(imports ? { valueSet: imports } : {}) };
}

function randomSet(random: Random, i: number): ValueSet {
  const { below, chance } = random;
  const list = (n: number) => Array.from({ length: n }, () => randomInclude(random, i));
  const inactive = chance(0.2) ? { inactive: false } : {};
  const exclude = chance(0.4) ? { exclude: list(1 + below(2)) } : {};
  const compose = { include: list(1 + below(2)), ...exclude, ...inactive };
  return { resourceType: 'ValueSet', url: setUrl(i), status: 'active', compose };
}

/** The rules, read one code at a time. */
function plainReading(systems: readonly CodeSystem[], sets: readonly ValueSet[]) {
  const concepts = new Map(
    systems.map((s) => [s.url!, new Map(s.concept!.map((c) => [c.code!, c]))] as const),
  );
  const values = (c: CodeSystemConcept, code: string) =>
    (c.property ?? []).filter((p) => p.code === code).map((p) => p.valueCode!);
  const isA = (system: string, code: string, above: string): boolean =>
    code === above ||
    values(concepts.get(system)!.get(code) ?? { code }, 'parent').some((p) => isA(system, p, above));
  const inactive = (system: string, code: string) =>
    concepts
      .get(system)
      ?.get(code)
      ?.property?.some((p) => p.valueBoolean) === true;

  function passes(system: string, code: string, f: NonNullable<ValueSetComposeInclude['filter']>[number]) {
    const concept = concepts.get(system)!.get(code)!;
    const list = f.value!.split(',').map((v) => v.trim());
    const kinds = f.property === 'code' ? [code] : values(concept, f.property!);
    switch (`${f.property} ${f.op}`) {
      case 'concept is-a':
        return concepts.get(system)!.has(f.value!) && isA(system, code, f.value!);
      case 'concept descendent-of':
        return code !== f.value && isA(system, code, f.value!);
      case 'concept is-not-a':
        return !isA(system, code, f.value!);
      case 'concept generalizes':
        return isA(system, f.value!, code);
      case 'child =':
        return values(concepts.get(system)!.get(f.value!) ?? { code: '' }, 'parent').includes(code);
      default:
        switch (f.op) {
          case '=':
            return kinds.includes(f.value!);
          case 'in':
            return kinds.some((k) => list.includes(k));
          case 'not-in':
            return !kinds.some((k) => list.includes(k));
          case 'regex':
            return new RegExp(`^(?:${f.value})$`).test(code);
          case 'exists':
            return kinds.length > 0 === (f.value === 'true');
        }
    }
    throw new Error(`${f.property} ${f.op}`);
  }

  function included(include: ValueSetComposeInclude, system: string, code: string): boolean {
    if (include.system !== undefined) {
      if (include.system !== system) return false;
      if (include.concept) {
        if (!include.concept.some((c) => c.code === code)) return false;
      } else if (!concepts.get(system)?.has(code)) return false;
      if (!(include.filter ?? []).every((f) => passes(system, code, f))) return false;
    }
    return (include.valueSet ?? []).every((url) => has(sets.find((s) => s.url === url)!, system, code));
  }

  function has({ compose }: ValueSet, system: string, code: string): boolean {
    if (!compose!.include.some((i) => included(i, system, code))) return false;
    if (compose!.exclude?.some((i) => included(i, system, code))) return false;
    return compose!.inactive !== false || !inactive(system, code);
  }
  return { has, isA };
}

test.each(SEEDS)('$expand, $validate-code, :in and $subsumes agree with the rules, seed %i', async (seed) => {
  const random = randomOf(seed);
  const systems = [0, 1].map((i) => randomSystem(random, i));
  const sets: ValueSet[] = [];
  for (let i = 0; i < SETS; i++) sets.push(randomSet(random, i));
  for (const system of systems) {
    const { concept, ...header } = system;
    await world.database.tx((db) =>
      replaceSystem(
        db,
        `CodeSystem/${system.url}`,
        { ...header, url: system.url! },
        String(seed),
        conceptRows({ concept }),
      ),
    );
  }
  const terminology = createTerminology(
    world.database,
    { codeSystem: () => undefined, valueSetDefinition: () => undefined },
    { find: async (_db, _type, name) => sets.find((s) => s.url === name), maps: async () => [] },
  );
  const checks = createCodeChecks(terminology)(world.database);
  const plain = plainReading(systems, sets);
  const everything = [0, 1].flatMap((s) =>
    Array.from({ length: CODES + 2 }, (_, n) => ({ system: systemUrl(s), code: `c${n}` })),
  );

  for (const set of sets) {
    const told = `${set.url} ${JSON.stringify(set.compose)}`;
    const right = everything.filter(({ system, code }) => plain.has(set, system, code));
    const names = (list: readonly { system: string; code: string }[]) =>
      list.map((c) => `${c.system}|${c.code}`).sort();
    const composed = (await terminology.composed(set.url!))!;
    const { contains = [], total } = await expand(terminology, composed, { excludeNested: true });
    expect(names(contains as { system: string; code: string }[]), told).toEqual(names(right));
    expect(total, told).toBe(right.length);
    const page = await expand(terminology, composed, { offset: 2, count: 3 });
    expect(page.contains ?? [], told).toEqual(contains.slice(2, 5));
    const nested = await expand(terminology, composed, {});
    const walk = (list: typeof contains = []): number => list.reduce((n, c) => n + 1 + walk(c.contains), 0);
    expect(walk(nested.contains), told).toBe(right.length);

    const listed = await listCodes(terminology, composed, 1_000);
    const flat =
      listed instanceof Map
        ? [...listed].flatMap(([system, codes]) => [...codes].map((code) => ({ system, code })))
        : [];
    expect(names(flat), told).toEqual(names(right));

    const verdicts = await checks(everything.map((c) => ({ ...c, valueSet: set.url })));
    expect(names(everything.filter((_, i) => verdicts[i]!.valid)), told).toEqual(names(right));
    expect(
      verdicts.every((v) => v.valid !== undefined),
      told,
    ).toBe(true);
    const bare = [...new Set(everything.map((c) => c.code))];
    const bareVerdicts = await checks(bare.map((code) => ({ code, valueSet: set.url })));
    expect(
      bare.filter((_, i) => bareVerdicts[i]!.valid),
      told,
    ).toEqual(bare.filter((code) => right.some((r) => r.code === code)));
  }

  for (const { url } of systems) {
    const codes = Array.from({ length: CODES }, (_, n) => `c${n}`);
    const found = await readConcepts(terminology, systemOf(await terminology.systems(), url!)!, codes);
    for (const a of codes) {
      const above = codes.filter((b) => a !== b && plain.isA(url!, a, b));
      expect([...found.get(a)!.ancestors].sort(), `${url} ${a}`).toEqual(above.sort());
    }
  }
});
