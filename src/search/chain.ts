/**
 * Conditions on other resources: chains (https://hl7.org/fhir/R4/search.html#chaining) and reverse chains
 * (https://hl7.org/fhir/R4/search.html#has), read and turned into SQL.
 */
import { badParameter } from '../kernel/fhir-error.ts';
import { anyOf, type Bindings } from './bindings.ts';
import { canonicalHash, hasCanonicals, namesCanonical, onlyCanonicals } from './canonical-links.ts';
import {
  type Condition,
  isTooCostly,
  type ParseCondition,
  type SearchContext,
  unknownParameter,
} from './condition.ts';
import type { Filter } from './plan.ts';
import { referenceToken } from './tokens.ts';
import { targetsOf } from './types/reference.ts';
import type { FilterOf } from './types/search-type.ts';

/** Reads what is asked of resources of one type at the other end of a link. */
type MakeFilter = (type: string) => Filter;

/** `subject:Patient.name=…`, `subject.organization.name=…`. */
export function parseChain(context: SearchContext, condition: Condition, parse: ParseCondition): Filter {
  const { type, name, value, links } = condition;
  const dot = name.indexOf('.');
  const rest = name.slice(dot + 1);
  return chained(context, type, name.slice(0, dot), name, (target) =>
    parse({ type: target, name: rest, value, links: links + 1 }),
  );
}

/**
 * One alternative for each type that `link` (`subject`, `subject:Patient`) may lead to and that can be asked
 * so; `name` is where errors point.
 */
export function chained(
  context: SearchContext,
  type: string,
  link: string,
  name: string,
  make: MakeFilter,
): Filter {
  const [code, qualifier] = link.split(':');
  const parameter = context.parameters(type).byCode.get(code!);
  if (!parameter) throw unknownParameter(context, type, code!, name);
  if (parameter.kind !== 'reference') {
    throw badParameter(name, {
      en: `'${code}' is a ${parameter.kind} parameter: only references can be chained.`,
      zh: `“${code}”是 ${parameter.kind} 参数,只有引用参数可以链式检索。`,
    });
  }
  const possible = targetsOf(context, parameter);
  if (qualifier && !possible.includes(qualifier)) {
    throw badParameter(name, {
      en: `${type}.${code} does not refer to '${qualifier}'. It refers to: ${possible.join(', ')}.`,
      zh: `${type}.${code} 不指向“${qualifier}”。可指向:${possible.join('、')}。`,
    });
  }
  const targets = qualifier ? [qualifier] : possible;
  const named = onlyCanonicals(parameter);
  const filters: Filter[] = [];
  let firstError: unknown;
  for (const target of targets) {
    if (!context.definitions.resourceTypes.has(target)) continue;
    if (named && !hasUrl(context, target)) continue;
    try {
      filters.push({ kind: 'chain', link: parameter, target, filter: make(target) });
    } catch (error) {
      if (isTooCostly(error)) throw error;
      firstError ??= error;
    }
  }
  if (filters.length === 0) throw firstError ?? unknownParameter(context, type, name);
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}

function hasUrl(context: SearchContext, type: string): boolean {
  return context.parameters(type).byCode.get('url')?.kind === 'uri';
}

/** `_has:Observation:patient:code=…`, whose end may be a chain or another `_has`. */
export function parseHas(context: SearchContext, condition: Condition, parse: ParseCondition): Filter {
  const { type, name, value, links } = condition;
  const match = /^_has:(\w+):([\w-]+):(.+)$/.exec(name);
  const [, source = '', code = '', rest = ''] = match ?? [];
  return reversed(context, type, { source, code }, name, () =>
    parse({ type: source, name: rest, value, links: links + 1 }),
  );
}

