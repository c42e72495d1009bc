/**
 * How long a county's public-health tasks take: `npm run schedule -- [residents …]`, by default 50000. Writes
 * residents and enrolments into a database of its own as the server would, then has the server make what is due: the
 * first time, when nearly everybody has something; the next night, when one in a hundred has changed; and on New
 * Year's Day. Says wall time, and processor time of the server and of PostgreSQL. Ends by itself, writes nothing into
 * the tree.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { createDatabase } from '../../src/db/pool.ts';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { bodyOf, versionText } from '../../src/interactions/version-text.ts';
import { addDays, dayOf } from '../../src/kernel/calendar.ts';
import { createIndexRows } from '../../src/search/index-rows.ts';
import { createParameters } from '../../src/search/parameters.ts';
import type { Change } from '../../src/store/change.ts';
import { createWriter } from '../../src/store/writer.ts';
import { cpuSeconds, familySeconds } from './cpu-time.ts';
import { startOwnDatabase } from './own-database.ts';
import { startServer } from './processes.ts';

const sizes = process.argv
  .slice(2)
  .filter((a) => /^\d+$/.test(a))
  .map(Number);
const profileFolder = process.argv.find((a) => a.startsWith('--cpu-prof-dir='))?.split('=')[1];
const AT_ONCE = 1_000;
const POLL_MS = 200;
const ROOT = join(import.meta.dirname, '../..');
const BASE = 'http://127.0.0.1:8080/fhir';
const C = 'https://xiantong.example/fhir';
const TODAY = dayOf(Date.now());

interface Named {
  readonly resourceType: string;
  readonly id: string;
}

for (const residents of sizes.length > 0 ? sizes : [50_000]) await measure(residents);

async function measure(residents: number): Promise<void> {
  const postgres = await startOwnDatabase('schedule');
  const { client, postmaster } = postgres;
  try {
    const more = { NIGHTLY: '0', CLOCK: 'movable' };
    const server = await startServer(ROOT, postgres.connection, profileFolder, more);
    try {
      await fill(postgres.connection, residents);
      await client.query('vacuum analyze');
      await client.query('checkpoint');
      const used = () => [cpuSeconds(server.pid)!, familySeconds(postmaster)!] as const;
      const said = async (name: string, run: () => Promise<object>) => {
        const [before, begin] = [used(), performance.now()];
        const facts = await run();
        const wall = (performance.now() - begin) / 1000;
        const [own, database] = used().map((s, i) => s - before[i]!);
        const seconds = { wall, server: own!, database: database! };
        console.log(JSON.stringify({ residents, name, ...facts, seconds: rounded(seconds) }));
      };
      const scheduled = () => schedule(server.base);
      await said('first', scheduled);
      await client.query('vacuum analyze');
      await said('again', scheduled);
      await touch(client, Math.ceil(residents / 100));
      await said('next night, 1 % changed', () => moveTo(server.base, addDays(TODAY, 1)));
      await said("New Year's Day", () => moveTo(server.base, `${Number(TODAY.slice(0, 4)) + 1}-01-01`));
    } finally {
      await server.stop();
    }
  } finally {
    await postgres.stop();
  }
}

function rounded(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([k, v]) => [k, Math.round(v * 10) / 10]));
}

/** In the background, as every night. */
async function schedule(base: string): Promise<object> {
  await post(`${base}/PlanDefinition/$schedule`, { resourceType: 'Parameters' });
  for (;;) {
    const run = await latest(base);
    if (run.status === 'completed') return run;
    await sleep(POLL_MS);
  }
}

async function moveTo(base: string, day: string): Promise<object> {
  const to = { name: 'to', valueDateTime: `${day}T01:00:00+08:00` };
  await post(`${base}/$advance-clock`, { resourceType: 'Parameters', parameter: [to] });
  return latest(base);
}

async function latest(base: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${base}/PlanDefinition/$schedule-status`);
  const { parameter } = (await answer.json()) as {
    parameter: { part: { name: string; valueCode?: string; valueInteger?: number }[] }[];
  };
  const parts = parameter[0]!.part.flatMap(({ name, valueCode, valueInteger }) => {
    const value = valueCode ?? valueInteger;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(parts);
}

async function post(url: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/fhir+json' };
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.text();
}

/** A village's pyramid of ages; 18 in 100 have hypertension, 7 diabetes. */
function* county(residents: number): Generator<Named> {
  for (let n = 0; n < residents; n++) {
    yield patient(n);
    if (n % 100 < 18) yield enrolment(n, 'hypertension');
    if (n % 100 >= 11 && n % 100 < 18) yield enrolment(n, 'diabetes');
  }
}

function patient(n: number): Named {
  const age = n % 100 < 18 ? 40 + (n % 47) : (n * 7) % 88;
  return {
    resourceType: 'Patient',
    id: `resident-${n}`,
    name: [{ text: `居民${n}` }],
    gender: n % 2 === 0 ? 'female' : 'male',
    birthDate: addDays(TODAY, -Math.round(age * 365.25) - ((n * 31) % 365)),
    managingOrganization: { reference: `Organization/centre-${n % 20}` },
    extension: [
      {
        url: `${C}/StructureDefinition/service-area`,
        valueCoding: { system: 'https://qinghe.example/fhir/CodeSystem/grid', code: `grid-${n % 400}` },
      },
    ],
  } as Named;
}

function enrolment(n: number, programme: string): Named {
  return {
    resourceType: 'EpisodeOfCare',
    id: `${programme}-${n}`,
    status: 'active',
    type: [{ coding: [{ system: `${C}/CodeSystem/public-health-programme`, code: programme }] }],
    patient: { reference: `Patient/resident-${n}` },
    managingOrganization: { reference: `Organization/centre-${n % 20}` },
    period: { start: addDays(TODAY, -(n % 90)) },
  } as Named;
}

async function fill(connection: pg.ClientConfig, residents: number): Promise<void> {
  await written(connection, county(residents));
}

/** As if some residents had been written again. */
async function touch(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `update resource set updated = (extract(epoch from now()) * 1000)::bigint where type = 'Patient' and id = any ($1)`,
    [Array.from({ length: count }, (_, n) => `resident-${n * 97}`)],
  );
}

/** With all index rows, in the transactions of a load. */
async function written(connection: pg.ClientConfig, resources: Iterable<Named>): Promise<void> {
  const database = createDatabase(connection as never, { onError: () => {}, onOutdatedRows: async () => {} });
  const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
  const indexRows = createIndexRows(createParameters(definitions), BASE);
  const writer = createWriter(database, indexRows);
  // Yesterday: what has just been written is looked at once more.
  const updated = Date.now() - 86_400_000;
  let changes: Change[] = [];
  const flush = async () => {
    if (changes.length === 0) return;
    const some = changes;
    changes = [];
    await database.tx((db) => writer.within(db, some));
  };
  for (const resource of resources) {
    const { resourceType: type, id } = resource;
    const content = versionText(bodyOf(resource), id, 1, updated);
    const rows = indexRows(resource as never);
    changes.push({ type, id, version: 1, updated, method: 'PUT', content, rows });
    if (changes.length === AT_ONCE) await flush();
  }
  await flush();
  await database.close();
}
