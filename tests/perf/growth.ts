/**
 * What a patient-scoped search costs as the county grows: `npm run growth -- [observations …]`, by default
 * 100000 and 1000000. Fills a database of its own by copying the benchmark's patients, each copy with patients,
 * ids and keys of its own but the same codes and dates, and asks for one patient's results of one code. Ends by
 * itself, writes nothing into the tree.
 */
import { join } from 'node:path';
import { cpuSeconds, familySeconds } from './cpu-time.ts';
import { PATIENTS, RESULTS_EACH } from './data.ts';
import { putLoad, quantile } from './load-run.ts';
import { startOwnDatabase } from './own-database.ts';
import { startServer } from './processes.ts';
import { initialRequests, SCENARIOS } from './scenarios.ts';

const sizes = process.argv.slice(2).map(Number);
const targets = sizes.length > 0 ? sizes : [100_000, 1_000_000];
const SEARCHES = ['patient-code-date', 'patient-date', 'code-date', 'everything'];
const SECONDS = 4;
const EACH = PATIENTS * RESULTS_EACH;

const postgres = await startOwnDatabase('growth');
const { client, postmaster } = postgres;
try {
  const server = await startServer(join(import.meta.dirname, '../..'), postgres.connection, undefined);
  try {
    for (const { method, path, body, headers } of initialRequests()) {
      const sent = { 'content-type': 'application/fhir+json', ...headers };
      const answer = await fetch(server.base + path, { method, body, headers: sent });
      if (!answer.ok) throw new Error(await answer.text());
      await answer.text();
    }
    const { rows } = await client.query<{ key: string }>('select max(key) as key from resource');
    const span = BigInt(rows[0]!.key) + 1000n;
    let copies = 1;
    for (const target of targets) {
      for (; copies * EACH < target; copies++) await copy(copies, span);
      await client.query('vacuum analyze');
      await client.query('checkpoint');
      await measure(server, postmaster, copies * EACH);
    }
  } finally {
    await server.stop();
  }
} finally {
  await postgres.stop();
}

/** Everything of the benchmark's patients once more. */
async function copy(n: number, span: bigint): Promise<void> {
  const shift = String(span * BigInt(n));
  const own = `r.key < ${span} and r.type in ('Patient', 'Observation')`;
  const renamed = (column: string) => `regexp_replace(${column}, '^bench-', 'copy${n}-')`;
  await client.query(`insert into resource (key, type, id, version, updated, method, deleted, patient, date, date_end, content)
select key + ${shift}, type, ${renamed('id')}, version, updated, method, deleted, ${renamed('patient')}, date, date_end, content
from resource r where ${own}`);
  for (const [table, columns] of [
    ['token', 'hash, date'],
    ['string', 'hash, value'],
    ['number', 'hash, value, canonical'],
    ['date_range', 'hash, lo, hi'],
  ]) {
    await client.query(`insert into ${table} (${columns}, key)
select ${columns!.replace(/\b(\w+)/g, 'x.$1')}, x.key + ${shift} from ${table} x join resource r on r.key = x.key where ${own}`);
  }
}

async function measure(
  server: { base: string; pid: number },
  postmaster: number,
  count: number,
): Promise<void> {
  for (const name of SEARCHES) {
    const scenario = SCENARIOS.find((s) => s.name === name)!;
    let n = 0;
    const load = (seconds: number) =>
      putLoad(server.base, { connections: 1, seconds }, () => scenario.request(n++));
    await load(1);
    const before = [cpuSeconds(server.pid)!, familySeconds(postmaster)!] as const;
    const { times } = await load(SECONDS);
    const after = [cpuSeconds(server.pid)!, familySeconds(postmaster)!] as const;
    const each = (i: 0 | 1) => (((after[i] - before[i]) * 1e6) / times.length).toFixed(0).padStart(6);
    console.log(
      `${String(count).padStart(9)} Observations  ${name.padEnd(18)} p50 ${quantile(times, 0.5).toFixed(2).padStart(6)} ms  CPU ${each(0)} µs  db CPU ${each(1)} µs`,
    );
  }
}