/** Resources of `type` that some `source` refers to through its parameter `code`. */
export function reversed(
  context: SearchContext,
  type: string,
  { source, code }: { readonly source: string; readonly code: string },
  name: string,
  make: MakeFilter,
): Filter {
  if (!context.definitions.resourceTypes.has(source)) {
    throw badParameter(name, {
      en: `'${name}' is no reverse chain. Write _has:Type:reference-parameter:parameter, as in _has:Observation:patient:code.`,
      zh: `“${name}”不是反向链。格式为 _has:资源类型:引用参数:参数,例如 _has:Observation:patient:code。`,
    });
  }
  const parameter = context.parameters(source).byCode.get(code);
  if (!parameter) throw unknownParameter(context, source, code, name);
  if (parameter.kind !== 'reference' || (parameter.targets.length > 0 && !parameter.targets.includes(type))) {
    throw badParameter(name, {
      en: `${source}.${code} does not refer to ${type}.`,
      zh: `${source}.${code} 不指向 ${type}。`,
    });
  }
  return { kind: 'has', source, link: parameter, filter: make(source) };
}

/** Makes the SQL of the filter at the other end of a link, over a resource row. */
type Inner = (filter: Filter, r: string) => string;

export function chainWhere(filter: FilterOf<'chain'>, r: string, b: Bindings, inner: Inner): string {
  const c = aliasBehind(r);
  const condition = inner(filter.filter, c);
  const target = b.bind(filter.target, 'text');
  if (filter.link.isPatient && filter.target === 'Patient') {
    const there = `resource ${c} where ${c}.type = ${target} and ${c}.id = ${r}.patient and not ${c}.deleted and ${condition}`;
    return b.linksByRow ? b.exists(there) : `exists (select 1 from ${there})`;
  }
  // What ties it to the row stands in `where`: only so may the planner begin at the far end of a long chain.
  const through = (hash: string, more = '') =>
    b.exists(
      `resource ${c} cross join token t where t.hash = ${hash} and t.date = ${r}.date and t.key = ${r}.key and ${c}.type = ${target} and not ${c}.deleted and ${condition}${more}`,
    );
  const ways: string[] = [];
  if (!onlyCanonicals(filter.link)) {
    const prefix = b.bind(referenceToken(filter.link.key, `${filter.target}/`), 'text');
    ways.push(through(`hashtextextended(${prefix} || ${c}.id, 0)`));
  }
  if (hasCanonicals(filter.link)) {
    const names = namesCanonical(filter.link, r, c, b);
    ways.push(through(canonicalHash(filter.link, c, b), ` and ${names}`));
  }
  return anyOf(ways);
}

export function hasWhere(filter: FilterOf<'has'>, r: string, b: Bindings, inner: Inner): string {
  const c = aliasBehind(r);
  const condition = inner(filter.filter, c);
  // Tokens are found by what they say, hardly by whose they are: always from the row to what refers to it.
  const through = (hash: string, more = '') =>
    `coalesce((select true from token t join resource ${c} on ${c}.key = t.key where t.hash = ${hash} and ${condition}${more} limit 1), false)`;
  const ways: string[] = [];
  if (!onlyCanonicals(filter.link)) {
    const prefix = b.bind(filter.link.key, 'text');
    ways.push(through(`hashtextextended(${prefix} || 'r' || ${r}.type || '/' || ${r}.id, 0)`));
  }
  if (hasCanonicals(filter.link)) {
    const names = namesCanonical(filter.link, c, r, b);
    ways.push(through(canonicalHash(filter.link, r, b), ` and ${names}`));
  }
  const byToken = anyOf(ways);
  if (!filter.link.isPatient) return byToken;
  const source = b.bind(filter.source, 'text');
  const byPatient = `exists (select 1 from resource ${c} where ${c}.patient = ${r}.id and ${c}.type = ${source} and ${condition})`;
  return `(case when ${r}.type = 'Patient' then ${byPatient} else ${byToken} end)`;
}

/** Aliases are nested (`r`, `rc`, `rcc`), so that equal searches compile to equal text. */
function aliasBehind(r: string): string {
  return `${r}c`;
}
