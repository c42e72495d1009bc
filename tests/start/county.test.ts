/** `npm start` on a fresh machine: the demo county is there, works, is kept, and says nothing about anybody. */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  call,
  cleaned,
  command,
  countOf,
  dataFolder,
  freePort,
  type Json,
  type Program,
  postgresOf,
  type Settings,
  start,
  until,
} from './support.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/county');

let settings: Settings;
let program: Program;
beforeAll(async () => {
  settings = { PORT: String(await freePort()), DATA_DIR: await dataFolder(), DEMO: '1' };
  program = await start(settings);
});
afterAll(cleaned);

const token = async (client: string) => {
  const { code, stdout, stderr } = await command('token', [client], settings);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  return stdout.trim();
};

test('the program says who may sign in, once, and in its last line where it is', () => {
  const [accounts, administrator, ...rest] = program.stdout().split('\n');
  expect(accounts).toBe(
    `Demo accounts and their passwords: ${join(settings.DATA_DIR!, 'demo-accounts.txt')}`,
  );
  expect(administrator).toMatch(/^Administrator: login administrator, one-time password [a-z2-9-]{24} \(/);
  expect(rest).toEqual([`Xiantong ready: ${program.base}`, '']);
});

test('the passwords stand in no log, and those of the demo in a file for its owner', () => {
  const password = /one-time password (\S+)/.exec(program.stdout())?.[1];
  expect(program.stderr()).not.toContain(password);
  const path = join(settings.DATA_DIR!, 'demo-accounts.txt');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
  expect(lines).toHaveLength(9);
  for (const line of lines) expect(program.stderr()).not.toContain(line.split('\t')[1]);
});

test('an administrator who lost the password gets another on the machine itself, and nowhere else', async () => {
  const path = join(settings.DATA_DIR!, 'operator-secret.txt');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { code, stdout, stderr } = await command('reset-password', [], settings);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^administrator: [a-z2-9-]{24}\n$/);
  expect(stdout).not.toContain(/one-time password (\S+)/.exec(program.stdout())![1]);
  expect((await command('reset-password', ['nobody'], settings)).code).toBe(1);
  const guessed = await fetch(`${program.origin}/admin/accounts`, {
    headers: { authorization: `Operator ${'x'.repeat(43)}` },
  });
  expect(guessed.status).toBe(401);
});

test('everything on stderr is a JSON line', () => {
  const lines = program.stderr().trimEnd().split('\n');
  for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
});

test('health, readiness and metrics are there for whoever watches', async () => {
  for (const path of ['healthz', 'readyz']) {
    const answer = await call(program, 'GET', `${program.origin}/${path}`);
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
  }
  const metrics = await call(program, 'GET', `${program.origin}/metrics`);
  expect(metrics.status).toBe(200);
  expect(metrics.text).toMatch(/^http_request_duration_seconds_count\{.*route="\/healthz".*\} 1$/m);
  expect(metrics.text).toMatch(/^process_cpu_user_seconds_total /m);
});

test('the token command prints a token that the server accepts', async () => {
  const answer = await call(program, 'GET', 'Patient/resident-001', { token: await token('township-his') });
  expect(answer.status, answer.text).toBe(200);
  // A resident of the township centre is none of the county hospital's until it treats the resident.
  const hospital = await call(program, 'GET', 'Patient/resident-001', { token: await token('county-his') });
  expect(hospital.status).toBe(404);
  expect((await call(program, 'GET', 'Patient/resident-001')).status).toBe(401);
});

test.each(['en', 'zh', 'en', 'zh'])('the county day holds, again and again, told in %s', async (lang) => {
  const { code, stdout, stderr } = await command('county-day', ['--lang', lang], settings);
  expect(code, stdout + stderr).toBe(0);
  expect(stderr).toBe('');
  expect(/\p{Script=Han}.*\p{Script=Han}/u.test(stdout.split('\n')[0] ?? '') || lang === 'en').toBe(true);
});

