/**
 * Takes in code systems whose concepts are no resource. Large ones arrive in parts; nobody sees any of it until
 * all are there, and then the former concepts are gone.
 */
import type { CodeSystemConcept } from '@medplum/fhirtypes';
import type { SystemHeader, Table } from '../kernel/code-table.ts';
import type { Database, Db } from '../kernel/ctx.ts';
import { flatConcept, withAncestors } from './concept-rows.ts';
import { replaceHeader, replaceSystem } from './concept-store.ts';

/** Parts that nobody asked for any more are gone after so long. */
const FORGOTTEN_AFTER = '1 day';

export function sourceOf({ url, version }: Pick<SystemHeader, 'url' | 'version'>): string {
  return `table:${url}|${version ?? ''}`;
}

/** Whether a table was taken in as it is; its sha256 says so. */
export async function isTakenIn(db: Db, header: SystemHeader, sha256: string): Promise<boolean> {
  const { rows } = await db.query<{ sha256: string }>({
    name: 'terminology.sha256',
    text: 'select sha256 from concept_system where source = $1',
    values: [sourceOf(header)],
  });
  return rows[0]?.sha256 === sha256;
}

/** A whole table, in the transaction of `db`. */
export async function takeIn(db: Db, { header, sha256, concepts }: Table): Promise<void> {
  const rows = withAncestors(concepts.map((c) => flatConcept(c, [])));
  await replaceSystem(db, sourceOf(header), header, sha256, rows);
}

/** Part of the concepts of a load, from `place` on. The same part again replaces itself. */
export async function arrive(
  db: Db,
  load: string,
  place: number,
  concepts: readonly CodeSystemConcept[],
): Promise<void> {
  await db.query({
    name: 'terminology.arrive',
    text: `with old as (delete from concept_arriving where arrived < now() - interval '${FORGOTTEN_AFTER}')
insert into concept_arriving (load, place, row)
select $1, $2::int + u.n::int - 1, u.row::jsonb from unnest($3::text[]) with ordinality u(row, n)
on conflict (load, place) do update set row = excluded.row, arrived = now()`,
    values: [load, place, concepts.map((c) => JSON.stringify(flatConcept(c, [])))],
  });
}

/** A concept that has arrived, as far as its place in the hierarchy takes it. */
interface Placed {
  readonly place: number;
  readonly code: string;
  readonly parents: readonly string[];
}

const CHUNK = 5_000;

async function move(
  db: Db,
  load: string,
  system: string,
  placed: readonly (Placed & { readonly ancestors: readonly string[] })[],
): Promise<void> {
  await db.query({
    name: 'terminology.move',
    text: `insert into concept (system, code, place, display, inactive, abstract, parents, ancestors, facts, properties, designations, words)
select $1::bigint, row ->> 'code', a.place, row ->> 'display', (row -> 'inactive')::boolean, (row -> 'abstract')::boolean,
  array(select jsonb_array_elements_text(row -> 'parents')), array(select jsonb_array_elements_text(u.ancestors::jsonb)),
  row -> 'facts', row -> 'properties', row -> 'designations', row ->> 'words'
from (select place, row from concept_arriving where load = $2 and place between $3 and $4) a
join unnest($5::int[], $6::text[]) u(place, ancestors) on u.place = a.place`,
    values: [
      system,
      load,
      placed[0]!.place,
      placed.at(-1)!.place,
      placed.map((p) => p.place),
      placed.map((p) => JSON.stringify(p.ancestors)),
    ],
  });
}

/**
 * Puts what has arrived in the place of what there was. Answers how many concepts there are; undefined when not
 * as many have arrived as were said: nothing is changed then.
 */
export async function finish(
  database: Database,
  load: string,
  header: SystemHeader,
  sha256: string,
  count: number,
): Promise<number | undefined> {
  return database.tx(async (db) => {
    // Two who load the same take turns.
    await db.query({
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 7))',
      values: [sourceOf(header)],
    });
    await db.query({ text: 'set local statement_timeout = 0', values: [] });
    const { rows } = await db.query<Placed>({
      text: `select place, row ->> 'code' as code, row -> 'parents' as parents from concept_arriving where load = $1 order by place`,
      values: [load],
    });
    if (rows.length !== count) return undefined;
    const key = await replaceHeader(db, sourceOf(header), header, sha256, count);
    const placed = withAncestors(rows);
    for (let at = 0; at < placed.length; at += CHUNK) await move(db, load, key, placed.slice(at, at + CHUNK));
    await db.query({ text: 'delete from concept_arriving where load = $1', values: [load] });
    return rows.length;
  });
}
