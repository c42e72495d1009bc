/** The authorization code flow of SMART App Launch, from the first request to the end of the session. */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endSessionsOf } from '../../src/smart/accounts/sessions.ts';
import { withdrawConsent } from '../../src/smart/consents.ts';
import { rotateSigningKeys } from '../../src/smart/keys.ts';
import { registerLaunch } from '../../src/smart/launch.ts';
import { endSession, sessionsOf } from '../../src/smart/sessions.ts';
import { as } from '../features/tokens.ts';
import { BASE, startBeside, startTestApp, type TestApp } from '../support/app.ts';
import {
  addApp,
  addPerson,
  authorizationRequest,
  basic,
  codeOf,
  createBrowser,
  exchange,
  locationOf,
  ORIGIN,
  post,
  refresh,
  signOn,
  tokensFor,
  withToken,
} from './oauth-support.ts';
import { type Json, patient } from './support.ts';

let app: TestApp;
let doctor: { id: string; login: string };
let resident: { id: string; login: string };
let guardian: { id: string; login: string };

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  const system = await as(app, 'system/*.cruds');
  for (const [path, body] of [
    ['Patient/p1', patient('p1', { name: [{ text: '张三' }] })],
    ['Patient/p2', patient('p2', { name: [{ text: '张小' }], birthDate: '2022-05-01' })],
    [
      'RelatedPerson/g1',
      {
        resourceType: 'RelatedPerson',
        id: 'g1',
        active: true,
        patient: { reference: 'Patient/p2' },
        relationship: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] },
        ],
      },
    ],
    [
      'Encounter/e1',
      {
        resourceType: 'Encounter',
        id: 'e1',
        status: 'in-progress',
        class: { code: 'AMB', display: 'ambulatory' },
        subject: { reference: 'Patient/p1' },
      },
    ],
  ] as const) {
    const stored = await system('PUT', path, body);
    expect(stored.status, stored.text).toBe(201);
  }
  doctor = await addPerson(app, { fhirUser: 'Practitioner/d1' });
  resident = await addPerson(app, { fhirUser: 'Patient/p1', name: '张三' });
  guardian = await addPerson(app, { fhirUser: 'RelatedPerson/g1', name: '张大' });
});
afterAll(() => app.close());

/** Whether a token gets in, whatever it may do inside. */
async function isLetIn(token: string): Promise<boolean> {
  return (await withToken(app, token)).status !== 401;
}

