/** Who is signed in in a browser: read from what the provider keeps. */
import type { Db } from '../../kernel/ctx.ts';
import { SESSION_COOKIE } from '../endpoints.ts';
import { stateId } from '../state.ts';
import { type Account, findAccount } from './account.ts';

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
  const shown = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([\\w-]{10,})(?:;|$)`).exec(cookies ?? '')?.[1];
  if (shown === undefined) return undefined;
  const { rows } = await db.query<{ uid: string; account: string }>({
    name: 'accounts.sessionOf',
    text: `select uid, account from oauth_state
where model = 'Session' and id = $1 and account is not null and expires > now()`,
    values: [stateId(shown)],
  });
  const [row] = rows;
  const account = row && (await findAccount(db, row.account));
  return row && account?.active ? { account, id: row.uid } : undefined;
}
