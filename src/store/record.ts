/**
 * The record around one resource, a patient or an encounter: everything that belongs to it, in one statement,
 * ordered by type, date and key: the order of the index `resource_patient`.
 */
import type { Db } from '../kernel/ctx.ts';
import type { Stored } from './change.ts';
import { type Row as ResourceRow, storedOf } from './row.ts';

/** A resource with what tells its place in the order. */
export interface Placed extends Stored {
  readonly date: string;
}

/** The last resource of the page before: type, date, key. */
export type Place = readonly [type: string, date: string | number, key: string | number];

export interface Conditions {
  /** Milliseconds: updated at this instant or later. */
  readonly since?: number;
  /** The main date overlaps [from, to), in milliseconds; what has no main date always does. */
  readonly from?: number;
  readonly to?: number;
  readonly after?: Place;
  readonly limit: number;
}

export interface RecordConditions extends Conditions {
  readonly type: string;
  readonly id: string;
  /** Ids of the Patients whose records are one: of those of a patient, `id` among them. */
  readonly patients: readonly string[];
  /** Texts of the reference tokens that make a resource part of the record. */
  readonly links: readonly string[];
  /** Types that may be among them; undefined is every type. */
  readonly types?: readonly string[];
}

type Row = ResourceRow & { date: string; root: boolean };

const COLUMNS =
  'r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date';

/**
 * The resource itself, be it deleted (undefined when it never was), and at most `limit` others of its record.
 * Those of a patient are found by the patient column and by `links`, those of others by `links`.
 */
export async function readRecord(
  db: Db,
  asked: RecordConditions,
): Promise<{ root?: Placed; members: Placed[] }> {
  const values: unknown[] = [];
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`;
  const type = bind(asked.type, 'text');
  const id = bind(asked.id, 'text');
  const links = bind(asked.links, 'text[]');
  const conditions = conditionsOf(asked, bind);
  if (asked.types) conditions.push(`r.type = any(${bind(asked.types, 'text[]')})`);
  const rest = conditions.map((c) => ` and ${c}`).join('');
  const order = `order by r.type, r.date, r.key limit ${bind(asked.limit, 'int')}`;
  const isPatient = asked.type === 'Patient';
  // Of one alone, the index answers in order.
  const one = asked.patients.length === 1;
  const whose = isPatient ? (one ? id : bind(asked.patients, 'text[]')) : '';
  const byColumn = `union all
(select ${COLUMNS}, false as root from resource r where r.patient = ${one ? whose : `any(${whose})`} and not r.deleted${rest} ${order})`;
  const notByColumn = one
    ? `r.patient is distinct from ${whose}`
    : `(r.patient is null or r.patient <> all(${whose}))`;
  const text = `select ${COLUMNS}, true as root from resource r where r.type = ${type} and r.id = ${id}
${isPatient ? byColumn : ''}
union all
(select ${COLUMNS}, false as root from resource r
where r.key in (
    select t.key from unnest(${links}) u(text) join token t on t.hash = hashtextextended(u.text, 0)
  )
  and not (r.type = ${type} and r.id = ${id})${isPatient ? ` and ${notByColumn}` : ''}
  and not r.deleted${rest} ${order})`;
  const { rows } = await db.query<Row>({ name: nameOf(text), text, values });
  const members = rows.filter((r) => !r.root).map(placedOf);
  const root = rows.find((r) => r.root);
  return { root: root && placedOf(root), members: members.sort(inOrder).slice(0, asked.limit) };
}

/** At most `limit` resources of a type, in the order of date and key, after a place among them. */
export async function readTypeInOrder(
  db: Db,
  type: string,
  asked: Omit<Conditions, 'after'> & { readonly after?: Place },
): Promise<Placed[]> {
  const values: unknown[] = [];
  const bind = (value: unknown, cast: string) => `$${values.push(value)}::${cast}`;
  const conditions = [`r.type = ${bind(type, 'text')}`, 'not r.deleted', ...conditionsOf(asked, bind)];
  const text = `select ${COLUMNS}, false as root from resource r
where ${conditions.join(' and ')}
order by r.type, r.date, r.key limit ${bind(asked.limit, 'int')}`;
  const { rows } = await db.query<Row>({ name: nameOf(text), text, values });
  return rows.map(placedOf);
}

function conditionsOf(
  { since, from, to, after }: Conditions,
  bind: (value: unknown, cast: string) => string,
): string[] {
  const found: string[] = [];
  if (since !== undefined) found.push(`r.updated >= ${bind(since, 'bigint')}`);
  if (from !== undefined) found.push(`(r.date_end is null or r.date_end > ${bind(from, 'bigint')})`);
  if (to !== undefined) found.push(`(r.date_end is null or r.date < ${bind(to, 'bigint')})`);
  if (after) {
    const [type, date, key] = after;
    found.push(
      `(r.type, r.date, r.key) > (${bind(type, 'text')}, ${bind(date, 'bigint')}, ${bind(key, 'bigint')})`,
    );
  }
  return found;
}

/** There are as many statements as combinations of conditions: few enough to be prepared, all of them. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `store.record.${names.size}`;
  names.set(text, name);
  return name;
}

const names = new Map<string, string>();

function placedOf({ root: _, ...row }: Row): Placed {
  return storedOf(row) as Placed;
}

/** As PostgreSQL orders them: type by its bytes, date and key by their value. */
function inOrder(a: Placed, b: Placed): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return Number(a.date) - Number(b.date) || Number(BigInt(a.key) - BigInt(b.key));
}
