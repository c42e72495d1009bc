import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { exportSPKI, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessOf } from '../../../src/access/scopes.ts';
import { FhirError, transient } from '../../../src/kernel/fhir-error.ts';
import { createClient, setClientActive } from '../../../src/smart/clients.ts';
import { issuerOf } from '../../../src/smart/endpoints.ts';
import { stateAdapter } from '../../../src/smart/state.ts';
import { createVerifier, type Verdict } from '../../../src/smart/verify.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { askToken, basic, startOAuth, type TestOAuth } from './support.ts';

let test: TestDatabase;
let server: TestOAuth;
let token: string;
let lookups = 0;
let clock = 0;
let verify: Check;

type Check = (token: string) => Promise<Verdict>;

beforeAll(async () => {
  test = await createTestDatabase();
  server = await startOAuth(test.database);
  const secret = await createClient(test.database, {
    id: 'his',
    name: '县医院 HIS',
    organization: 'Organization/hospital',
    scope: 'system/Patient.rs',
  });
  const answer = await askToken(server.origin, { grant_type: 'client_credentials' }, basic('his', secret));
  token = String(answer.body.access_token);
  for (const jti of ['kept', 'closing'])
    await stateAdapter(test.database, 'ClientCredentials').upsert(jti, {}, 3600);
});

beforeEach(() => {
  clock = 0;
  lookups = 0;
  verify = verifier();
});

afterAll(async () => {
  await server.close();
  await test.drop();
});

function verifier(more: { issuer?: string; audience?: string } = {}): Check {
  const check = createVerifier({
    keys: server.ring,
    issuer: issuerOf(server.origin),
    audience: server.fhirBase,
    db: {
      query: (sql) => {
        if (sql.name === 'smart.findClient') lookups += 1;
        return test.database.query(sql);
      },
    },
    now: () => Date.now() + clock,
    ...more,
  });
  return (token) => check({ scheme: 'Bearer', token });
}

async function refusalOf(bad: string, by: Check = verify): Promise<FhirError> {
  const error = await by(bad).then(
    () => new Error('the token was taken'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FhirError)) throw error;
  return error;
}

/** What the header says is wrong. */
async function reasonOf(bad: string, by?: Check): Promise<string | undefined> {
  const error = await refusalOf(bad, by);
  expect(error.status).toBe(401);
  const challenge = error.headers['www-authenticate'] ?? '';
  expect(challenge).toMatch(
    /^Bearer realm="xiantong", error="invalid_token", error_description="[\x20-\x7e]+"$/,
  );
  expect(error.issues[0]?.text.zh).toMatch(/[\u4e00-\u9fff]/);
  return /error_description="([^"]*)"/.exec(challenge)?.[1];
}

const EXPIRED = 'The access token expired';
const FOREIGN = 'The access token was not issued here for this server';
const MALFORMED = 'The access token is malformed';
const INACTIVE = 'The client is not active';

function claims(more: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuerOf(server.origin),
    aud: server.fhirBase,
    sub: 'his',
    client_id: 'his',
    jti: 'kept',
    scope: 'system/Patient.rs',
    iat: now,
    exp: now + 3600,
    ...more,
  };
}

/** A token signed with the server's own key: what a mistake of ours might issue. */
async function signed(payload: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
  const [jwk] = server.keys.privateJwks().keys;
  const key = await importJWK(jwk!, 'ES384');
  const without = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
  return new SignJWT(without)
    .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt', kid: jwk!.kid, ...header })
    .sign(key);
}

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function kid(): string | undefined {
  return server.keys.publicJwks().keys[0]?.kid;
}

