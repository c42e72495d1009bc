/** Which search parameters of clients there are, the same for every process. See `../indexing/README.md`. */
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Db } from '../kernel/ctx.ts';
import type { CustomParameter, CustomParameters } from '../search/custom-parameters.ts';

/** Notified whenever any of what `readParameterSet` answers has changed. */
export const PARAMETERS_CHANNEL = 'xiantong_parameters';

/**
 * An SQL expression: null when the version bound to `$binding` is the current one (or null), else an error with
 * SQLSTATE XT001. Its statement locks the table before it takes its snapshot, and until it commits.
 */
export function parametersChecked(binding: number): string {
  return `case when coalesce((select version from parameter_set) = $${binding}::int, true) then null else parameters_changed() end`;
}

/** Throws with SQLSTATE XT001 unless `version` is, and until this transaction ends will be, the current one. */
export async function holdParameters(db: Db, version: number): Promise<void> {
  await db.query({
    name: 'store.holdParameters',
    text: `select ${parametersChecked(1)}`,
    values: [version],
  });
}

interface Row {
  readonly version: number;
  readonly id: string | null;
  readonly definition: string;
  readonly types: string[];
  readonly usable: boolean;
  readonly done: string | null;
  readonly total: string | null;
}

/** The set of now, with how far the work on each is. */
export async function readParameterSet(db: Db): Promise<CustomParameters> {
  const { rows } = await db.query<Row>({
    name: 'store.parameterSet',
    text: `select s.version, p.id, p.definition, p.types, p.usable, j.done, j.total
from parameter_set s
left join custom_parameter p on true
left join lateral (
  select r.done, r.total from reindex r
  where not p.usable and r.ended is null and r.types @> p.types and coalesce(r.version, p.since) >= p.since
  order by r.id limit 1
) j on true
order by p.since, p.id`,
    values: [],
  });
  return {
    version: rows[0]?.version ?? 0,
    parameters: rows.flatMap((row) => (row.id === null ? [] : [parameterOf(row.id, row)])),
  };
}

function parameterOf(id: string, { definition, types, usable, done, total }: Row): CustomParameter {
  // The last percent is that of the commit.
  const percent = usable ? 100 : Math.min(99, Math.floor((100 * Number(done ?? 0)) / Number(total || 1)));
  return { id, definition: JSON.parse(definition) as SearchParameter, types, usable, percent };
}

/**
 * Nobody writes while this transaction holds the set: it waits for every write that is under way, and whoever
 * writes after it finds the new version. Fails rather than to keep writers waiting for long.
 */
export async function lockParameterSet(db: Db): Promise<void> {
  await db.query({ text: `set local lock_timeout = '2s'`, values: [] });
  await db.query({ text: 'lock table parameter_set in access exclusive mode', values: [] });
}

/**
 * Replaces parameters of the locked set, under a new version: what is `gone` is neither indexed nor asked for any more, what
 * `came` is indexed from now on and can be asked for once it is usable.
 */
export async function replaceParameters(
  db: Db,
  gone: readonly string[],
  came: readonly Pick<CustomParameter, 'id' | 'definition' | 'types'>[],
): Promise<void> {
  await db.query({ text: 'update parameter_set set version = version + 1', values: [] });
  await db.query({ text: 'delete from custom_parameter where id = any($1::text[])', values: [gone] });
  for (const { id, definition, types } of came) {
    await db.query({
      text: `insert into custom_parameter (id, definition, types, since)
select $1, $2, $3, version from parameter_set`,
      values: [id, JSON.stringify(definition), types],
    });
  }
  await notifyParameters(db);
}

/** Tells every process, when this transaction commits. */
export async function notifyParameters(db: Db): Promise<void> {
  await db.query({
    name: 'store.notifyParameters',
    text: `select pg_notify($1, '')`,
    values: [PARAMETERS_CHANNEL],
  });
}

/** The SearchParameters in force: the current versions whose status is active. */
export async function readActiveDefinitions(db: Db): Promise<{ id: string; definition: SearchParameter }[]> {
  const { rows } = await db.query<{ id: string; content: string }>({
    text: `select id, content from resource where type = 'SearchParameter' and not deleted order by id`,
    values: [],
  });
  return rows
    .map(({ id, content }) => ({ id, definition: JSON.parse(content) as SearchParameter }))
    .filter(({ definition }) => definition.status === 'active');
}