test('the example of CDS Hooks in the README shows what the day has left', async () => {
  const readme = readFileSync(join(FIXTURES, '../../src/features/recognition/README.md'), 'utf8');
  const [, identifier] = /'identifier=([^']+)'/.exec(readme)!;
  const [, body] = /^(\{\n[\s\S]*?^\})$/m.exec(readme)!;
  const auth = { token: await token('platform') };
  const found = await call(program, 'GET', `Patient?identifier=${encodeURIComponent(identifier!)}`, auth);
  const example = JSON.parse(body!.replace('PATIENT', found.body.entry[0].resource.id));
  const url = `${program.origin}/cds-services/recognition-order-sign`;
  const {
    status,
    text,
    body: answer,
  } = await call(program, 'POST', url, {
    ...auth,
    headers: { 'content-type': 'application/json' },
    body: example,
  });
  expect(status, text).toBe(200);
  expect(answer.cards.map((c: Json) => c.summary)).toEqual([
    expect.stringContaining('丙氨酸氨基转移酶:已有可互认结果 31 U/L'),
  ]);
});

test('the log has one line for each request, and neither a name nor a number of anybody', async () => {
  const patient = JSON.parse(readFileSync(join(FIXTURES, '10-residents-001-010.json'), 'utf8')).entry[0]
    .resource as Json;
  const name = patient.name[0].text as string;
  const numbers = patient.identifier.map((i: Json) => i.value as string) as string[];
  const phone = patient.telecom?.[0]?.value as string | undefined;
  const secret = [name, ...numbers, ...(phone ? [phone] : []), encodeURIComponent(name)];
  const auth = { token: await token('platform') };
  const identifier = `${patient.identifier[0].system}|${numbers[0]}`;
  const asked: [string, string, object][] = [
    ['GET', `Patient?name=${encodeURIComponent(name)}&identifier=${encodeURIComponent(identifier)}`, auth],
    ['GET', `Patient?no-such-parameter=${encodeURIComponent(name)}`, auth],
    ['GET', `Patient/${numbers[0]}`, auth],
    ['GET', `${numbers[0]}/${encodeURIComponent(name)}`, auth],
    ['GET', `Patient?name=${encodeURIComponent(name)}`, {}],
    ['GET', `Patient?name=${encodeURIComponent(name)}`, { token: numbers[0] }],
    ['POST', 'Patient', { ...auth, body: { ...patient, id: undefined, gender: name } }],
    ['PUT', `Patient/${patient.id}`, { ...auth, body: { ...patient, birthDate: numbers[0] } }],
    ['GET', `${program.origin}/${numbers[0]}?name=${encodeURIComponent(name)}`, {}],
    ['GET', `${program.base}/Patient/%zz${numbers[0]}`, {}],
    ['POST', `${program.origin}/oauth/token?x=${numbers[0]}`, {}],
  ];
  for (const [i, [method, path, options]] of asked.entries()) {
    const id = `log-test-${i}`;
    const answer = await call(program, method, path, {
      ...options,
      headers: { 'x-request-id': id },
    });
    const lines = () => program.log().filter((line) => line.reqId === id && line.msg === 'request');
    if (path.includes('%zz')) continue; // refused before there is a request
    expect(answer.headers.get('x-request-id')).toBe(id);
    await until(`the log line of ${method} number ${i}`, () => lines().length > 0);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({ method, status: answer.status });
  }
  for (const word of secret) expect(program.stderr()).not.toContain(word);
  expect(program.announced()).toBe(`Xiantong ready: ${program.base}\n`);
});

test('an orderly stop and a new start keep everything, and seed the county no second time', async () => {
  const auth = await token('platform');
  const types = ['Patient', 'Observation', 'Task', 'Organization', 'CodeSystem', 'StructureDefinition'];
  const counts = async () => Promise.all(types.map((type) => countOf(program, type, auth)));
  const before = await counts();
  const versions = (await call(program, 'GET', 'Patient/resident-001/_history', { token: auth })).body.entry;
  expect(await program.stop()).toBe(0);
  expect(await postgresOf(settings.DATA_DIR!)).toEqual([]);
  program = await start(settings);
  expect(await counts()).toEqual(before);
  const after = (await call(program, 'GET', 'Patient/resident-001/_history', { token: auth })).body.entry;
  expect(after).toEqual(versions);
  const { published, seeded } = program.log().find((line) => line.msg === 'loaded');
  expect([published, seeded]).toEqual([0, 0]);
});
