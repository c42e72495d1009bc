/** Accounts as administrators keep them, and who the first administrator is. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findByLogin } from '../../src/smart/accounts/account.ts';
import {
  DEMO_ACCOUNTS,
  DEMO_ACCOUNTS_FILE,
  seedDemoAccounts,
} from '../../src/smart/accounts/demo-accounts.ts';
import { ensureAdministrator } from '../../src/smart/accounts/first-administrator.ts';
import { signIn } from '../../src/smart/accounts/sign-in.ts';
import { tokenFor } from '../features/tokens.ts';
import { type Answer, type Method, startBeside, startTestApp, type TestApp } from '../support/app.ts';
import { expectError } from './support.ts';

let app: TestApp;
let administrator: string;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  administrator = `Bearer ${await tokenFor(app, 'system/*.cruds')}`;
});
afterAll(() => app.close());

async function ask(
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: administrator },
): Promise<Answer> {
  const response = await app.app.inject({
    method,
    url: `/admin/accounts${path}`,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    payload: body === undefined ? undefined : JSON.stringify(body),
  });
  return {
    status: response.statusCode,
    headers: response.headers as Answer['headers'],
    text: response.body,
    body: response.body === '' ? undefined : response.json(),
  };
}

const enter = (login: string, password: string) =>
  signIn(app.database, login, password, { address: '10.0.0.1' }, new Date());

let made = 0;
async function open(more: object = {}) {
  made += 1;
  const answer = await ask('POST', '', { login: `person-${made}`, name: '石永庆', ...more });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as { account: { id: string; login: string }; oneTimePassword: string };
}

describe('the first administrator', () => {
  test('is made at the first start, and told a one-time password that works, once', async () => {
    const lines = app.said.filter((line) => line.startsWith('Administrator:'));
    expect(lines).toHaveLength(1);
    const password = /one-time password (\S+)/.exec(lines[0]!)![1]!;
    expect(await enter('administrator', password)).toMatchObject({
      account: { administrator: true, mustChangePassword: true },
    });
    const second = await startBeside(app, { auth: 'smart' });
    expect(second.said).toEqual([]);
    await second.close();
  });

  test('is one, when several processes start at once', async () => {
    await app.database.query({
      text: 'update account set administrator = false, login = $1 where administrator',
      values: ['before'],
    });
    const told: string[] = [];
    await Promise.all(
      [1, 2, 3].map(() => ensureAdministrator(app.database, (_login, password) => told.push(password))),
    );
    expect(told).toHaveLength(1);
    expect(await enter('administrator', told[0]!)).toHaveProperty('account');
  });

  test('is kept nowhere in plain', async () => {
    const { rows } = await app.database.query<{ row: string }>({
      text: 'select account::text as row from account',
      values: [],
    });
    const password = /one-time password (\S+)/.exec(app.said.join())![1]!;
    for (const { row } of rows) expect(row).not.toContain(password);
  });
});

describe('demo accounts', () => {
  beforeAll(() => seedDemoAccounts(app.database, app.dataDir));
  const lines = async () =>
    (await readFile(join(app.dataDir, DEMO_ACCOUNTS_FILE), 'utf8'))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'));

  test('sign in with the passwords of the file, which only its owner can read', async () => {
    expect((await stat(join(app.dataDir, DEMO_ACCOUNTS_FILE))).mode & 0o777).toBe(0o600);
    const people = await lines();
    expect(people.map(([login]) => login)).toEqual(DEMO_ACCOUNTS.map(({ login }) => login));
    for (const [login, password] of people) {
      expect(await enter(login!, password!)).toMatchObject({ account: { login, mustChangePassword: false } });
    }
    expect(new Set(people.map(([, password]) => password)).size).toBe(people.length);
  });

  test('stay as they are at the next start', async () => {
    const before = await lines();
    expect(await seedDemoAccounts(app.database, app.dataDir)).toBeUndefined();
    expect(await lines()).toEqual(before);
  });
});

describe('/admin/accounts', () => {
  test('is for administrators: not for nobody, nor for systems with less', async () => {
    expectError(await ask('GET', '', undefined, {}), 401, { code: 'login' });
    const reader = { authorization: `Bearer ${await tokenFor(app, 'system/*.rs')}` };
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['PATCH', '/x'],
      ['POST', '/x/reset-password'],
      ['GET', '/no-such/address'],
    ] as const) {
      expectError(await ask(method, path, method === 'GET' ? undefined : {}, reader), 403);
    }
  });

  test('makes an account, whose one-time password lets its person in', async () => {
    const { account, oneTimePassword } = await open({
      login: ' Chang.Qing ',
      name: '常青',
      fhirUser: 'Practitioner/township-centre-west-public-health',
    });
    expect(account).toEqual({
      id: account.id,
      login: 'chang.qing',
      name: '常青',
      fhirUser: 'Practitioner/township-centre-west-public-health',
      active: true,
      administrator: false,
      mustChangePassword: true,
    });
    expect(await enter('chang.qing', oneTimePassword)).toEqual({ account });
    expect((await ask('GET', `/${account.id}`)).body).toEqual({ account });
    expectError(await ask('POST', '', { login: 'CHANG.qing', name: 'x' }), 409);
  });

  test('lists accounts in pages, without anything of their passwords', async () => {
    const all = await ask('GET', '');
    const logins = all.body.accounts.map((a: { login: string }) => a.login);
    expect(logins).toEqual([...logins].sort());
    expect(logins).toContain('administrator');
    expect(all.text).not.toMatch(/hash|argon/i);
    const page = await ask('GET', `?after=${logins[1]}&count=2`);
    expect(page.body.accounts.map((a: { login: string }) => a.login)).toEqual(logins.slice(2, 4));
    expectError(await ask('GET', '?count=0'), 400);
  });

  test('says everything that is wrong, and where', async () => {
    const answer = await ask('POST', '', {
      login: 'x',
      fhirUser: 'Organization/o1',
      administrator: 'yes',
      password: 'mine',
    });
    const outcome = expectError(answer, 422);
    expect(outcome.issue.map((i: { expression: string[] }) => i.expression[0]).sort()).toEqual([
      'administrator',
      'fhirUser',
      'login',
      'name',
      'password',
    ]);
    expectError(await ask('POST', '', []), 422);
    expectError(await ask('POST', '', { login: 'nul', name: 'x\u0000' }), 400);
    expectError(await ask('PATCH', '/x%00', { name: 'x' }), 400);
    expectError(await ask('GET', '/no-such-account'), 404);
    expectError(await ask('PATCH', '/no-such-account', { active: false }), 404);
  });

  test('shuts an account out and lets it in again', async () => {
    const { account, oneTimePassword } = await open();
    const path = `/${account.id}`;
    expect((await ask('PATCH', path, { active: false })).body.account.active).toBe(false);
    expect(await enter(account.login, oneTimePassword)).toEqual({ refusal: 'inactive' });
    await ask('PATCH', path, { active: true, name: '常清' });
    expect(await enter(account.login, oneTimePassword)).toMatchObject({ account: { name: '常清' } });
  });

  test('gives a new one-time password, with which a lock is gone', async () => {
    const { account, oneTimePassword } = await open();
    for (let i = 0; i < 5; i++) await enter(account.login, 'wrong');
    expect(await enter(account.login, oneTimePassword)).toMatchObject({ refusal: 'locked' });
    const reset = await ask('POST', `/${account.id}/reset-password`);
    expect(reset.body.oneTimePassword).not.toBe(oneTimePassword);
    expect(await enter(account.login, oneTimePassword)).toEqual({ refusal: 'wrong' });
    expect(await enter(account.login, reset.body.oneTimePassword)).toHaveProperty('account');
    for (let i = 0; i < 5; i++) await enter(account.login, 'wrong');
    expect((await ask('POST', `/${account.id}/unlock`)).status).toBe(204);
    expect(await enter(account.login, reset.body.oneTimePassword)).toHaveProperty('account');
  });

  test('keeps one administrator, even when two shut each other out at once', async () => {
    const pair = await Promise.all([open({ administrator: true }), open({ administrator: true })]);
    const first = (await findByLogin(app.database, 'administrator'))!.account;
    const shut = (id: string) => ask('PATCH', `/${id}`, { active: false });
    expect((await shut(first.id)).status).toBe(200);
    const answers = await Promise.all(pair.map(({ account }) => shut(account.id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { rows } = await app.database.query({
      text: 'select from account where administrator and active',
      values: [],
    });
    expect(rows).toHaveLength(1);
    await ask('PATCH', `/${first.id}`, { active: true });
  });

  test('has no password for who is signed in by another provider, and one account for each', async () => {
    const upstream = { issuer: 'https://login.example.cn', subject: '42' };
    const { account, oneTimePassword } = await open({ upstream });
    expect(oneTimePassword).toBeUndefined();
    expect(account).toMatchObject({ mustChangePassword: false });
    expectError(await ask('POST', '', { login: 'another', name: 'x', upstream }), 409);
    const other = await open();
    expectError(await ask('PATCH', `/${other.account.id}`, { upstream }), 409);
  });
});
