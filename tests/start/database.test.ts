/** A database of one's own, and what happens while it is away. */
import { join } from 'node:path';
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
