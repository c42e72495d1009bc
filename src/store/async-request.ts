/** Requests that are carried out later, and what came of them. https://hl7.org/fhir/R4/async.html */
import type { Actor, Db } from '../kernel/ctx.ts';
import type { Language } from '../kernel/issue.ts';

/** What is needed to carry a request out as if it had just come. */
export interface Deferred {
  readonly method: 'GET' | 'POST';
  /** Below the host, with the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly actor: Actor;
  /** The scopes that the caller had. */
  readonly scope: string;
  /** Id of the patient in context. */
  readonly patient?: string;
  readonly lang: Language;
  readonly address?: string;
  readonly requestId: string;
}

export interface NewAsyncRequest {
  readonly id: string;
  readonly request: Deferred;
  readonly body?: Buffer;
  readonly changes: boolean;
}

export interface AsyncAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Of the resource. */
  readonly type: string;
  /** JSON text on one line. */
  readonly text: string;
  /** References of what was recorded as told. */
  readonly told: readonly string[];
}

export interface AsyncStatus {
  readonly client: string;
  readonly person: string | null;
  readonly request: Deferred;
  readonly started: Date | null;
  readonly expires: Date;
  /** HTTP status of the answer, once there is one. */
  readonly status: number | null;
  readonly type: string | null;
}

/** How long a request, and what came of it, is kept. */
export const KEPT_SECONDS = 86_400;

export async function addAsyncRequest(db: Db, added: NewAsyncRequest): Promise<void> {
  const { id, request, body, changes } = added;
  const { client, fhirUser } = request.actor;
  await db.query({
    name: 'async.add',
    text: `insert into async_request (id, client, person, request, body, changes, expires)
values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))`,
    values: [id, client, fhirUser ?? null, JSON.stringify(request), body ?? null, changes, KEPT_SECONDS],
  });
}

/** How many requests of a client have no answer yet. */
export async function countUnended(db: Db, client: string): Promise<number> {
  const { rows } = await db.query<{ count: string }>({
    name: 'async.count',
    text: 'select count(*) from async_request where client = $1 and status is null and expires > now()',
    values: [client],
  });
  return Number(rows[0]!.count);
}

export async function readAsyncRequest(db: Db, id: string): Promise<AsyncStatus | undefined> {
  const { rows } = await db.query<AsyncStatus>({
    name: 'async.read',
    text: `select client, person, request, started, expires, status, type from async_request
where id = $1 and expires > now()`,
    values: [id],
  });
  return rows[0];
}

export async function readAsyncAnswer(
  db: Db,
  id: string,
): Promise<Pick<AsyncAnswer, 'text' | 'told'> | undefined> {
  const { rows } = await db.query<Pick<AsyncAnswer, 'text' | 'told'>>({
    name: 'async.answer',
    text: `select answer as text, told from async_request
where id = $1 and expires > now() and answer is not null`,
    values: [id],
  });
  return rows[0];
}

/** Whoever holds it is the only one to carry it out, until the transaction of `db` ends. */
export async function holdAsyncRequest(db: Db, id: string): Promise<boolean> {
  const { rows } = await db.query<{ held: boolean }>({
    text: `select pg_try_advisory_xact_lock(hashtextextended('async-' || $1, 1)) as held`,
    values: [id],
  });
  return rows[0]!.held;
}

export interface Begun {
  readonly request: Deferred;
  readonly body: Buffer | null;
  readonly changes: boolean;
  /** Counts from 1. */
  readonly attempts: number;
}

/** Counts an attempt; undefined when there is nothing to do any more: answered, cancelled, expired. */
export async function beginAsyncRequest(db: Db, id: string): Promise<Begun | undefined> {
  const { rows } = await db.query<Begun>({
    name: 'async.begin',
    text: `update async_request set attempts = attempts + 1, started = now()
where id = $1 and status is null and expires > now() returning request, body, changes, attempts`,
    values: [id],
  });
  return rows[0];
}

/** Keeps what came of it, unless it was cancelled meanwhile. The request's own body is of no more use. */
export async function endAsyncRequest(db: Db, id: string, answer: AsyncAnswer): Promise<void> {
  await db.query({
    name: 'async.end',
    text: `update async_request set status = $2, type = $3, answer = $4, told = $5, body = null where id = $1 and status is null`,
    values: [id, answer.status, answer.type, answer.text, answer.told],
  });
}

export async function removeAsyncRequest(db: Db, id: string): Promise<void> {
  await db.query({ name: 'async.remove', text: 'delete from async_request where id = $1', values: [id] });
}

export async function removeExpired(db: Db): Promise<void> {
  await db.query({
    name: 'async.expire',
    text: 'delete from async_request where expires <= now()',
    values: [],
  });
}
