/** Value sets -> the codes they list (https://hl7.org/fhir/R4/valueset.html#compositions), where they can be listed. */
import type {
  CodeSystem,
  CodeSystemConcept,
  ValueSet,
  ValueSetComposeInclude,
  ValueSetComposeIncludeFilter,
} from '@medplum/fhirtypes';
import { withoutVersion } from './registry.ts';

type Codes = Map<string, Set<string>>;
type ReadonlyCodes = ReadonlyMap<string, ReadonlySet<string>>;

/** A concept and the codes above it. */
interface Placed {
  readonly concept: CodeSystemConcept;
  readonly ancestors: ReadonlySet<string>;
}

export class ValueSets {
  readonly #valueSets: ReadonlyMap<string, ValueSet>;
  readonly #codeSystems: ReadonlyMap<string, CodeSystem>;
  readonly #cache = new Map<string, ReadonlyCodes | undefined>();

  constructor(valueSets: ReadonlyMap<string, ValueSet>, codeSystems: ReadonlyMap<string, CodeSystem>) {
    this.#valueSets = valueSets;
    this.#codeSystems = codeSystems;
  }

  /** See Definitions.valueSet. */
  codes(canonical: string): ReadonlyCodes | undefined {
    const url = withoutVersion(canonical);
    if (this.#cache.has(url)) return this.#cache.get(url);
    this.#cache.set(url, undefined);
    const codes = this.#enumerate(this.#valueSets.get(url));
    this.#cache.set(url, codes);
    return codes;
  }

  #enumerate(valueSet: ValueSet | undefined): ReadonlyCodes | undefined {
    const compose = valueSet?.compose;
    if (!compose?.include?.length) return undefined;
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

function intersect(a: ReadonlyCodes, b: ReadonlyCodes): ReadonlyCodes {
  const out: Codes = new Map();
  for (const [system, codes] of a) {
    const others = b.get(system);
    if (others) out.set(system, new Set([...codes].filter((code) => others.has(code))));
  }
  return out;
}

/** Every concept with its ancestors: by nesting, and by `parent` or `subsumedBy` properties. */
function place(concepts: readonly CodeSystemConcept[]): Placed[] {
  const parents = new Map<string, string[]>();
  const flat: CodeSystemConcept[] = [];
  const walk = (list: readonly CodeSystemConcept[], parent: string | undefined) => {
    for (const concept of list) {
      const above = (concept.property ?? [])
        .filter((p) => p.code === 'parent' || p.code === 'subsumedBy')
        .map((p) => p.valueCode ?? '');
      parents.set(concept.code!, parent === undefined ? above : [parent, ...above]);
      flat.push(concept);
      if (concept.concept) walk(concept.concept, concept.code);
    }
  };
  walk(concepts, undefined);
  return flat.map((concept) => {
    const ancestors = new Set<string>();
    const queue = [...(parents.get(concept.code!) ?? [])];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (ancestors.has(next)) continue;
      ancestors.add(next);
      queue.push(...(parents.get(next) ?? []));
    }
    return { concept, ancestors };
  });
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
