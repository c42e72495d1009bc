/**
 * `/account`: a person's own page. Sign in, change the password, see and end sessions, withdraw what was allowed; and
 * the way out to the county's own login and back. Knows no HTTP server: a request in, an answer out.
 *
 * What changes something is a form of this origin: others are refused by what browsers say of them, and their cookies
 * stay at home besides (`SameSite`).
 */

import type { Database } from '../../kernel/ctx.ts';
import type { Language, Text } from '../../kernel/issue.ts';
import { findClient } from '../clients.ts';
import { consentsOf, withdrawConsent } from '../consents.ts';
import { INTERACTION_PATH, MANAGEMENT_PATH, OAUTH_PATH, SESSION_COOKIE } from '../endpoints.ts';
import { type AccountDeed, accountPage } from '../pages/account.ts';
import { changePasswordPage, NOT_THE_SAME } from '../pages/change-password.ts';
import { loginPage, refusalText } from '../pages/login.ts';
import { errorPage, signedOutPage } from '../pages/message.ts';
import { languageCookie, type Page, pageLanguage } from '../pages/page.ts';
import { endSession, endSessions, sessionsOf } from '../sessions.ts';
import { UpstreamFault } from '../upstream/provider.ts';
import {
  beginUpstream,
  returnFromUpstream,
  takeUpstream,
  UPSTREAM_COOKIE,
  UPSTREAM_SECONDS,
  type Upstream,
  upstreamStart,
} from '../upstream/sign-in.ts';
import type { Account } from './account.ts';
import { setCookie } from './cookies.ts';
import { deviceCookie, deviceFor, deviceOf } from './known-devices.ts';
import { type BrowserSession, beginSession, endShownSession, sessionOf } from './sessions.ts';
import type { SignIns, Where } from './sign-ins.ts';

/** What a browser asks. */
export interface BrowserRequest {
  readonly method: 'GET' | 'POST';
  /** Below `/account`, without a slash at the end: `''` is the page itself. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Of a POST. */
  readonly form: URLSearchParams;
  readonly cookies?: string;
  readonly acceptLanguage?: string;
  /** Sent by a page of another site. */
  readonly fromElsewhere: boolean;
  readonly address: string;
  readonly requestId: string;
}

export interface BrowserAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
}

export interface AccountPagesOptions {
  readonly db: Database;
  readonly signIns: SignIns;
  readonly origin: string;
  readonly upstream?: Upstream;
  /** Told of what the county's own login did wrong. */
  readonly onUpstreamFault: (fault: UpstreamFault) => void;
}

type Handler = (request: BrowserRequest) => Promise<BrowserAnswer>;

const HERE = MANAGEMENT_PATH;
const PATHS = {
  login: `${HERE}/login`,
  password: `${HERE}/password`,
  upstream: `${HERE}/upstream`,
  returned: `${HERE}/returned`,
};
/** Where a sign-in by the county's own login may go on. */
const RETURN_TO = new RegExp(`^(${PATHS.returned}|${OAUTH_PATH}${INTERACTION_PATH}/[\\w-]{1,64}/returned)$`);

