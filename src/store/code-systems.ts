/** The systems under which the codes of each search parameter are stored: see `search/bare-codes.ts`. */
import type { Db } from '../kernel/ctx.ts';
import type { IndexRows } from '../search/rows.ts';
import { createOnce } from './once.ts';

export interface CodeSystems {
  /** Sees to it that the systems of these rows are known to whoever sees the rows. */
  ensure(db: Db, rows: Iterable<IndexRows>): Promise<void>;
}

export function createCodeSystems(pool: Db): CodeSystems {
  const once = createOnce<readonly [parameter: string, system: string]>(
    pool,
    ([parameter, system]) => parameter + system,
    async (db, pairs) => {
      await db.query({
        name: 'store.codeSystems',
        text: `insert into code_system (parameter, system) select * from unnest($1::text[], $2::text[]) on conflict do nothing`,
        values: [pairs.map(([parameter]) => parameter), pairs.map(([, system]) => system)],
      });
    },
  );
  return { ensure: (db, rows) => once.ensure(db, pairsOf(rows)) };
}

function* pairsOf(all: Iterable<IndexRows>): Iterable<readonly [string, string]> {
  for (const rows of all) {
    for (const [parameter, systems] of rows.systems) for (const system of systems) yield [parameter, system];
  }
}

/** The systems of some parameters, by the parameter's key. */
export async function systemsOf(db: Db, keys: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const { rows } = await db.query<{ parameter: string; systems: string[] }>({
    name: 'store.systemsOf',
    text: 'select parameter, array_agg(system order by system) as systems from code_system where parameter = any($1::text[]) group by parameter',
    values: [keys],
  });
  return new Map(rows.map((r) => [r.parameter, r.systems]));
}