describe('a token of this server', () => {
  it('says who brings it and how far it reaches', async () => {
    const verdict = await verify(token);
    expect(verdict).toMatchObject({
      client: 'his',
      display: '县医院 HIS',
      token: expect.any(String),
      organization: 'Organization/hospital',
      countyWide: false,
      roles: [],
      scope: 'system/Patient.rs',
      access: accessOf('system/Patient.rs'),
      exp: expect.any(Number),
    });
    expect((await verify(token)).access).toBe(verdict.access);
    expect(await verify(await signed(claims()))).toMatchObject({ client: 'his' });
  });

  it('is taken until five seconds after its end, and no longer, seen before or not', async () => {
    const { exp } = await verify(token);
    const atEnd = exp * 1000 - Date.now();
    clock = atEnd + 4_000;
    expect(await verify(token)).toMatchObject({ client: 'his' });
    expect(await verifier()(token)).toMatchObject({ client: 'his' });
    clock = atEnd + 6_000;
    expect(await reasonOf(token)).toBe(EXPIRED);
    expect(await reasonOf(token)).toBe(EXPIRED);
    expect(await reasonOf(token, verifier())).toBe(EXPIRED);
  });

  it('is refused within half a minute once its client is shut out', async () => {
    await createClient(test.database, { id: 'closing', name: 'Closing', scope: 'system/*.rs' });
    const own = await signed(claims({ client_id: 'closing', sub: 'closing', jti: 'closing' }));
    expect(await verify(own)).toMatchObject({ client: 'closing' });
    await setClientActive(test.database, 'closing', false);
    clock = 31_000;
    expect(await reasonOf(own)).toBe(INACTIVE);
    await setClientActive(test.database, 'closing', true);
    clock = 62_000;
    expect(await verify(own)).toMatchObject({ client: 'closing' });
  });

  it('asks for its client once in half a minute', async () => {
    for (let i = 0; i < 5; i++) await verify(token);
    expect(lookups).toBe(1);
    clock = 31_000;
    await verify(token);
    expect(lookups).toBe(2);
  });

  it('lets a failing database be seen as such, and forgets it', async () => {
    let away = true;
    const check = createVerifier({
      keys: server.ring,
      issuer: issuerOf(server.origin),
      audience: server.fhirBase,
      db: {
        query: (sql) => (away ? Promise.reject(transient(new Error('gone'))) : test.database.query(sql)),
      },
    });
    const verifyAway: Check = (token) => check({ scheme: 'Bearer', token });
    expect((await refusalOf(token, verifyAway)).category).toBe('transient');
    away = false;
    expect(await verifyAway(token)).toMatchObject({ client: 'his' });
  });
});