describe('a public app', () => {
  test('gets a code and exchanges it for tokens that say who signed on', async () => {
    const { id } = await addApp(app, 'openid fhirUser profile user/*.rs');
    const body = await tokensFor(app, id, 'openid fhirUser profile user/Patient.rs', doctor, {
      parameters: { nonce: 'n-1' },
    });
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid fhirUser profile user/Patient.rs',
    });
    expect(body).not.toHaveProperty('refresh_token');
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ alg: 'ES384', typ: 'at+jwt' });
    expect(decodeJwt(body.access_token)).toMatchObject({
      iss: `${ORIGIN}/oauth`,
      aud: BASE,
      client_id: id,
      sub: doctor.id,
      fhirUser: `${BASE}/Practitioner/d1`,
    });
    const jwks = (await app.app.inject('/oauth/jwks')).json() as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(body.id_token, createLocalJWKSet(jwks), {
      issuer: `${ORIGIN}/oauth`,
      audience: id,
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({
      sub: doctor.id,
      nonce: 'n-1',
      name: '王医生',
      fhirUser: `${BASE}/Practitioner/d1`,
    });
  });

  test('asks by its token who signed on', async () => {
    const { id } = await addApp(app, 'openid fhirUser profile user/*.rs');
    const who = async (scope: string) => {
      const { access_token } = await tokensFor(app, id, scope, doctor);
      const answer = await app.app.inject({
        url: '/oauth/userinfo',
        headers: { authorization: `Bearer ${access_token}` },
      });
      return { status: answer.statusCode, body: answer.json() as Json };
    };
    expect(await who('openid fhirUser profile user/Patient.rs')).toEqual({
      status: 200,
      body: { sub: doctor.id, name: '王医生', fhirUser: `${BASE}/Practitioner/d1` },
    });
    expect((await who('openid user/Patient.rs')).body).toEqual({ sub: doctor.id });
    expect((await who('user/Patient.rs')).status).toBe(403);
    const wrong = await app.app.inject({
      url: '/oauth/userinfo',
      headers: { authorization: 'Bearer x.y.z' },
    });
    expect(wrong.statusCode).toBe(401);
    expect(wrong.headers['www-authenticate']).toContain('invalid_token');
  });

  test('reads by the scope fhirUser who signed on, and by it nobody else', async () => {
    const system = await as(app, 'system/*.cruds');
    for (const id of ['d1', 'd2'])
      await system('PUT', `Practitioner/${id}`, { resourceType: 'Practitioner', id });
    const { id } = await addApp(app, 'openid fhirUser launch/patient patient/*.rs');
    const token = async (scope: string, person: Parameters<typeof tokensFor>[3]) =>
      (await tokensFor(app, id, scope, person)).access_token as string;
    const read = async (by: string, path: string) => (await withToken(app, by, path)).status;
    const own = await token('openid fhirUser patient/Observation.rs', resident);
    expect(await read(own, 'Patient/p1')).toBe(200);
    expect(await read(own, 'Patient/p2')).toBe(403);
    expect(await read(own, 'Patient/p1/_history')).toBe(403);
    const ward = await token('openid fhirUser patient/Patient.rs', guardian);
    expect(await read(ward, 'RelatedPerson/g1')).toBe(200);
    expect(await read(await token('patient/Observation.rs', resident), 'Patient/p1')).toBe(403);
    const { id: users } = await addApp(app, 'openid fhirUser user/*.rs');
    const seen = (await tokensFor(app, users, 'openid fhirUser user/Patient.rs', doctor)).access_token;
    expect(await read(seen, 'Practitioner/d1')).toBe(200);
    expect(await read(seen, 'Practitioner/d2')).toBe(403);
  });

  test('may send its request as a form', async () => {
    const { id } = await addApp(app, 'user/*.rs');
    const request = authorizationRequest(id, 'user/Patient.rs');
    const browser = createBrowser(app);
    const form = new URL(request.address, ORIGIN).searchParams;
    const at = await browser.post('/oauth/authorize', form);
    const asked = locationOf(at);
    expect(asked.pathname).toBe('/oauth/authorize');
    codeOf(await signOn(browser, { ...request, address: asked.href }, doctor), request);
  });

  test('is granted what it is registered for, spelled as it asked, and told so', async () => {
    const { id } = await addApp(app, 'openid launch/patient patient/*.rs patient/Task.cruds');
    const body = await tokensFor(
      app,
      id,
      'openid launch/patient patient/Observation.read patient/Task.cruds patient/Patient.cruds system/*.cruds unknown',
      resident,
    );
    expect(body.scope).toBe(
      'openid launch/patient patient/Observation.read patient/Task.cruds patient/Patient.rs',
    );
  });

  test('is granted no more than the person ticked', async () => {
    const { id } = await addApp(app, 'openid launch/patient patient/*.cruds');
    const body = await tokensFor(
      app,
      id,
      'openid launch/patient patient/Observation.rs?category=laboratory patient/Condition.rs',
      { ...resident, refuse: ['patient/Condition.rs'] },
    );
    expect(body.scope).toBe('openid launch/patient patient/Observation.rs?category=laboratory');
  });

  test('hears access_denied when the person declines', async () => {
    const { id } = await addApp(app, 'user/*.rs');
    const request = authorizationRequest(id, 'user/Patient.rs');
    const browser = createBrowser(app);
    const page = locationOf(await browser.get(request.address));
    const resumed = locationOf(await browser.post(`${page.pathname}/cancel`, {}));
    const at = locationOf(await browser.get(resumed.href));
    expect(at.searchParams.get('error')).toBe('access_denied');
    expect(at.searchParams.get('state')).toBe(request.state);
  });

  test('does not sign on who must change a one-time password before they did', async () => {
    const { id } = await addApp(app, 'user/*.rs');
    const fresh = await addPerson(app, { fhirUser: 'Practitioner/d2' });
    await app.database.query({
      text: 'update account set must_change = true where id = $1',
      values: [fresh.id],
    });
    const request = authorizationRequest(id, 'user/Patient.rs');
    const browser = createBrowser(app);
    const page = locationOf(await browser.get(request.address));
    const form = { login: fresh.login, password: 'correct horse battery staple' };
    const change = await browser.post(`${page.pathname}/login`, form);
    expect(change.status).toBe(200);
    expect(change.text).toContain('name="again"');
    const next = 'a quite different long sentence';
    const bad = await browser.post(`${page.pathname}/password`, { ...form, next, again: 'typo' });
    expect(bad.status).toBe(400);
    const good = await browser.post(`${page.pathname}/password`, { ...form, next, again: next });
    expect(locationOf(good).pathname).toMatch(/^\/oauth\/authorize\//);
  });
});

