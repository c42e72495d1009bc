/** How the program ends: requests in flight are finished, the database goes last, nothing stays behind. */
import { once } from 'node:events';
import { cp, readFile } from 'node:fs/promises';
import http from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  call,
  cleaned,
  dataFolder,
  freePort,
  launch,
  type Program,
  postgresOf,
  type Settings,
  start,
  until,
} from './support.ts';

type OwnSettings = Settings & { readonly DATA_DIR: string; readonly PORT: string };

const empty = async (): Promise<OwnSettings> => ({
  PORT: String(await freePort()),
  DATA_DIR: await dataFolder(),
  DEMO: '0',
  AUTH: 'open',
});

/** A data folder with a database of its own that was started before: to start it again takes half the time. */
let used: OwnSettings;
const fresh = async (): Promise<OwnSettings> => {
  const settings = await empty();
  await cp(used.DATA_DIR, settings.DATA_DIR, { recursive: true });
  return settings;
};

beforeAll(async () => {
  used = await empty();
  const program = await start(used);
  expect(await program.stop()).toBe(0);
});
afterAll(cleaned);

/** A request whose headers the program has read and whose body it waits for. */
async function halfSent(program: Program, resource: object): Promise<() => Promise<Answer>> {
  const body = JSON.stringify(resource);
  const request = http.request(`${program.base}/${(resource as { resourceType: string }).resourceType}`, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'application/fhir+json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  });
  const response = once(request, 'response') as Promise<[http.IncomingMessage]>;
  response.catch(() => {});
  request.flushHeaders();
  await once(request, 'continue');
  request.write(body.slice(0, 20));
  return async () => {
    request.end(body.slice(20));
    const [message] = await response;
    const text = (await message.setEncoding('utf8').toArray()).join('');
    return { status: message.statusCode!, headers: new Headers(), text, body: JSON.parse(text) };
  };
}

const refused = (program: Program) =>
  until('new connections to be refused', () =>
    fetch(`${program.origin}/healthz`, { headers: { connection: 'close' } }).then(
      () => false,
      () => true,
    ),
  );

const patient = (n: number) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:x', value: `${n}` }],
});

test.each([
  ['SIGTERM to the process', 'SIGTERM', false],
  ['SIGINT to the process', 'SIGINT', false],
  ['SIGINT to the whole process group, as Ctrl-C sends it', 'SIGINT', true],
] as const)(
  '%s finishes what is in flight, ends with 0, and leaves no PostgreSQL',
  async (_, signal, group) => {
    const settings = await fresh();
    const program = await start(settings, { group });
    expect((await postgresOf(settings.DATA_DIR)).length).toBeGreaterThan(0);
    const finish = await Promise.all([1, 2, 3].map((n) => halfSent(program, patient(n))));
    process.kill(group ? -program.pid : program.pid, signal);
    await refused(program);
    // An impatient person presses twice.
    process.kill(group ? -program.pid : program.pid, signal);
    const answers = await Promise.all(finish.map((end) => end()));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await program.ended).toBe(0);
    expect(await postgresOf(settings.DATA_DIR)).toEqual([]);
    await expect(readFile(join(settings.DATA_DIR, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
    expect(program.log().filter(({ level }) => level >= 50)).toEqual([]);

    const again = await start(settings);
    for (const { body } of answers) {
      expect((await call(again, 'GET', `Patient/${body.id}`)).body).toEqual(body);
    }
  },
);

test('a signal during the first start ends it, without PostgreSQL, and the next start succeeds', async () => {
  const settings = await empty();
  const program = launch(settings);
  await until('PostgreSQL to start', async () => (await postgresOf(settings.DATA_DIR)).length > 0);
  expect(await program.stop('SIGTERM')).toBe(0);
  await until('PostgreSQL to be gone', async () => (await postgresOf(settings.DATA_DIR)).length === 0);
  expect(program.stdout()).toBe('');
  const again = await start(settings);
  expect((await call(again, 'GET', 'metadata')).status).toBe(200);
});

test('a second program on the same data folder is refused in words, and harms nothing', async () => {
  const settings = await fresh();
  const first = await start(settings);
  const second = launch({ ...settings, PORT: String(await freePort()) });
  expect(await second.ended).toBe(1);
  expect(second.stdout()).toBe('');
  expect(second.stderr()).toContain(
    `Xiantong could not start: The data directory ${settings.DATA_DIR} is in use by another Xiantong (process ${first.pid}).`,
  );
  const answer = await call(first, 'POST', 'Patient', { body: patient(1) });
  expect(answer.status, answer.text).toBe(201);
  expect(await first.stop()).toBe(0);
});

test('a port that is taken is named, and the database is stopped again', async () => {
  const settings = await fresh();
  const other = createServer().listen(Number(settings.PORT), '127.0.0.1');
  await once(other, 'listening');
  try {
    const program = launch(settings);
    expect(await program.ended).toBe(1);
    expect(program.stdout()).toBe('');
    expect(program.stderr()).toContain(
      `Xiantong could not start: Port ${settings.PORT} of 127.0.0.1 is in use by another program.`,
    );
    expect(await postgresOf(settings.DATA_DIR)).toEqual([]);
  } finally {
    other.close();
  }
});

test('two programs with ports and data folders of their own run side by side and share nothing', async () => {
  const [a, b] = await Promise.all([fresh().then((s) => start(s)), fresh().then((s) => start(s))]);
  const created = await call(a, 'POST', 'Patient', { body: patient(7) });
  expect(created.status).toBe(201);
  expect(created.headers.get('location')).toContain(a.base);
  expect((await call(b, 'GET', `Patient/${created.body.id}`)).status).toBe(404);
  expect(await a.stop()).toBe(0);
  expect((await call(b, 'GET', 'Patient?_summary=count')).body.total).toBe(0);
});
