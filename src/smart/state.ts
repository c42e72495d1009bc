/**
 * What oidc-provider keeps, in PostgreSQL: sessions, interactions, grants, codes, tokens, and what must not be used
 * twice. All processes share it. Rows are found by the SHA-256 of what their bearer shows, so that the table opens no
 * door to who reads it.
 *
 * What is not `offline_access` ends with the session it came from: one lookup sees to that for codes, access tokens
 * and refresh tokens alike. (The library's own binding, `expiresWithSession`, knows one grant of a client in a session,
 * and a doctor has an app open for two patients.)
 */
import { createHash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Db } from '../kernel/ctx.ts';
import { unavailable } from './unavailable.ts';

/** Ends with the session unless it is for offline use. */
const BOUND_MODELS = ['AuthorizationCode', 'AccessToken', 'RefreshToken'];

/** Where the session that a row ends with is there still: of who owns the row. */
export const SESSION_LIVES = `(t.session is null or exists (
  select from oauth_state s
  where s.model = 'Session' and s.uid = t.session and s.account = t.account and s.expires > now()))`;

interface StateRow {
  readonly payload: AdapterPayload;
  /** Seconds since 1970. */
  readonly consumed: number | null;
}

/** What a row is found by. */
export function stateId(shown: string): string {
  return createHash('sha256').update(shown).digest('base64url');
}

/** Keeps one kind of what the library calls models. */
export function stateAdapter(database: Db, model: string): Adapter {
  const db: Db = { query: (sql) => database.query<never>(sql).catch(unavailable) };
  return {
    upsert: (id, payload, expiresIn) => upsert(db, model, id, payload, expiresIn),
    find: (id) => find(db, model, id),
    findByUid: (uid) => findSession(db, uid),
    findByUserCode: async () => undefined,
    consume: (id) => consume(db, model, id),
    destroy: async (id) => {
      if (model === 'Session') return endSession(db, id);
      await db.query({
        name: 'smart.destroyState',
        text: 'delete from oauth_state where model = $1 and id = $2',
        values: [model, stateId(id)],
      });
    },
    revokeByGrantId: async (grantId) => {
      await db.query({
        name: 'smart.revokeGrant',
        text: 'delete from oauth_state where model = $1 and grant_id = $2',
        values: [model, grantId],
      });
    },
  };
}

async function upsert(
  db: Db,
  model: string,
  id: string,
  payload: AdapterPayload,
  expiresIn: number | undefined,
): Promise<void> {
  const kept = withoutSecrets(payload);
  const bound = BOUND_MODELS.includes(model) && !payload.scope?.split(' ').includes('offline_access');
  const { count } = await db.query({
    name: `smart.keep${model}`,
    text: `insert into oauth_state (model, id, payload, client, account, grant_id, uid, session, expires)
values ($1, $2, $3::text::jsonb, $4, $5, $6, $7, $8, now() + make_interval(secs => $9))
on conflict ${onConflict(model)}`,
    values: [
      model,
      stateId(id),
      JSON.stringify(kept),
      payload.clientId ?? null,
      payload.accountId ?? null,
      model === 'Grant' ? id : (payload.grantId ?? null),
      payload.uid ?? null,
      bound ? (payload.sessionUid ?? null) : null,
      expiresIn ?? 0,
    ],
  });
  if (count === 0) throw new errors.InvalidClientAuth('assertions and proofs must only be used once');
}

/** What is kept names neither its bearer's secret nor, in an interaction, that of the session. */
function withoutSecrets({ jti: _jti, session, ...kept }: AdapterPayload): object {
  const { cookie: _cookie, ...named } = (session ?? {}) as { cookie?: string };
  return session === undefined ? kept : { ...kept, session: named };
}

function onConflict(model: string): string {
  const renewed = 'payload = excluded.payload, account = excluded.account, expires = excluded.expires';
  // A session that gets another id is the same session: what is bound to it must find it at every moment.
  if (model === 'Session') return `(uid) where model = 'Session' do update set id = excluded.id, ${renewed}`;
  // Two that bring the same at once: one of them is the first.
  if (model === 'ReplayDetection')
    return `(model, id) do update set ${renewed} where oauth_state.expires < now()`;
  return `(model, id) do update set ${renewed}`;
}

async function find(db: Db, model: string, id: string): Promise<AdapterPayload | undefined> {
  const { rows } = await db.query<StateRow>({
    name: 'smart.findState',
    text: `select t.payload, extract(epoch from t.consumed)::int as consumed
           from oauth_state t where t.model = $1 and t.id = $2 and ${SESSION_LIVES}`,
    values: [model, stateId(id)],
  });
  return rows[0] && { ...shown(rows[0]), jti: id };
}

async function findSession(db: Db, uid: string): Promise<AdapterPayload | undefined> {
  const { rows } = await db.query<StateRow>({
    name: 'smart.findSession',
    text: `select payload, null as consumed from oauth_state where model = 'Session' and uid = $1`,
    values: [uid],
  });
  return rows[0] && shown(rows[0]);
}

function shown({ payload, consumed }: StateRow): AdapterPayload {
  return consumed === null ? payload : { ...payload, consumed };
}

/**
 * Of two that show the same code or refresh token at once, one is the first; that there are two means that somebody
 * else has it, so all that came of its grant is taken back. RFC 6749 §4.1.2, RFC 9700 §4.14.2.
 */
async function consume(db: Db, model: string, id: string): Promise<void> {
  const values = [model, stateId(id)];
  const { count } = await db.query({
    name: 'smart.consumeState',
    text: 'update oauth_state set consumed = now() where model = $1 and id = $2 and consumed is null',
    values,
  });
  if (count > 0) return;
  await db.query({
    name: 'smart.revokeUsedTwice',
    text: `delete from oauth_state where grant_id =
             (select grant_id from oauth_state where model = $1 and id = $2)`,
    values,
  });
  throw new errors.InvalidGrant('used before');
}

async function endSession(db: Db, id: string): Promise<void> {
  await db.query({
    name: 'smart.endSession',
    text: `with gone as (delete from oauth_state where model = 'Session' and id = $1 returning uid)
           delete from oauth_state where session in (select uid from gone)`,
    values: [stateId(id)],
  });
}

/** What has ended is of no use to anybody. */
export async function forgetEndedState(db: Db): Promise<void> {
  await db.query({
    name: 'smart.forgetState',
    // A code or refresh token that was used stays as long as it could have been: who shows it again is found out.
    text: `delete from oauth_state where expires < now() - interval '1 minute'`,
    values: [],
  });
  await db.query({
    name: 'smart.forgetLaunches',
    text: 'delete from smart_launch where expires < now()',
    values: [],
  });
}
