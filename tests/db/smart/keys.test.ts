import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadSigningKeys } from '../../../src/smart/keys.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(() => test.drop());

afterEach(async () => {
  await test.database.query({ text: 'delete from signing_key', values: [] });
});

async function countKeys(): Promise<number> {
  const { count } = await test.database.query({ text: 'select kid from signing_key', values: [] });
  return count;
}

describe('loadSigningKeys', () => {
  it('makes a key on first start and finds it again', async () => {
    const first = await loadSigningKeys(test.database);
    const second = await loadSigningKeys(test.database);
    expect(second.privateJwks()).toEqual(first.privateJwks());
    expect(await countKeys()).toBe(1);
    const [key] = first.privateJwks().keys;
    expect(key).toMatchObject({ kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig' });
    expect(key?.kid).toMatch(/^[\w-]{43}$/);
  });

  it('gives processes that start at once the same key', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => loadSigningKeys(test.database)));
    expect(await countKeys()).toBe(1);
    expect(new Set(all.map((keys) => JSON.stringify(keys.privateJwks()))).size).toBe(1);
  });

  it('puts the newest key first', async () => {
    await loadSigningKeys(test.database);
    await test.database.query({
      text: `insert into signing_key (kid, jwk, created)
             select 'newer', jwk || '{"kid": "newer"}', created + interval '1 day' from signing_key`,
      values: [],
    });
    const keys = await loadSigningKeys(test.database);
    expect(keys.publicJwks().keys.map(({ kid }) => kid)[0]).toBe('newer');
  });

  it('keeps the private part out of what is shown', async () => {
    const keys = await loadSigningKeys(test.database);
    const secret = keys.privateJwks().keys[0]?.d;
    expect(secret).toBeTypeOf('string');
    expect(keys.publicJwks().keys[0]).not.toHaveProperty('d');
    const shown = [inspect(keys, { depth: 9, showHidden: true }), JSON.stringify({ keys }), String(keys)];
    for (const text of shown) expect(text).not.toContain(secret);
  });
});
