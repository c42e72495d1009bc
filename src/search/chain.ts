/**
 * Conditions on other resources: chains (https://hl7.org/fhir/R4/search.html#chaining) and reverse chains
 * (https://hl7.org/fhir/R4/search.html#has), read and turned into SQL.
 */
import { badParameter } from '../kernel/fhir-error.ts';
import type { Bindings } from './bindings.ts';
import {
  type Condition,
  isTooCostly,
  type ParseCondition,
  type SearchContext,
  unknownParameter,
} from './condition.ts';
import { hasCanonicals, type Parameter } from './parameters.ts';
import type { Filter, ReferenceLink } from './plan.ts';
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
  const filters: Filter[] = [];
  let firstError: unknown;
  for (const target of targets) {
    if (!context.definitions.resourceTypes.has(target)) continue;
    try {
      const byUrl = isNamedByUrl(context, parameter, target);
      filters.push({ kind: 'chain', link: parameter, target, filter: make(target), byUrl });
    } catch (error) {
      if (isTooCostly(error)) throw error;
      firstError ??= error;
    }
  }
  if (filters.length === 0) throw firstError ?? unknownParameter(context, type, name);
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
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
  const byUrl = isNamedByUrl(context, parameter, type);
  return { kind: 'has', source, link: parameter, filter: make(source), byUrl };
}

/** Whether a parameter may name resources of a type by canonicals. https://hl7.org/fhir/R4/references.html#canonical */
function isNamedByUrl(context: SearchContext, link: Parameter, target: string): boolean {
  return hasCanonicals(link) && context.parameters(target).byCode.get('url')?.kind === 'uri';
}

/** Makes the SQL of the filter at the other end of a link, over a resource row. */
type Inner = (filter: Filter, r: string) => string;

export function chainWhere(filter: FilterOf<'chain'>, r: string, b: Bindings, inner: Inner): string {
  const c = aliasBehind(r);
  const condition = inner(filter.filter, c);
  const target = b.bind(filter.target, 'text');
  if (filter.link.isPatient && filter.target === 'Patient') {
    return `exists (select 1 from resource ${c} where ${c}.type = ${target} and ${c}.id = ${r}.patient and not ${c}.deleted and ${condition})`;
  }
  const prefix = b.bind(referenceToken(filter.link.key, `${filter.target}/`), 'text');
  const byId = `exists (select 1 from resource ${c} join token t on t.hash = hashtextextended(${prefix} || ${c}.id, 0) and t.date = ${r}.date and t.key = ${r}.key where ${c}.type = ${target} and not ${c}.deleted and ${condition})`;
  if (!filter.byUrl) return byId;
  const { from, where } = byUrl(filter.link, r, c, b);
  const byName = `exists (select 1 from resource ${c}, ${from} where ${c}.type = ${target} and not ${c}.deleted and t.date = ${r}.date and t.key = ${r}.key and ${where} and ${condition})`;
  return `(${byId} or ${byName})`;
}

export function hasWhere(filter: FilterOf<'has'>, r: string, b: Bindings, inner: Inner): string {
  const c = aliasBehind(r);
  const condition = inner(filter.filter, c);
  const byToken = `exists (select 1 from token t join resource ${c} on ${c}.key = t.key where t.hash = hashtextextended(${b.bind(filter.link.key, 'text')} || 'r' || ${r}.type || '/' || ${r}.id, 0) and ${condition})`;
  if (filter.byUrl) {
    const { from, where } = byUrl(filter.link, c, r, b);
    return `(${byToken} or exists (select 1 from ${from} join resource ${c} on ${c}.key = t.key where ${where} and ${condition}))`;
  }
  if (!filter.link.isPatient) return byToken;
  const source = b.bind(filter.source, 'text');
  const byPatient = `exists (select 1 from resource ${c} where ${c}.patient = ${r}.id and ${c}.type = ${source} and ${condition})`;
  return `(case when ${r}.type = 'Patient' then ${byPatient} else ${byToken} end)`;
}

/**
 * The tokens `t` of `referring` that name `named` by its url. A canonical with a version is indexed without it,
 * too, so that what is found by the url alone must stand so in the text.
 */
function byUrl(link: ReferenceLink, referring: string, named: string, b: Bindings) {
  const prefix = b.bind(referenceToken(link.key, ''), 'text');
  const hash = (name: string) => `hashtextextended(${prefix} || ${name}, 0)`;
  const bare = hash('n.url');
  return {
    from: `lateral (select j ->> 'url' as url, (j ->> 'url') || '|' || (j ->> 'version') as versioned from resource_json(${named}.content) as j) n join token t on t.hash in (${bare}, ${hash('n.versioned')})`,
    where: `(t.hash <> ${bare} or strpos(${referring}.content, to_json(n.url)::text) > 0)`,
  };
}

/** Aliases are nested (`r`, `rc`, `rcc`), so that equal searches compile to equal text. */
function aliasBehind(r: string): string {
  return `${r}c`;
}
