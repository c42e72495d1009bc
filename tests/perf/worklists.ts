/**
 * What the worklists of public-health tasks cost as a county grows: `npm run worklists -- [tasks …]`, by default
 * 100000 and 2000000. Writes a township of ten teams, each with ten thousand tasks of two years, into a database of
 * its own as the server would, then has PostgreSQL copy it: other teams, villages and residents, the same codes and
 * days. So the list of a team is the same long in both, and the county's grows. Asks each list one by one and says the
 * processor time of the server and of PostgreSQL, and how many times the first size the last takes; with `--explain`
 * also how PostgreSQL answers. Ends by itself, writes nothing into the tree.
 */
import { join } from 'node:path';
import { createDatabase } from '../../src/db/pool.ts';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { bodyOf, versionText } from '../../src/interactions/version-text.ts';
import { addDays, dayOf } from '../../src/kernel/calendar.ts';
import { createIndexRows } from '../../src/search/index-rows.ts';
import { createParameters } from '../../src/search/parameters.ts';
import type { Change } from '../../src/store/change.ts';
import { createWriter } from '../../src/store/writer.ts';
import { familyOf, processorMilliseconds } from './cpu-time.ts';
import { quantile } from './load-run.ts';
import { startOwnDatabase } from './own-database.ts';
import { startServer } from './processes.ts';

const sizes = process.argv
  .slice(2)
  .filter((a) => /^\d+$/.test(a))
  .map(Number);
const targets = sizes.length > 0 ? sizes : [100_000, 2_000_000];
const explains = process.argv.includes('--explain');
const TOWNSHIP = 100_000;
const TEAMS = 10;
const VILLAGES = 50;
const RESIDENTS = 20_000;
const INDEX_TABLES = ['token', 'string', 'number', 'date_range'];
const AT_ONCE = 1_000;
const ASKED = 60;
const SETTLED = 10;
const ROOT = join(import.meta.dirname, '../..');
const BASE = 'http://127.0.0.1:8080/fhir';
const C = 'https://xiantong.example/fhir';
const AREAS = 'https://qinghe.example/fhir/CodeSystem/village';
const TODAY = dayOf(Date.now());
/** What differs from township to township: tokens, and the rows of worklists. */
const OWN = /\b(?:team|village)-\d+\$?$/;
const PROGRAMMES = [
  ['hypertension', 'follow-up', '04'],
  ['hypertension', 'screening', '10'],
  ['diabetes', 'follow-up', '05'],
  ['older-person', 'examination', '03'],
  ['immunisation', 'vaccination', '02'],
  ['child', 'follow-up', '02'],
  ['maternal', 'follow-up', '01'],
  ['mental-disorder', 'follow-up', '06'],
] as const;

const tomorrow = addDays(TODAY, 1);
const due = `status=ready&due=gt${addDays(TODAY, -1)}&due=lt${tomorrow}`;
const overdue = `status=ready&due-end=lt${TODAY}`;
/** `n` goes through the teams and villages of the first township. */
const LISTS: Readonly<Record<string, (n: number) => string>> = {
  'due today, of a team': (n) => `owner=CareTeam/team-${n % TEAMS}&${due}`,
  'due today, of a team, by last day': (n) => `owner=CareTeam/team-${n % TEAMS}&${due}&_sort=due-end`,
  'overdue, of a team': (n) => `owner=CareTeam/team-${n % TEAMS}&${overdue}`,
  'overdue, in a village': (n) => `area=${AREAS}|village-${n % VILLAGES}&${overdue}`,
  'a programme, of a team': (n) =>
    `owner=CareTeam/team-${n % TEAMS}&programme=${C}/CodeSystem/public-health-programme|diabetes&${overdue}`,
  'a key population, in a village': (n) =>
    `area=${AREAS}|village-${n % VILLAGES}&${overdue}&patient.key-population=${C}/CodeSystem/key-population|06`,
  'overdue, a programme in the county': () =>
    `programme=${C}/CodeSystem/public-health-programme|hypertension&${overdue}`,
  'overdue, in the county, by last day': () => `${overdue}&_sort=due-end`,
  'due today, in the county': () => due,
  'a key population in the county': () =>
    `${overdue}&patient.key-population=${C}/CodeSystem/key-population|06`,
  'a rare one (1 of 1000) in the county': () =>
    `${overdue}&patient.key-population=${C}/CodeSystem/key-population|07`,
};

type Named = { readonly resourceType: string; readonly id: string };

const postgres = await startOwnDatabase('worklists');
const { client, postmaster } = postgres;
try {
  const server = await startServer(ROOT, postgres.connection, undefined, { NIGHTLY: '0' });
  try {
    const before = await lastKey();
    const own = await fill();
    const span = (await lastKey()) + 1000n;
    const first = new Map<string, number>();
    let townships = 1;
    for (const target of targets) {
      const wanted = Math.ceil(target / TOWNSHIP);
      if (townships < wanted) await copies(townships, wanted, before, span, own);
      townships = wanted;
      await client.query('vacuum analyze');
      await client.query('checkpoint');
      await measure(server, postmaster, townships * TOWNSHIP, first);
    }
  } finally {
    await server.stop();
  }
} finally {
  await postgres.stop();
}