/** The handler of everything at and below `/account`. */
export function createAccountPages(options: AccountPagesOptions): Handler {
  const { db, signIns, origin, upstream, onUpstreamFault } = options;

  const routes: Readonly<Record<string, Handler>> = {
    'GET ': async (request) => {
      const session = await sessionOf(db, request.cookies);
      return session ? own(request, session) : login(request);
    },
    'POST ': async (request) => {
      const session = await sessionOf(db, request.cookies);
      return session ? deed(request, session) : seeOther(HERE);
    },
    'GET /login': async () => seeOther(HERE),
    'POST /login': enter,
    'GET /password': async (request) => {
      const session = await sessionOf(db, request.cookies);
      return session ? password(request, session.account.login, false) : seeOther(HERE);
    },
    'POST /password': choosePassword,
    'GET /upstream': leave,
    'GET /upstream/callback': come,
    'GET /returned': async (request) => {
      const { query, cookies } = request;
      const account = await takeUpstream(
        db,
        query.get('returned') ?? '',
        PATHS.returned,
        cookies,
        new Date(),
      );
      if (!account) return seeOther(HERE);
      await signIns.vouched(account, whereOf(request));
      return signedIn(request, account, ['fed']);
    },
  };

  return async (request) => {
    const handler = routes[`${request.method} ${request.path}`];
    if (!handler) return shown(404, errorPage({ lang: languageOf(request), text: NOTHING_HERE }));
    if (request.method === 'POST' && request.fromElsewhere) {
      return shown(403, errorPage({ lang: languageOf(request), text: FOREIGN_FORM }));
    }
    const answer = await handler(request);
    const chosen = request.query.get('lang');
    return chosen === 'zh' || chosen === 'en' ? withCookies(answer, languageCookie(chosen)) : answer;
  };

  function login(request: BrowserRequest, status = 200, error?: Text): BrowserAnswer {
    const name = request.form.get('login');
    const page = loginPage({
      ...settingsOf(request, HERE),
      action: PATHS.login,
      ...(error === undefined ? {} : { error }),
      ...(name === null ? {} : { login: name }),
      ...(upstream ? { upstream: { name: upstream.name, href: upstreamStart(PATHS.returned) } } : {}),
    });
    return shown(status, page);
  }

  async function enter(request: BrowserRequest): Promise<BrowserAnswer> {
    const [name, word] = ['login', 'password'].map((field) => request.form.get(field) ?? '');
    const device = deviceFor(deviceOf(request.cookies));
    const entered = await signIns.enter(name!, word!, { ...whereOf(request), device });
    if ('refusal' in entered) {
      if (entered.refusal !== 'locked') return login(request, 400, refusalText(entered));
      const answer = login(request, 429, refusalText(entered));
      return { ...answer, headers: { ...answer.headers, 'retry-after': String(entered.retryAfterSeconds) } };
    }
    if (entered.account.mustChangePassword) return password(request, entered.account.login, true);
    return signedIn(request, entered.account, ['pwd'], device);
  }

  function password(request: BrowserRequest, name: string, mustChange: boolean, error?: Text): BrowserAnswer {
    const page = changePasswordPage({
      ...settingsOf(request, mustChange ? undefined : PATHS.password),
      action: PATHS.password,
      login: name,
      mustChange,
      ...(error === undefined ? {} : { error }),
    });
    return shown(error ? 400 : 200, page);
  }

  async function choosePassword(request: BrowserRequest): Promise<BrowserAnswer> {
    const [name, word, next] = ['login', 'password', 'next'].map((field) => request.form.get(field) ?? '');
    const session = await sessionOf(db, request.cookies);
    const again = (error: Text) => password(request, name!, session === undefined, error);
    if (next !== request.form.get('again')) return again(NOT_THE_SAME);
    const device = deviceFor(deviceOf(request.cookies));
    const changed = await signIns.change(name!, word!, next!, { ...whereOf(request), device });
    if ('fault' in changed) return again(changed.fault);
    if ('refusal' in changed) return again(refusalText(changed));
    // Whoever knew the old one is signed out.
    await endSessions(db, changed.account.id);
    return signedIn(request, changed.account, ['pwd'], device);
  }

  async function signedIn(
    request: BrowserRequest,
    account: Account,
    amr: readonly string[],
    device?: string,
  ): Promise<BrowserAnswer> {
    await endShownSession(db, request.cookies);
    const shownId = await beginSession(db, account, amr, new Date());
    const known = device === undefined ? [] : [deviceCookie(device, origin)];
    return withCookies(seeOther(HERE), setCookie(SESSION_COOKIE, shownId, origin), ...known);
  }

  async function own(request: BrowserRequest, { account, id }: BrowserSession, done?: Text) {
    const [sessions, consents] = await Promise.all([sessionsOf(db, account.id), consentsOf(db, account.id)]);
    const ids = [...new Set(sessions.flatMap(({ clients }) => clients))];
    const names = new Map(
      await Promise.all(ids.map(async (each) => [each, (await findClient(db, each))?.name ?? each] as const)),
    );
    const page = accountPage({
      ...settingsOf(request, HERE),
      action: HERE,
      person: account,
      sessions: sessions.map((session) => ({
        ...session,
        current: session.id === id,
        clients: session.clients.map((client) => names.get(client) ?? client),
      })),
      grants: consents.map(({ client, name, scopes, granted }) => ({
        id: client,
        client: name,
        scopes,
        given: granted,
      })),
      changePassword: PATHS.password,
      ...(done === undefined ? {} : { done }),
    });
    return shown(200, page);
  }

  async function deed(request: BrowserRequest, session: BrowserSession): Promise<BrowserAnswer> {
    const { account } = session;
    const about = request.form.get('id') ?? '';
    switch (request.form.get('deed') as AccountDeed | null) {
      case 'end-session':
        await endSession(db, account.id, about);
        return own(request, session, { zh: '已退出该设备。', en: 'Signed out there.' });
      case 'withdraw':
        await withdrawConsent(db, account.id, about);
        return own(request, session, { zh: '已撤回授权。', en: 'Withdrawn.' });
      case 'end-all-sessions':
        await endSessions(db, account.id);
        return gone(request, account);
      case 'sign-out':
        await endSession(db, account.id, session.id);
        return gone(request, account);
      default:
        return own(request, session);
    }
  }

  async function gone(request: BrowserRequest, account: Account): Promise<BrowserAnswer> {
    await signIns.left(account, whereOf(request));
    const answer = shown(200, signedOutPage({ lang: languageOf(request) }));
    return withCookies(answer, setCookie(SESSION_COOKIE, '', origin, 0));
  }

  async function leave(request: BrowserRequest): Promise<BrowserAnswer> {
    const to = request.query.get('to') ?? PATHS.returned;
    if (!upstream || !RETURN_TO.test(to)) return seeOther(HERE);
    try {
      const { location, cookie } = await beginUpstream(db, upstream, to, request.cookies);
      return withCookies(seeOther(location), setCookie(UPSTREAM_COOKIE, cookie, origin, UPSTREAM_SECONDS));
    } catch (error) {
      return failed(request, error);
    }
  }

  async function come(request: BrowserRequest): Promise<BrowserAnswer> {
    if (!upstream) return seeOther(HERE);
    try {
      const returned = await returnFromUpstream(db, upstream, request.query, request.cookies);
      if ('location' in returned) return seeOther(returned.location);
      return shown(400, errorPage({ lang: languageOf(request), text: returned.fault }));
    } catch (error) {
      return failed(request, error);
    }
  }

  function failed(request: BrowserRequest, error: unknown): BrowserAnswer {
    if (!(error instanceof UpstreamFault)) throw error;
    onUpstreamFault(error);
    return shown(502, errorPage({ lang: languageOf(request), text: UPSTREAM_FAILED }));
  }
}

