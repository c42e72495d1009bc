/**
 * Searching the server's own AuditEvents, whose rows are those of the audit log and not of `resource`. What
 * entries share is indexed once for their kind: in the source below `r` has the key of the kind's index rows,
 * so every filter works on it as on a resource. The few parameters that differ from entry to entry (whose data,
 * what, from where, when) are asked of the entry, which is `ro`.
 */
import { anyOf, type Bindings } from './bindings.ts';
import type { Filter, LoggedMatch } from './plan.ts';
import { exactToken, parameterKey, referenceToken, uriToken } from './tokens.ts';
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

const keyOf = (code: string) => parameterKey(LOGGED_TYPE, code);

/** Parameters over texts of the entry, and the column; `also` those that the kind has values of as well. */
const TEXTS = [
  { key: keyOf('address'), asks: 'address', also: false },
  { key: keyOf('agent-name'), asks: 'person_name', also: true },
] as const;

/** Parameters over references of the entry. A patient is an entity, or the person who asked. */
const LINKS = [
  { key: keyOf('patient'), asks: 'patient', also: false },
  { key: keyOf('entity'), asks: 'entity', also: false },
  { key: keyOf('agent'), asks: 'person', also: true },
] as const;

const POLICY = uriToken(keyOf('policy'), '');

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
    case 'string': {
      const text = TEXTS.find(({ key }) => key === filter.key);
      if (!text) return filter;
      const { match, values } = filter;
      const asked = { kind: 'logged', asks: text.asks, match, values } as const;
      return text.also ? { kind: 'any', filters: [asked, filter] } : asked;
    }
    case 'compared':
      return { ...filter, by: 'json' };
    case 'token':
      return splitTexts(filter.texts, filter, filter.negate);
    case 'reference':
      return splitTexts(filter.texts, filter, false);
    case 'member':
      return splitTexts(filter.texts, { kind: 'token', texts: filter.texts, negate: false, rank: 1 }, false);
    case 'chain': {
      const link = LINKS.find(({ key }) => key === filter.link.key);
      if (!link) return filter;
      const asked = {
        kind: 'logged',
        asks: `${link.asks}-that`,
        target: filter.target,
        filter: filter.filter,
      } as const;
      return link.also ? { kind: 'any', filters: [asked, filter] } : asked;
    }
    default:
      return filter;
  }
}

/** What the texts of tokens ask of the entry, and those that are asked of its kind. */
function splitTexts(
  texts: readonly string[],
  filter: Filter & { texts: readonly string[] },
  negate: boolean,
) {
  const asked: Filter[] = [];
  const ofEntry = new Set<string>();
  const take = (prefix: string, also: boolean, ask: (values: string[]) => Filter) => {
    const here = texts.filter((text) => text.startsWith(prefix));
    if (here.length === 0) return;
    asked.push(ask(here.map((text) => text.slice(prefix.length))));
    if (!also) for (const text of here) ofEntry.add(text);
  };
  for (const { key, asks, also } of LINKS) {
    take(referenceToken(key, ''), also, (references) => ({ kind: 'logged', asks, references }));
  }
  for (const { key, asks, also } of TEXTS) {
    take(exactToken(key, ''), also, (values) => ({ kind: 'logged', asks, match: 'exact', values }));
  }
  take(POLICY, false, (values) => ({ kind: 'logged', asks: 'token', values }));
  if (asked.length === 0) return filter;
  const shared = texts.filter((text) => !ofEntry.has(text));
  if (shared.length > 0) asked.push({ ...filter, texts: shared, negate: false } as Filter);
  const any: Filter = asked.length === 1 ? asked[0]! : { kind: 'any', filters: asked };
  return negate ? ({ kind: 'not', filter: any } as const) : any;
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
    case 'person_name':
      return textOfEntryWhere(`${o}.${filter.asks}`, filter.match, filter.values, b);
    case 'token':
      return `${o}.token = any(${b.bind(filter.values, 'text[]')})`;
    case 'person':
      return `${o}.person = any(${b.bind(filter.references, 'text[]')})`;
    case 'patient':
    case 'entity':
      return entityWhere(filter.references, o, b, filter.asks === 'patient');
    case 'patient-that':
    case 'entity-that':
    case 'person-that':
      return entityThatWhere(filter, r, b, inner);
  }
}

/** Places (time and key) of the entries about a patient; `asPerson`: and of those where the patient asked. */
function placesOf(condition: (id: string) => string, asPerson: boolean): string {
  const about = `select l.at, l.key from audit_log l where ${condition('l.patient')}`;
  if (!asPerson) return about;
  return `${about} union all select l.at, l.key from audit_log l where l.person like 'Patient/%' and ${condition(`substr(l.person, 9)`)}`;
}

