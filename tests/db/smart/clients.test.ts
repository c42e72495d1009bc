import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createClient,
  findClient,
  replaceSecret,
  secretMatches,
  setClientActive,
} from '../../../src/smart/clients.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(() => test.drop());

describe('a client', () => {
  it('is registered, found, and known by its secret', async () => {
    const registration = {
      id: 'clinic',
      name: '卫生院',
      organization: 'Organization/clinic',
      scope: 'system/*.rs',
    };
    const secret = await createClient(test.database, registration);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    const client = await findClient(test.database, 'clinic');
    expect(client).toMatchObject({ ...registration, active: true, grantTypes: ['client_credentials'] });
    expect(secretMatches(client!.secretHash, secret)).toBe(true);
    expect(secretMatches(client!.secretHash, `${secret}x`)).toBe(false);
    expect(secretMatches(client!.secretHash, client!.secretHash!)).toBe(false);
    expect(secretMatches(client!.secretHash, '')).toBe(false);
    expect(secretMatches(undefined, '')).toBe(false);
  });

  it('has its secret stored nowhere', async () => {
    const secret = await createClient(test.database, { id: 'silent', name: 'Silent', scope: 'system/*.rs' });
    const { rows } = await test.database.query<{ row: string }>({
      text: 'select oauth_client::text as row from oauth_client',
      values: [],
    });
    expect(rows.map(({ row }) => row).join()).not.toContain(secret);
  });

  it('gets a new secret, and the one before is worth nothing', async () => {
    const old = await createClient(test.database, { id: 'renewed', name: 'Renewed', scope: 'system/*.rs' });
    const fresh = await replaceSecret(test.database, 'renewed');
    const client = await findClient(test.database, 'renewed');
    expect(secretMatches(client!.secretHash, fresh)).toBe(true);
    expect(secretMatches(client!.secretHash, old)).toBe(false);
  });

  it('is shut out and let in again', async () => {
    await createClient(test.database, { id: 'door', name: 'Door', scope: 'system/*.rs' });
    await setClientActive(test.database, 'door', false);
    expect(await findClient(test.database, 'door')).toMatchObject({ active: false });
    await setClientActive(test.database, 'door', true);
    expect(await findClient(test.database, 'door')).toMatchObject({ active: true });
  });

  it.each([
    [{ id: '', name: 'x', scope: 'system/*.rs' }],
    [{ id: 'with space', name: 'x', scope: 'system/*.rs' }],
    [{ id: 'no-scope', name: 'x', scope: '' }],
    [{ id: 'bad-scope', name: 'x', scope: 'system/Patient.sr' }],
    [{ id: 'person', name: 'x', scope: 'person/*.rs' }],
  ])('is not registered as %j', async (registration) => {
    await expect(createClient(test.database, registration)).rejects.toThrow();
    expect(await findClient(test.database, registration.id)).toBeUndefined();
  });

  it('that does not exist is not found, nor changed', async () => {
    expect(await findClient(test.database, 'nobody')).toBeUndefined();
    expect(await findClient(test.database, "' or '1'='1")).toBeUndefined();
    await expect(replaceSecret(test.database, 'nobody')).rejects.toThrow();
    await expect(setClientActive(test.database, 'nobody', false)).rejects.toThrow();
  });
});
