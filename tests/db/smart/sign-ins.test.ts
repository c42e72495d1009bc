import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccount } from '../../../src/smart/accounts/account.ts';
import { hashPassword } from '../../../src/smart/accounts/password.ts';
import { createSignIns, type SignInFacts } from '../../../src/smart/accounts/sign-ins.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

const [PASSWORD, NEXT] = ['purple tractors sing at dawn', 'green tractors sing at dusk'];
const where = { client: { id: 'app', name: 'App' }, address: '10.0.0.1', requestId: 'r1' };

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  const details = { login: 'shen', name: '沈明远', fhirUser: 'Practitioner/p1' };
  await createAccount(test.database, details, await hashPassword(PASSWORD));
});
afterAll(() => test.drop());

it('tells of everybody who signs in and out, and of those who tried, without any password', async () => {
  const told: SignInFacts[] = [];
  const signIns = createSignIns(test.database, async (facts) => void told.push(facts));
  await signIns.enter('nobody'.repeat(20), 'wrong', where);
  await signIns.enter('shen', PASSWORD, where);
  const changed = await signIns.change('shen', PASSWORD, NEXT, where);
  await signIns.enter('shen', NEXT, where);
  if ('account' in changed) await signIns.left(changed.account, where);
  expect(told.map(({ what, refusal }) => [what, refusal])).toEqual([
    ['login', 'login or password is wrong'],
    ['login', 'the one-time password has to be changed first'],
    ['login', undefined],
    ['login', undefined],
    ['logout', undefined],
  ]);
  expect(told[0]).toEqual({
    ...where,
    what: 'login',
    account: 'nobody'.repeat(20).slice(0, 64),
    refusal: told[0]!.refusal,
  });
  expect(told[2]).toMatchObject({ account: 'shen', person: { fhirUser: 'Practitioner/p1', name: '沈明远' } });
  expect(JSON.stringify(told)).not.toContain('tractors');
});

it('lets nobody in of whom no record can be kept', async () => {
  const signIns = createSignIns(test.database, async () => {
    throw new Error('the disk is full');
  });
  await expect(signIns.enter('shen', NEXT, where)).rejects.toThrow('the disk is full');
});