describe('the launch context', () => {
  test('is the resident who signed on, without a choice to make', async () => {
    const { id } = await addApp(app, 'launch/patient patient/*.rs');
    const body = await tokensFor(app, id, 'launch/patient patient/*.rs', resident);
    expect(body).toMatchObject({ patient: 'p1', need_patient_banner: true });
    expect(decodeJwt(body.access_token).patient).toBe('p1');
  });

  test('is the ward of a guardian', async () => {
    const { id } = await addApp(app, 'launch/patient patient/*.rs');
    expect((await tokensFor(app, id, 'launch/patient patient/*.rs', guardian)).patient).toBe('p2');
  });

  test('is asked for by patient scopes alone as well', async () => {
    const { id } = await addApp(app, 'patient/*.rs');
    expect((await tokensFor(app, id, 'patient/*.rs', resident)).patient).toBe('p1');
  });

  test('has the encounter that the person chose', async () => {
    const { id } = await addApp(app, 'launch/encounter patient/*.rs');
    const person = { ...resident, encounter: 'e1' };
    const body = await tokensFor(app, id, 'launch/encounter patient/*.rs', person);
    expect(body).toMatchObject({ patient: 'p1', encounter: 'e1' });
  });

  test('cannot be somebody else than who may be chosen', async () => {
    const { id } = await addApp(app, 'launch/patient launch/encounter patient/*.rs');
    const request = authorizationRequest(id, 'launch/encounter patient/*.rs');
    const browser = createBrowser(app);
    const page = locationOf(await browser.get(request.address));
    const login = { login: resident.login, password: 'correct horse battery staple' };
    const resumed = locationOf(await browser.post(`${page.pathname}/login`, login));
    const choice = locationOf(await browser.get(resumed.href));
    const refused = await browser.post(`${choice.pathname}/patient`, { patient: 'p2' });
    expect(refused.status).toBe(400);
    expect((await browser.post(`${choice.pathname}/encounter`, { encounter: 'e1' })).status).toBe(400);
  });

  const EHR = {
    patient: 'p1',
    encounter: 'e1',
    intent: 'reconcile-medications',
    need_patient_banner: false,
    smart_style_url: 'https://ehr.example/style.json',
    fhirContext: [{ reference: 'ImagingStudy/i1' }],
  };

  test('is what the EHR has open, in every token response, at introspection, and not in the token', async () => {
    const { id, secret } = await addApp(app, 'launch openid fhirUser online_access patient/*.rs', {
      metadata: { token_endpoint_auth_method: 'client_secret_basic' },
    });
    const context = EHR;
    const launch = await registerLaunch(app.database, {
      client: id,
      fhirUser: 'Practitioner/d1',
      context,
    });
    const scope = 'launch openid fhirUser online_access patient/*.rs';
    const request = authorizationRequest(id, scope, { launch });
    const at = await signOn(createBrowser(app), request, doctor);
    const first = await exchange(app, id, codeOf(at, request), request, basic(id, secret));
    expect(first.body).toMatchObject({ ...EHR, scope });
    const claims = decodeJwt(first.body.access_token);
    expect(claims).toMatchObject({ patient: 'p1' });
    expect(claims).not.toHaveProperty('fhirContext');
    const form = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token };
    const second = await post(app, '/token', form, basic(id, secret));
    expect(second.body).toMatchObject(EHR);
    expect(second.body.id_token).toBeTypeOf('string');
    const told = await post(app, '/introspect', { token: second.body.access_token }, basic(id, secret));
    expect(told.body).toMatchObject({
      ...EHR,
      active: true,
      client_id: id,
      scope,
      sub: doctor.id,
      iss: `${ORIGIN}/oauth`,
      fhirUser: `${BASE}/Practitioner/d1`,
      exp: decodeJwt(second.body.access_token).exp,
    });
  });

  test('of an EHR is for one app, one person and one time', async () => {
    const { id } = await addApp(app, 'launch patient/*.rs');
    const other = await addApp(app, 'launch patient/*.rs');
    const scope = 'launch patient/*.rs';
    const fhirUser = 'Practitioner/d1';
    const launch = await registerLaunch(app.database, { client: id, fhirUser, context: { patient: 'p1' } });
    const elsewhere = await createBrowser(app).get(authorizationRequest(other.id, scope, { launch }).address);
    expect(locationOf(elsewhere).searchParams.get('error')).toBe('invalid_request');
    const stranger = await signOn(createBrowser(app), authorizationRequest(id, scope, { launch }), resident);
    expect(stranger.searchParams.get('error')).toBe('access_denied');
    expect((await tokensFor(app, id, scope, doctor, { parameters: { launch } })).patient).toBe('p1');
    const again = await createBrowser(app).get(authorizationRequest(id, scope, { launch }).address);
    expect(locationOf(again).searchParams.get('error')).toBe('invalid_request');
    const none = await createBrowser(app).get(authorizationRequest(id, scope).address);
    expect(locationOf(none).searchParams.get('error_description')).toContain('launch');
  });
});