describe('a token that is not right', () => {
  it.each(['', ' ', 'abc', 'a.b', 'a.b.c', 'a.b.c.d.e', '..', '县.通.县', 'x'.repeat(9000)])(
    'is malformed as %.20j',
    async (text) => {
      expect(await reasonOf(text)).toBe(MALFORMED);
    },
  );

  it('is unsigned', async () => {
    for (const alg of ['none', 'None', 'NONE']) {
      const header = base64({ alg, typ: 'at+jwt', kid: kid() });
      expect(await reasonOf(`${header}.${base64(claims())}.`)).toBe(FOREIGN);
      expect(await reasonOf(`${header}.${base64(claims())}.${token.split('.')[2]}`)).toBe(FOREIGN);
    }
  });

  it('is signed with the public key as if it were a shared secret', async () => {
    const [jwk] = server.keys.publicJwks().keys;
    const spki = await exportSPKI((await importJWK(jwk!, 'ES384')) as Parameters<typeof exportSPKI>[0]);
    const input = `${base64({ alg: 'HS256', typ: 'at+jwt', kid: kid() })}.${base64(claims())}`;
    for (const secret of [spki, JSON.stringify(jwk), String(jwk!.x)]) {
      const mac = createHmac('sha256', secret).update(input).digest('base64url');
      expect(await reasonOf(`${input}.${mac}`)).toBe(FOREIGN);
    }
  });

  it('is signed with another key, whatever it calls it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    for (const name of [kid(), 'unknown', undefined, '']) {
      expect(await reasonOf(forged(privateKey, { kid: name }))).toBe(FOREIGN);
    }
  });

  it('brings its own key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const jwk = publicKey.export({ format: 'jwk' });
    for (const more of [{ jwk }, { jku: 'http://127.0.0.1:1/jwks' }, { x5c: ['AAAA'] }]) {
      expect(await reasonOf(forged(privateKey, { kid: kid(), ...more }))).toBe(FOREIGN);
    }
  });

  it('names a key of ours that does not exist', async () => {
    expect(await reasonOf(await signed(claims(), { kid: 'unknown' }))).toBe(FOREIGN);
  });

  it('has been tampered with', async () => {
    const [header, , signature] = token.split('.');
    const wider = base64(claims({ scope: 'system/*.cruds' }));
    expect(await reasonOf(`${header}.${wider}.${signature}`)).toBe(FOREIGN);
    expect(await reasonOf(`${token.slice(0, -4)}AAAA`)).toBe(FOREIGN);
    expect(await reasonOf(`${header}.${wider}.`)).toBe(FOREIGN);
    const zeros = Buffer.alloc(96).toString('base64url');
    expect(await reasonOf(`${header}.${wider}.${zeros}`)).toBe(FOREIGN);
  });

  it.each(['https://elsewhere.example/oauth', '', undefined, 'ISSUER/'])('has the issuer %j', async (iss) => {
    const wrong = iss?.replace('ISSUER', issuerOf(server.origin));
    expect([FOREIGN, MALFORMED]).toContain(await reasonOf(await signed(claims({ iss: wrong }))));
  });

  it.each(['https://elsewhere.example/fhir', '', undefined, []])('has the audience %j', async (aud) => {
    expect([FOREIGN, MALFORMED]).toContain(await reasonOf(await signed(claims({ aud: aud as string }))));
  });

  it.each(['JWT', 'id_token+jwt', undefined])('is of the type %j', async (typ) => {
    expect(await reasonOf(await signed(claims(), { typ }))).toBe(FOREIGN);
  });

  it('has ended, or has no end', async () => {
    const past = Math.floor(Date.now() / 1000) - 60;
    expect(await reasonOf(await signed(claims({ exp: past })))).toBe(EXPIRED);
    expect(await reasonOf(await signed(claims({ exp: undefined })))).toBe(MALFORMED);
    expect(await reasonOf(await signed(claims({ exp: 'never' as unknown as number })))).toBe(MALFORMED);
  });

  it('lacks the client or the scope', async () => {
    expect(await reasonOf(await signed(claims({ client_id: undefined })))).toBe(MALFORMED);
    expect(await reasonOf(await signed(claims({ scope: undefined })))).toBe(MALFORMED);
    expect(await reasonOf(await signed(claims({ scope: ['system/*.cruds'] })))).toBe(MALFORMED);
    expect(await reasonOf(await signed(claims({ client_id: 7 })))).toBe(MALFORMED);
    expect(await reasonOf(await signed(claims({ jti: undefined })))).toBe(MALFORMED);
    expect(await reasonOf(await signed(claims({ patient: 7 })))).toBe(MALFORMED);
  });

  it('was never given, though its signature is ours', async () => {
    expect(await reasonOf(await signed(claims({ jti: 'never-given' })))).toBe('The access token was revoked');
  });

  it('is signed with our key for another use', async () => {
    const jwk = server.keys.privateJwks().keys.find(({ alg }) => alg === 'RS256');
    const key = await importJWK(jwk!, 'RS256');
    const header = { alg: 'RS256', typ: 'at+jwt', kid: jwk!.kid };
    expect(await reasonOf(await new SignJWT(claims()).setProtectedHeader(header).sign(key))).toBe(FOREIGN);
  });

  it('is bound to no key, and brought as if it were', async () => {
    const check = createVerifier({
      keys: server.ring,
      issuer: issuerOf(server.origin),
      audience: server.fhirBase,
      db: test.database,
    });
    await expect(check({ scheme: 'DPoP', token })).rejects.toMatchObject({ status: 401 });
  });

  it('is of a client that does not exist', async () => {
    expect(await reasonOf(await signed(claims({ client_id: 'nobody', sub: 'nobody' })))).toBe(INACTIVE);
    expect(await reasonOf(await signed(claims({ client_id: "' or 1=1 --", sub: "' or 1=1 --" })))).toBe(
      INACTIVE,
    );
  });

  it('is not meant for this server, though one key serves two', async () => {
    expect(await reasonOf(token, verifier({ audience: 'https://elsewhere.example/fhir' }))).toBe(FOREIGN);
    expect(await reasonOf(token, verifier({ issuer: 'https://elsewhere.example/oauth' }))).toBe(FOREIGN);
  });
});

function forged(key: KeyObject, header: Record<string, unknown>): string {
  const input = `${base64({ alg: 'ES384', typ: 'at+jwt', ...header })}.${base64(claims())}`;
  const signature = sign('sha384', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
