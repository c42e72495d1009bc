/**
 * Who is signed in in a browser. The session is the authorization server's own: who signs in on the account page is
 * signed in for applications too, and the other way round.
 */
import { randomBytes } from 'node:crypto';
import type { Db } from '../../kernel/ctx.ts';
import { SESSION_COOKIE, SESSION_SECONDS } from '../endpoints.ts';
import { stateAdapter, stateId } from '../state.ts';
import { type Account, findAccount } from './account.ts';
import { cookieOf } from './cookies.ts';

/** Signs a person out everywhere: with the sessions end the tokens that came from them, and those for offline use. */
export async function endSessionsOf(db: Db, account: string): Promise<void> {
  await db.query({
    name: 'accounts.endSessions',
    text: 'delete from oauth_state where account = $1',
    values: [account],
  });
}

/** A person's session in the browser that sends these cookies. */
export interface BrowserSession {
  readonly account: Account;
  /** What the session is called where it must not be used. */
  readonly id: string;
}

/** The session of a browser; undefined when nobody who may is signed in there. */
export async function sessionOf(db: Db, cookies: string | undefined): Promise<BrowserSession | undefined> {
  const shown = cookieOf(cookies, SESSION_COOKIE);
  if (shown === undefined) return undefined;
  const { rows } = await db.query<{ uid: string; account: string }>({
    name: 'accounts.sessionOf',
    text: `select uid, account from oauth_state
where model = 'Session' and id = $1 and account is not null and expires > now()`,
    values: [stateId(shown)],
  });
  const [row] = rows;
  const account = row && (await findAccount(db, row.account));
  return row && account?.active && !account.mustChangePassword ? { account, id: row.uid } : undefined;
}

/** Begins a session, in the form in which the provider keeps its own. Answers what its cookie holds. */
export async function beginSession(
  db: Db,
  account: Account,
  amr: readonly string[],
  now: Date,
): Promise<string> {
  const [shown, uid] = [random(), random()];
  const at = Math.floor(now.getTime() / 1000);
  const payload = {
    kind: 'Session',
    jti: shown,
    uid,
    iat: at,
    exp: at + SESSION_SECONDS,
    accountId: account.id,
    loginTs: at,
    amr: [...amr],
    transient: true,
  };
  await stateAdapter(db, 'Session').upsert(shown, payload, SESSION_SECONDS);
  return shown;
}

/** Ends the session of this cookie, if there is one. */
export async function endShownSession(db: Db, cookies: string | undefined): Promise<void> {
  const shown = cookieOf(cookies, SESSION_COOKIE);
  if (shown !== undefined) await stateAdapter(db, 'Session').destroy(shown);
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
