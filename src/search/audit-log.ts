/**
 * Searching the server's own AuditEvents, whose rows are those of the audit log and not of `resource`. What
 * entries share is indexed once for their kind: in the source below `r` has the key of the kind's index rows,
 * so every filter works on it as on a resource. The few parameters that differ from entry to entry (whose data,
 * what, from where, when) are asked of the entry, which is `ro`.
 */
import { anyOf, type Bindings } from './bindings.ts';
import type { Filter } from './plan.ts';
import { exactToken, parameterKey, referenceToken } from './tokens.ts';
import type { FilterOf } from './types/search-type.ts';

export const LOGGED_TYPE = 'AuditEvent';

/** Alias of the entry behind the row named `r`. */
export function entryOf(r: string): string {
  return `${r}o`;
}

/** A `from` item with the row `r` and its entry. */
export function loggedFrom(r: string): string {
  const o = entryOf(r);
  return `audit_event ${o} cross join lateral (select ${o}.index_key as key, ${o}.index_date as date, ${o}.date_end, ${o}.type, ${o}.id, ${o}.version, ${o}.updated, ${o}.deleted, ${o}.method, ${o}.patient, ${o}.content) ${r}`;
}

const ADDRESS = parameterKey(LOGGED_TYPE, 'address');
const ADDRESS_EXACT = exactToken(ADDRESS, '');
/** Parameters over the entities of an entry; a patient is one of them. */
const ENTITY_KEYS = ['patient', 'entity'].map((code) => parameterKey(LOGGED_TYPE, code));
const ENTITY_TEXTS = ENTITY_KEYS.map((key) => referenceToken(key, ''));

/** The same filter as the log answers it. */
export function loggedFilter(filter: Filter): Filter {
  switch (filter.kind) {
    case 'any':
    case 'all':
      return { ...filter, filters: filter.filters.map(loggedFilter) };
    case 'not':
      return { ...filter, filter: loggedFilter(filter.filter) };
    case 'date':
      // The date of an entry is its time.
      return filter.on === 'main' ? { ...filter, on: 'updated' } : filter;
    case 'string':
      return filter.key === ADDRESS
        ? { kind: 'logged', asks: 'address', match: filter.match, values: filter.values }
        : filter;
    case 'compared':
      return { ...filter, by: 'json' };
    case 'token':
      return splitTexts(filter.texts, filter, filter.negate);
    case 'reference':
      return splitTexts(filter.texts, filter, false);
    case 'member':
      return splitTexts(filter.texts, { kind: 'token', texts: filter.texts, negate: false, rank: 1 }, false);
    case 'chain':
      return ENTITY_KEYS.includes(filter.link.key)
        ? { kind: 'logged', asks: 'entity-that', target: filter.target, filter: filter.filter }
        : filter;
    default:
      return filter;
  }
}

function splitTexts(
  texts: readonly string[],
  filter: Filter & { texts: readonly string[] },
  negate: boolean,
) {
  const entities: string[] = [];
  const addresses: string[] = [];
  const shared: string[] = [];
  for (const text of texts) {
    const of = ENTITY_TEXTS.find((prefix) => text.startsWith(prefix));
    if (of !== undefined) entities.push(text.slice(of.length));
    else if (text.startsWith(ADDRESS_EXACT)) addresses.push(text.slice(ADDRESS_EXACT.length));
    else shared.push(text);
  }
  if (entities.length + addresses.length === 0) return filter;
  const asked: Filter[] = [
    ...(entities.length > 0 ? [{ kind: 'logged', asks: 'entity', references: entities } as const] : []),
    ...(addresses.length > 0
      ? [{ kind: 'logged', asks: 'address', match: 'exact', values: addresses } as const]
      : []),
    ...(shared.length > 0 ? [{ ...filter, texts: shared, negate: false } as Filter] : []),
  ];
  const any: Filter = asked.length === 1 ? asked[0]! : { kind: 'any', filters: asked };
  return negate ? ({ kind: 'not', filter: any } as const) : any;
}

/** Places (time and key) of the entries about a patient, in the first place or a further one. */
function placesOf(condition: (column: string) => string): string {
  return `select l.at, l.key from audit_log l where ${condition('l.patient')} union all select p.at, p.key from audit_patient p where ${condition('p.patient')}`;
}

export function loggedWhere(
  filter: FilterOf<'logged'>,
  r: string,
  b: Bindings,
  inner: (filter: Filter, row: string) => string,
): string {
  const o = entryOf(r);
  switch (filter.asks) {
    case 'address':
      return addressWhere(filter, o, b);
    case 'entity': {
      const patients = filter.references.flatMap((text) => /^Patient\/(.*)$/.exec(text)?.[1] ?? []);
      const others = filter.references.filter((text) => !text.startsWith('Patient/'));
      return anyOf([
        ...(patients.length > 0
          ? [
              `(${o}.date, ${o}.key) in (${placesOf((column) => `${column} = any(${b.bind(patients, 'text[]')})`)})`,
            ]
          : []),
        ...(others.length > 0
          ? [
              `(${o}.target = any(${b.bind(others, 'text[]')}) or ${o}.more -> 'targets' ?| ${b.bind(others, 'text[]')})`,
            ]
          : []),
      ]);
    }
    case 'entity-that': {
      const c = `${r}c`;
      const condition = inner(filter.filter, c);
      const target = b.bind(filter.target, 'text');
      const there = `${c}.type = ${target} and not ${c}.deleted and ${condition}`;
      if (filter.target === 'Patient') {
        return `(${o}.date, ${o}.key) in (${placesOf((column) => `${column} in (select ${c}.id from resource ${c} where ${there})`)})`;
      }
      return `exists (select 1 from resource ${c} where (${o}.target = ${target} || '/' || ${c}.id or ${o}.more -> 'targets' ? (${target} || '/' || ${c}.id)) and ${there})`;
    }
  }
}

/** `_has:AuditEvent:…` over the row named `r`. */
export function loggedHas(
  { link, filter }: FilterOf<'has'>,
  r: string,
  b: Bindings,
  inner: (filter: Filter, row: string) => string,
): string {
  const c = `${r}c`;
  const o = entryOf(c);
  const named = `${r}.type || '/' || ${r}.id`;
  const refers = ENTITY_KEYS.includes(link.key)
    ? anyOf([
        `${r}.type = 'Patient' and (${o}.date, ${o}.key) in (${placesOf((column) => `${column} = ${r}.id`)})`,
        `${o}.target = ${named}`,
        `${o}.more -> 'targets' ? (${named})`,
      ])
    : `exists (select 1 from token t where t.hash = hashtextextended(${b.bind(link.key, 'text')} || 'r' || ${named}, 0) and t.date = ${c}.date and t.key = ${c}.key)`;
  return `exists (select 1 from ${loggedFrom(c)} where ${refers} and ${inner(loggedFilter(filter), c)})`;
}

function addressWhere(
  { match, values }: FilterOf<'logged'> & { asks: 'address' },
  o: string,
  b: Bindings,
): string {
  if (match === 'exact') return `${o}.address = any(${b.bind(values, 'text[]')})`;
  return anyOf(
    values.map((v) => {
      const pattern = v.replace(/[\\%_]/g, '\\$&');
      return `lower(${o}.address) like ${b.bind(match === 'prefix' ? `${pattern}%` : `%${pattern}%`, 'text')}`;
    }),
  );
}
