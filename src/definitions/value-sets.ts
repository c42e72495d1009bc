/** Value sets -> the codes they list (https://hl7.org/fhir/R4/valueset.html#compositions), where they can be listed. */
import type {
  CodeSystem,
  ValueSet,
  ValueSetComposeInclude,
  ValueSetComposeIncludeFilter,
  ValueSetExpansionContains,
} from '@medplum/fhirtypes';
import { type Placed, place } from './concepts.ts';
import { withoutVersion } from './registry.ts';

type Codes = Map<string, Set<string>>;
type ReadonlyCodes = ReadonlyMap<string, ReadonlySet<string>>;

/** By canonical without version. */
interface Known<T> {
  get(url: string): T | undefined;
}

export class ValueSets {
  readonly #valueSets: Known<ValueSet>;
  readonly #codeSystems: Known<CodeSystem>;
  readonly #others: (url: string) => ReadonlyCodes | undefined;
  readonly #cache = new Map<string, ReadonlyCodes | undefined>();

  /** `others` lists the value sets that are not among these. */
  constructor(
    valueSets: Known<ValueSet>,
    codeSystems: Known<CodeSystem>,
    others: (url: string) => ReadonlyCodes | undefined = () => undefined,
  ) {
    this.#valueSets = valueSets;
    this.#codeSystems = codeSystems;
    this.#others = others;
  }

  /** See Definitions.valueSet. */
  codes(canonical: string): ReadonlyCodes | undefined {
    const url = withoutVersion(canonical);
    if (this.#cache.has(url)) return this.#cache.get(url);
    this.#cache.set(url, undefined);
    const valueSet = this.#valueSets.get(url);
    const codes = valueSet ? this.#enumerate(valueSet) : this.#others(url);
    this.#cache.set(url, codes);
    return codes;
  }

  #enumerate({ compose, expansion }: ValueSet): ReadonlyCodes | undefined {
    if (!compose?.include?.length) return expansion?.contains && codesOfExpansion(expansion.contains);
    const out: Codes = new Map();
    for (const include of compose.include) {
      const part = this.#part(include);
      if (!part) return undefined;
      for (const [system, codes] of part) {
        const known = out.get(system);
        if (known) for (const code of codes) known.add(code);
        else out.set(system, new Set(codes));
      }
    }
    for (const exclude of compose.exclude ?? []) {
      const part = this.#part(exclude);
      if (!part) return undefined;
      for (const [system, codes] of part) for (const code of codes) out.get(system)?.delete(code);
    }
    return out;
  }

  /** One include: its system's codes and every value set it names, intersected. */
  #part(include: ValueSetComposeInclude): ReadonlyCodes | undefined {
    const parts: ReadonlyCodes[] = [];
    if (include.system) {
      const own = this.#systemCodes(include);
      if (!own) return undefined;
      parts.push(new Map([[include.system, own]]));
    }
    for (const url of include.valueSet ?? []) {
      const codes = this.codes(url);
      if (!codes) return undefined;
      parts.push(codes);
    }
    return parts.reduce(intersect);
  }

  #systemCodes(include: ValueSetComposeInclude): Set<string> | undefined {
    if (include.concept?.length) return new Set(include.concept.map((c) => c.code!));
    const system = this.#codeSystems.get(include.system!);
    if (system?.content !== 'complete' || !system.concept) return undefined;
    let placed = place(system.concept);
    for (const filter of include.filter ?? []) {
      const test = filterTest(filter);
      if (!test) return undefined;
      placed = placed.filter(test);
    }
    return new Set(placed.map((p) => p.concept.code!));
  }
}

/** https://hl7.org/fhir/R4/valueset.html#expansion: without what is there to group others. */
function codesOfExpansion(contains: readonly ValueSetExpansionContains[]): ReadonlyCodes {
  const out: Codes = new Map();
  const walk = (listed: readonly ValueSetExpansionContains[]) => {
    for (const { system, code, abstract, contains: below } of listed) {
      if (system !== undefined && code !== undefined && !abstract) {
        const known = out.get(system);
        if (known) known.add(code);
        else out.set(system, new Set([code]));
      }
      walk(below ?? []);
    }
  };
  walk(contains);
  return out;
}

function intersect(a: ReadonlyCodes, b: ReadonlyCodes): ReadonlyCodes {
  const out: Codes = new Map();
  for (const [system, codes] of a) {
    const others = b.get(system);
    if (others) out.set(system, new Set([...codes].filter((code) => others.has(code))));
  }
  return out;
}

/** https://hl7.org/fhir/R4/valueset-filter-operator.html; undefined for what cannot be decided here. */
function filterTest({
  property,
  op,
  value = '',
}: ValueSetComposeIncludeFilter): ((p: Placed) => boolean) | undefined {
  const list = value.split(',').map((v) => v.trim());
  if (property === 'concept' || property === 'code') {
    switch (op) {
      case 'is-a':
        return (p) => p.concept.code === value || p.ancestors.has(value);
      case 'descendent-of':
        return (p) => p.ancestors.has(value);
      case 'is-not-a':
        return (p) => p.concept.code !== value && !p.ancestors.has(value);
      case '=':
        return (p) => p.concept.code === value;
      case 'in':
        return (p) => list.includes(p.concept.code!);
      case 'not-in':
        return (p) => !list.includes(p.concept.code!);
      case 'regex': {
        const pattern = new RegExp(`^(?:${value})$`, 'u');
        return (p) => pattern.test(p.concept.code!);
      }
      default:
        return undefined;
    }
  }
  const values = (p: Placed) =>
    (p.concept.property ?? [])
      .filter((x) => x.code === property)
      .map((x) =>
        String(x.valueCode ?? x.valueString ?? x.valueBoolean ?? x.valueInteger ?? x.valueCoding?.code),
      );
  switch (op) {
    case '=':
      return (p) => values(p).includes(value);
    case 'in':
      return (p) => values(p).some((v) => list.includes(v));
    case 'not-in':
      return (p) => !values(p).some((v) => list.includes(v));
    case 'exists':
      return (p) => values(p).length > 0 === (value === 'true');
    default:
      return undefined;
  }
}
