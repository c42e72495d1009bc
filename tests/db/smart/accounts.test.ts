import { argon2Sync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Account,
  changeAccount,
  createAccount,
  findByLogin,
  keepPassword,
} from '../../../src/smart/accounts/account.ts';
import { resetPassword } from '../../../src/smart/accounts/administration.ts';
import { unlock } from '../../../src/smart/accounts/attempts.ts';
import { checkPassword, hashPassword } from '../../../src/smart/accounts/password.ts';
import { changePassword, type Place, signIn } from '../../../src/smart/accounts/sign-in.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

const PASSWORD = 'purple tractors sing at dawn';

let test: TestDatabase;
let addresses = 0;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

/** An account of that login with PASSWORD, and its attempts from an address of its own. */
async function person(login: string) {
  const account = await createAccount(test.database, { login, name: '沈明远' }, await hashPassword(PASSWORD));
  addresses += 1;
  const address = `10.0.0.${addresses}`;
  const attempt = (password = PASSWORD, at = 0, from: Partial<Place> = {}) =>
    signIn(test.database, login, password, { address, ...from }, new Date(Date.UTC(2026, 0, 1) + at * 1000));
  return { account: account!, address, attempt };
}

/** The password is nobody else's any more. */
const settled = async ({ id }: Account) =>
  keepPassword(test.database, id, await hashPassword(PASSWORD), false);

describe('a password', () => {
  it('is kept as argon2id with parameters and salt, never the same twice', async () => {
    const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await checkPassword(one, PASSWORD)).toEqual({ right: true, outdated: false });
    expect(await checkPassword(one, `${PASSWORD} `)).toEqual({ right: false, outdated: false });
  });

  it('is the same in every way of typing it', async () => {
    const kept = await hashPassword('密码 caf\u00e9 12345678');
    expect((await checkPassword(kept, '密码 cafe\u0301 12345678')).right).toBe(true);
  });

  it('is kept anew by the current parameters at the next sign-in', async () => {
    const { attempt } = await person('outdated');
    const salt = randomBytes(16);
    const cost = { memory: 8192, passes: 1, parallelism: 1 };
    const hash = argon2Sync('argon2id', { message: PASSWORD, nonce: salt, tagLength: 32, ...cost });
    const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    await test.database.query({
      text: `update account set password_hash = $1 where login = 'outdated'`,
      values: [`$argon2id$v=19$m=8192,t=1,p=1$${text(salt)}$${text(hash)}`],
    });
    expect(await attempt()).toHaveProperty('account');
    expect((await findByLogin(test.database, 'outdated'))?.passwordHash).toContain('m=19456,t=2');
    expect(await attempt()).toHaveProperty('account');
  });
});

describe('signing in', () => {
  it('finds the account, however the login is typed', async () => {
    const { account } = await person('shen');
    for (const login of ['shen', ' Shen ', 'SHEN']) {
      const now = new Date();
      expect(await signIn(test.database, login, PASSWORD, { address: '10.1.0.1' }, now)).toEqual({ account });
    }
  });

  it('answers the same for a wrong password, for a login that is not there, and for one without a password', async () => {
    await person('known');
    await createAccount(test.database, { login: 'upstream-alone', name: '上级' }, undefined);
    for (const login of ['known', 'unknown', 'upstream-alone']) {
      const from = { address: `10.2.${login.length}.1` };
      for (let failed = 1; failed <= 5; failed += 1) {
        const answer = await signIn(test.database, login, 'wrong', from, new Date(0));
        expect(answer).toEqual({ refusal: 'wrong' });
      }
      const answer = await signIn(test.database, login, 'wrong', from, new Date(0));
      expect(answer).toEqual({ refusal: 'locked', retryAfterSeconds: 30 });
    }
  });

  it('tells only who knows the password that an account is shut', async () => {
    const { account, attempt } = await person('shut');
    await changeAccount(test.database, account.id, { active: false });
    expect(await attempt('wrong')).toEqual({ refusal: 'wrong' });
    expect(await attempt()).toEqual({ refusal: 'inactive' });
  });
});

