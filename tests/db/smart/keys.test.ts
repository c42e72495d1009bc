import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createKeyRing,
  forgetRetiredKeys,
  loadSigningKeys,
  rotateSigningKeys,
  type SigningKeys,
} from '../../../src/smart/keys.ts';
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

function privateKids(keys: SigningKeys): (string | undefined)[] {
  return keys.privateJwks().keys.map(({ kid }) => kid);
}

describe('the signing keys', () => {
  it('makes a key on first start and finds it again', async () => {
    const first = await loadSigningKeys(test.database);
    const second = await loadSigningKeys(test.database);
    expect(second.privateJwks()).toEqual(first.privateJwks());
    // A current and a next one for access tokens, and for id tokens.
    expect(await countKeys()).toBe(4);
    const keys = first.privateJwks().keys.toSorted((a, b) => a.alg!.localeCompare(b.alg!));
    expect(keys).toMatchObject([
      { kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig' },
      { kty: 'RSA', alg: 'RS256', use: 'sig' },
    ]);
    for (const { kid } of keys) expect(kid).toMatch(/^[\w-]{43}$/);
  });

  it('gives processes that start at once the same key', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => loadSigningKeys(test.database)));
    expect(await countKeys()).toBe(4);
    expect(new Set(all.map((keys) => JSON.stringify(keys.privateJwks()))).size).toBe(1);
  });

  it('lets the next key sign after a rotation, and keeps the one before for what it signed', async () => {
    const ring = await createKeyRing(test.database);
    const before = ring.current();
    const next = before.publicJwks().keys.filter(({ kid }) => !privateKids(before).includes(kid));
    expect(next).toHaveLength(2);
    const signing = await rotateSigningKeys(test.database);
    expect(signing.toSorted()).toEqual(next.map(({ kid }) => kid!).toSorted());
    expect(ring.current()).toBe(before);
    await ring.learn();
    const after = ring.current();
    expect(after.currentKid('ES384')).toBe(signing[0]);
    expect(privateKids(after)).toEqual(expect.arrayContaining(privateKids(before)));
    expect(after.publicJwks().keys).toHaveLength(6);
    await ring.learn();
    expect(ring.current()).toBe(after);
  });

  it('forgets a retired key once its last token has ended', async () => {
    await loadSigningKeys(test.database);
    await rotateSigningKeys(test.database);
    await forgetRetiredKeys(test.database);
    expect(await countKeys()).toBe(6);
    await test.database.query({
      text: `update signing_key set retired = retired - interval '25 hours' where state = 'retired'`,
      values: [],
    });
    await forgetRetiredKeys(test.database);
    expect(await countKeys()).toBe(4);
  });

  it('rotates once for each of several that ask at once', async () => {
    await loadSigningKeys(test.database);
    await Promise.all([rotateSigningKeys(test.database), rotateSigningKeys(test.database)]);
    const keys = await loadSigningKeys(test.database);
    expect(keys.publicJwks().keys).toHaveLength(8);
    expect(keys.currentKid('ES384')).toBeDefined();
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
