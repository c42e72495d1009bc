/**
 * Signing in through the county's own login: out to it, back with proof, and on to where the person was. Each step is
 * bound to the browser that began by a cookie, and each value is good once. Any process can take the next step.
 */
import { createHash } from 'node:crypto';
import type { Db } from '../../kernel/ctx.ts';
import type { Text } from '../../kernel/issue.ts';
import {
  type Account,
  findAccount,
  findByLogin,
  findByUpstream,
  noteUpstreamSignIn,
} from '../accounts/account.ts';
import { cookieOf } from '../accounts/cookies.ts';
import { MANAGEMENT_PATH } from '../endpoints.ts';
import { randomText, type UpstreamProvider, type UpstreamSettings } from './provider.ts';

/** Binds a sign-in to one browser. */
export const UPSTREAM_COOKIE = 'xiantong_upstream';
const UPSTREAM_PATH = `${MANAGEMENT_PATH}/upstream`;
/** How long a person may take there. */
export const UPSTREAM_SECONDS = 900;

export interface Upstream extends Pick<UpstreamSettings, 'issuer' | 'name' | 'claim'> {
  readonly provider: UpstreamProvider;
}

/** Where the county's own login begins for somebody who goes on at `returnTo`. */
export function upstreamStart(returnTo: string): string {
  return `${UPSTREAM_PATH}?${new URLSearchParams({ to: returnTo })}`;
}

/** Where the county's own login sends people back to: it is registered there. */
export function upstreamCallback(origin: string): string {
  return `${origin}${UPSTREAM_PATH}/callback`;
}

/** Where the browser goes, and the value of its cookie. `returnTo` is a path of this server. */
export async function beginUpstream(
  db: Db,
  { provider }: Upstream,
  returnTo: string,
  cookies: string | undefined,
): Promise<{ readonly location: string; readonly cookie: string }> {
  const [state, nonce, verifier] = [randomText(), randomText(), randomText()];
  // Another tab of the same browser may be on its way, too.
  const cookie = cookieOf(cookies, UPSTREAM_COOKIE) ?? randomText();
  const location = await provider.address(state, { nonce, verifier });
  await db.query({
    name: 'upstream.begin',
    text: `with gone as (delete from upstream_sign_in where expires < now())
insert into upstream_sign_in (state, browser, return_to, nonce, verifier, expires)
values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
    values: [digest(state), digest(cookie), returnTo, nonce, verifier, UPSTREAM_SECONDS],
  });
  return { location, cookie };
}

/**
 * The person came back. Answers where they go on, with a value for `takeUpstream`. Throws UpstreamFault when what the
 * other provider says is not proven.
 */
export async function returnFromUpstream(
  db: Db,
  { provider, issuer, claim }: Upstream,
  query: URLSearchParams,
  cookies: string | undefined,
): Promise<{ readonly location: string } | { readonly fault: Text }> {
  const state = query.get('state') ?? '';
  const { rows } = await db.query<{ return_to: string; nonce: string; verifier: string }>({
    name: 'upstream.return',
    text: `delete from upstream_sign_in where state = $1 and browser = $2 and account is null and expires > now()
returning return_to, nonce, verifier`,
    values: [digest(state), digest(cookieOf(cookies, UPSTREAM_COOKIE) ?? '')],
  });
  const [begun] = rows;
  if (!begun) return { fault: OVER };
  const code = query.get('code');
  // RFC 9207: an answer of another provider is none.
  const from = query.get('iss');
  if (code === null || (from !== null && from !== issuer)) return { fault: NOT_SIGNED_IN };
  const claims = await provider.claims(code, begun);
  const value = claims[claim];
  const account =
    claim === 'sub'
      ? await findByUpstream(db, issuer, claims.sub)
      : typeof value === 'string'
        ? (await findByLogin(db, value))?.account
        : undefined;
  if (!account?.active) return { fault: noAccount(typeof value === 'string' ? value : claims.sub) };
  const next = randomText();
  await db.query({
    name: 'upstream.returned',
    text: `insert into upstream_sign_in (state, browser, return_to, nonce, verifier, account, expires)
select $1, $2, $3, '', '', $4, now() + interval '2 minutes'`,
    values: [digest(next), digest(cookieOf(cookies, UPSTREAM_COOKIE) ?? ''), begun.return_to, account.id],
  });
  return { location: `${begun.return_to}?returned=${next}` };
}

/** Whom a browser came back as, once. `returnTo` is where it was to go on, and nowhere else. */
export async function takeUpstream(
  db: Db,
  returned: string,
  returnTo: string,
  cookies: string | undefined,
  now: Date,
): Promise<Account | undefined> {
  const { rows } = await db.query<{ account: string }>({
    name: 'upstream.take',
    text: `delete from upstream_sign_in
where state = $1 and browser = $2 and return_to = $3 and account is not null and expires > now() returning account`,
    values: [digest(returned), digest(cookieOf(cookies, UPSTREAM_COOKIE) ?? ''), returnTo],
  });
  const account = rows[0] && (await findAccount(db, rows[0].account));
  if (!account?.active) return undefined;
  await noteUpstreamSignIn(db, account.id, now);
  return { ...account, mustChangePassword: false };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const OVER: Text = {
  zh: '本次登录已失效,或是在另一个浏览器中开始的。请重新登录。',
  en: 'This sign-in is over, or was begun in another browser. Begin again.',
};
const NOT_SIGNED_IN: Text = {
  zh: '上级身份系统没有完成登录。请重新登录。',
  en: 'The other provider did not sign you in. Begin again.',
};

function noAccount(who: string): Text {
  return {
    zh: `本系统没有与“${who}”对应的有效账号。请联系管理员。`,
    en: `There is no active account here for “${who}”. Ask the administrator.`,
  };
}