describe('what the person allowed', () => {
  test('is not asked for again, and is asked for again once withdrawn', async () => {
    const { id } = await addApp(app, 'openid launch/patient patient/*.rs');
    const scope = 'openid launch/patient patient/*.rs';
    const browser = createBrowser(app);
    await tokensFor(app, id, scope, resident, { browser });
    const silent = authorizationRequest(id, scope);
    // Resumed by nobody: who signed on and what was allowed is known, and so is the one record.
    const at = await signOn(browser, silent, resident);
    expect((await exchange(app, id, codeOf(at, silent), silent)).status).toBe(200);
    await withdrawConsent(app.database, resident.id, id);
    const asked = authorizationRequest(id, scope);
    let answer = await browser.get(asked.address);
    for (let step = 0; step < 4 && !answer.text.includes('name="scope"'); step++)
      answer = await browser.get(locationOf(answer).href);
    expect(answer.text).toContain('name="scope"');
  });

  test('is asked for again for more, and each time for access without the person', async () => {
    const { id } = await addApp(app, 'user/*.rs offline_access');
    const browser = createBrowser(app);
    await tokensFor(app, id, 'user/Patient.rs', doctor, { browser });
    for (const scope of ['user/Patient.rs user/Task.rs', 'user/Patient.rs offline_access']) {
      const page = await browser.get(
        locationOf(await browser.get(authorizationRequest(id, scope).address)).href,
      );
      expect(page.text).toContain('name="scope"');
    }
  });

  test('ends at once for new tokens, and in half a minute for old ones, when withdrawn', async () => {
    const { id } = await addApp(app, 'user/*.rs offline_access');
    const body = await tokensFor(app, id, 'user/Patient.rs offline_access', doctor);
    await withdrawConsent(app.database, doctor.id, id);
    expect((await refresh(app, id, body.refresh_token)).body.error).toBe('invalid_grant');
    expect(await isLetIn(body.access_token)).toBe(false);
  });
});

