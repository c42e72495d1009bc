/** `/account` as a browser sees it, and the county's own login in place of a password. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount, findByLogin, keepPassword } from '../../src/smart/accounts/account.ts';
import { hashPassword } from '../../src/smart/accounts/password.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startUpstream, type TestUpstream } from '../support/upstream-provider.ts';
import { type Answer, addApp, authorizationRequest, createBrowser, locationOf } from './oauth-support.ts';

const PASSWORD = 'purple tractors sing at dawn';

let app: TestApp;
let upstream: TestUpstream;
let made = 0;

beforeAll(async () => {
  upstream = await startUpstream();
  const { issuer, clientId, clientSecret } = upstream;
  app = await startTestApp({
    auth: 'smart',
    upstream: { issuer, clientId, clientSecret, name: '县统一登录', claim: 'sub' },
  });
});
afterAll(async () => {
  await app.close();
  await upstream.close();
});

const browser = () => createBrowser(app);
type Visit = ReturnType<typeof browser>;
const signIn = (visit: Visit, login: string, password = PASSWORD) =>
  visit.post('/account/login', { login, password });
const session = (visit: Visit) => visit.cookies.get('xiantong_session')?.value;
const isSignedIn = async (visit: Visit) =>
  (await visit.get('/account')).text.includes('Where I am signed in');

async function person(more: { oneTime?: boolean; administrator?: boolean; upstream?: string } = {}) {
  made += 1;
  const login = `person-${made}`;
  const { administrator = false } = more;
  const account = await createAccount(
    app.database,
    {
      login,
      name: `人员 ${made}`,
      administrator,
      ...(more.upstream === undefined
        ? {}
        : { upstream: { issuer: upstream.issuer, subject: more.upstream } }),
    },
    more.upstream === undefined ? await hashPassword(PASSWORD) : undefined,
  );
  if (!more.oneTime && more.upstream === undefined) {
    await keepPassword(app.database, account!.id, await hashPassword(PASSWORD), false);
  }
  return { login, id: account!.id, name: account!.name };
}

describe('a person with a password', () => {
  test('has cookies that no script and no form of another site can use', async () => {
    const visit = browser();
    const { headers } = await signIn(visit, (await person()).login);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^xiantong_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^xiantong_device=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=34560000$/),
    ]);
  });

  test('signs in where they did before, while others guess at their login', async () => {
    const { login } = await person();
    const known = browser();
    await signIn(known, login);
    const device = known.cookies.get('xiantong_device')?.value;
    for (let failed = 1; failed <= 5; failed += 1) await signIn(browser(), login, 'wrong');
    expect(await signIn(browser(), login)).toMatchObject({ status: 429 });
    known.cookies.delete('xiantong_session');
    expect(await signIn(known, login)).toMatchObject({ status: 303 });
    expect(known.cookies.get('xiantong_device')?.value).toBe(device);
  });

  test('is asked who they are, and then sees their page, in their language', async () => {
    const { login, name } = await person();
    const visit = browser();
    const chinese = { 'accept-language': 'zh-CN' };
    const first = await visit.get('/account', chinese);
    expect([first.status, first.text.includes('登录名')]).toEqual([200, true]);
    expect(first.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect((await visit.get('/account?lang=en')).text).toContain('Sign in');
    expect((await visit.get('/account', chinese)).text).toContain('Password');
    expect(await signIn(visit, login, 'wrong')).toMatchObject({ status: 400 });
    expect(locationOf(await signIn(visit, login)).pathname).toBe('/account');
    const page = await visit.get('/account');
    expect(page.text).toContain(name);
    expect(page.text).toContain('this browser');
  });

  test('sees where else they are signed in, and ends one of them, or all', async () => {
    const { login } = await person();
    const [here, there, elsewhere] = [browser(), browser(), browser()];
    for (const each of [there, elsewhere, here]) await signIn(each, login);
    const ids = [
      ...(await here.get('/account')).text.matchAll(
        /value="end-session"><input type="hidden" name="id" value="([^"]+)"/g,
      ),
    ];
    expect(ids).toHaveLength(2);
    for (const [, id] of ids) expect([session(here), session(there), session(elsewhere)]).not.toContain(id);
    await here.post('/account', { deed: 'end-session', id: ids[1]![1]! });
    expect(await isSignedIn(here)).toBe(true);
    expect([await isSignedIn(there), await isSignedIn(elsewhere)].sort()).toEqual([false, true]);
    expect((await here.post('/account', { deed: 'end-all-sessions' })).text).toContain('Signed out');
    for (const each of [here, there, elsewhere]) expect(await isSignedIn(each)).toBe(false);
  });

  test('cannot end the session of somebody else', async () => {
    const [mine, theirs] = [await person(), await person()];
    const [me, them] = [browser(), browser()];
    await signIn(me, mine.login);
    await signIn(them, theirs.login);
    const { rows } = await app.database.query<{ uid: string }>({
      text: `select uid from oauth_state where model = 'Session' and account = $1`,
      values: [theirs.id],
    });
    await me.post('/account', { deed: 'end-session', id: rows[0]!.uid });
    expect((await them.get('/account')).text).toContain(theirs.name);
  });

  test('is not signed in before a one-time password is changed', async () => {
    const { login } = await person({ oneTime: true });
    const visit = browser();
    const asked = await signIn(visit, login);
    expect(asked.text).toContain('one-time password');
    expect(session(visit)).toBeUndefined();
    const change = (next: string, again = next) =>
      visit.post('/account/password', { login, password: PASSWORD, next, again });
    expect(await change('green tractors sing at dusk', 'other')).toMatchObject({ status: 400 });
    expect(await change('short')).toMatchObject({ status: 400 });
    expect(await change('green tractors sing at dusk')).toMatchObject({ status: 303 });
    expect((await visit.get('/account')).text).toContain(login);
    expect(await signIn(browser(), login)).toMatchObject({ status: 400 });
  });

  test('is signed out everywhere else by a change of the password', async () => {
    const { login } = await person();
    const [here, there] = [browser(), browser()];
    await signIn(there, login);
    await signIn(here, login);
    const next = 'green tractors sing at dusk';
    expect((await here.get('/account/password')).text).toContain('New password');
    await here.post('/account/password', { login, password: PASSWORD, next, again: next });
    expect((await here.get('/account')).text).toContain(login);
    expect((await there.get('/account')).text).toContain('name="password"');
  });

  test('is told how long to wait after too many failures', async () => {
    const { login } = await person();
    const visit = browser();
    for (let i = 0; i < 5; i++) await signIn(visit, login, 'wrong');
    const locked = await signIn(visit, login);
    expect(locked).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(locked.text).toContain('30 s');
  });

  test('gets a new session at each sign-in, whatever cookie came along', async () => {
    const { login } = await person();
    const visit = browser();
    visit.cookies.set('xiantong_session', { value: 'planted-by-somebody-else-0001', path: '/' });
    await signIn(visit, login);
    const first = session(visit)!;
    expect(first).not.toContain('planted');
    await signIn(visit, login);
    expect(session(visit)).not.toBe(first);
    const before = browser();
    before.cookies.set('xiantong_session', { value: first, path: '/' });
    expect((await before.get('/account')).text).toContain('name="password"');
  });

  test('is not made to do anything by the form of another site', async () => {
    const { login } = await person();
    const visit = browser();
    await signIn(visit, login);
    for (const site of ['cross-site', 'same-site', 'none']) {
      const answer = await visit.post('/account', { deed: 'sign-out' }, { 'sec-fetch-site': site });
      expect(answer.status).toBe(403);
    }
    for (const origin of ['https://evil.example', 'null'])
      expect((await visit.post('/account', { deed: 'sign-out' }, { origin })).status).toBe(403);
    expect((await visit.get('/account')).text).toContain(login);
    const own = { origin: 'http://his.lan:8080', host: 'his.lan:8080' };
    expect((await visit.post('/account', { deed: 'sign-out' }, own)).status).toBe(200);
  });

  test('has no session any more when the account is shut', async () => {
    const { login, id } = await person();
    const visit = browser();
    await signIn(visit, login);
    await app.database.query({ text: 'update account set active = false where id = $1', values: [id] });
    expect((await visit.get('/account')).text).toContain('name="password"');
  });
});

describe('a session at /admin', () => {
  test('is enough for administrators, on pages of this server', async () => {
    const { login } = await person({ administrator: true });
    const visit = browser();
    await signIn(visit, login);
    expect((await visit.get('/admin/accounts', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    for (const [name, value] of [
      ['sec-fetch-site', 'cross-site'],
      ['origin', 'https://evil.example'],
    ] as const) {
      expect((await visit.get('/admin/accounts', { [name]: value })).status).toBe(401);
    }
    const other = browser();
    await signIn(other, (await person()).login);
    expect((await other.get('/admin/accounts', { 'sec-fetch-site': 'same-origin' })).status).toBe(403);
  });
});

describe("the county's own login", () => {
  beforeEach(() => {
    upstream.lie = {};
  });

  /** To the other provider and back, as far as this server's callback. */
  async function outAndBack(visit: Visit, start = '/account/upstream?to=/account/returned'): Promise<string> {
    const out = locationOf(await visit.get(start));
    const back = await fetch(out, { redirect: 'manual' });
    const { pathname, search } = new URL(back.headers.get('location')!);
    return pathname + search;
  }

  /** Answers the page that comes in the end. */
  async function goAndReturn(visit: Visit, start?: string): Promise<Answer> {
    const returned = await visit.get(await outAndBack(visit, start));
    return returned.status === 303 ? visit.get(locationOf(returned).href) : returned;
  }

  test('is offered, and signs in the account that an administrator noted it at', async () => {
    const { name } = await person({ upstream: 'u-1' });
    upstream.person = { sub: 'u-1', name: 'somebody' };
    const visit = browser();
    const login = await visit.get('/account');
    expect(login.text).toContain('县统一登录');
    expect(login.text).toContain('href="/account/upstream?to=%2Faccount%2Freturned"');
    expect(locationOf(await goAndReturn(visit)).pathname).toBe('/account');
    expect((await visit.get('/account')).text).toContain(name);
    expect(upstream.asked?.get('code_challenge_method')).toBe('S256');
    expect(upstream.asked?.get('redirect_uri')).toBe('http://127.0.0.1:8080/account/upstream/callback');
  });

  test('signs nobody in who has no account, or one that is shut', async () => {
    upstream.person = { sub: 'nobody-here' };
    const stranger = await goAndReturn(browser());
    expect(stranger.status).toBe(400);
    expect(stranger.text).toContain('nobody-here');
    const { id } = await person({ upstream: 'u-shut' });
    await app.database.query({ text: 'update account set active = false where id = $1', values: [id] });
    upstream.person = { sub: 'u-shut' };
    expect((await goAndReturn(browser())).status).toBe(400);
  });

  test.each([
    ['without signature', { alg: 'none' as const }],
    ['signed by somebody else', { alg: 'foreign' as const }],
    ['of another sign-in', { claims: { nonce: 'other' } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['for another client', { claims: { aud: 'other' } }],
    ['that names another client', { claims: { azp: 'other' } }],
    ['that is over', { claims: { exp: 1_700_000_000 } }],
  ])('is not believed with an id_token %s', async (_, lie) => {
    const sub = `lied-about-${made}`;
    await person({ upstream: sub });
    upstream.person = { sub };
    upstream.lie = lie;
    const visit = browser();
    expect((await goAndReturn(visit)).status).toBe(502);
    expect(session(visit)).toBeUndefined();
  });

  test('answers one browser, once: another browser, or a second time, gets nothing', async () => {
    await person({ upstream: 'u-2' });
    upstream.person = { sub: 'u-2' };
    const [visit, thief] = [browser(), browser()];
    await thief.get('/account/upstream');
    const back = await outAndBack(visit);
    expect((await thief.get(back)).status).toBe(400);
    expect((await visit.get('/account/upstream/callback?code=x&state=made-up')).status).toBe(400);
    const returned = locationOf(await visit.get(back)).href;
    expect((await visit.get(back)).status).toBe(400);
    await thief.get(returned);
    expect(session(thief)).toBeUndefined();
    await visit.get(returned);
    expect(await isSignedIn(visit)).toBe(true);
    await visit.post('/account', { deed: 'sign-out' });
    await visit.get(returned);
    expect(session(visit)).toBeUndefined();
  });

  test('signs in for an application as well', async () => {
    await person({ upstream: 'u-app' });
    upstream.person = { sub: 'u-app' };
    const { id } = await addApp(app, 'openid user/Patient.rs');
    const visit = browser();
    const at = locationOf(await visit.get(authorizationRequest(id, 'openid user/Patient.rs').address));
    const start = `/account/upstream?to=${encodeURIComponent(`${at.pathname}/returned`)}`;
    expect((await visit.get(at.href)).text).toContain(`href="${start}"`);
    const resumed = locationOf(await goAndReturn(visit, start));
    const next = locationOf(await visit.get(resumed.href));
    expect((await visit.get(next.href)).text).toContain('Allow access');
  });

  test('goes on nowhere else', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/fhir/metadata',
      '/account/returned/../x',
    ]) {
      const answer = await browser().get(`/account/upstream?${new URLSearchParams({ to })}`);
      expect(answer.headers.location).toBe('/account');
    }
  });

  test('makes a one-time password that was not used useless', async () => {
    const { login, id } = await person({ oneTime: true });
    await app.database.query({
      text: 'update account set upstream_issuer = $2, upstream_subject = $3 where id = $1',
      values: [id, upstream.issuer, 'u-3'],
    });
    upstream.person = { sub: 'u-3' };
    const visit = browser();
    await goAndReturn(visit);
    expect((await visit.get('/account')).text).toContain(login);
    expect((await findByLogin(app.database, login))?.passwordHash).toBeUndefined();
  });
});
