/** The groups of key populations, and the residents who may have to move in the large ones. */
import type { Db } from '../kernel/ctx.ts';
import { featureToken } from '../search/tokens.ts';

/** By which the groups are found: `Contribution.keys`. */
export const KEY_POPULATION = 'key-population';

export interface Population {
  readonly id: string;
  /** Bytes of the group as it is stored, members included. */
  readonly bytes: number;
}

/** All groups, without reading them. */
export async function populations(db: Db): Promise<Population[]> {
  const { rows } = await db.query<{ id: string; bytes: number }>({
    name: 'store.populations',
    text: `select r.id, pg_column_size(r.content) as bytes from token t join resource r on r.key = t.key
where t.hash = hashtextextended($1, 0) and not r.deleted order by r.id`,
    values: [featureToken('Group', KEY_POPULATION)],
  });
  return rows;
}

/** In the transaction of what changed. */
export async function notePopulationChange(db: Db, patient: string): Promise<void> {
  await db.query({
    name: 'store.notePopulationChange',
    text: `insert into population_change (patient, change) values ($1, nextval('population_change_number'))
on conflict (patient) do update set change = excluded.change`,
    values: [patient],
  });
}

export interface PopulationChange {
  readonly patient: string;
  readonly change: string;
}

export async function populationChanges(db: Db, limit: number): Promise<PopulationChange[]> {
  const { rows } = await db.query<PopulationChange>({
    name: 'store.populationChanges',
    text: 'select patient, change from population_change order by change limit $1',
    values: [limit],
  });
  return rows;
}

/** Those that did not change again meanwhile. */
export async function dropPopulationChanges(db: Db, changes: readonly PopulationChange[]): Promise<void> {
  await db.query({
    name: 'store.dropPopulationChanges',
    text: `delete from population_change p using unnest($1::text[], $2::bigint[]) u (patient, change)
where p.patient = u.patient and p.change = u.change`,
    values: [changes.map((c) => c.patient), changes.map((c) => c.change)],
  });
}
