/** `/account` as a browser sees it, and the county's own login in place of a password. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount, findByLogin, keepPassword } from '../../src/smart/accounts/account.ts';
import { hashPassword } from '../../src/smart/accounts/password.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startUpstream, type TestUpstream } from '../support/upstream-provider.ts';

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

interface Shown {
  readonly status: number;
  readonly text: string;
  readonly location?: string;
  readonly headers: Record<string, unknown>;
}

/** Keeps cookies as a browser does. */
function browser() {
  const cookies = new Map<string, string>();
  async function ask(
    method: 'GET' | 'POST',
    url: string,
    form?: Record<string, string>,
    more = {},
  ): Promise<Shown> {
    const response = await app.app.inject({
      method,
      url,
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form
          ? { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
          : {}),
        ...more,
      },
      payload: form && new URLSearchParams(form).toString(),
    });
    for (const { name, value, maxAge, httpOnly, sameSite } of response.cookies) {
      expect([httpOnly, sameSite]).toEqual([true, 'Lax']);
      if (maxAge === 0) cookies.delete(name);
      else cookies.set(name, value);
    }
    const { location } = response.headers;
    return {
      status: response.statusCode,
      text: response.body,
      headers: response.headers,
      ...(typeof location === 'string' ? { location } : {}),
    };
  }
  return {
    cookies,
    get: (url: string, more = {}) => ask('GET', url, undefined, more),
    post: (url: string, form: Record<string, string>, more = {}) => ask('POST', url, form, more),
    signIn: (login: string, password = PASSWORD) => ask('POST', '/account/login', { login, password }),
  };
}

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
  test('is asked who they are, and then sees their page, in their language', async () => {
    const { login, name } = await person();
    const visit = browser();
    const first = await visit.get('/account');
    expect([first.status, first.text.includes('登录名')]).toEqual([200, true]);
    expect(first.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect((await visit.get('/account?lang=en')).text).toContain('Sign in');
    expect((await visit.get('/account')).text).toContain('Password');
    expect(await visit.signIn(login, 'wrong')).toMatchObject({ status: 400 });
    expect(await visit.signIn(login)).toMatchObject({ status: 303, location: '/account' });
    const page = await visit.get('/account');
    expect(page.text).toContain(name);
    expect(page.text).toContain('this browser');
  });

  test('sees where else they are signed in, and ends one of them, or all', async () => {
    const { login } = await person();
    const [here, there, elsewhere] = [browser(), browser(), browser()];
    for (const each of [there, elsewhere, here]) await each.signIn(login);
    const ids = [
      ...(await here.get('/account')).text.matchAll(
        /value="end-session"><input type="hidden" name="id" value="([^"]+)"/g,
      ),
    ];
    expect(ids).toHaveLength(2);
    for (const [, id] of ids) expect([...here.cookies.values(), ...there.cookies.values()]).not.toContain(id);
    await here.post('/account', { deed: 'end-session', id: ids[1]![1]! });
    const still = async (visit: ReturnType<typeof browser>) =>
      (await visit.get('/account')).text.includes('登录的设备');
    expect(await still(here)).toBe(true);
    expect([await still(there), await still(elsewhere)].sort()).toEqual([false, true]);
    expect((await here.post('/account', { deed: 'end-all-sessions' })).text).toContain('已退出登录');
    for (const each of [here, there, elsewhere]) expect(await still(each)).toBe(false);
  });

  test('cannot end the session of somebody else', async () => {
    const [mine, theirs] = [await person(), await person()];
    const [me, them] = [browser(), browser()];
    await me.signIn(mine.login);
    await them.signIn(theirs.login);
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
    const asked = await visit.signIn(login);
    expect(asked.text).toContain('一次性密码');
    expect(visit.cookies.size).toBe(0);
    const change = (next: string, again = next) =>
      visit.post('/account/password', { login, password: PASSWORD, next, again });
    expect(await change('green tractors sing at dusk', 'other')).toMatchObject({ status: 400 });
    expect(await change('short')).toMatchObject({ status: 400 });
    expect(await change('green tractors sing at dusk')).toMatchObject({ status: 303 });
    expect((await visit.get('/account')).text).toContain(login);
    expect(await browser().signIn(login)).toMatchObject({ status: 400 });
  });

  test('is signed out everywhere else by a change of the password', async () => {
    const { login } = await person();
    const [here, there] = [browser(), browser()];
    await there.signIn(login);
    await here.signIn(login);
    const next = 'green tractors sing at dusk';
    expect((await here.get('/account/password')).text).toContain('新密码');
    await here.post('/account/password', { login, password: PASSWORD, next, again: next });
    expect((await here.get('/account')).text).toContain(login);
    expect((await there.get('/account')).text).toContain('name="password"');
  });

  test('is told how long to wait after too many failures', async () => {
    const { login } = await person();
    const visit = browser();
    for (let i = 0; i < 5; i++) await visit.signIn(login, 'wrong');
    const locked = await visit.signIn(login);
    expect(locked).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    expect(locked.text).toContain('30 秒');
  });

  test('gets a new session at each sign-in, whatever cookie came along', async () => {
    const { login } = await person();
    const visit = browser();
    visit.cookies.set('xiantong_session', 'planted-by-somebody-else-0001');
    await visit.signIn(login);
    const session = visit.cookies.get('xiantong_session');
    expect(session).not.toContain('planted');
    await visit.signIn(login);
    expect(visit.cookies.get('xiantong_session')).not.toBe(session);
    const before = browser();
    before.cookies.set('xiantong_session', session!);
    expect((await before.get('/account')).text).toContain('name="password"');
  });

  test('is not made to do anything by the form of another site', async () => {
    const { login } = await person();
    const visit = browser();
    await visit.signIn(login);
    for (const site of ['cross-site', 'same-site', 'none']) {
      const answer = await visit.post('/account', { deed: 'sign-out' }, { 'sec-fetch-site': site });
      expect(answer.status).toBe(403);
    }
    expect((await visit.get('/account')).text).toContain(login);
  });

  test('has no session any more when the account is shut', async () => {
    const { login, id } = await person();
    const visit = browser();
    await visit.signIn(login);
    await app.database.query({ text: 'update account set active = false where id = $1', values: [id] });
    expect((await visit.get('/account')).text).toContain('name="password"');
  });
});

