/**
 * The keys that sign tokens: kept in the database, shared by every process. Each algorithm has a current key, which
 * signs, a next one, published beforehand so that nobody meets it unprepared, and retired ones, whose tokens hold
 * until they end.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database, Db } from '../kernel/ctx.ts';

/** Of access tokens: one of the two algorithms that SMART Backend Services asks every server to know. */
export const SIGNING_ALGORITHM = 'ES384';
/** Of id tokens. "The EHR SHALL support Signing ID Tokens with RSA SHA-256." */
export const ID_TOKEN_ALGORITHM = 'RS256';
export const SIGNING_KEYS_CHANNEL = 'signing_key';

const ALGORITHMS = [SIGNING_ALGORITHM, ID_TOKEN_ALGORITHM] as const;
const PRIVATE_MEMBERS = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']);
/** No token lasts longer, and no session whose id token may yet be shown at its end. */
const RETIRED_FOR = '1 day';

export type KeyState = 'next' | 'current' | 'retired';

export interface SigningKey {
  readonly state: KeyState;
  readonly jwk: JWK;
}

/** The signing keys. Their private part is out of reach of logs: neither inspection nor JSON shows it. */
export class SigningKeys {
  readonly #keys: readonly SigningKey[];

  constructor(keys: readonly SigningKey[]) {
    if (!keys.some(({ state }) => state === 'current')) throw new Error('There is no signing key');
    this.#keys = keys;
  }

  /** For the authorization server, and for nobody else: current keys, then retired ones. */
  privateJwks(): { keys: JWK[] } {
    return { keys: this.#keys.filter(({ state }) => state !== 'next').map(({ jwk }) => ({ ...jwk })) };
  }

  /** For whoever verifies tokens: current, next and retired keys. */
  publicJwks(): { keys: JWK[] } {
    return { keys: this.#keys.map(({ jwk }) => publicPart(jwk)) };
  }

  /** Id of the key that signs with an algorithm. */
  currentKid(algorithm: string): string | undefined {
    return this.#keys.find(({ state, jwk }) => state === 'current' && jwk.alg === algorithm)?.jwk.kid;
  }

  /** Whether these are the same keys, in the same states. */
  equals(other: SigningKeys): boolean {
    const states = ({ state, jwk }: SigningKey) => `${state} ${jwk.kid}`;
    return this.#keys.map(states).join() === other.#keys.map(states).join();
  }

  toJSON(): { keys: JWK[] } {
    return this.publicJwks();
  }
}

/** The keys as this process knows them now. */
export interface KeyRing {
  current(): SigningKeys;
  /** Reads them again: they may have changed. */
  learn(): Promise<void>;
}

/** The keys of this database; what is missing is made. */
export async function createKeyRing(db: Database): Promise<KeyRing> {
  let keys = await loadSigningKeys(db);
  return {
    current: () => keys,
    learn: async () => {
      const found = new SigningKeys(await readKeys(db));
      // What was made of the keys is kept while they are the same.
      if (!found.equals(keys)) keys = found;
    },
  };
}

/**
 * The keys of this database; a current and a next one are made for each algorithm that lacks them. Processes that
 * start at once take turns, and end with the same keys.
 */
export async function loadSigningKeys(db: Database): Promise<SigningKeys> {
  const found = await readKeys(db);
  if (missing(found).length === 0) return new SigningKeys(found);
  return new SigningKeys(
    await db.tx(async (tx) => {
      await lock(tx);
      for (const { alg, state } of missing(await readKeys(tx))) await insertKey(tx, alg, state);
      return readKeys(tx);
    }),
  );
}

/**
 * The next keys sign from now on, those before them are retired, and new next ones are published. Every process
 * learns it with the commit; until it does, what it signs with the key before is as good. Returns the ids of the keys
 * that sign.
 */
export function rotateSigningKeys(db: Database): Promise<string[]> {
  return db.tx(async (tx) => {
    await lock(tx);
    await tx.query({
      name: 'smart.retireSigningKeys',
      text: `update signing_key set state = 'retired', retired = now() where state = 'current'`,
      values: [],
    });
    await tx.query({
      name: 'smart.promoteSigningKeys',
      text: `update signing_key set state = 'current' where state = 'next'`,
      values: [],
    });
    for (const { alg, state } of missing(await readKeys(tx))) await insertKey(tx, alg, state);
    await tx.query({ text: `select pg_notify('${SIGNING_KEYS_CHANNEL}', '')`, values: [] });
    const keys = new SigningKeys(await readKeys(tx));
    return ALGORITHMS.map((alg) => keys.currentKid(alg)!);
  });
}

/** Forgets keys whose last token has ended. */
export async function forgetRetiredKeys(db: Db): Promise<void> {
  await db.query({
    name: 'smart.forgetSigningKeys',
    text: `with gone as (delete from signing_key where retired < now() - interval '${RETIRED_FOR}' returning kid)
           select pg_notify('${SIGNING_KEYS_CHANNEL}', '') from gone limit 1`,
    values: [],
  });
}

/** The keys, without any part of them, in the order in which they come and go. */
export async function listSigningKeys(
  db: Db,
): Promise<{ kid: string; alg: string; state: KeyState; created: Date; retired: Date | null }[]> {
  const { rows } = await db.query<{
    kid: string;
    alg: string;
    state: KeyState;
    created: Date;
    retired: Date | null;
  }>({
    name: 'smart.listSigningKeys',
    text: `select kid, alg, state, created, retired from signing_key
           order by array_position(array['next', 'current', 'retired'], state), alg, created desc, kid`,
    values: [],
  });
  return rows;
}

async function lock(tx: Db): Promise<void> {
  await tx.query({
    name: 'smart.lockSigningKeys',
    text: `select pg_advisory_xact_lock(hashtextextended('signing_key', 0))`,
    values: [],
  });
}

async function readKeys(db: Db): Promise<SigningKey[]> {
  const { rows } = await db.query<{ jwk: string; state: KeyState }>({
    name: 'smart.readSigningKeys',
    text: `select jwk::text as jwk, state from signing_key
           order by array_position(array['current', 'next', 'retired'], state), alg, created desc, kid`,
    values: [],
  });
  return rows.map(({ jwk, state }) => ({ state, jwk: JSON.parse(jwk) as JWK }));
}

interface Missing {
  readonly alg: string;
  readonly state: KeyState;
}

function missing(keys: readonly SigningKey[]): Missing[] {
  return ALGORITHMS.flatMap((alg) =>
    (['current', 'next'] as const)
      .filter((state) => !keys.some((key) => key.jwk.alg === alg && key.state === state))
      .map((state) => ({ alg, state })),
  );
}

async function insertKey(tx: Db, alg: string, state: KeyState): Promise<void> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const bare = await exportJWK(privateKey);
  const jwk = { ...bare, kid: await calculateJwkThumbprint(bare), alg, use: 'sig' };
  await tx.query({
    name: 'smart.insertSigningKey',
    text: 'insert into signing_key (kid, jwk, alg, state) values ($1, $2::text::jsonb, $3, $4)',
    values: [jwk.kid, JSON.stringify(jwk), alg, state],
  });
}

function publicPart(key: JWK): JWK {
  return Object.fromEntries(Object.entries(key).filter(([member]) => !PRIVATE_MEMBERS.has(member)));
}
