/**
 * The benchmark: `npm run bench -- [--seconds 3] [--rounds 3] [--connections 16] [--only read,create]
 * [--against <folder of another checkout> | --without-audit] [--as county|organization] [--profile <folder>]`.
 *
 * `--without-audit` compares with a copy that records no reads: see `without-audit.ts`.
 *
 * `--as`: what access costs. The server is asked with the token of a client of the whole county, or of one that acts
 * for its organisation, and held against itself without a token.
 *
 * Starts a PostgreSQL of its own (fsync on) in a temporary directory, the server and its floors as processes
 * of their own, loads the data, and puts load on each in turn, round by round: absolute figures belong to the
 * machine and the moment, the ratios within a run are what to compare. Ends by itself, writes nothing into
 * the tree.
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createDatabase } from '../../src/db/pool.ts';
import { createClient } from '../../src/smart/clients.ts';
import { cpuSeconds, familySeconds } from './cpu-time.ts';
import { labResult, PATIENTS, RESULTS_EACH } from './data.ts';
import { type Footprint, footprintOf, residentMegabytes } from './footprint.ts';
import { median, putLoad, quantile, type Stretch } from './load-run.ts';
import { startOwnDatabase } from './own-database.ts';
import { type Connection, startFloor, startServer, type Target } from './processes.ts';
import { type BenchRequest, initialRequests, SCENARIOS, type Scenario } from './scenarios.ts';
import { withoutAudit } from './without-audit.ts';

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    only: { type: 'string' },
    against: { type: 'string' },
    'without-audit': { type: 'boolean', default: false },
    as: { type: 'string' },
    profile: { type: 'string' },
  },
});
const settings = {
  seconds: positive('seconds', args.seconds),
  rounds: positive('rounds', args.rounds),
  connections: positive('connections', args.connections),
};
if (args.as && (args.against || !['county', 'organization'].includes(args.as)))
  throw new Error('--as is county or organization, and goes without --against');
const chosen = SCENARIOS.filter((s) => !args.only || args.only.split(',').includes(s.name));
if (chosen.length === 0) throw new Error(`--only takes ${SCENARIOS.map((s) => s.name).join(', ')}`);

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a positive number, not '${text}'`);
  return number;
}

/** What load is put on: the server, the other checkout's server, or a floor. */
interface Runner {
  readonly name: string;
  readonly base: string;
  readonly pid: number;
  readonly connections: number;
  request(): BenchRequest;
}

/** A stretch of load, with the processor time it took: microseconds per request. */
interface Measurement extends Stretch {
  readonly processCpu: number;
  readonly databaseCpu: number;
}

interface Measured {
  readonly scenario: Scenario;
  readonly stretches: ReadonlyMap<string, Measurement[]>;
}

/** What the last requests left to do after their answers is theirs, not the next stretch's. */
const SETTLE_MS = 100;

const undo: (() => Promise<unknown>)[] = [];
async function cleanUp(): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
}

try {
  await main();
} finally {
  await cleanUp();
}

async function main(): Promise<void> {
  const connection = await startPostgres();
  const servers = new Map<string, Target>();
  const here = join(import.meta.dirname, '../..');
  servers.set('server', await started(await withDatabase(connection, 'here'), here, args.profile));
  const checkout = await otherCheckout(here);
  if (checkout) {
    const other = await withDatabase(connection, 'there');
    servers.set('against', await started(other, checkout, undefined));
  }
  const floor = await startFloor(connection);
  undo.push(() => floor.stop());

  const booted = residentMegabytes(servers.get('server')!.pid);
  for (const { base } of servers.values()) await load(base);
  await execute(connection, 'checkpoint');
  const before = loadavg();
  const server = servers.get('server')!;
  const measured = await measure(
    servers,
    floor,
    await postmasterOf(connection),
    await tokenOf(connection, server),
  );
  const resident = residentMegabytes(server.pid);
  const footprint = await footprintOf({ ...connection, database: 'here' as Connection['database'] }, (n) =>
    answerText(server.base, { method: 'POST', path: '/Observation', body: JSON.stringify(labResult(7, n)) }),
  );
  await report(connection, measured, before, footprint, { booted, resident });
  console.log(`\n${validationFigures()}`);
}

async function otherCheckout(here: string): Promise<string | undefined> {
  if (!args['without-audit']) return args.against && resolve(args.against);
  const { folder, remove } = await withoutAudit(here);
  undo.push(remove);
  return folder;
}

async function startPostgres(): Promise<Connection> {
  const postgres = await startOwnDatabase('bench');
  undo.push(() => postgres.stop());
  return postgres.connection;
}

async function withDatabase(connection: Connection, name: string): Promise<Connection> {
  await execute(connection, `create database ${name}`);
  return { ...connection, database: name as Connection['database'] };
}

