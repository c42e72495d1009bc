/** The keys that sign access tokens: made on first start, kept in the database, shared by every process. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database, Db } from '../kernel/ctx.ts';

/** One of the two algorithms that SMART Backend Services asks every server to know. */
export const SIGNING_ALGORITHM = 'ES384';

const PRIVATE_MEMBERS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']);

/**
 * The signing keys, newest first. Their private part is out of reach of logs: neither inspection nor
 * JSON shows it.
 */
export class SigningKeys {
  readonly #keys: readonly JWK[];

  constructor(keys: readonly JWK[]) {
    if (keys.length === 0) throw new Error('There is no signing key');
    this.#keys = keys;
  }

  /** For the token endpoint, and for nobody else. */
  privateJwks(): { keys: JWK[] } {
    return { keys: this.#keys.map((key) => ({ ...key })) };
  }

  /** For whoever verifies tokens. */
  publicJwks(): { keys: JWK[] } {
    return { keys: this.#keys.map(publicPart) };
  }

  toJSON(): { keys: JWK[] } {
    return this.publicJwks();
  }
}

/**
 * The keys of this database; the first one is made when there is none. Processes that start at once take
 * turns, and end with the same keys.
 */
export async function loadSigningKeys(db: Database): Promise<SigningKeys> {
  const found = await readKeys(db);
  if (found.length > 0) return new SigningKeys(found);
  const fresh = await createKey();
  const keys = await db.tx(async (tx) => {
    await tx.query({
      name: 'smart.lockSigningKeys',
      text: `select pg_advisory_xact_lock(hashtextextended('signing_key', 0))`,
      values: [],
    });
    const others = await readKeys(tx);
    if (others.length > 0) return others;
    await tx.query({
      name: 'smart.insertSigningKey',
      text: 'insert into signing_key (kid, jwk) values ($1, $2::text::jsonb)',
      values: [fresh.kid, JSON.stringify(fresh)],
    });
    return readKeys(tx);
  });
  return new SigningKeys(keys);
}

async function readKeys(db: Db): Promise<JWK[]> {
  const { rows } = await db.query<{ jwk: string }>({
    name: 'smart.readSigningKeys',
    text: 'select jwk::text as jwk from signing_key order by created desc, kid',
    values: [],
  });
  return rows.map(({ jwk }) => JSON.parse(jwk) as JWK);
}

async function createKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: SIGNING_ALGORITHM, use: 'sig' };
}

function publicPart(key: JWK): JWK {
  return Object.fromEntries(Object.entries(key).filter(([member]) => !PRIVATE_MEMBERS.has(member)));
}