/** What somebody signs in for here is this server itself. */
function whereOf({ address, requestId }: BrowserRequest): Where {
  return { client: { id: 'account', name: '我的账号 My account' }, address, requestId };
}

function languageOf({ query, cookies, acceptLanguage }: BrowserRequest): Language {
  return pageLanguage(query.get('lang') ?? undefined, cookies, acceptLanguage);
}

function settingsOf(request: BrowserRequest, address: string | undefined) {
  const lang = languageOf(request);
  const other = lang === 'zh' ? 'en' : 'zh';
  return { lang, ...(address === undefined ? {} : { otherLanguage: `${address}?lang=${other}` }) };
}

function shown(status: number, { headers, text }: Page): BrowserAnswer {
  return { status, headers, text };
}

function seeOther(location: string): BrowserAnswer {
  return { status: 303, headers: { location, 'cache-control': 'no-store' }, text: '' };
}

function withCookies(answer: BrowserAnswer, ...cookies: readonly string[]): BrowserAnswer {
  const before = answer.headers['set-cookie'] ?? [];
  return { ...answer, headers: { ...answer.headers, 'set-cookie': [before, cookies].flat() } };
}

const NOTHING_HERE: Text = { zh: '此处没有页面。', en: 'There is no page here.' };
const FOREIGN_FORM: Text = {
  zh: '该表单来自其他网站,已拒绝。',
  en: 'This form came from another site and was refused.',
};
const UPSTREAM_FAILED: Text = {
  zh: '上级身份系统暂时无法使用。请稍后重试,或使用密码登录。',
  en: 'The other provider cannot be used at the moment. Try again later, or sign in with a password.',
};
