/** What somebody might try to get a code or a token that is not theirs. One sentence each. */
import { createHash, createHmac } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../src/smart/clients.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import {
  type Answer,
  addApp,
  addPerson,
  authorizationRequest,
  basic,
  codeOf,
  createBrowser,
  exchange,
  locationOf,
  ORIGIN,
  PASSWORD,
  post,
  REDIRECT,
  refresh,
  signOn,
  tokensFor,
  withToken,
} from './oauth-support.ts';
import type { Json } from './support.ts';

const SCOPE = 'openid fhirUser user/*.rs offline_access';

let app: TestApp;
let doctor: { id: string; login: string };
let client: string;
let other: string;
let tokens: Json;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  doctor = await addPerson(app, { fhirUser: 'Practitioner/d1' });
  client = (await addApp(app, SCOPE)).id;
  other = (await addApp(app, SCOPE, { metadata: { redirect_uris: ['https://other.example/cb'] } })).id;
  tokens = await tokensFor(app, client, SCOPE, doctor);
});
afterAll(() => app.close());

/** A code of `client`, fresh. */
async function freshCode(scope = 'user/*.rs') {
  const request = authorizationRequest(client, scope);
  return { code: codeOf(await signOn(createBrowser(app), request, doctor), request), request };
}

function expectRefused(answer: Answer, error: string): void {
  expect(answer.body).not.toHaveProperty('access_token');
  expect([answer.status >= 400 && answer.status < 500, answer.body.error]).toEqual([true, error]);
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  test('signed by nobody, or with a public key as a shared secret, is refused', async () => {
    const { keys } = (await app.app.inject('/oauth/jwks')).json() as { keys: Record<string, string>[] };
    const claims = base64(decodeJwt(tokens.access_token));
    for (const key of keys) {
      const none = `${base64({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${claims}.`;
      expect((await withToken(app, none)).status).toBe(401);
      const input = `${base64({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${claims}`;
      for (const secret of [JSON.stringify(key), key.n ?? key.x!]) {
        const mac = createHmac('sha256', secret).update(input).digest('base64url');
        expect((await withToken(app, `${input}.${mac}`)).status).toBe(401);
      }
    }
  });

  test('that is an id token, a refresh token or a code gets nobody in', async () => {
    const { code } = await freshCode();
    for (const wrong of [tokens.id_token, tokens.refresh_token, code])
      expect((await withToken(app, wrong)).status).toBe(401);
    expect((await withToken(app, tokens.access_token)).status).not.toBe(401);
  });

  test('that is an access token is no refresh token, no code and no assertion', async () => {
    expectRefused(await refresh(app, client, tokens.access_token), 'invalid_grant');
    expectRefused(await refresh(app, client, decodeJwt(tokens.access_token).jti!), 'invalid_grant');
    expectRefused(
      await exchange(app, client, tokens.access_token, authorizationRequest(client, SCOPE)),
      'invalid_grant',
    );
    const assertion = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: tokens.access_token,
    };
    expectRefused(await post(app, '/token', assertion), 'invalid_client');
  });

  test('of one client tells another client nothing at introspection, nor is revoked by it', async () => {
    const secret = await createClient(app.database, { id: 'curious', name: 'Curious', scope: 'system/*.rs' });
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const told = await post(app, '/introspect', { token }, basic('curious', secret));
      expect([told.status, told.body]).toEqual([200, { active: false }]);
      expect((await post(app, '/revoke', { token }, basic('curious', secret))).status).toBe(200);
      const own = await post(app, '/introspect', { token, client_id: client });
      expect(own.body).toMatchObject({ active: true, client_id: client });
    }
    const anonymous = await post(app, '/introspect', { token: tokens.access_token });
    expect(anonymous.status).toBeGreaterThanOrEqual(400);
  });

  test('and what goes with it is kept by nobody on the way', async () => {
    const { headers } = await refresh(app, client, 'none');
    expect([headers['cache-control'], headers.pragma]).toEqual(['no-store', 'no-cache']);
  });

  test('that is an id token is told to be no token', async () => {
    const told = await post(app, '/introspect', { token: tokens.id_token, client_id: client });
    expect(told.body).toEqual({ active: false });
  });

  test('that bears a token of its own lets nobody introspect without the scope for it', async () => {
    const form = { token: tokens.access_token };
    const asked = await post(app, '/introspect', form, { authorization: `Bearer ${tokens.access_token}` });
    expect([asked.status, asked.body.error]).toEqual([403, 'insufficient_scope']);
    const forged = await post(app, '/introspect', form, { authorization: 'Bearer a.b.c' });
    expect([forged.status, forged.body.error]).toEqual([401, 'invalid_token']);
    const id = 'gateway';
    const secret = await createClient(app.database, { id, name: 'Gateway', scope: '__introspect' });
    const own = await post(app, '/token', { grant_type: 'client_credentials' }, basic(id, secret));
    const bearer = { authorization: `Bearer ${own.body.access_token}` };
    expect((await post(app, '/introspect', form, bearer)).body).toMatchObject({
      active: true,
      client_id: client,
      sub: doctor.id,
      fhirUser: `${BASE}/Practitioner/d1`,
    });
    expect((await post(app, '/introspect', { token: 'unknown' }, bearer)).body).toEqual({ active: false });
    expect((await post(app, '/introspect', form, basic(id, secret))).body.active).toBe(true);
  });

  test('is not widened by a refresh', async () => {
    const { id } = await addApp(app, 'user/*.cruds offline_access');
    const body = await tokensFor(app, id, 'user/Patient.rs offline_access', doctor);
    for (const scope of ['user/Patient.cruds', 'user/Patient.rs user/Task.rs', 'user/*.rs', 'openid'])
      expectRefused(await refresh(app, id, body.refresh_token, { scope }), 'invalid_scope');
    const narrow = await refresh(app, id, body.refresh_token, { scope: 'user/Patient.rs' });
    expect(narrow.body.scope).toBe('user/Patient.rs');
  });

  test('shrinks with the registration of its client', async () => {
    const { id } = await addApp(app, 'user/*.rs user/Task.cruds offline_access');
    const body = await tokensFor(app, id, 'user/Patient.rs user/Task.cruds offline_access', doctor);
    await app.database.query({
      text: `update oauth_client set scope = 'user/*.rs offline_access' where id = $1`,
      values: [id],
    });
    const { scope } = (await refresh(app, id, body.refresh_token)).body;
    expect(scope).toBe('user/Patient.rs offline_access');
  });
});