async function lastKey(): Promise<bigint> {
  const { rows } = await client.query<{ key: string }>('select coalesce(max(key), 0) as key from resource');
  return BigInt(rows[0]!.key);
}

function patient(n: number): Named {
  const population = n % 1000 === 3 ? '07' : PROGRAMMES[n % PROGRAMMES.length]![2];
  return {
    resourceType: 'Patient',
    id: `township-resident-${n}`,
    name: [{ text: `居民${n}` }],
    gender: n % 2 === 0 ? 'female' : 'male',
    birthDate: addDays(TODAY, -((n * 31) % 30_000)),
    extension: [
      { url: `${C}/StructureDefinition/service-area`, valueCoding: { system: AREAS, code: villageOf(n) } },
      {
        url: `${C}/StructureDefinition/key-population`,
        valueCodeableConcept: coded('key-population', population),
      },
    ],
  } as Named;
}

function villageOf(resident: number): string {
  return `village-${resident % VILLAGES}`;
}

function coded(system: string, code: string): object {
  return { coding: [{ system: `${C}/CodeSystem/${system}`, code }] };
}

/** Of two years; of those that are over one in fifty was not done, of those to come nothing is. */
function task(n: number): Named {
  const resident = n % RESIDENTS;
  const [programme, code] = PROGRAMMES[resident % PROGRAMMES.length]!;
  const end = addDays(TODAY, 60 - ((n * 7919) % 730));
  const isDone = end < TODAY && n % 50 !== resident % 7;
  return {
    resourceType: 'Task',
    id: `township-task-${n}`,
    meta: { profile: [`${C}/StructureDefinition/county-public-health-task`] },
    extension: [
      {
        url: `${C}/StructureDefinition/programme`,
        valueCoding: { system: `${C}/CodeSystem/public-health-programme`, code: programme },
      },
      {
        url: `${C}/StructureDefinition/service-area`,
        valueCoding: { system: AREAS, code: villageOf(resident) },
      },
    ],
    identifier: [{ system: `${C}/NamingSystem/public-health-task`, value: `${resident}/${programme}/${n}` }],
    instantiatesCanonical: `${C}/PlanDefinition/${programme}|0.1.0`,
    status: isDone ? 'completed' : 'ready',
    businessStatus: coded('public-health-task-state', isDone ? 'done' : 'due'),
    intent: 'order',
    code: coded('public-health-task', code),
    for: { reference: `Patient/township-resident-${resident}` },
    authoredOn: `${addDays(end, -60)}T01:00:00+08:00`,
    lastModified: `${addDays(end, -60)}T01:00:00+08:00`,
    requester: { reference: 'Organization/centre' },
    owner: { reference: `CareTeam/team-${(resident % VILLAGES) % TEAMS}` },
    reasonCode: coded('public-health-task-origin', 'programme'),
    restriction: { period: { start: addDays(end, -30), end } },
    ...(isDone ? { executionPeriod: { start: addDays(end, -5), end: addDays(end, -5) } } : {}),
  } as Named;
}

function* township(): Generator<Named> {
  for (let n = 0; n < RESIDENTS; n++) yield patient(n);
  for (let n = 0; n < TOWNSHIP; n++) yield task(n);
}

/** The first township, with all index rows; answers the texts of the tokens that are its own. */
async function fill(): Promise<string[]> {
  const database = createDatabase(postgres.connection, { onError: () => {}, onOutdatedRows: async () => {} });
  const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
  const indexRows = createIndexRows(createParameters(definitions), BASE);
  const writer = createWriter(database, indexRows);
  const updated = Date.now();
  const own = new Set<string>();
  let changes: Change[] = [];
  for (const resource of township()) {
    const { resourceType: type, id } = resource;
    const rows = indexRows(resource as never);
    for (const text of [...rows.tokens, ...rows.dates.keys()]) if (OWN.test(text)) own.add(text);
    const content = versionText(bodyOf(resource as never), id, 1, updated);
    changes.push({ type, id, version: 1, updated, method: 'PUT', content, rows });
    if (changes.length < AT_ONCE) continue;
    const some = changes;
    changes = [];
    await database.tx((db) => writer.within(db, some));
  }
  await database.close();
  return [...own];
}

/**
 * More townships: their teams, villages and residents have other names. What an index or the log would cost is spared:
 * both are for who writes, and nobody does.
 */
async function copies(
  from: number,
  to: number,
  above: bigint,
  span: bigint,
  own: readonly string[],
): Promise<void> {
  await client.query(`set session_replication_role = replica; set maintenance_work_mem = '1GB'`);
  for (const table of ['resource', ...INDEX_TABLES]) await client.query(`alter table ${table} set unlogged`);
  const { rows: indexes } = await client.query<{ drop: string; create: string }>(
    `select case when c.oid is null then format('drop index %I', i.relname)
  else format('alter table %I drop constraint %I', t.relname, c.conname) end as drop,
case when c.oid is null then pg_get_indexdef(i.oid)
  else format('alter table %I add constraint %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid)) end as create
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
left join pg_constraint c on c.conindid = i.oid and c.conrelid = t.oid
where t.relname = any ($1) and i.relname <> 'resource_pkey'`,
    [['resource', ...INDEX_TABLES]],
  );
  for (const index of indexes) await client.query(index.drop);
  for (let n = from; n < to; n++) await copy(n, above, span, own);
  for (const index of indexes) await client.query(index.create);
}

