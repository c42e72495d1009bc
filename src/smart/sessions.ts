/** Where people are signed in, and how that ends. */
import type { Db } from '../kernel/ctx.ts';

/** A browser in which a person is signed in. */
export interface PersonSession {
  /** Not what its cookie holds. */
  readonly id: string;
  readonly signedIn: Date;
  readonly expires: Date;
  /** Ids of the clients it was used for. */
  readonly clients: readonly string[];
}

interface SessionRow {
  readonly uid: string;
  readonly created: Date;
  readonly expires: Date;
  readonly clients: string[] | null;
}

/** A person's sessions, the latest first. */
export async function sessionsOf(db: Db, account: string): Promise<PersonSession[]> {
  const { rows } = await db.query<SessionRow>({
    name: 'smart.sessionsOf',
    text: `select uid, coalesce(to_timestamp((payload ->> 'loginTs')::float8), created) as created, expires,
             (select array_agg(key order by key) from jsonb_object_keys(payload -> 'authorizations') key) as clients
           from oauth_state where model = 'Session' and account = $1 and expires > now()
           order by created desc, uid`,
    values: [account],
  });
  return rows.map(({ uid, created, expires, clients }) => ({
    id: uid,
    signedIn: created,
    expires,
    clients: clients ?? [],
  }));
}

/**
 * Ends one of a person's sessions, and with it every token that is not for offline use, in half a minute. False when
 * it is none of theirs.
 */
export async function endSession(db: Db, account: string, id: string): Promise<boolean> {
  const { count } = await db.query({
    name: 'smart.endPersonSession',
    text: `delete from oauth_state where model = 'Session' and account = $1 and uid = $2`,
    values: [account, id],
  });
  return count > 0;
}

/** Ends all of a person's sessions but one that may be named. */
export async function endSessions(db: Db, account: string, except?: string): Promise<void> {
  await db.query({
    name: 'smart.endPersonSessions',
    text: `delete from oauth_state where model = 'Session' and account = $1 and uid is distinct from $2`,
    values: [account, except ?? null],
  });
}
