/** What the authorization server keeps: found by digest only, used once, ended with its session. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUpJob } from '../../../src/smart/clean-up.ts';
import { insertClient, listClients } from '../../../src/smart/clients.ts';
import { answerLaunch, findLaunch, registerLaunch, takeLaunch } from '../../../src/smart/launch.ts';
import { stateAdapter } from '../../../src/smart/state.ts';
import { isTokenLive } from '../../../src/smart/tokens.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let test: TestDatabase;
const model = (name: string) => stateAdapter(test.database, name);

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

describe('what is kept', () => {
  it('is found by who shows it, and names what it is found by nowhere', async () => {
    await model('RefreshToken').upsert('shown', { jti: 'shown', clientId: 'c', grantId: 'g' }, 60);
    expect(await model('RefreshToken').find('shown')).toMatchObject({ jti: 'shown', clientId: 'c' });
    expect(await model('AccessToken').find('shown')).toBeUndefined();
    const { rows } = await test.database.query<{ row: string }>({
      text: 'select s::text as row from oauth_state s',
      values: [],
    });
    expect(rows.map(({ row }) => row).join()).not.toContain('shown');
  });

  it('of an interaction leaves the cookie of the session out', async () => {
    const session = { accountId: 'a', uid: 'u', cookie: 'the-cookie' };
    await model('Interaction').upsert('i', { session } as never, 60);
    expect(await model('Interaction').find('i')).toMatchObject({ session: { accountId: 'a', uid: 'u' } });
    const { rows } = await test.database.query<{ row: string }>({
      text: `select s::text as row from oauth_state s where model = 'Interaction'`,
      values: [],
    });
    expect(rows[0]!.row).not.toContain('the-cookie');
  });

  it('is consumed by one of several, and takes the rest of its grant with it when shown again', async () => {
    for (const name of ['AuthorizationCode', 'RefreshToken', 'AccessToken'])
      await model(name).upsert(`twice-${name}`, { grantId: 'twice' }, 60);
    const code = model('AuthorizationCode');
    const used = await Promise.allSettled([1, 2, 3].map(() => code.consume('twice-AuthorizationCode')));
    expect(used.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await model('RefreshToken').find('twice-RefreshToken')).toBeUndefined();
    expect(await model('AccessToken').find('twice-AccessToken')).toBeUndefined();
  });

  it('against replay is taken from one of several at once, and again once it has ended', async () => {
    const replay = model('ReplayDetection');
    const all = await Promise.allSettled([1, 2, 3, 4].map(() => replay.upsert('jti', {}, 60)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await replay.upsert('ended', {}, -1);
    await replay.upsert('ended', {}, 60);
  });
});

describe('a session', () => {
  const online = { grantId: 'g1', accountId: 'a1', sessionUid: 's1', scope: 'user/*.rs' };

  it('that gets another id is one session, and what is bound to it never misses it', async () => {
    await model('Session').upsert('first', { uid: 's1', accountId: 'a1' }, 60);
    await model('RefreshToken').upsert('bound', online, 60);
    await model('Session').upsert('second', { uid: 's1', accountId: 'a1' }, 60);
    expect(await model('Session').find('first')).toBeUndefined();
    expect(await model('Session').find('second')).toMatchObject({ uid: 's1' });
    expect(await model('RefreshToken').find('bound')).toBeDefined();
  });

  it('ends what is bound to it, and nothing for offline use', async () => {
    await model('RefreshToken').upsert('offline', { ...online, scope: 'user/*.rs offline_access' }, 60);
    await model('Session').destroy('second');
    expect(await model('RefreshToken').find('bound')).toBeUndefined();
    expect(await model('RefreshToken').find('offline')).toBeDefined();
  });

  it('of somebody else by then holds nothing', async () => {
    await model('Session').upsert('shared', { uid: 's2', accountId: 'a1' }, 60);
    await model('AuthorizationCode').upsert('of-a1', { ...online, sessionUid: 's2' }, 60);
    await model('Session').upsert('shared', { uid: 's2', accountId: 'a2' }, 60);
    expect(await model('AuthorizationCode').find('of-a1')).toBeUndefined();
  });
});

describe('a token', () => {
  it('lives as long as its record, its grant and its session', async () => {
    await model('Session').upsert('s3', { uid: 's3', accountId: 'a3' }, 60);
    await model('Grant').upsert('g3', { accountId: 'a3', clientId: 'c' }, 60);
    const token = { grantId: 'g3', accountId: 'a3', sessionUid: 's3', scope: 'user/*.rs' };
    for (const jti of ['t1', 't2']) await model('AccessToken').upsert(jti, token, 60);
    await model('ClientCredentials').upsert('t4', {}, 60);
    expect(await isTokenLive(test.database, 't1')).toBe(true);
    expect(await isTokenLive(test.database, 'never')).toBe(false);
    await model('AccessToken').destroy('t1');
    expect(await isTokenLive(test.database, 't1')).toBe(false);
    await model('Grant').destroy('g3');
    expect(await isTokenLive(test.database, 't2')).toBe(false);
    expect(await isTokenLive(test.database, 't4')).toBe(true);
    expect(await isTokenLive(test.database, 'shown')).toBe(false);
  });
});

describe('a launch', () => {
  it('is found by its app, taken by one of several, and gone then', async () => {
    const launch = await registerLaunch(test.database, { client: 'app', context: { patient: 'p1' } });
    expect(await answerLaunch(test.database, launch, 'other')).toBeUndefined();
    expect(await answerLaunch(test.database, launch, 'app')).toMatchObject({ context: { patient: 'p1' } });
    const taken = await Promise.all([1, 2, 3].map(() => takeLaunch(test.database, launch)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    expect(await findLaunch(test.database, launch, 'app')).toBeUndefined();
  });
});

describe('the clean-up', () => {
  it('forgets what has ended, and registrations that nobody looked at', async () => {
    await model('AccessToken').upsert('over', {}, -120);
    await registerLaunch(test.database, { client: 'app', context: {} });
    await insertClient(test.database, { id: 'old', name: 'Old', scope: 'system/*.rs' }, { state: 'pending' });
    await insertClient(test.database, { id: 'new', name: 'New', scope: 'system/*.rs' }, { state: 'pending' });
    for (const text of [
      `update oauth_client set created = now() - interval '31 days' where id = 'old'`,
      `update smart_launch set expires = now() - interval '1 second'`,
    ])
      await test.database.query({ text, values: [] });
    await cleanUpJob(test.database).run({}, 1);
    const queued = await test.database.query({
      text: `select from graphile_worker.jobs where key = 'authorization-clean-up' and run_at > now()`,
      values: [],
    });
    expect(queued.count).toBe(1);
    const { rows } = await test.database.query<{ over: number; launches: number }>({
      text: `select (select count(*)::int from oauth_state where expires < now()) as over,
                    (select count(*)::int from smart_launch) as launches`,
      values: [],
    });
    expect(rows).toEqual([{ over: 0, launches: 0 }]);
    expect((await listClients(test.database, { state: 'pending', count: 10 })).map(({ id }) => id)).toEqual([
      'new',
    ]);
  });
});