describe('lock-out', () => {
  it('comes with the fifth failure and doubles with each further one', async () => {
    const { attempt } = await person('locked');
    for (let failed = 1; failed <= 5; failed += 1)
      expect(await attempt('wrong')).toEqual({ refusal: 'wrong' });
    expect(await attempt(PASSWORD, 29)).toEqual({ refusal: 'locked', retryAfterSeconds: 1 });
    expect(await attempt('wrong', 30)).toEqual({ refusal: 'wrong' });
    expect(await attempt(PASSWORD, 31)).toEqual({ refusal: 'locked', retryAfterSeconds: 59 });
    expect(await attempt(PASSWORD, 90)).toHaveProperty('account');
    expect(await attempt('wrong', 91)).toEqual({ refusal: 'wrong' });
    expect(await attempt(PASSWORD, 92)).toHaveProperty('account');
  });

  it('comes to whoever guesses from one address, and not to the person elsewhere', async () => {
    const { attempt } = await person('elsewhere');
    for (let failed = 1; failed <= 5; failed += 1) await attempt('wrong');
    expect(await attempt(PASSWORD, 1)).toMatchObject({ refusal: 'locked' });
    expect(await attempt('wrong', 1, { address: '10.9.9.9' })).toEqual({ refusal: 'wrong' });
    await unlock(test.database, 'elsewhere');
    expect(await attempt(PASSWORD, 2)).toHaveProperty('account');
  });

  it('comes to strangers alone when many addresses guess together', async () => {
    const { attempt, account } = await person('besieged');
    const here = { device: 'a'.repeat(43) };
    await settled(account);
    expect(await attempt(PASSWORD, 0, here)).toHaveProperty('account');
    for (let n = 0; n < 25; n += 1)
      expect(await attempt('wrong', 1, { address: `10.8.${n}.1` })).toEqual({ refusal: 'wrong' });
    const locked = { refusal: 'locked', retryAfterSeconds: 30 };
    expect(await attempt(PASSWORD, 1, { address: '10.7.0.1' })).toEqual(locked);
    expect(await attempt(PASSWORD, 1, { address: '10.7.0.2', device: 'b'.repeat(43) })).toEqual(locked);
    expect(await attempt('wrong', 1, here)).toEqual({ refusal: 'wrong' });
    expect(await attempt(PASSWORD, 2, here)).toHaveProperty('account');
    // The person has shown who it is: strangers begin anew.
    expect(await attempt(PASSWORD, 3, { address: '10.7.0.1' })).toHaveProperty('account');
  });

  it('comes to a known device for what is tried there, and what others try is not held against it', async () => {
    const { attempt, account } = await person('shared-computer');
    const here = { device: 'c'.repeat(43) };
    await settled(account);
    await attempt(PASSWORD, 0, here);
    for (let failed = 1; failed <= 5; failed += 1) await attempt('wrong', 1, here);
    expect(await attempt(PASSWORD, 2, here)).toEqual({ refusal: 'locked', retryAfterSeconds: 29 });
    expect(await attempt(PASSWORD, 2)).toHaveProperty('account');
    const other = await person('same-computer');
    expect(await other.attempt('wrong', 3, here)).toEqual({ refusal: 'wrong' });
    await resetPassword(test.database, account.id);
    for (let n = 0; n < 25; n += 1) await attempt('wrong', 4, { address: `10.6.${n}.1` });
    expect(await attempt(PASSWORD, 4, here)).toMatchObject({ refusal: 'locked' });
  });

  it('lets no more through when many guess at once', async () => {
    const { attempt } = await person('at-once');
    const answers = await Promise.all(Array.from({ length: 20 }, () => attempt('wrong')));
    expect(answers.filter((answer) => 'refusal' in answer && answer.refusal === 'wrong')).toHaveLength(5);
  });

  it('is for good for an address after twenty failures, and for all strangers after a hundred', async () => {
    const { attempt } = await person('hundred');
    const set = (failures: number, now: number) =>
      test.database.query({
        text: 'update sign_in_attempt set failures = $1, locked_until = last where failures = $2',
        values: [failures, now],
      });
    for (let failed = 1; failed <= 6; failed += 1) await attempt('wrong', failed * 60);
    await set(19, 6);
    expect(await attempt('wrong', 400)).toEqual({ refusal: 'wrong' });
    const forGood = { refusal: 'locked', retryAfterSeconds: 3600 };
    expect(await attempt(PASSWORD, 500_000)).toEqual(forGood);
    await unlock(test.database, 'hundred');
    for (let n = 1; n <= 30; n += 1) await attempt('wrong', 600_000, { address: `10.5.${n}.1` });
    await set(99, 25);
    expect(await attempt('wrong', 600_001, { address: '10.5.0.1' })).toEqual({ refusal: 'wrong' });
    expect(await attempt(PASSWORD, 1_200_000, { address: '10.5.0.2' })).toEqual(forGood);
  });

  it('holds an address that tries many logins, and its neighbours of the same IPv6 network', async () => {
    const from = (n: number) => `2001:db8:0:7::${n.toString(16)}`;
    for (let n = 1; n <= 50; n += 1) {
      const answer = await signIn(test.database, `guess-${n}`, 'x', { address: from(n) }, new Date(0));
      expect(answer).toEqual({ refusal: 'wrong' });
    }
    const locked = await signIn(
      test.database,
      'guess-51',
      'x',
      { address: '2001:db8::7:1:2:3:4' },
      new Date(0),
    );
    expect(locked).toEqual({ refusal: 'locked', retryAfterSeconds: 30 });
    const other = await signIn(test.database, 'guess-51', 'x', { address: '2001:db8:0:8::1' }, new Date(0));
    expect(other).toEqual({ refusal: 'wrong' });
  });
});

describe('changing a password', () => {
  it('is for who knows the old one, and clears that it must be changed', async () => {
    const { account, address, attempt } = await person('changing');
    expect(account.mustChangePassword).toBe(true);
    const change = (current: string, next: string) =>
      changePassword(test.database, 'changing', current, next, { address }, new Date(Date.UTC(2026, 0, 1)));
    expect(await change('wrong', 'green tractors sing at dusk')).toEqual({ refusal: 'wrong' });
    expect(await change(PASSWORD, 'short')).toHaveProperty('fault');
    expect(await change(PASSWORD, PASSWORD)).toHaveProperty('fault');
    expect(await attempt()).toMatchObject({ account: { mustChangePassword: true } });
    expect(await change(PASSWORD, 'green tractors sing at dusk')).toMatchObject({
      account: { mustChangePassword: false },
    });
    expect(await attempt()).toEqual({ refusal: 'wrong' });
    expect(await attempt('green tractors sing at dusk')).toMatchObject({
      account: { mustChangePassword: false },
    });
  });
});