describe('a refresh token', () => {
  test('is given for online and for offline access, and not without', async () => {
    const { id } = await addApp(app, 'user/*.rs online_access offline_access');
    for (const [scope, given] of [
      ['user/*.rs', false],
      ['user/*.rs online_access', true],
      ['user/*.rs offline_access', true],
    ] as const) {
      const body = await tokensFor(app, id, scope, doctor);
      expect('refresh_token' in body).toBe(given);
      expect(body.scope).toBe(scope);
    }
    const without = await addApp(app, 'user/*.rs online_access', { grantTypes: ['authorization_code'] });
    const body = await tokensFor(app, without.id, 'user/*.rs online_access', doctor);
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('is replaced by each use, and its second use takes back all that came of it', async () => {
    const { id } = await addApp(app, 'user/*.rs offline_access');
    const body = await tokensFor(app, id, 'user/*.rs offline_access', doctor);
    const next = (await refresh(app, id, body.refresh_token)).body;
    expect(next.refresh_token).not.toBe(body.refresh_token);
    expect((await refresh(app, id, body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(app, id, next.refresh_token)).body.error).toBe('invalid_grant');
    expect(await isLetIn(next.access_token)).toBe(false);
  });

  test('that two show at once is taken from one of them, and nothing stays with either', async () => {
    const { id } = await addApp(app, 'user/*.rs offline_access');
    const body = await tokensFor(app, id, 'user/*.rs offline_access', doctor);
    const both = await Promise.all([1, 2].map(() => refresh(app, id, body.refresh_token)));
    expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    for (const { status, body: answer } of both)
      if (status === 200) expect((await refresh(app, id, answer.refresh_token)).status).toBe(400);
  });

  test('for online use ends with the session, one for offline use does not', async () => {
    const { id } = await addApp(app, 'user/*.rs online_access offline_access');
    const browser = createBrowser(app);
    const online = await tokensFor(app, id, 'user/*.rs online_access', doctor, { browser });
    const offline = await tokensFor(app, id, 'user/*.rs offline_access', doctor, { browser });
    const page = await browser.get('/oauth/logout');
    expect(page.status).toBe(200);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)![1]!;
    const done = await browser.get(
      locationOf(await browser.post('/oauth/logout/confirm', { xsrf, logout: 'yes' })).href,
    );
    expect(done.status).toBe(200);
    expect((await refresh(app, id, online.refresh_token)).body.error).toBe('invalid_grant');
    expect(await isLetIn(online.access_token)).toBe(false);
    expect(await isLetIn(offline.access_token)).toBe(true);
    expect((await refresh(app, id, offline.refresh_token)).status).toBe(200);
  });

  test('stays good for the first patient while the app is open for a second one', async () => {
    const { id } = await addApp(app, 'launch patient/*.rs online_access');
    const browser = createBrowser(app);
    const open = async (patientId: string): Promise<Json> => {
      const launch = await registerLaunch(app.database, { client: id, context: { patient: patientId } });
      const scope = 'launch patient/*.rs online_access';
      return tokensFor(app, id, scope, doctor, { browser, parameters: { launch } });
    };
    const [first, second] = [await open('p1'), await open('p2')];
    expect([first.patient, second.patient]).toEqual(['p1', 'p2']);
    expect((await refresh(app, id, first.refresh_token)).body.patient).toBe('p1');
    expect((await refresh(app, id, second.refresh_token)).body.patient).toBe('p2');
  });
});

describe('a session', () => {
  test('is listed, and ended by whose it is', async () => {
    const { id } = await addApp(app, 'user/*.rs');
    const person = await addPerson(app, { fhirUser: 'Practitioner/d3' });
    const body = await tokensFor(app, id, 'user/*.rs', person);
    const [session] = await sessionsOf(app.database, person.id);
    expect(session).toMatchObject({ clients: [id] });
    expect(await endSession(app.database, doctor.id, session!.id)).toBe(false);
    expect(await endSession(app.database, person.id, session!.id)).toBe(true);
    expect(await isLetIn(body.access_token)).toBe(false);
    expect(await sessionsOf(app.database, person.id)).toEqual([]);
  });

  test('and every token of an account that is shut out are over', async () => {
    const { id } = await addApp(app, 'user/*.rs offline_access');
    const person = await addPerson(app, { fhirUser: 'Practitioner/d4' });
    const body = await tokensFor(app, id, 'user/*.rs offline_access', person);
    await endSessionsOf(app.database, person.id);
    expect(await isLetIn(body.access_token)).toBe(false);
    expect((await refresh(app, id, body.refresh_token)).status).toBe(400);
  });

  test('ends at the address the app registered, with an id token that says whose it was', async () => {
    const after = 'https://app.example/signed-out';
    const { id } = await addApp(app, 'openid user/*.rs', {
      metadata: { post_logout_redirect_uris: [after] },
    });
    const browser = createBrowser(app);
    const { id_token: hint } = await tokensFor(app, id, 'openid user/*.rs', doctor, { browser });
    const ask = (uri: string) =>
      browser.get(
        `/oauth/logout?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: uri, state: 's' })}`,
      );
    expect((await ask('https://elsewhere.example/')).status).toBe(400);
    const page = await ask(after);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)![1]!;
    expect((await browser.post('/oauth/logout/confirm', { xsrf: 'guessed', logout: 'yes' })).status).toBe(
      400,
    );
    const gone = locationOf(await browser.post('/oauth/logout/confirm', { xsrf, logout: 'yes' }));
    expect(gone.href).toBe(`${after}?state=s`);
  });
});

describe('revocation', () => {
  test('of an access token ends it, and of a refresh token all that came of its grant', async () => {
    const { id } = await addApp(app, 'user/*.rs offline_access');
    const one = await tokensFor(app, id, 'user/*.rs offline_access', doctor);
    const revoked = await post(app, '/revoke', { token: one.access_token, client_id: id });
    expect(revoked.status).toBe(200);
    expect(await isLetIn(one.access_token)).toBe(false);
    const two = await tokensFor(app, id, 'user/*.rs offline_access', doctor);
    await post(app, '/revoke', { token: two.refresh_token, client_id: id });
    expect(await isLetIn(two.access_token)).toBe(false);
    expect((await refresh(app, id, two.refresh_token)).status).toBe(400);
    expect((await post(app, '/revoke', { token: 'unknown', client_id: id })).status).toBe(200);
  });
});

test('tokens that are given, refreshed, refused and taken back are on record, and whose they are', async () => {
  const system = await as(app, 'system/*.cruds');
  const { id } = await addApp(app, 'user/*.rs offline_access');
  const first = await tokensFor(app, id, 'user/*.rs offline_access', doctor);
  const second = (await refresh(app, id, first.refresh_token)).body;
  await refresh(app, id, 'wrong');
  await post(app, '/oauth/revoke', { client_id: id, token: second.access_token });
  const log = await system('GET', `AuditEvent?agent:identifier=${id}&type=110114&_sort=date&_count=50`);
  const told = (log.body.entry ?? []).map(({ resource: r }: Json) => {
    const query = r.entity?.find((e: Json) => e.query)?.query as string | undefined;
    const asked = query === undefined ? '' : Buffer.from(query, 'base64').toString();
    return [r.subtype[0].code, asked, r.outcome, r.agent.at(-1).who?.reference ?? ''].join(' ');
  });
  expect(told.filter((t: string) => !t.startsWith('110122'))).toEqual([
    'ITI-71 token?grant_type=authorization_code 0 Practitioner/d1',
    'ITI-71 token?grant_type=refresh_token 0 Practitioner/d1',
    expect.stringMatching(/^ITI-71 token\?grant_type=refresh_token 4/),
    expect.stringMatching(/^110137/),
  ]);
});

describe('other signing keys', () => {
  test('are learnt by every process, and what was signed before holds', async () => {
    const { id } = await addApp(app, 'openid user/*.rs offline_access');
    const before = await tokensFor(app, id, 'openid user/*.rs offline_access', doctor);
    const beside = await startBeside(app, { auth: 'smart' });
    let token = before.refresh_token as string;
    const refreshed = async (server: TestApp) => {
      const answer = await refresh(server, id, token);
      expect(answer.status, answer.text).toBe(200);
      token = answer.body.refresh_token;
      return answer;
    };
    try {
      await rotateSigningKeys(app.database);
      const kidOf = (token: string) => decodeProtectedHeader(token).kid;
      // Heard of with the commit, by each on its own connection.
      await expect
        .poll(async () => {
          const { body } = await refreshed(app);
          return kidOf(body.access_token) === kidOf(before.access_token);
        })
        .toBe(false);
      for (const server of [app, beside]) {
        expect((await withToken(server, before.access_token)).status).not.toBe(401);
        const now = (await refreshed(server)).body;
        for (const other of [app, beside])
          expect((await withToken(other, now.access_token)).status).not.toBe(401);
      }
    } finally {
      await beside.close();
    }
  });
});