describe('a code', () => {
  test('is taken once; shown again, it takes back what came of it', async () => {
    const { code, request } = await freshCode('user/*.rs offline_access');
    const first = await exchange(app, client, code, request);
    expectRefused(await exchange(app, client, code, request), 'invalid_grant');
    expect((await withToken(app, first.body.access_token)).status).toBe(401);
    expectRefused(await refresh(app, client, first.body.refresh_token), 'invalid_grant');
  });

  test('that many show at once gives tokens to one at the most', async () => {
    const { code, request } = await freshCode();
    const all = await Promise.all(Array.from({ length: 5 }, () => exchange(app, client, code, request)));
    expect(all.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(all.filter(({ status }) => status >= 500)).toEqual([]);
  });

  test('is of no use to another client', async () => {
    const { code, request } = await freshCode();
    expectRefused(await exchange(app, other, code, request), 'invalid_grant');
  });

  test('is of no use without its verifier, with another, or with the challenge itself', async () => {
    const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
    for (const wrong of [() => '', () => 'x'.repeat(43), challengeOf]) {
      const { code, request } = await freshCode();
      const answer = await exchange(app, client, code, { verifier: wrong(request.verifier) });
      expect([answer.status, answer.body.access_token]).toEqual([400, undefined]);
    }
  });

  test('is of no use at another redirect address', async () => {
    const { code, request } = await freshCode();
    const form = {
      grant_type: 'authorization_code',
      code,
      client_id: client,
      code_verifier: request.verifier,
    };
    expectRefused(await post(app, '/token', { ...form, redirect_uri: `${REDIRECT}/` }), 'invalid_grant');
    expectRefused(await post(app, '/token', form), 'invalid_request');
  });

  test('is of no use after its minute', async () => {
    const { code, request } = await freshCode();
    await app.database.query({
      text: `update oauth_state set payload = payload || '{"exp": 1}' where model = 'AuthorizationCode'`,
      values: [],
    });
    expectRefused(await exchange(app, client, code, request), 'invalid_grant');
  });

  test('comes with the name of who gave it, so that it is not taken to another server', async () => {
    const request = authorizationRequest(client, 'user/*.rs');
    const at = await signOn(createBrowser(app), request, doctor);
    expect(at.searchParams.get('iss')).toBe(`${ORIGIN}/oauth`);
  });
});

describe('an authorization request', () => {
  const asked = (parameters: Record<string, string | undefined>) =>
    createBrowser(app).get(authorizationRequest(client, 'user/*.rs', parameters).address);

  test.each([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['with a plain challenge', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
    ['that leaves the method out, which means plain', { code_challenge_method: undefined }],
    ['with a method and no challenge', { code_challenge: undefined }],
    ['with a challenge that is too short', { code_challenge: 'short' }],
    ['for a token in the address', { response_type: 'token' }],
    ['for an id token in the address', { response_type: 'id_token', nonce: 'n' }],
    ['for a code in a fragment', { response_mode: 'fragment' }],
    ['for a code in a form', { response_mode: 'form_post' }],
    ['without an audience', { aud: undefined }],
    ['for another audience', { aud: 'https://elsewhere.example/fhir' }],
    ['for an audience that begins like this one', { aud: `${BASE}x` }],
    ['for another resource', { resource: 'https://elsewhere.example/fhir' }],
    ['with a request object', { request: 'e30.e30.' }],
    ['with an address of a request object', { request_uri: 'https://elsewhere.example/r' }],
    ['for scopes of systems alone', { scope: 'system/*.cruds' }],
    ['with a character that no table keeps', { state: '\u0000' }],
    ['without a scope', { scope: undefined }],
  ] as const)('%s is refused', async (_, parameters) => {
    const answer = await asked(parameters);
    if (answer.status === 303) {
      const at = locationOf(answer);
      expect(at.origin + at.pathname).toBe(REDIRECT);
      const told = new URLSearchParams(at.hash.slice(1));
      expect(at.searchParams.get('error') ?? told.get('error')).toBeTruthy();
      expect(at.searchParams.get('code') ?? told.get('code')).toBeNull();
    } else expect([400, 401]).toContain(answer.status);
  });

  test.each(['token', 'id_token', 'code token'])(
    'for the response type %s hears that it is not supported, by the code of OAuth',
    async (response_type) => {
      const at = locationOf(await asked({ response_type, nonce: 'n' }));
      expect([at.searchParams.get('error'), at.hash]).toEqual(['unsupported_response_type', '']);
    },
  );

  test.each([
    ['longer', `${REDIRECT}/more`],
    ['shorter', 'https://app.example/after'],
    ['of another host', 'https://app.example.evil.example/after-auth'],
    ['with credentials', 'https://app.example@evil.example/after-auth'],
    ['with credentials of its own', 'https://user@app.example/after-auth'],
    ['that climbs up', 'https://app.example/x/../after-auth'],
    ['that climbs up in disguise', 'https://app.example/%2e%2e/after-auth'],
    ['with a query', `${REDIRECT}?next=evil`],
    ['with a fragment', `${REDIRECT}#evil`],
    ['with another port', 'https://app.example:8443/after-auth'],
    ['in the clear', 'http://app.example/after-auth'],
    ['in capitals', 'https://APP.example/after-auth'],
    ['with a slash', `${REDIRECT}/`],
    ['with a backslash', 'https://app.example\\after-auth'],
    ['that is a script', 'javascript:alert(1)'],
    ['that is data', 'data:text/html,x'],
    ['that is empty', ''],
  ])('for an answer at an address that is %s is answered nowhere', async (_, address) => {
    const answer = await asked({ redirect_uri: address });
    expect(answer.status).toBe(400);
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('for more scopes than a token can hold is refused, in an address as in a form', async () => {
    const { id } = await addApp(app, 'user/*.cruds');
    const scope = (count: number) =>
      Array.from({ length: count }, (_, n) => `user/Observation.rs?code=${n}`).join(' ');
    const long = await createBrowser(app).get(authorizationRequest(id, scope(150)).address);
    expect(locationOf(long).searchParams.get('error')).toBe('invalid_scope');
    const { address } = authorizationRequest(id, scope(1000));
    const form = new URL(address, ORIGIN).searchParams;
    expect((await createBrowser(app).post('/oauth/authorize', form)).status).toBe(400);
    const body = await tokensFor(app, id, scope(120), doctor);
    expect((await withToken(app, body.access_token)).status).not.toBe(401);
  });

  test('with two redirect addresses, or two clients, is refused', async () => {
    for (const more of ['&redirect_uri=https%3A%2F%2Fevil.example', `&client_id=${other}`]) {
      const answer = await createBrowser(app).get(authorizationRequest(client, 'user/*.rs').address + more);
      expect(answer.status).toBe(400);
    }
  });

  test('of a native app may name any port of this machine, and no other machine', async () => {
    const { id } = await addApp(app, 'user/*.rs', {
      metadata: { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] },
    });
    const at = (uri: string) =>
      createBrowser(app).get(authorizationRequest(id, 'user/*.rs', { redirect_uri: uri }).address);
    for (const uri of ['http://127.0.0.1:51234/cb', 'com.example.app:/cb'])
      expect((await at(uri)).status).toBe(303);
    for (const uri of [
      'http://127.0.0.1:51234/other',
      'http://127.0.0.2/cb',
      'http://127.0.0.1.evil.example/cb',
    ])
      expect((await at(uri)).status).toBe(400);
  });

  test('of a client that does not exist is answered to the person, not elsewhere', async () => {
    const answer = await createBrowser(app).get(authorizationRequest('nobody', 'user/*.rs').address);
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
    expect(answer.text).toContain('not registered');
  });

  test('is sent to this server’s own addresses whatever host it names', async () => {
    const { address } = authorizationRequest(client, 'user/*.rs');
    const answer = await createBrowser(app).get(address, {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
    });
    expect(locationOf(answer).origin).toBe(ORIGIN);
    const page = await createBrowser(app).get('/oauth/.well-known/openid-configuration', {
      host: 'evil.example',
    });
    expect(page.text).not.toContain('evil.example');
  });
});

describe('the pages', () => {
  test('are shown in no frame, run no script, and let forms lead to the app alone', async () => {
    const browser = createBrowser(app);
    const at = locationOf(await browser.get(authorizationRequest(client, 'user/*.rs').address));
    const login = await browser.get(at.href);
    for (const page of [login, await browser.get('/oauth/logout'), await browser.get('/oauth/authorize')]) {
      const policy = String(page.headers['content-security-policy']);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval/);
      expect(page.headers).toMatchObject({
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(page.text).not.toContain('<script');
    }
    expect(String(login.headers['content-security-policy'])).toContain(
      "form-action 'self' https://app.example",
    );
  });

  test('keep their cookies from scripts and from other sites', async () => {
    const response = await app.app.inject(authorizationRequest(client, 'user/*.rs').address);
    const cookies = [response.headers['set-cookie'] ?? []].flat();
    expect(cookies.length).toBeGreaterThan(1);
    for (const cookie of cookies)
      expect(cookie.toLowerCase()).toMatch(/samesite=lax.*httponly|httponly.*samesite=lax/);
  });

  test('take a form from no other browser, no other site, and for no other step', async () => {
    const browser = createBrowser(app);
    const at = locationOf(await browser.get(authorizationRequest(client, 'user/*.rs').address));
    const login = { login: doctor.login, password: PASSWORD };
    const stranger = createBrowser(app);
    expect((await stranger.post(`${at.pathname}/login`, login)).status).toBe(400);
    for (const site of ['cross-site', 'same-site', 'none']) {
      const forced = await browser.post(`${at.pathname}/login`, login, { 'sec-fetch-site': site });
      expect(forced.status).toBe(403);
    }
    // Without TLS, browsers say no more than the origin.
    for (const origin of ['https://evil.example', 'null'])
      expect((await browser.post(`${at.pathname}/login`, login, { origin })).status).toBe(403);
    // The answer to a question that was not asked leads back to the one that was.
    const early = locationOf(await browser.post(`${at.pathname}/consent`, { scope: 'user/*.rs' }));
    expect(early.pathname).toBe(at.pathname);
    const another = createBrowser(app);
    const theirs = locationOf(await another.get(authorizationRequest(client, 'user/*.rs').address));
    const crossed = await browser.post(`${theirs.pathname}/login`, login);
    expect(crossed.status).toBe(400);
    const own = await browser.post(`${at.pathname}/login`, login, { 'sec-fetch-site': 'same-origin' });
    expect(own.status).toBe(303);
  });

  test('grant nothing that was not asked for, whatever the form says', async () => {
    const { id } = await addApp(app, 'user/*.cruds offline_access');
    const request = authorizationRequest(id, 'user/Patient.rs');
    const browser = createBrowser(app);
    const first = locationOf(await browser.get(request.address));
    const login = { login: doctor.login, password: PASSWORD };
    const resumed = locationOf(await browser.post(`${first.pathname}/login`, login));
    const consent = locationOf(await browser.get(resumed.href));
    const form = new URLSearchParams([
      ['scope', 'user/Patient.rs'],
      ['scope', 'user/*.cruds'],
      ['scope', 'offline_access'],
    ]);
    const back = locationOf(await browser.post(`${consent.pathname}/consent`, form));
    const at = locationOf(await browser.get(back.href));
    const { body } = await exchange(app, id, codeOf(at, request), request);
    expect(body.scope).toBe('user/Patient.rs');
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('give a session another id at sign-on, so that one fixed before is worth nothing', async () => {
    const browser = createBrowser(app);
    const request = authorizationRequest(client, 'user/*.rs');
    await browser.get(request.address);
    const before = browser.cookies.get('xiantong_session')?.value;
    await signOn(browser, authorizationRequest(client, 'user/*.rs'), doctor);
    const after = browser.cookies.get('xiantong_session')?.value;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });
});

describe('the tables', () => {
  test('hold nothing that a bearer shows: no token, code, cookie, secret or launch', async () => {
    const browser = createBrowser(app);
    const request = authorizationRequest(client, 'user/*.rs offline_access');
    const code = codeOf(await signOn(browser, request, doctor), request);
    const { body } = await exchange(app, client, code, request);
    const open = authorizationRequest(client, 'user/*.rs');
    await browser.get(open.address);
    const { rows } = await app.database.query<{ row: string }>({
      text: `select s::text as row from oauth_state s
             union all select c::text from oauth_client c union all select l::text from smart_launch l`,
      values: [],
    });
    const kept = rows.map(({ row }) => row).join('\n');
    const session = browser.cookies.get('xiantong_session')!.value;
    for (const secret of [code, body.access_token, body.refresh_token, session, request.verifier])
      expect(kept.includes(secret)).toBe(false);
  });
});

describe('a script of another origin', () => {
  test('asks the token endpoint only from where its client is registered', async () => {
    const { code, request } = await freshCode();
    const form = {
      grant_type: 'authorization_code',
      code,
      client_id: client,
      redirect_uri: REDIRECT,
      code_verifier: request.verifier,
    };
    const refused = await post(app, '/token', form, { origin: 'https://evil.example' });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([400, undefined]);
    const own = await post(app, '/token', form, { origin: 'https://app.example' });
    expect(own.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(own.status).toBe(200);
  });
});

describe('a key of our own', () => {
  test('does not make a token that was never given', async () => {
    const { rows } = await app.database.query<{ jwk: Json }>({
      text: `select jwk from signing_key where alg = 'RS256' and state = 'current'`,
      values: [],
    });
    const { importJWK } = await import('jose');
    const key = await importJWK(rows[0]!.jwk, 'RS256');
    const claims = decodeJwt(tokens.access_token);
    for (const typ of ['at+jwt', 'JWT']) {
      const header = { alg: 'RS256', typ, kid: rows[0]!.jwk.kid };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(key);
      expect((await withToken(app, token)).status).toBe(401);
    }
  });
});