/** Whether the entry `l` names the resource `x`, whatever the version. */
function names(l: string, x: string): string {
  const name = `${x}.type || '/' || ${x}.id`;
  return `(split_part(${l}.target, '/_history/', 1) = ${name} or ${l}.more -> 'targets' ? (${name}) or ${x}.key = any(${l}.disclosed))`;
}

/**
 * What is of a patient is looked for among that patient's entries, the patients it had before included; only what
 * is nobody's is looked for among all.
 */
function entityWhere(references: readonly string[], o: string, b: Bindings, asPerson: boolean): string {
  const patients = references.flatMap((text) => /^Patient\/(.*)$/.exec(text)?.[1] ?? []);
  const others = references.filter((text) => !text.startsWith('Patient/'));
  const places: string[] = [];
  if (patients.length > 0) {
    const ids = b.bind(patients, 'text[]');
    places.push(`select l.at, l.key from audit_log l where l.patient = any(${ids})`);
    if (asPerson) {
      const persons = b.bind(
        patients.map((id) => `Patient/${id}`),
        'text[]',
      );
      places.push(`select l.at, l.key from audit_log l where l.person = any(${persons})`);
    }
  }
  if (others.length > 0) {
    const split = others.map((text) => text.split('/'));
    const types = b.bind(
      split.map(([type]) => type),
      'text[]',
    );
    const ids = b.bind(
      split.map(([, id]) => id ?? ''),
      'text[]',
    );
    const asked = `unnest(${types}, ${ids}) u(type, id) left join resource x on x.type = u.type and x.id = u.id`;
    places.push(
      `select l.at, l.key from ${asked} cross join lateral (select x.patient union select h.patient from history h where h.key = x.key) w(patient) join audit_log l on l.patient = w.patient where ${names('l', 'x')}`,
      `select l.at, l.key from audit_log l where exists (select 1 from ${asked} where x.patient is null) and (split_part(l.target, '/_history/', 1) = any(${b.bind(others, 'text[]')}) or l.more -> 'targets' ?| ${b.bind(others, 'text[]')} or l.disclosed && array(select x.key from ${asked}))`,
    );
  }
  return places.length === 0 ? 'false' : `(${o}.date, ${o}.key) in (${places.join(' union all ')})`;
}

function entityThatWhere(
  filter: FilterOf<'logged'> & { asks: 'patient-that' | 'entity-that' | 'person-that' },
  r: string,
  b: Bindings,
  inner: (filter: Filter, row: string) => string,
): string {
  const o = entryOf(r);
  const c = `${r}c`;
  const target = b.bind(filter.target, 'text');
  const there = `${c}.type = ${target} and not ${c}.deleted and ${inner(filter.filter, c)}`;
  if (filter.asks === 'person-that') {
    return `exists (select 1 from resource ${c} where ${o}.person = ${target} || '/' || ${c}.id and ${there})`;
  }
  if (filter.target === 'Patient') {
    const ids = `select ${c}.id from resource ${c} where ${there}`;
    return `(${o}.date, ${o}.key) in (${placesOf((id) => `${id} in (${ids})`, filter.asks === 'patient-that')})`;
  }
  return `exists (select 1 from resource ${c} where ${names(o, c)} and ${there})`;
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
  const asked = LINKS.find(({ key }) => key === link.key)?.asks;
  const byKind = () =>
    `exists (select 1 from token t where t.hash = hashtextextended(${b.bind(link.key, 'text')} || 'r' || ${named}, 0) and t.date = ${c}.date and t.key = ${c}.key)`;
  const ofPatient = () =>
    `${r}.type = 'Patient' and (${o}.date, ${o}.key) in (${placesOf((id) => `${id} = ${r}.id`, asked === 'patient')})`;
  const refers =
    asked === undefined
      ? byKind()
      : anyOf(asked === 'person' ? [byKind(), `${o}.person = ${named}`] : [ofPatient(), names(o, r)]);
  return `exists (select 1 from ${loggedFrom(c)} where ${refers} and ${inner(loggedFilter(filter), c)})`;
}

function textOfEntryWhere(
  column: string,
  match: LoggedMatch,
  values: readonly string[],
  b: Bindings,
): string {
  if (match === 'exact') return `${column} = any(${b.bind(values, 'text[]')})`;
  return anyOf(
    values.map((v) => {
      const pattern = v.replace(/[\\%_]/g, '\\$&');
      return `lower(${column}) like ${b.bind(match === 'prefix' ? `${pattern}%` : `%${pattern}%`, 'text')}`;
    }),
  );
}
