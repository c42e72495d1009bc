/** Whether a database holds together: what is stored can be read, and is indexed as it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Definitions } from '../../src/definitions/definitions.ts';
import { record } from '../../src/features/record/index.ts';
import { taskKeys } from '../../src/features/tasks/index.ts';
import type { Db } from '../../src/kernel/ctx.ts';
import { createIndexRows, type IndexRowsOf } from '../../src/search/index-rows.ts';
import { createParameters, type Parameters } from '../../src/search/parameters.ts';
import { IndexColumns } from '../../src/store/index-columns.ts';
import { readParameterSet } from '../../src/store/parameter-set.ts';
import { orderDate } from '../../src/store/write.ts';

interface Row {
  key: string;
  type: string;
  id: string;
  version: number;
  updated: string;
  deleted: boolean;
  patient: string | null;
  date: string;
  date_end: string | null;
  content: string | null;
}

const PAGE = 500;
const MAX_FAULTS = 20;

/** Waits until no job is left to do; then the rows of a resource are those of the parameters that the database has. */
export async function settled(db: Db, definitions: Definitions, base: string): Promise<IndexRowsOf> {
  for (let left = 1; left > 0; await sleep(50)) {
    const { rows } = await db.query<{ left: string }>({
      // What is to be done another day, as to forget an answer that was asked for later, is not waited for.
      text: `select (select count(*) from graphile_worker.jobs where run_at < now() + interval '5 minutes') + (select count(*) from reindex where ended is null) as left`,
      values: [],
    });
    left = Number(rows[0]!.left);
  }
  const parameters = createParameters(definitions);
  parameters.use(await readParameterSet(db));
  return countyIndexRows(parameters, base);
}

/** The rows that the server makes: the features have keys of their own. */
export function countyIndexRows(parameters: Parameters, base: string): IndexRowsOf {
  return createIndexRows(parameters, base, undefined, [...record.keys!, ...taskKeys]);
}

/** What is wrong, at most some; empty when all is well. */
export async function inconsistencies(db: Db, indexRows: IndexRowsOf): Promise<string[]> {
  const faults: string[] = [];
  let after = '-1';
  for (;;) {
    const { rows } = await db.query<Row>({
      text: `select key, type, id, version, updated, deleted, patient, date, date_end, content
from resource where key > $1 order by key limit ${PAGE}`,
      values: [after],
    });
    if (rows.length === 0 || faults.length > MAX_FAULTS) break;
    after = rows.at(-1)!.key;
    faults.push(...(await pageFaults(db, indexRows, rows)));
  }
  const { rows: orphans } = await db.query<{ name: string; count: string }>({
    text: ['token', 'string', 'number', 'date_range']
      .map(
        (t) =>
          `select '${t}' as name, count(*) as count from ${t} x where not exists (select 1 from resource r where r.key = x.key and not r.deleted) and not exists (select 1 from audit_kind k where k.id = x.key)`,
      )
      .join('\nunion all\n'),
    values: [],
  });
  for (const { name, count } of orphans) {
    if (count !== '0') faults.push(`${count} rows of ${name} belong to no resource, or to a deleted one`);
  }
  const { rows: own } = await db.query<{ name: string }>({
    text: `select r.type || '/' || r.id as name from resource r
left join (select key, array_agg(distinct hash order by hash) as tokens from token group by key) t on t.key = r.key
where coalesce(r.tokens, '{}') <> coalesce(t.tokens, '{}') limit 5`,
    values: [],
  });
  for (const { name } of own) faults.push(`${name} says of its tokens what the index does not`);
  const { rows: histories } = await db.query<{ name: string }>({
    text: `select r.type || '/' || r.id as name from resource r
where r.version <> 1 + (select count(*) from history h where h.key = r.key) limit 5`,
    values: [],
  });
  for (const { name } of histories) faults.push(`${name} has not as many versions as it says`);
  return faults.slice(0, MAX_FAULTS);
}

async function pageFaults(db: Db, indexRows: IndexRowsOf, rows: readonly Row[]): Promise<string[]> {
  const faults: string[] = [];
  const columns = new IndexColumns();
  const readable: string[] = [];
  for (const row of rows) {
    const name = `${row.type}/${row.id}`;
    if (row.deleted !== (row.content === null)) faults.push(`${name} is deleted and has content, or neither`);
    if (row.content === null) continue;
    const resource = parsed(row.content);
    if (!resource) {
      faults.push(`${name} is not JSON: ${row.content.slice(0, 200)}`);
      continue;
    }
    const { versionId } = (resource.meta ?? {}) as { versionId?: string };
    if (resource.resourceType !== row.type || resource.id !== row.id || versionId !== String(row.version))
      faults.push(`${name} says of itself: ${row.content.slice(0, 200)}`);
    const wanted = indexRows(resource);
    const date = orderDate(wanted, Number(row.date));
    if (wanted.patient !== row.patient)
      faults.push(`${name} is of patient ${row.patient}, not ${wanted.patient}`);
    if (String(date) !== row.date) faults.push(`${name} has date ${row.date}, not ${date}`);
    readable.push(row.key);
    columns.add(row.key, wanted, date);
  }
  const compare = async (table: string, fields: string, types: readonly string[], values: unknown[][]) => {
    const arrays = types.map((type, i) => `$${i + 2}::${type}[]`).join(', ');
    const names = fields.split(', ');
    const { rows: different } = await db.query<{ key: string; what: string }>({
      text: `with wanted as (
  select distinct hashtextextended(u.text, 0) as hash, ${names.map((n) => `u.${n}`).join(', ')}
  from unnest(${arrays}) u(text, ${fields})
), found as (select hash, ${fields} from ${table} where key = any($1::bigint[]))
(select key, 'missing in ${table}' as what from (table wanted except all table found) m limit 5)
union all
(select key, 'too much in ${table}' as what from (table found except all table wanted) m limit 5)`,
      values: [readable, ...values],
    });
    for (const { key, what } of different) {
      const row = rows.find((r) => r.key === key);
      faults.push(`${row?.type}/${row?.id}: ${what}`);
    }
  };
  const { token, string, number, dates } = columns;
  await compare('token', 'date, key', ['text', 'bigint', 'bigint'], token);
  await compare('string', 'value, key', ['text', 'text', 'bigint'], string);
  await compare('number', 'value, canonical, key', ['text', 'float8', 'float8', 'bigint'], number);
  await compare('date_range', 'lo, hi, key', ['text', 'bigint', 'bigint', 'bigint'], dates);
  return faults;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
