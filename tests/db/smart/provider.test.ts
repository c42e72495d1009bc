import middie from '@fastify/middie';
import fastify from 'fastify';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transient } from '../../../src/kernel/fhir-error.ts';
import { createClient, findClient, replaceSecret, setClientActive } from '../../../src/smart/clients.ts';
import { capabilitySecurity, smartConfiguration } from '../../../src/smart/discovery.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { type Answer, askToken, basic, oauthOver, startOAuth, type TestOAuth } from './support.ts';

const GRANT = { grant_type: 'client_credentials' };

let test: TestDatabase;
let server: TestOAuth;
let secret: string;

beforeAll(async () => {
  test = await createTestDatabase();
  server = await startOAuth(test.database);
  secret = await createClient(test.database, {
    id: 'reader',
    name: '阅读 Reader',
    organization: 'Organization/reader',
    scope: 'system/*.rs system/Task.cu',
  });
});

afterAll(async () => {
  await server.close();
  await test.drop();
});

function ask(parameters: Record<string, string>, id = 'reader', password = secret): Promise<Answer> {
  return askToken(server.origin, { ...GRANT, ...parameters }, basic(id, password));
}

describe('the token endpoint', () => {
  it('gives a JWT of the asked scope, for this server', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, headers, body } = await ask({ scope: 'system/Patient.r system/Task.cu' });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'system/Patient.r system/Task.cu',
    });
    const token = String(body.access_token);
    const kid = server.keys.publicJwks().keys[0]?.kid;
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES384', typ: 'at+jwt', kid });
    expect(server.keys.currentKid('ES384')).toBe(kid);
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: `${server.origin}/oauth`,
      aud: server.fhirBase,
      client_id: 'reader',
      sub: 'reader',
      scope: 'system/Patient.r system/Task.cu',
    });
    expect(claims.exp! - claims.iat!).toBe(3600);
    expect(claims.iat).toBeGreaterThanOrEqual(before);
    expect(claims.jti).toBeTypeOf('string');
    expect(claims).not.toHaveProperty('patient');
  });

  it('grants all that is registered when no scope is asked', async () => {
    const { body } = await ask({});
    expect(body.scope).toBe('system/*.rs system/Task.cu');
    expect(decodeJwt(String(body.access_token)).scope).toBe('system/*.rs system/Task.cu');
  });

  it('takes the credentials from the body too', async () => {
    const inBody = { ...GRANT, client_id: 'reader', client_secret: secret };
    expect((await askToken(server.origin, inBody)).status).toBe(200);
    const wrong = { ...inBody, client_secret: `${secret}x` };
    expect((await askToken(server.origin, wrong)).body.error).toBe('invalid_client');
  });

  it('takes the resource it serves, and no other', async () => {
    expect((await ask({ resource: server.fhirBase })).status).toBe(200);
    const slash = await ask({ resource: `${server.fhirBase}/` });
    expect(decodeJwt(String(slash.body.access_token)).aud).toBe(server.fhirBase);
    const other = await ask({ resource: 'https://elsewhere.example/fhir' });
    expect([other.status, other.body.error]).toEqual([400, 'invalid_target']);
    const two = new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['resource', server.fhirBase],
      ['resource', `${server.fhirBase}/`],
    ]);
    const both = await askToken(server.origin, two.toString(), basic('reader', secret));
    expect([both.status, both.body.error]).toEqual([400, 'invalid_target']);
  });

  it.each([
    'system/Patient.c',
    'system/*.cruds',
    'system/Patient.r system/Patient.d',
    'system/Patient.sr',
    'patient/Patient.r',
    'user/*.rs',
    'openid',
    'offline_access',
    'launch',
    'system/*.rs openid',
  ])('refuses the scope %s', async (scope) => {
    const { status, body } = await ask({ scope });
    expect([status, body.error]).toEqual([400, 'invalid_scope']);
    expect(body.error_description).toMatch(/^[\x20-\x7e]+$/);
    expect(body).not.toHaveProperty('access_token');
  });

  it('refuses a wrong secret, an empty one, and the digest in place of the secret', async () => {
    const { secretHash } = (await findClient(test.database, 'reader'))!;
    for (const password of [`${secret}x`, secret.slice(0, -1), secretHash, 'undefined']) {
      const { status, headers, body } = await ask({}, 'reader', password);
      expect([status, body.error]).toEqual([401, 'invalid_client']);
      expect(headers.get('www-authenticate')).toMatch(/^Basic /);
    }
    expect((await ask({}, 'reader', '')).status).toBe(400);
  });

  it('refuses an unknown client in the same words as a wrong secret', async () => {
    const unknown = await ask({}, 'nobody', secret);
    const wrong = await ask({}, 'reader', 'wrong');
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
    expect((await ask({}, '%00', secret)).status).toBeGreaterThanOrEqual(400);
  });

  it('refuses who brings no credentials', async () => {
    expect((await askToken(server.origin, GRANT)).status).toBe(400);
    expect((await askToken(server.origin, { ...GRANT, client_id: 'reader' })).status).toBe(401);
    const assertion = {
      ...GRANT,
      client_id: 'reader',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'e30.e30.e30',
    };
    expect((await askToken(server.origin, assertion)).body).not.toHaveProperty('access_token');
  });

  it.each(['authorization_code', 'refresh_token', 'password', 'implicit', ''])(
    'knows no grant %j',
    async (grant) => {
      const { status, body } = await askToken(server.origin, { grant_type: grant }, basic('reader', secret));
      expect(status).toBe(400);
      expect(body.error).toMatch(/^(unsupported_grant_type|invalid_request)$/);
    },
  );

  it('refuses a client that is shut out, from the next request on', async () => {
    const own = await createClient(test.database, { id: 'closing', name: 'Closing', scope: 'system/*.rs' });
    expect((await ask({}, 'closing', own)).status).toBe(200);
    await setClientActive(test.database, 'closing', false);
    expect((await ask({}, 'closing', own)).body.error).toBe('invalid_client');
    await setClientActive(test.database, 'closing', true);
    expect((await ask({}, 'closing', own)).status).toBe(200);
  });

  it('takes the new secret and not the old one, from the next request on', async () => {
    const old = await createClient(test.database, { id: 'renewing', name: 'Renewing', scope: 'system/*.rs' });
    expect((await ask({}, 'renewing', old)).status).toBe(200);
    const fresh = await replaceSecret(test.database, 'renewing');
    expect((await ask({}, 'renewing', old)).status).toBe(401);
    expect((await ask({}, 'renewing', fresh)).status).toBe(200);
  });

  it('answers mistakes in JSON, whatever is accepted', async () => {
    const html = await askToken(server.origin, GRANT, { ...basic('reader', 'wrong'), accept: 'text/html' });
    expect(html.headers.get('content-type')).toContain('application/json');
    expect(html.body.error).toBe('invalid_client');
    const json = await askToken(server.origin, '{"grant_type":"client_credentials"}', {
      ...basic('reader', secret),
      'content-type': 'application/json',
    });
    expect([json.status, json.body.error]).toEqual([400, 'invalid_request']);
    const twice = await askToken(
      server.origin,
      'grant_type=client_credentials&scope=system/*.rs&scope=system/*.rs',
      basic('reader', secret),
    );
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
  });

  it('refuses scripts of other origins', async () => {
    const answer = await askToken(server.origin, GRANT, {
      ...basic('reader', secret),
      origin: 'https://elsewhere.example',
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says that it is away for a moment when the database is', async () => {
    const away = {
      query: () => Promise.reject(transient(new Error('gone'))),
      tx: () => Promise.reject(transient(new Error('gone'))),
    };
    const oauth = oauthOver(away, server.origin, server.ring);
    const app = fastify();
    await app.register(middie);
    app.use('/oauth', oauth.callback);
    const answer = await app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { ...basic('reader', secret), 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials',
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().error).toBe('temporarily_unavailable');
    await app.close();
  });
});

