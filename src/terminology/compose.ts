/**
 * Value sets with all that they refer to. https://hl7.org/fhir/R4/valueset.html#compositions
 *
 * What is in one: a code that some include has and no exclude. An include has what its system, its filters and
 * all of the value sets that it names have.
 */
import type { ValueSet, ValueSetComposeInclude, ValueSetExpansionContains } from '@medplum/fhirtypes';
import { tooCostly, unprocessable } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { type Filter, isUsable } from './filters.ts';
import { type System, type Systems, systemOf } from './systems.ts';

export interface Listed {
  readonly code: string;
  readonly display?: string;
  readonly designation?: readonly { readonly value?: string }[];
}

export interface Part {
  /** Its url; undefined for an include of value sets alone. */
  readonly url?: string;
  readonly version?: string;
  /** Undefined when it is not known here. */
  readonly system?: System;
  /** Codes that are listed one by one; undefined when filters or the whole system decide. */
  readonly listed?: readonly Listed[];
  readonly filters: readonly Filter[];
  /** The first of them that cannot be used. */
  readonly unusable?: Filter;
  readonly sets: readonly Composed[];
  /** Canonicals of value sets that are not known here. */
  readonly unknown: readonly string[];
}

export interface Composed {
  readonly url?: string;
  readonly version?: string;
  readonly include: readonly Part[];
  readonly exclude: readonly Part[];
  /** `compose.inactive` is false. */
  readonly activeOnly: boolean;
}

/** The value set of a canonical, if it is known here. */
export type FindValueSet = (canonical: string) => Promise<ValueSet | undefined>;

/** Versions of systems that the caller asks for: url -> version. */
export type Versions = ReadonlyMap<string, string>;

const MAX_DEPTH = 20;
/** Value sets that one may refer to, and those again; one that is referred to twice counts twice. */
export const MAX_SETS = 200;

/** Throws `unprocessable` for value sets that contain themselves, `too-costly` for those of too many others. */
export async function composed(
  valueSet: ValueSet,
  systems: Systems,
  find: FindValueSet,
  versions: Versions = new Map(),
  within: readonly string[] = [],
  budget = { left: MAX_SETS },
): Promise<Composed> {
  const { url, version, compose, expansion } = valueSet;
  const path = url === undefined ? within : [...within, url];
  const part = async (include: ValueSetComposeInclude): Promise<Part> => {
    const found: Composed[] = [];
    const unknown: string[] = [];
    for (const canonical of include.valueSet ?? []) {
      if (path.includes(withoutVersion(canonical)) || path.length > MAX_DEPTH) throw circle(path, canonical);
      budget.left -= 1;
      if (budget.left < 0) throw ofTooMany();
      const nested = await find(canonical);
      if (nested) found.push(await composed(nested, systems, find, versions, path, budget));
      else unknown.push(canonical);
    }
    const asked = include.version ?? (include.system ? versions.get(include.system) : undefined);
    const filters = (include.filter ?? []).map(({ property = '', op = '=', value = '' }) => ({
      property,
      op,
      value,
    }));
    return {
      url: include.system,
      version: asked,
      system: include.system === undefined ? undefined : systemOf(systems, include.system, asked),
      listed: include.concept?.length ? (include.concept as Listed[]) : undefined,
      filters,
      unusable: filters.find((f) => !isUsable(f)),
      sets: found,
      unknown,
    };
  };
  const parts = (list: readonly ValueSetComposeInclude[] = []) => Promise.all(list.map(part));
  const include = await parts(compose?.include);
  if (!compose?.include?.length && expansion?.contains)
    include.push(...expandedParts(expansion.contains, systems));
  return {
    url,
    version,
    include,
    exclude: await parts(compose?.exclude),
    activeOnly: compose?.inactive === false,
  };
}

/** A value set that is its expansion alone. */
function expandedParts(contains: readonly ValueSetExpansionContains[], systems: Systems): Part[] {
  const bySystem = new Map<string, Listed[]>();
  const walk = (list: readonly ValueSetExpansionContains[]) => {
    for (const { system, code, display, abstract, contains: below } of list) {
      if (system !== undefined && code !== undefined && !abstract) {
        const listed = bySystem.get(system);
        if (listed) listed.push({ code, display });
        else bySystem.set(system, [{ code, display }]);
      }
      walk(below ?? []);
    }
  };
  walk(contains);
  return [...bySystem].map(([url, listed]) => ({
    url,
    system: systemOf(systems, url),
    listed,
    filters: [],
    sets: [],
    unknown: [],
  }));
}

export function withoutVersion(canonical: string): string {
  return canonical.replace(/\|.*$/s, '');
}

function ofTooMany() {
  return tooCostly({
    en: `The value set is made of more than ${MAX_SETS} others. List the codes themselves, or take them in by fewer value sets.`,
    zh: `该值集由超过 ${MAX_SETS} 个其他值集组成。请直接列出编码,或减少引用的值集数量。`,
  });
}

function circle(path: readonly string[], canonical: string) {
  const way = [...path, canonical].join(' → ');
  return unprocessable([
    problem('invalid', {
      en: `The value set contains itself: ${way}. Remove one of these from compose.`,
      zh: `值集直接或间接包含了自身:${way}。请在 compose 中去掉其中之一。`,
    }),
  ]);
}