async function copy(n: number, above: bigint, span: bigint, own: readonly string[]): Promise<void> {
  const shift = String(span * BigInt(n));
  const mine = (key: string) => `${key} > ${above} and ${key} < ${span}`;
  const renamed = (column: string) => `regexp_replace(${column}, '^township-', 'township${n}-')`;
  const texts = own.map((text) => text.replace(/-(\d+\$?)$/, `-${n}x$1`));
  await client.query('create temporary table renamed (old bigint primary key, new bigint)');
  await client.query(
    `insert into renamed select hashtextextended(o, 0), hashtextextended(n, 0)
from unnest($1::text[], $2::text[]) u (o, n)`,
    [own, texts],
  );
  await client.query('analyze renamed');
  await client.query(`insert into resource (key, type, id, version, updated, method, deleted, patient, date, date_end, content, tokens)
select key + ${shift}, type, ${renamed('id')}, version, updated, method, deleted, ${renamed('patient')}, date, date_end, content,
  (select array_agg(coalesce(m.new, u.hash) order by coalesce(m.new, u.hash))
   from unnest(r.tokens) u (hash) left join renamed m on m.old = u.hash)
from resource r where ${mine('key')} order by key`);
  await client.query(`insert into token (hash, date, key)
select coalesce(m.new, x.hash), x.date, x.key + ${shift} from token x left join renamed m on m.old = x.hash where ${mine('x.key')}`);
  for (const [table, columns] of [
    ['string', 'hash, value'],
    ['number', 'hash, value, canonical'],
    ['date_range', 'hash, lo, hi'],
  ] as const) {
    await client.query(`insert into ${table} (${columns}, key)
select ${columns.replace('hash', 'coalesce(m.new, x.hash)')}, key + ${shift}
from ${table} x left join renamed m on m.old = x.hash where ${mine('key')}`);
  }
  await client.query('drop table renamed');
}

async function measure(
  server: { base: string; pid: number },
  postmaster: number,
  count: number,
  first: Map<string, number>,
): Promise<void> {
  for (const [name, query] of Object.entries(LISTS)) {
    const url = (n: number) => `${server.base}/Task?_count=50&${query(n).replaceAll('|', '%7C')}`;
    let found = 0;
    const times: number[] = [];
    let pids: number[] = [];
    for (let n = 0; n < SETTLED + ASKED; n++) {
      if (n % 20 === 0) pids = [server.pid, ...familyOf(postmaster)];
      const before = processorMilliseconds(pids);
      const answer = await fetch(url(n));
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      if (n < SETTLED) continue;
      const used = processorMilliseconds(pids) - before;
      // Of a process that ended meanwhile nothing is known.
      if (!Number.isNaN(used)) times.push(used);
      found += (JSON.parse(text) as { entry?: unknown[] }).entry?.length ?? 0;
    }
    times.sort((a, b) => a - b);
    const ms = quantile(times, 0.5);
    const ratio = ms / (first.get(name) ?? ms);
    if (!first.has(name)) first.set(name, ms);
    if (explains) await explain(url(0));
    console.log(
      `${String(count).padStart(9)} tasks  ${name.padEnd(36)} ${(found / ASKED).toFixed(0).padStart(3)} found  CPU p50 ${ms.toFixed(1).padStart(7)} ms  p95 ${quantile(times, 0.95).toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)} times`,
    );
  }
}

/** PostgreSQL's way to a list, a node on each line. */
async function explain(url: string): Promise<void> {
  const answer = await fetch(`${url}&_explain=true`);
  const { parameter } = (await answer.json()) as {
    parameter: { name: string; part?: { name: string; valueString?: string }[] }[];
  };
  for (const { name, part } of parameter) {
    if (name !== 'statement') continue;
    const said = (wanted: string) => part!.find((p) => p.name === wanted)?.valueString ?? '';
    console.log(said('sql'));
    printNode((JSON.parse(said('explain')) as { Plan: Node }).Plan, 1);
  }
}

interface Node {
  readonly [name: string]: unknown;
  readonly Plans?: readonly Node[];
}

function printNode(node: Node, depth: number): void {
  const told = [
    'Node Type',
    'Index Name',
    'Actual Rows',
    'Actual Loops',
    'Rows Removed by Filter',
    'Shared Hit Blocks',
    'Shared Read Blocks',
  ].flatMap((name) => (node[name] === undefined ? [] : [`${name} ${String(node[name])}`]));
  console.log(`${'  '.repeat(depth)}${told.join(', ').replace('Node Type ', '')}`);
  for (const below of node.Plans ?? []) printNode(below, depth + 1);
}