describe('the other endpoints', () => {
  it('publish the keys without their private part', async () => {
    const response = await fetch(`${server.origin}/oauth/jwks`);
    expect(response.status).toBe(200);
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    const states = keys.map(({ kty, alg, use }) => [kty, alg, use]);
    // Those that sign, and those that will.
    expect(states).toEqual([
      ['EC', 'ES384', 'sig'],
      ['RSA', 'RS256', 'sig'],
      ['EC', 'ES384', 'sig'],
      ['RSA', 'RS256', 'sig'],
    ]);
    for (const key of keys) expect(Object.keys(key).join()).not.toMatch(/\b(d|p|q|dp|dq|qi)\b/);
    expect(keys[0]?.kid).toBe(server.keys.publicJwks().keys[0]?.kid);
  });

  it('describe what is there, and nothing more', async () => {
    const response = await fetch(`${server.origin}/oauth/.well-known/oauth-authorization-server`);
    const metadata = await response.json();
    expect(metadata).toEqual(server.oauth.discovery());
    expect(metadata).toMatchObject({
      issuer: `${server.origin}/oauth`,
      token_endpoint: `${server.origin}/oauth/token`,
      jwks_uri: `${server.origin}/oauth/jwks`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
      code_challenge_methods_supported: ['S256'],
    });
    const openid = await fetch(`${server.origin}/oauth/.well-known/openid-configuration`);
    expect(await openid.json()).toEqual(metadata);
    expect(openid.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('are told alike in SMART, OpenID Connect and the CapabilityStatement, and are all there', async () => {
    const metadata = server.oauth.discovery() as unknown as Record<string, unknown>;
    const smart = smartConfiguration(server.origin) as unknown as Record<string, unknown>;
    for (const [name, value] of Object.entries(smart)) {
      if (name in metadata) expect(metadata[name]).toEqual(value);
    }
    const { description, extension } = capabilitySecurity(server.origin);
    for (const header of Object.values(smart.xiantong_break_glass as Record<string, string>))
      expect(description).toContain(`${header}: `);
    const [uris] = extension;
    expect(uris!.extension.map(({ url }) => url)).toEqual([
      'authorize',
      'token',
      'register',
      'manage',
      'introspect',
      'revoke',
    ]);
    const told = Object.values(metadata).filter((value) =>
      String(value).startsWith(`${server.origin}/oauth/`),
    );
    for (const { valueUri } of uris!.extension)
      if (!valueUri.endsWith('/account')) expect(told).toContain(valueUri);
    for (const address of told) {
      const { status } = await fetch(String(address), { redirect: 'manual' });
      expect([address, status]).not.toEqual([address, 404]);
    }
  });

  it.each([
    '/oauth/auth',
    '/oauth/me',
    '/oauth/reg',
    '/oauth/session/end',
    '/oauth/device',
    '/oauth/backchannel',
    '/oauth/request',
    '/oauth/token/introspection',
    '/oauth/nothing',
    '/oauth/',
  ])('are not at %s', async (path) => {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(server.origin + path, { method });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    }
  });

  it('say which method they want', async () => {
    const response = await fetch(`${server.origin}/oauth/token`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect((await fetch(`${server.origin}/oauth/jwks`, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('the mount', () => {
  it('works below Fastify, whose own body parsers stay out of the way', async () => {
    const app = fastify();
    await app.register(middie);
    app.use('/oauth', server.oauth.callback);
    app.get('/fhir/metadata', async () => ({ resourceType: 'CapabilityStatement' }));
    const token = await app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { ...basic('reader', secret), 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials&scope=system/Patient.rs',
    });
    expect(token.statusCode).toBe(200);
    expect(token.json().scope).toBe('system/Patient.rs');
    expect((await app.inject('/oauth/jwks')).json().keys).toHaveLength(4);
    expect((await app.inject('/oauth/nothing')).statusCode).toBe(404);
    expect((await app.inject('/oauth')).statusCode).toBe(404);
    expect((await app.inject('/fhir/metadata')).json().resourceType).toBe('CapabilityStatement');
    await app.close();
  });

  it('met no failure of its own', () => {
    expect(server.failures).toEqual([]);
  });
});