describe('a session at /admin', () => {
  test('is enough for administrators, on pages of this server', async () => {
    const { login } = await person({ administrator: true });
    const visit = browser();
    await visit.signIn(login);
    expect((await visit.get('/admin/accounts', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    for (const more of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      expect((await visit.get('/admin/accounts', more)).status).toBe(401);
    }
    const other = browser();
    await other.signIn((await person()).login);
    expect((await other.get('/admin/accounts', { 'sec-fetch-site': 'same-origin' })).status).toBe(403);
  });
});

describe("the county's own login", () => {
  beforeEach(() => {
    upstream.lie = {};
  });

  /** Goes there and comes back; answers the page that comes then. */
  async function goAndReturn(visit: ReturnType<typeof browser>): Promise<Shown> {
    const out = await visit.get('/account/upstream?to=/account/returned');
    expect(out.status).toBe(303);
    const back = await fetch(out.location!, { redirect: 'manual' });
    const { pathname, search } = new URL(back.headers.get('location')!);
    const returned = await visit.get(pathname + search);
    return returned.location ? visit.get(returned.location) : returned;
  }

  test('is offered, and signs in the account that an administrator noted it at', async () => {
    const { name } = await person({ upstream: 'u-1' });
    upstream.person = { sub: 'u-1', name: 'somebody' };
    const visit = browser();
    const login = await visit.get('/account');
    expect(login.text).toContain('县统一登录');
    expect(login.text).toContain('href="/account/upstream?to=%2Faccount%2Freturned"');
    expect(await goAndReturn(visit)).toMatchObject({ status: 303, location: '/account' });
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
    expect(visit.cookies.has('xiantong_session')).toBe(false);
  });

  test('answers one browser, once: another browser, or a second time, gets nothing', async () => {
    await person({ upstream: 'u-2' });
    upstream.person = { sub: 'u-2' };
    const [visit, thief] = [browser(), browser()];
    await thief.get('/account/upstream');
    const out = await visit.get('/account/upstream');
    const back = new URL((await fetch(out.location!, { redirect: 'manual' })).headers.get('location')!);
    expect((await thief.get(back.pathname + back.search)).status).toBe(400);
    expect((await visit.get(`${back.pathname}?code=x&state=made-up`)).status).toBe(400);
    const returned = await visit.get(back.pathname + back.search);
    expect(returned.status).toBe(303);
    expect((await visit.get(back.pathname + back.search)).status).toBe(400);
    expect(await thief.get(returned.location!)).toMatchObject({ status: 303 });
    expect(thief.cookies.has('xiantong_session')).toBe(false);
    await visit.get(returned.location!);
    expect((await visit.get('/account')).text).toContain('我的账号');
    await visit.post('/account', { deed: 'sign-out' });
    await visit.get(returned.location!);
    expect(visit.cookies.has('xiantong_session')).toBe(false);
  });

  test('goes on nowhere else', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/fhir/metadata',
      '/account/returned/../x',
    ]) {
      const answer = await browser().get(`/account/upstream?${new URLSearchParams({ to })}`);
      expect(answer.location).toBe('/account');
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
