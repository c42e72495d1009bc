/** Several processes on one port: they are one server, and none of them is needed. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  call,
  cleaned,
  command,
  dataFolder,
  freePort,
  launch,
  type Program,
  postgresOf,
  type Settings,
  start,
  until,
} from './support.ts';

const WORKERS = 2;

let settings: Settings & { readonly DATA_DIR: string };
let program: Program;
let token: string;
beforeAll(async () => {
  settings = {
    PORT: String(await freePort()),
    DATA_DIR: await dataFolder(),
    DEMO: '1',
    WORKERS: String(WORKERS),
  };
  program = await start(settings);
  token = (await command('token', ['platform'], settings)).stdout.trim();
});
afterAll(cleaned);

/** The processes that serve. */
function workers(of = program): number[] {
  const children = readFileSync(`/proc/${of.pid}/task/${of.pid}/children`, 'utf8').trim().split(' ');
  return children.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('src/main.ts');
    } catch {
      return false;
    }
  });
}

/** Which workers wrote to the log about a request. */
const served = (id: string) =>
  program
    .log()
    .filter(({ msg, client }) => msg === 'request' && client === id)
    .map(({ worker }) => worker as number);

const patients = () => call(program, 'GET', 'Patient?_summary=count', { token });

test('the program says once who may sign in, and that it is ready when every worker serves', () => {
  expect(program.stdout().match(/^(Administrator|Demo accounts)\b/gm)).toHaveLength(2);
  expect(program.announced()).toBe(`Xiantong ready: ${program.base}\n`);
  expect(workers()).toHaveLength(WORKERS);
  expect(program.log().filter(({ msg }) => msg === 'loaded')).toHaveLength(WORKERS);
  const seeded = program.log().filter(({ msg, seeded: n }) => msg === 'loaded' && n > 0);
  expect(seeded).toHaveLength(1);
});

test('each worker accepts the same token and answers the same', async () => {
  const first = await patients();
  expect(first.status, first.text).toBe(200);
  await until('both workers to have served', async () => {
    expect((await patients()).body.total).toBe(first.body.total);
    return new Set(served('platform')).size === WORKERS;
  });
});

test('what one worker writes, every worker reads at once', async () => {
  for (let version = 1; version <= 12; version++) {
    const body = { resourceType: 'Basic', id: 'shared', code: { text: `第 ${version} 版` } };
    expect((await call(program, 'PUT', 'Basic/shared', { body, token })).status).toBe(
      version === 1 ? 201 : 200,
    );
    expect((await call(program, 'GET', 'Basic/shared', { token })).body.code.text).toBe(`第 ${version} 版`);
  }
});

test('a search parameter that is made works in every worker', async () => {
  const body = {
    resourceType: 'SearchParameter',
    id: 'in-workers',
    url: 'http://example.org/SearchParameter/in-workers',
    name: 'w',
    status: 'active',
    description: 'd',
    code: 'in-workers',
    base: ['Basic'],
    type: 'string',
    expression: 'Basic.code.text',
  };
  expect((await call(program, 'PUT', 'SearchParameter/in-workers', { body, token })).status).toBe(201);
  const search = async () => (await call(program, 'GET', 'Basic?in-workers=第', { token })).status;
  await until('the parameter to be usable', async () => (await search()) === 200);
  const answers = [];
  for (let i = 0; i < 10; i++) answers.push(await search());
  expect(answers).toEqual(answers.map(() => 200));
});

test('the metrics are those of all workers, whichever is asked', async () => {
  const count = async () => {
    const { text } = await call(program, 'GET', `${program.origin}/metrics`);
    const line = /^http_request_duration_seconds_count\{.*route="\/healthz".*\} (\d+)$/m.exec(text);
    return Number(line?.[1] ?? 0);
  };
  const before = await count();
  for (let i = 0; i < 7; i++) await call(program, 'GET', `${program.origin}/healthz`);
  for (let i = 0; i < 4; i++) expect(await count()).toBe(before + 7);
});

test('a worker that is killed is replaced, and the others serve meanwhile', async () => {
  const [victim, ...rest] = workers();
  process.kill(victim!, 'SIGKILL');
  // A connection that was on its way to it in that very moment is lost with it.
  const replaced = () => program.log().some(({ msg }) => msg === 'a worker ended and is replaced');
  await until('it to be missed', replaced);
  for (let i = 0; i < 5; i++) expect((await patients()).status).toBe(200);
  await until('another in its place', () => workers().length === WORKERS);
  expect(workers()).not.toContain(victim);
  expect(workers()).toEqual(expect.arrayContaining(rest));
  const seen = new Set(served('platform'));
  await until('the new one to serve', async () => {
    expect((await patients()).status).toBe(200);
    return served('platform').some((worker) => !seen.has(worker));
  });
  expect(program.announced()).toBe(`Xiantong ready: ${program.base}\n`);
});

test('they end together, with 0, and leave no PostgreSQL', async () => {
  const all = workers();
  expect(await program.stop()).toBe(0);
  expect(await postgresOf(settings.DATA_DIR)).toEqual([]);
  for (const pid of all) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(program.log().filter(({ level, msg }) => level >= 50 && !/is replaced/.test(msg))).toEqual([]);
});

test('Ctrl-C, which every process hears, ends them in order as well', async () => {
  const own = { ...settings, PORT: String(await freePort()) };
  const again = await start(own, { group: true });
  process.kill(-again.pid, 'SIGINT');
  expect(await again.ended).toBe(0);
  expect(await postgresOf(settings.DATA_DIR)).toEqual([]);
});

test('a number of workers that makes no sense is refused before anything starts', async () => {
  for (const wrong of ['0', '-2', 'many', '1000']) {
    const refused = launch({ ...settings, WORKERS: wrong });
    expect(await refused.ended).toBe(2);
    expect(refused.stderr()).toContain(`WORKERS (or --workers) must be 1 to 64, not '${wrong}'.`);
  }
});