async function started(connection: Connection, checkout: string, profile?: string): Promise<Target> {
  const server = await startServer(checkout, connection, profile);
  undo.push(() => server.stop());
  return server;
}

async function execute(connection: Connection, text: string): Promise<string> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(text);
    return Object.values(rows[0] ?? {}).join();
  } finally {
    await client.end();
  }
}

/** Puts the data set in, several transactions at a time. */
async function load(base: string): Promise<void> {
  const requests = initialRequests()[Symbol.iterator]();
  const worker = async () => {
    for (const request of { [Symbol.iterator]: () => requests }) await answerText(base, request);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

async function answerText(base: string, { method, path, body, headers }: BenchRequest): Promise<string> {
  const answer = await fetch(base + path, {
    method,
    body,
    headers: { 'content-type': 'application/fhir+json', ...headers },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 2000)}`);
  return text;
}

async function postmasterOf(connection: Connection): Promise<number> {
  const pidFile = await execute(connection, `select pg_read_file('postmaster.pid')`);
  return Number(pidFile.split('\n')[0]);
}

async function measure(
  servers: ReadonlyMap<string, Target>,
  floor: Target,
  postmaster: number,
  token: string | undefined,
): Promise<Measured[]> {
  let next = 0;
  const plans: { scenario: Scenario; runners: Runner[]; stretches: Map<string, Measurement[]> }[] = [];
  for (const scenario of chosen) {
    const runners: Runner[] = [];
    for (const [name, { base, pid }] of servers) {
      const connections = scenario.connections ?? settings.connections;
      const plain = () => scenario.request(next++);
      const request = () => (token === undefined ? plain() : withToken(plain(), token));
      runners.push({ name, base, pid, connections, request });
      if (token !== undefined) runners.push({ name: 'against', base, pid, connections, request: plain });
    }
    runners.push(...(await floorsOf(scenario, servers.get('server')!, floor, next++)));
    plans.push({ scenario, runners, stretches: new Map(runners.map((r) => [r.name, []])) });
  }
  for (let round = 0; round <= settings.rounds; round++) {
    const warming = round === 0;
    for (const { runners, stretches } of plans) {
      for (const runner of round % 2 === 0 ? runners : runners.toReversed()) {
        const measurement = await stretchOf(runner, settings.seconds, postmaster);
        if (!warming) stretches.get(runner.name)!.push(measurement);
      }
    }
  }
  return plans;
}

function withToken(request: BenchRequest, token: string): BenchRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}

/** An access token of the client that `--as` asks for. */
async function tokenOf(connection: Connection, server: Target): Promise<string | undefined> {
  if (!args.as) return undefined;
  const database = createDatabase({ ...connection, database: 'here' });
  const secret = await createClient(database, {
    id: 'bench',
    name: 'Bench',
    organization: 'Organization/laboratory-centre',
    scope: 'system/*.cruds',
    countyWide: args.as === 'county',
  }).finally(() => database.close());
  const answer = await fetch(server.base.replace(/\/fhir$/, '/oauth/token'), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`bench:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function stretchOf(runner: Runner, seconds: number, postmaster: number): Promise<Measurement> {
  const cpu = () => [cpuSeconds(runner.pid) ?? Number.NaN, familySeconds(postmaster) ?? Number.NaN] as const;
  const before = cpu();
  const stretch = await putLoad(runner.base, { connections: runner.connections, seconds }, runner.request);
  await sleep(SETTLE_MS);
  const after = cpu();
  const perRequest = (i: 0 | 1) => ((after[i] - before[i]) * 1e6) / stretch.times.length;
  return { ...stretch, processCpu: perRequest(0), databaseCpu: perRequest(1) };
}

/** The floors of a scenario, answering (or inserting) as many bytes as the server does. */
async function floorsOf(scenario: Scenario, server: Target, floor: Target, n: number): Promise<Runner[]> {
  const request = scenario.request(n);
  const answer = await answerText(server.base, request);
  const texts = scenario.floor === 'range' ? resourcesIn(answer, scenario.rows!) : [answer];
  await fetch(`${floor.base}/floor/${scenario.name}`, { method: 'PUT', body: JSON.stringify(texts) });
  const path = `/floor/${scenario.name}/${scenario.floor}`;
  const body = scenario.resources === undefined ? request.body : JSON.stringify(labResult(1, n));
  const sent: BenchRequest =
    scenario.floor === 'insert' ? { method: 'POST', path, body } : { method: 'GET', path };
  const { connections } = settings;
  return [{ name: 'floor', base: floor.base, pid: floor.pid, connections, request: () => sent }];
}

/** The first resources of a Bundle, as text; throws when it has fewer. */
function resourcesIn(bundle: string, count: number): string[] {
  const { entry = [] } = JSON.parse(bundle) as { entry?: { resource: object }[] };
  if (entry.length < count) throw new Error(`The answer has ${entry.length} resources, not ${count}`);
  return entry.slice(0, count).map(({ resource }) => JSON.stringify(resource));
}

/** Measured in a process of its own, so that nothing else is in its memory. */
function validationFigures(): string {
  return execFileSync(process.execPath, ['--expose-gc', join(import.meta.dirname, 'validate.ts')], {
    encoding: 'utf8',
  });
}

async function report(
  connection: Connection,
  measured: Measured[],
  before: number[],
  footprint: Footprint,
  { booted, resident }: { booted: number; resident: number },
): Promise<void> {
  const [cpu] = cpus();
  const version = await execute(connection, 'select version()');
  const durability = await execute(
    connection,
    `select concat('fsync ', current_setting('fsync'), ', synchronous_commit ', current_setting('synchronous_commit'))`,
  );
  const load = (values: number[]) => values[0]!.toFixed(1);
  console.log(`npm run bench -- ${process.argv.slice(2).join(' ')}
${new Date().toISOString()}  Node ${process.version}  ${version.split(' on ')[0]}, ${durability}
${cpus().length} × ${cpu?.model}, shared by load, server and database; load average ${load(before)} before, ${load(loadavg())} after
${settings.connections} connections, median of ${settings.rounds} rounds of ${settings.seconds} s, interleaved; ${PATIENTS} patients, ${PATIENTS * RESULTS_EACH} Observations

Reads and searches of patient data are audited: each answer waits until its AuditEvent is committed, in a
group with its neighbours'. There is no switch for that, so it is in the server's figures; --without-audit tells
how much it is.

Floors: bare Fastify and pg in a process of its own, one prepared statement for each request, the same bytes:
one row selected by primary key; the rows of an index range returned as raw text; a resource and a history row
inserted and committed. "CPU": of the server's process, "db CPU": of all of PostgreSQL, µs for each request.
`);
  if (args.as) console.log(`"×": figures with a token (${args.as}) through those without, side by side\n`);
  const other = args['without-audit'] ? 'a copy that records no reads' : args.against;
  if (other) console.log(`"×": this server's figure through that of ${other}, side by side\n`);
  const table = measured.map(({ scenario, stretches }) => {
    const rate = (name: string) => median(stretches.get(name)!.map((s) => s.perSecond));
    const times = stretches.get('server')!.flatMap((s) => s.times);
    const ratios = [
      (m: Measurement) => m.perSecond,
      (m: Measurement) => quantile(m.times, 0.99),
      (m: Measurement) => m.processCpu,
      (m: Measurement) => m.databaseCpu,
    ];
    const ratiosToOther = stretches.has('against') ? ratios.map((of) => ratioByRound(stretches, of)) : [];
    const cpu = (of: (m: Measurement) => number) => median(stretches.get('server')!.map(of)).toFixed(0);
    return [
      scenario.what,
      rate('server').toFixed(0),
      quantile(times, 0.5).toFixed(2),
      quantile(times, 0.99).toFixed(2),
      cpu((m) => m.processCpu),
      cpu((m) => m.databaseCpu),
      `${scenario.floor}${scenario.rows === undefined ? '' : ` ${scenario.rows}`} ${rate('floor').toFixed(0)}`,
      `${(((rate('server') * (scenario.resources ?? 1)) / rate('floor')) * 100).toFixed(0)} %`,
      scenario.target === undefined ? '' : `${scenario.target} %`,
      ...ratiosToOther,
    ];
  });
  const against = other || args.as ? ['req/s ×', 'p99 ×', 'CPU ×', 'db CPU ×'] : [];
  print([
    ['work', 'req/s', 'p50 ms', 'p99 ms', 'CPU', 'db CPU', 'floor/s', 'of floor', 'target', ...against],
    ...table,
  ]);
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(2)} KB`;
  console.log(`
An Observation of ${footprint.sent} bytes takes ${kilobytes(footprint.stored)} of database, its entry in the audit log included (target 2.2 KB), and ${kilobytes(footprint.wal)} of WAL (target 5 KB).
The server's process has ${booted.toFixed(0)} MB resident after its start, and ${resident.toFixed(0)} MB after all of this (target 400 MB).`);
}

/** Median over the rounds of this server's figure through the other's, measured side by side. */
function ratioByRound(stretches: ReadonlyMap<string, Measurement[]>, of: (m: Measurement) => number): string {
  const theirs = stretches.get('against')!;
  return median(stretches.get('server')!.map((m, i) => of(m) / of(theirs[i]!))).toFixed(2);
}

function print(rows: readonly string[][]): void {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)));
  for (const row of rows) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    );
  }
}
