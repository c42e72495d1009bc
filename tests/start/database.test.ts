/** A database of one's own, and what happens while it is away. */
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import {
  type Answer,
  call,
  cleaned,
  command,
  databaseUrl,
  dataFolder,
  freePort,
  launch,
  type Program,
  postgresOf,
  type Settings,
  start,
  until,
} from './support.ts';

let cluster: string;
let postgres: EmbeddedPostgres;
let settings: Settings;
let program: Program;
let token: string;

const startCluster = () =>
  startEmbeddedPostgres({
    dataDir: cluster,
    log: { debug() {}, info() {}, warn() {} },
    settings: { shared_buffers: '32MB' },
  });

beforeAll(async () => {
  cluster = await dataFolder();
  postgres = await startCluster();
  settings = {
    PORT: String(await freePort()),
    DATA_DIR: await dataFolder(),
    DATABASE_URL: databaseUrl(postgres.connection),
    DEMO: '1',
  };
  program = await start(settings);
  token = (await command('token', ['platform'], settings)).stdout.trim();
});
afterAll(async () => {
  await program.stop();
  await postgres.stop();
  await cleaned();
});

function expectAway(answer: Answer): void {
  expect(answer.status, answer.text).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.headers.get('content-type')).toMatch(/^application\/fhir\+json/);
  expect(answer.body.resourceType).toBe('OperationOutcome');
  expect(answer.body.issue[0].code).toBe('transient');
}

/** Connections of the program to its database. */
const CONNECTIONS = 16;

const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };

test('DATABASE_URL is used, and no PostgreSQL is started beside it', async () => {
  expect((await call(program, 'GET', 'Patient/resident-001', { token })).status).toBe(200);
  expect(await postgresOf(settings.DATA_DIR!)).toEqual([]);
  expect((await postgresOf(cluster)).length).toBeGreaterThan(0);
});

test('a DATABASE_URL that leads nowhere ends the start in words', async () => {
  const lost = launch({
    ...settings,
    PORT: String(await freePort()),
    DATABASE_URL: databaseUrl({ ...postgres.connection, host: join(cluster, 'nowhere') }),
  });
  expect(await lost.ended).toBe(1);
  expect(lost.stdout()).toBe('');
  expect(lost.stderr()).toMatch(/^Xiantong could not start: .+/m);
});

test('while the database is away every answer says so, and afterwards everything works again', async () => {
  const before = await call(program, 'POST', 'Observation', { token, body: observation });
  expect(before.status, before.text).toBe(201);
  const flags = () =>
    Promise.all(
      ['healthz', 'readyz'].map(async (p) => (await call(program, 'GET', `${program.origin}/${p}`)).status),
    );
  expect(await flags()).toEqual([200, 200]);

  await postgres.stop();
  expect(await flags()).toEqual([200, 503]);
  const entry = [{ resource: observation, request: { method: 'POST', url: 'Observation' } }];
  expectAway(await call(program, 'GET', `Observation/${before.body.id}`, { token }));
  expectAway(await call(program, 'GET', 'Patient?_count=1', { token }));
  expectAway(await call(program, 'GET', 'Patient/resident-001/_history', { token }));
  expectAway(await call(program, 'POST', 'Observation', { token, body: observation }));
  expectAway(await call(program, 'PUT', 'Observation/a', { token, body: { ...observation, id: 'a' } }));
  expectAway(await call(program, 'DELETE', `Observation/${before.body.id}`, { token }));
  expectAway(
    await call(program, 'POST', '', { token, body: { resourceType: 'Bundle', type: 'transaction', entry } }),
  );
  expectAway(
    await call(program, 'GET', 'ServiceRequest/$check-recognition?orderReference=ServiceRequest/x', {
      token,
    }),
  );
  const batch = await call(program, 'POST', '', {
    token,
    body: { resourceType: 'Bundle', type: 'batch', entry },
  });
  expect(batch.status === 503 || batch.body.entry[0].response.status.startsWith('503'), batch.text).toBe(
    true,
  );
  expect((await call(program, 'GET', 'metadata')).status).toBe(200);
  const asked = await command('token', ['platform'], settings);
  expect(asked.code).toBe(1);
  expect(asked.stderr).toContain('503');

  postgres = await startCluster();
  await until('the program to be ready again', async () => (await flags())[1] === 200);
  const after = await call(program, 'GET', `Observation/${before.body.id}`, { token });
  expect([after.status, after.body]).toEqual([200, before.body]);
  const written = await call(program, 'POST', 'Observation', { token, body: observation });
  expect(written.status, written.text).toBe(201);
  expect((await command('token', ['platform'], settings)).code).toBe(0);
  expect(program.child.exitCode).toBe(null);
});

test('a database that is frozen is away as well, and is asked nothing until it moves again', async () => {
  const before = await call(program, 'POST', 'Observation', { token, body: observation });
  expect(before.status, before.text).toBe(201);
  const ready = async () => (await call(program, 'GET', `${program.origin}/readyz`)).status;
  const frozen = await postgresOf(cluster);
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
  try {
    const answers = await Promise.all([
      call(program, 'GET', `Observation/${before.body.id}`, { token }),
      call(program, 'GET', 'Patient?_count=1', { token }),
      call(program, 'POST', 'Observation', { token, body: observation }),
      call(program, 'PUT', 'Observation/a', { token, body: { ...observation, id: 'a' } }),
      call(program, 'DELETE', `Observation/${before.body.id}`, { token }),
    ]);
    for (const answer of answers) expectAway(answer);
    // Known to be away by now, so nobody waits for it.
    const since = performance.now();
    expectAway(await call(program, 'GET', `Observation/${before.body.id}`, { token }));
    expect(await ready()).toBe(503);
    expect(performance.now() - since).toBeLessThan(2_000);
    expect((await call(program, 'GET', `${program.origin}/healthz`)).status).toBe(200);
  } finally {
    for (const pid of frozen) process.kill(pid, 'SIGCONT');
  }
  await until('the program to be ready again', async () => (await ready()) === 200);
  const written = await call(program, 'POST', 'Observation', { token, body: observation });
  expect(written.status, written.text).toBe(201);
  expect((await call(program, 'GET', `Observation/${written.body.id}`, { token })).status).toBe(200);
});

test('when every connection waits, others are told to come back; a statement that is stopped is 504', async () => {
  const lock = new pg.Client(postgres.connection);
  const look = new pg.Client(postgres.connection);
  await Promise.all([lock.connect(), look.connect()]);
  await lock.query('begin');
  await lock.query('lock table resource in access exclusive mode');
  const search = () => call(program, 'GET', 'Patient?_count=1', { token });
  const waiting = async () =>
    (
      await look.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'xiantong' and wait_event_type = 'Lock'`,
      )
    ).rows;
  try {
    const first = Array.from({ length: CONNECTIONS }, search);
    await until('every connection to wait', async () => (await waiting()).length === CONNECTIONS);
    const answers = await Promise.all(Array.from({ length: 8 }, search));
    for (const answer of answers) expectAway(answer);
    await look.query('select pg_cancel_backend($1)', [(await waiting())[0]!.pid]);
    const stopped = await Promise.race(first);
    expect([stopped.status, stopped.body.issue[0].code]).toEqual([504, 'timeout']);
    await lock.query('rollback');
    const statuses = (await Promise.all(first)).map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(CONNECTIONS - 1).fill(200), 504]);
  } finally {
    await Promise.all([lock.end(), look.end()]);
  }
});
