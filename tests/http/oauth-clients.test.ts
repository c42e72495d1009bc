/** Clients that act for themselves, that register themselves, that hold keys; what an EHR and an administrator do. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, createKeyedOrPublicClient } from '../../src/smart/clients.ts';
import { as, tokenFor } from '../features/tokens.ts';
import { BASE, type Answer as FhirAnswer, type Method, startTestApp, type TestApp } from '../support/app.ts';
import {
  type Answer,
  addApp,
  addPerson,
  authorizationRequest,
  basic,
  codeOf,
  createBrowser,
  exchange,
  ORIGIN,
  post,
  REDIRECT,
  signOn,
  tokensFor,
} from './oauth-support.ts';
import { expectError, type Json, patient } from './support.ts';

let app: TestApp;
let administrator: string;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  administrator = `Bearer ${await tokenFor(app, 'system/*.cruds')}`;
  const system = await as(app, 'system/*.cruds');
  await system('PUT', 'Patient/p1', patient('p1'));
  await system('PUT', 'Patient/p2', patient('p2'));
  await system('PUT', 'Encounter/e1', {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'in-progress',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/p1' },
  });
});
afterAll(() => app.close());

/** JSON to an address below the origin. */
async function ask(
  method: Method,
  url: string,
  body?: unknown,
  authorization: string | undefined = administrator,
): Promise<FhirAnswer> {
  const response = await app.app.inject({
    method,
    url,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers as FhirAnswer['headers'],
    text: response.body,
    body: response.body === '' ? undefined : response.json(),
  };
}

interface Keys {
  readonly publicKey: JWK;
  readonly privateKey: Parameters<SignJWT['sign']>[0];
  readonly alg: string;
}

async function keysFor(alg: string): Promise<Keys> {
  const pair = await generateKeyPair(alg, { extractable: true });
  const bare = await exportJWK(pair.publicKey);
  const publicKey = { ...bare, alg, kid: await calculateJwkThumbprint(bare), use: 'sig' };
  return { publicKey, privateKey: pair.privateKey, alg };
}

const TOKEN_ENDPOINT = `${ORIGIN}/oauth/token`;
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
let assertions = 0;

async function assertion(
  id: string,
  { privateKey, publicKey, alg }: Keys,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const said = { iss: id, sub: id, aud: TOKEN_ENDPOINT, jti: `a${++assertions}`, exp: now + 200, ...claims };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return new SignJWT(given)
    .setProtectedHeader({ alg, kid: publicKey.kid, typ: 'JWT', ...header } as { alg: string })
    .sign(privateKey);
}

function withAssertion(client_assertion: string, more: Record<string, string> = {}): Promise<Answer> {
  const form = {
    grant_type: 'client_credentials',
    client_assertion_type: JWT_BEARER,
    client_assertion,
    ...more,
  };
  return post(app, '/token', form);
}

async function addBackend(id: string, metadata: object): Promise<void> {
  await createKeyedOrPublicClient(app.database, {
    id,
    name: id,
    scope: 'system/Patient.rs',
    countyWide: true,
    metadata: { token_endpoint_auth_method: 'private_key_jwt', ...metadata },
  });
}

describe('a backend service', () => {
  test.each(['RS384', 'ES384'])('gets a token for an assertion signed with %s', async (alg) => {
    const keys = await keysFor(alg);
    const id = `backend-${alg}`;
    await addBackend(id, { jwks: { keys: [keys.publicKey] } });
    const { status, body } = await withAssertion(await assertion(id, keys), { scope: 'system/Patient.rs' });
    expect([status, body.scope, body.token_type]).toEqual([200, 'system/Patient.rs', 'Bearer']);
    const read = await app.call('GET', 'Patient/p1', undefined, {
      authorization: `Bearer ${body.access_token}`,
    });
    expect(read.status).toBe(200);
    for (const aud of [`${ORIGIN}/oauth`, [TOKEN_ENDPOINT]])
      expect((await withAssertion(await assertion(id, keys, { aud }))).status).toBe(200);
  });

  test('is refused whatever else its assertion says', async () => {
    const keys = await keysFor('ES384');
    const others = await keysFor('ES384');
    const weak = await keysFor('ES256');
    const rsa = await keysFor('RS256');
    const id = 'backend-strict';
    const jwks = { keys: [keys.publicKey, weak.publicKey, rsa.publicKey] };
    await addBackend(id, { jwks });
    await addBackend('backend-other', { jwks: { keys: [others.publicKey] } });
    const now = Math.floor(Date.now() / 1000);
    const used = await assertion(id, keys);
    expect((await withAssertion(used)).status).toBe(200);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${used.split('.')[1]}.`;
    for (const [what, wrong] of Object.entries({
      'used before': used,
      unsigned,
      'signed with ES256': await assertion(id, weak),
      'signed with RS256': await assertion(id, rsa),
      'signed with a key of somebody else': await assertion(id, { ...others, publicKey: keys.publicKey }),
      'signed with a key that is not registered': await assertion(id, others),
      'issued by another': await assertion(id, keys, { iss: 'backend-other' }),
      'for another audience': await assertion(id, keys, { aud: 'https://elsewhere.example/token' }),
      'for the FHIR server': await assertion(id, keys, { aud: BASE }),
      'for another server as well': await assertion(id, keys, {
        aud: [TOKEN_ENDPOINT, 'https://elsewhere.example/token'],
      }),
      'issued tomorrow': await assertion(id, keys, { iat: now + 86_400 }),
      'without an audience': await assertion(id, keys, { aud: undefined }),
      'without an end': await assertion(id, keys, { exp: undefined }),
      'that has ended': await assertion(id, keys, { exp: now - 60 }),
      'that lasts too long': await assertion(id, keys, { exp: now + 600 }),
      'not yet valid': await assertion(id, keys, { nbf: now + 120 }),
      'without a jti': await assertion(id, keys, { jti: undefined }),
      'that names no key': await assertion(id, keys, {}, { kid: undefined }),
      'of another type': await assertion(id, keys, {}, { typ: 'at+jwt' }),
      'with keys from elsewhere': await assertion(id, keys, {}, { jku: 'https://elsewhere.example/jwks' }),
    })) {
      const { status, body } = await withAssertion(wrong);
      expect([what, status, body.error]).toEqual([what, status, 'invalid_client']);
      expect([what, body.access_token]).toEqual([what, undefined]);
    }
    const both = await post(
      app,
      '/token',
      {
        grant_type: 'client_credentials',
        client_assertion_type: JWT_BEARER,
        client_assertion: await assertion(id, keys),
      },
      basic(id, 'secret'),
    );
    expect(both.status).toBe(400);
  });

  test('that shows one assertion many times at once gets one token', async () => {
    const keys = await keysFor('ES384');
    await addBackend('backend-twice', { jwks: { keys: [keys.publicKey] } });
    const one = await assertion('backend-twice', keys);
    const all = await Promise.all(Array.from({ length: 6 }, () => withAssertion(one)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of all) if (status !== 200) expect(body.error).toBe('invalid_client');
  });

  test('acts for nobody, and not without authentication', async () => {
    const { id } = await addApp(app, 'user/*.rs');
    const asked = { grant_type: 'client_credentials', client_id: id };
    expect((await post(app, '/token', asked)).body).not.toHaveProperty('access_token');
    const secret = await createClient(app.database, {
      id: 'plain',
      name: 'Plain',
      scope: 'system/*.rs user/*.rs',
    });
    const wrong = await post(app, '/token', {
      ...asked,
      client_id: 'plain',
      scope: 'user/*.rs',
      client_secret: secret,
    });
    expect(wrong.body.error).toBe('invalid_scope');
  });
});

describe('keys at an address', () => {
  let server: Server;
  let origin: string;
  let asked: string[];
  let answer: (path: string) => { status?: number; headers?: Record<string, string>; body: string };

  beforeAll(async () => {
    asked = [];
    server = createServer((req, res) => {
      asked.push(req.url!);
      const { status = 200, headers = {}, body } = answer(req.url!);
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  test('are fetched once, and again when there is another key', async () => {
    const first = await keysFor('ES384');
    const jwks = JSON.stringify({ keys: [first.publicKey] });
    answer = () => ({ body: jwks, headers: { 'cache-control': 'max-age=600' } });
    await addBackend('by-address', { jwks_uri: `${origin}/jwks` });
    asked = [];
    for (let i = 0; i < 3; i++)
      expect((await withAssertion(await assertion('by-address', first))).status).toBe(200);
    expect(asked).toEqual(['/jwks']);
    const named = await assertion('by-address', first, {}, { jku: `${origin}/jwks` });
    expect((await withAssertion(named)).status).toBe(200);
  });

  test('are not followed elsewhere, nor read without end, nor waited for', async () => {
    const keys = await keysFor('ES384');
    const jwks = JSON.stringify({ keys: [keys.publicKey] });
    answer = (path) => {
      if (path === '/moved') return { status: 302, headers: { location: `${origin}/jwks` }, body: '' };
      if (path === '/large') return { body: `${jwks}${' '.repeat(100_000)}` };
      if (path === '/broken') return { body: '<html>' };
      return { body: jwks };
    };
    for (const path of ['/moved', '/large', '/broken']) {
      await addBackend(`keys${path.slice(1)}`, { jwks_uri: origin + path });
      asked = [];
      const { status, body } = await withAssertion(await assertion(`keys${path.slice(1)}`, keys));
      expect([path, status < 500, body.access_token]).toEqual([path, true, undefined]);
      expect(asked).toEqual([path]);
    }
  });
});

describe('a client that registers itself', () => {
  const METADATA = {
    client_name: '成长曲线',
    redirect_uris: [REDIRECT],
    scope: 'openid launch/patient patient/*.rs',
    token_endpoint_auth_method: 'none',
    initiate_login_uri: 'https://app.example/launch',
    unknown_member: true,
    // For an administrator to say.
    county_wide: true,
    roles: ['administrator'],
    organization: 'Organization/of-somebody',
  };
  const register = (body: unknown) => ask('POST', '/oauth/register', body, '');

  test('is let in once an administrator approved it, and not before', async () => {
    const { status, body } = await register(METADATA);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      client_name: '成长曲线',
      redirect_uris: [REDIRECT],
      scope: METADATA.scope,
      grant_types: ['authorization_code'],
      approval: 'pending',
    });
    expect(body).not.toHaveProperty('client_secret');
    expect(body).not.toHaveProperty('unknown_member');
    const id = body.client_id as string;
    const asked = await createBrowser(app).get(authorizationRequest(id, 'patient/*.rs').address);
    expect(asked.status).toBe(400);
    const pending = await ask('GET', '/admin/clients?state=pending');
    const waiting = pending.body.clients.find((client: Json) => client.client_id === id);
    expect(waiting).toMatchObject({ state: 'pending', county_wide: false, roles: [] });
    expect(waiting).not.toHaveProperty('organization');
    const approved = await ask('POST', `/admin/clients/${id}/approve`, { organization: 'Organization/o1' });
    expect(approved.body.client).toMatchObject({ state: 'active', organization: 'Organization/o1' });
    const resident = await addPerson(app, { fhirUser: 'Patient/p1' });
    expect((await tokensFor(app, id, METADATA.scope, resident)).patient).toBe('p1');
    expectError(await ask('POST', `/admin/clients/${id}/approve`, {}), 409);
  });

  test('with a secret is given it once, and its digest is kept', async () => {
    const { body } = await register({
      ...METADATA,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      redirect_uris: undefined,
      scope: 'system/Patient.rs',
    });
    const { client_id: id, client_secret: secret } = body as { client_id: string; client_secret: string };
    const grant = { grant_type: 'client_credentials' };
    expect((await post(app, '/token', grant, basic(id, secret))).status).toBe(401);
    await ask('POST', `/admin/clients/${id}/approve`);
    expect((await post(app, '/token', grant, basic(id, secret))).status).toBe(200);
    expect(JSON.stringify((await ask('GET', `/admin/clients/${id}`)).body)).not.toContain(secret);
  });

  test.each([
    ['no name', { client_name: undefined }],
    ['no scope', { scope: undefined }],
    ['a scope that is none', { scope: 'patient/*.rs everything' }],
    ['no redirect address', { redirect_uris: undefined }],
    ['a redirect address in the clear', { redirect_uris: ['http://app.example/cb'] }],
    ['a redirect address with a fragment', { redirect_uris: ['https://app.example/cb#x'] }],
    ['a redirect address that is a script', { redirect_uris: ['javascript:alert(1)'] }],
    [
      'a redirect address with a wildcard host and credentials',
      { redirect_uris: ['https://a@app.example/'] },
    ],
    ['a redirect address with a line end', { redirect_uris: ['https://app.example/cb\r\nX: y'] }],
    ['a redirect address with the character NUL', { redirect_uris: ['https://app.example/\u0000'] }],
    ['a redirect address after a space', { redirect_uris: [' https://app.example/cb'] }],
    ['a redirect address with a tab in its host', { redirect_uris: ['https://app.exa\tmple/cb'] }],
    ['a redirect address with backslashes', { redirect_uris: ['https:\\\\app.example\\cb'] }],
    ['a redirect address with three slashes', { redirect_uris: ['https:///app.example/cb'] }],
    ['a redirect address with what nobody sees', { redirect_uris: ['https://app.example/\u200bcb'] }],
    ['an address of a launch with a password', { initiate_login_uri: 'https://u:p@app.example/launch' }],
    [
      'an app’s own scheme that is of no domain',
      { application_type: 'native', redirect_uris: ['ftp://app.example/cb'] },
    ],
    ['a grant type that is not offered', { grant_types: ['password'] }],
    ['a response type that is not offered', { grant_types: ['implicit'] }],
    ['a method that is not offered', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['rights of its own without authentication', { grant_types: ['client_credentials'] }],
    ['keys it does not have', { token_endpoint_auth_method: 'private_key_jwt' }],
    [
      'keys in the clear',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://app.example/jwks' },
    ],
    ['keys at the cloud’s own address', { jwks: { keys: 'none' } }],
    ['a list that is text', { redirect_uris: REDIRECT }],
    [
      'what no table can keep',
      { jwks: { keys: [{ kty: 'EC', crv: 'P-384', x: 'x', y: 'y', kid: '\u0000' }] } },
    ],
    ['a name that never ends', { client_name: 'x'.repeat(501) }],
    ['a name that reads otherwise than it is written', { client_name: '县医院\u202e.exe' }],
  ])('with %s is refused', async (_, wrong) => {
    const { status, body } = await register({ ...METADATA, ...wrong });
    expect([status, body.error]).toEqual([
      400,
      expect.stringMatching(/^invalid_(client_metadata|redirect_uri)$/),
    ]);
    expect(body.error_description).toMatch(/^[\x20-\x7e]+$/);
  });

  test('with a private key is told that it is known to too many now', async () => {
    const pair = await generateKeyPair('ES384', { extractable: true });
    const jwks = { keys: [await exportJWK(pair.privateKey)] };
    const { body } = await register({ ...METADATA, token_endpoint_auth_method: 'private_key_jwt', jwks });
    expect(body.error_description).toContain('private key');
  });

  test.each(['', 'null', '[]', '{', '"x"'])('with the body %j is refused', async (payload) => {
    const headers = { 'content-type': 'application/json' };
    const response = await app.app.inject({ method: 'POST', url: '/oauth/register', headers, payload });
    expect([response.statusCode, response.json().error]).toEqual([400, 'invalid_client_metadata']);
  });
});

describe('an administrator', () => {
  test('registers, shuts out, lets in again and gives another secret', async () => {
    const registration = {
      client_id: 'his-2',
      client_name: '中医院 HIS',
      organization: 'Organization/o2',
      scope: 'system/Patient.rs',
      grant_types: ['client_credentials'],
    };
    const made = await ask('POST', '/admin/clients', registration);
    expect([made.status, made.headers.location]).toEqual([201, '/admin/clients/his-2']);
    expectError(await ask('POST', '/admin/clients', registration), 409);
    const grant = { grant_type: 'client_credentials' };
    const token = async (secret: string) => post(app, '/token', grant, basic('his-2', secret));
    const first = await token(made.body.client_secret);
    expect(first.status).toBe(200);
    const { client_secret: fresh } = (await ask('POST', '/admin/clients/his-2/secret')).body;
    expect((await token(made.body.client_secret)).status).toBe(401);
    expect((await token(fresh)).status).toBe(200);
    await ask('POST', '/admin/clients/his-2/deactivate');
    expect((await token(fresh)).status).toBe(401);
    await ask('POST', '/admin/clients/his-2/activate');
    expect((await token(fresh)).status).toBe(200);
    const old = { authorization: `Bearer ${first.body.access_token}` };
    expect((await app.call('GET', 'Patient/p1', undefined, old)).status).toBe(401);
  });

  test('says for whom a client works, and its tokens follow', async () => {
    const made = await ask('POST', '/admin/clients', {
      client_name: '疾控系统',
      scope: 'system/Patient.rs',
      grant_types: ['client_credentials'],
      roles: ['disease-control'],
    });
    expect(made.status, made.text).toBe(201);
    const { client_id: id, client_secret: secret } = made.body;
    const tokenOf = async () =>
      (await post(app, '/token', { grant_type: 'client_credentials' }, basic(id, secret))).body.access_token;
    const read = async () =>
      (await app.call('GET', 'Patient/p1', undefined, { authorization: `Bearer ${await tokenOf()}` })).status;
    expect(await read()).toBe(404);
    const corrected = await ask('PATCH', `/admin/clients/${id}`, {
      county_wide: true,
      organization: 'Organization/o3',
    });
    expect(corrected.body.client).toMatchObject({
      county_wide: true,
      organization: 'Organization/o3',
      roles: ['disease-control'],
      scope: 'system/Patient.rs',
    });
    expect(await read()).toBe(200);
    for (const wrong of [
      { county_wide: 'yes' },
      { roles: 'x' },
      { roles: ['No Role'] },
      { organization: 'o1' },
      { scope: 'x' },
    ])
      expectError(await ask('PATCH', `/admin/clients/${id}`, wrong), 400);
  });

  test('hears what is wrong, in words', async () => {
    for (const [method, url, body, status] of [
      ['GET', '/admin/clients/nobody', undefined, 404],
      ['GET', '/admin/clients?state=odd', undefined, 400],
      ['GET', '/admin/clients?count=0', undefined, 400],
      ['POST', '/admin/clients', { client_name: 'x' }, 400],
      ['POST', '/admin/clients', { client_name: 'x', scope: 'system/*.rs', organization: 'o1' }, 400],
      ['POST', '/admin/clients', 'text', 400],
      ['POST', '/admin/clients/nobody/approve', {}, 404],
      ['PATCH', '/admin/clients/nobody', {}, 404],
    ] as const)
      expectError(await ask(method, url, body), status);
  });

  test('and nobody else keeps clients and keys', async () => {
    const reader = `Bearer ${await tokenFor(app, 'system/*.rs')}`;
    for (const [method, url] of [
      ['GET', '/admin/clients'],
      ['POST', '/admin/clients'],
      ['POST', '/admin/clients/his-2/deactivate'],
      ['GET', '/admin/signing-keys'],
      ['POST', '/admin/signing-keys/rotate'],
    ] as const) {
      expectError(await ask(method, url, undefined, reader), 403);
      expectError(await ask(method, url, undefined, ''), 401);
    }
  });

  test('sees the signing keys without any part of them, and rotates them', async () => {
    const before = (await ask('GET', '/admin/signing-keys')).body.keys as Json[];
    expect(before.map(({ alg, state }) => `${alg} ${state}`)).toEqual([
      'ES384 next',
      'RS256 next',
      'ES384 current',
      'RS256 current',
    ]);
    expect(Object.keys(before[0]!).toSorted()).toEqual(['alg', 'created', 'kid', 'retired', 'state']);
    const after = (await ask('POST', '/admin/signing-keys/rotate')).body.keys as Json[];
    expect(after).toHaveLength(6);
    const current = after.filter(({ state }) => state === 'current').map(({ kid }) => kid);
    expect(current).toEqual(before.slice(0, 2).map(({ kid }) => kid));
  });
});

describe('an EHR', () => {
  const launch = (body: unknown, authorization = administrator) =>
    ask('POST', '/launches', body, authorization);

  test('registers a launch and opens the app with it', async () => {
    const { id } = await addApp(app, 'launch patient/*.rs', {
      metadata: { initiate_login_uri: 'https://app.example/launch?x=1' },
    });
    const doctor = await addPerson(app, { fhirUser: 'Practitioner/d1' });
    const context = {
      patient: 'p1',
      encounter: 'e1',
      intent: 'review',
      fhirContext: [{ reference: 'Task/t1' }],
    };
    const made = await launch({ client_id: id, fhirUser: 'Practitioner/d1', ...context });
    expect(made.status, made.text).toBe(201);
    const url = new URL(made.body.launch_url);
    expect(Object.fromEntries(url.searchParams)).toEqual({ x: '1', iss: BASE, launch: made.body.launch });
    const request = authorizationRequest(id, 'launch patient/*.rs', { launch: made.body.launch });
    const at = await signOn(createBrowser(app), request, doctor);
    const { body } = await exchange(app, id, codeOf(at, request), request);
    expect(body).toMatchObject(context);
  });

  test.each([
    ['no app', { client_id: undefined }],
    ['an app that does not exist', { client_id: 'nobody' }],
    ['a patient that does not exist', { patient: 'nobody' }],
    ['a patient that is no id', { patient: 'Patient/p1' }],
    ['an encounter of somebody else', { patient: 'p2', encounter: 'e1' }],
    ['a member that is unknown', { patinet: 'p1' }],
    ['a banner that is text', { need_patient_banner: 'true' }],
    ['a style that is no address', { smart_style_url: 'javascript:alert(1)' }],
    ['a context that holds the patient', { fhirContext: [{ reference: 'Patient/p1' }] }],
    ['a context of nothing', { fhirContext: [{ role: 'x' }] }],
    ['a person that is none', { fhirUser: 'Device/1' }],
    ['a text with the character NUL', { intent: 'review\u0000' }],
    ['half a character', { fhirContext: [{ identifier: { value: '\ud800' } }] }],
    [
      'a context that is too long',
      { fhirContext: Array.from({ length: 20 }, () => ({ identifier: { value: 'x'.repeat(200) } })) },
    ],
  ])('is told what is wrong with %s', async (_, wrong) => {
    const { id } = await addApp(app, 'launch patient/*.rs');
    const answer = await launch({ client_id: id, patient: 'p1', ...wrong });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body.resourceType).toBe('OperationOutcome');
  });

  test('that may not read the patient launches nothing for them', async () => {
    const { id } = await addApp(app, 'launch patient/*.rs');
    const tasks = `Bearer ${await tokenFor(app, 'system/Task.rs')}`;
    expectError(await launch({ client_id: id, patient: 'p1' }, tasks), 403);
    expectError(await launch({ client_id: id, patient: 'p1' }, ''), 401);
  });
});

describe('a token that is bound to a key', () => {
  async function proof(
    keys: Keys,
    claims: Record<string, unknown>,
    header: Record<string, unknown> = {},
  ): Promise<string> {
    const { kid: _kid, use: _use, alg: _alg, ...jwk } = keys.publicKey;
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iat: now, jti: `p${++assertions}`, htm: 'POST', htu: TOKEN_ENDPOINT, ...claims })
      .setProtectedHeader({ alg: keys.alg, typ: 'dpop+jwt', jwk, ...header } as { alg: string })
      .sign(keys.privateKey);
  }
  const hash = async (text: string) =>
    Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('base64url');

  test('gets in with a fresh proof of that key for that request, and in no other way', async () => {
    const keys = await keysFor('ES256');
    const others = await keysFor('ES256');
    const id = 'bound';
    const secret = await createClient(app.database, {
      id,
      name: 'Bound',
      scope: 'system/Patient.rs',
      countyWide: true,
    });
    const given = await post(
      app,
      '/token',
      { grant_type: 'client_credentials' },
      { ...basic(id, secret), dpop: await proof(keys, {}) },
    );
    expect([given.status, given.body.token_type]).toEqual([200, 'DPoP']);
    const token = given.body.access_token as string;
    const request = { htm: 'GET', htu: `${BASE}/Patient/p1`, ath: await hash(token) };
    const read = (authorization: string, dpop?: string) =>
      app.call('GET', 'Patient/p1?_pretty=false', undefined, {
        authorization,
        ...(dpop === undefined ? {} : { dpop }),
      });
    const good = await proof(keys, request);
    expect((await read(`DPoP ${token}`, good)).status).toBe(200);
    expect((await read(`dpop ${token}`, await proof(keys, request))).status).toBe(200);
    const now = Math.floor(Date.now() / 1000);
    for (const [what, authorization, dpop] of [
      ['as a bearer', `Bearer ${token}`, await proof(keys, request)],
      ['without a proof', `DPoP ${token}`, undefined],
      ['with a proof used before', `DPoP ${token}`, good],
      ['with a proof of another key', `DPoP ${token}`, await proof(others, request)],
      ['with a proof for another method', `DPoP ${token}`, await proof(keys, { ...request, htm: 'POST' })],
      [
        'with a proof for another address',
        `DPoP ${token}`,
        await proof(keys, { ...request, htu: `${BASE}/Patient/p2` }),
      ],
      [
        'with a proof for another token',
        `DPoP ${token}`,
        await proof(keys, { ...request, ath: await hash('x') }),
      ],
      ['with a proof for no token', `DPoP ${token}`, await proof(keys, { ...request, ath: undefined })],
      ['with an old proof', `DPoP ${token}`, await proof(keys, { ...request, iat: now - 300 })],
      ['with a proof of another type', `DPoP ${token}`, await proof(keys, request, { typ: 'JWT' })],
      ['with a proof that is none', `DPoP ${token}`, 'a.b.c'],
    ] as const) {
      const answer = await read(authorization, dpop);
      expect([what, answer.status]).toEqual([what, 401]);
      expect(answer.headers['www-authenticate']).toMatch(
        /^DPoP .*error="invalid_token".*, algs="ES256 ES384"$/,
      );
    }
    const told = await post(app, '/introspect', { token }, basic(id, secret));
    expect(told.body).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: await calculateJwkThumbprint(keys.publicKey) },
    });
  });

  test('is given to nobody who proves an older request', async () => {
    const keys = await keysFor('ES256');
    const secret = await createClient(app.database, { id: 'bound-2', name: 'Bound', scope: 'system/*.rs' });
    const dpop = await proof(keys, {});
    const grant = { grant_type: 'client_credentials' };
    const both = await Promise.all(
      [1, 2].map(() => post(app, '/token', grant, { ...basic('bound-2', secret), dpop })),
    );
    expect(both.map(({ status }) => status === 200).filter(Boolean)).toHaveLength(1);
  });
});

test('the metadata is found in every place where clients look for it', async () => {
  const places = [
    '/oauth/.well-known/openid-configuration',
    '/oauth/.well-known/oauth-authorization-server',
    '/.well-known/oauth-authorization-server/oauth',
  ];
  const answers = await Promise.all(
    places.map((url) => app.app.inject({ url, headers: { origin: 'https://anybody.example' } })),
  );
  for (const { headers } of answers) expect(headers['access-control-allow-origin']).toBe('*');
  const [first, ...others] = answers.map((answer) => answer.json());
  expect(first.issuer).toBe(`${ORIGIN}/oauth`);
  for (const other of others) expect(other).toEqual(first);
  const smart = (await app.call('GET', '.well-known/smart-configuration')).body;
  for (const name of Object.keys(smart)) if (name in first) expect(first[name]).toEqual(smart[name]);
  const { security } = (await app.call('GET', 'metadata')).body.rest[0];
  expect(JSON.stringify(security)).toContain(first.revocation_endpoint);
});

test('the published keys verify what was signed', async () => {
  const { keys } = (await app.app.inject('/oauth/jwks')).json() as { keys: JWK[] };
  for (const key of keys) {
    expect(await importJWK(key, key.alg!)).toBeDefined();
    expect(key).not.toHaveProperty('d');
  }
});
