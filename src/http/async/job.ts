/**
 * Carries out what was asked with `Prefer: respond-async`, as the caller could then have done. What only reads is
 * done again when its process died; what may change something is not, and says so.
 */
import { accessOf } from '../../access/scopes.ts';
import type { Admit } from '../../interactions/admission.ts';
import { enqueue } from '../../jobs/enqueue.ts';
import type { JobKind } from '../../jobs/run.ts';
import type { Ctx, Database } from '../../kernel/ctx.ts';
import { problem } from '../../kernel/issue.ts';
import { operationOutcome } from '../../kernel/outcome.ts';
import {
  type AsyncAnswer,
  type Begun,
  beginAsyncRequest,
  endAsyncRequest,
  holdAsyncRequest,
  removeExpired,
} from '../../store/async-request.ts';
import type { HandedOn } from './handed-on.ts';

export const REQUEST_JOB = 'respond-async';
export const EXPIRY_JOB = 'respond-async-expiry';

/** A request that the database or the server has no room for is tried again this often. */
const MAX_ATTEMPTS = 5;
/** When somebody else still seems to be at it. */
const LOOK_AGAIN_SECONDS = 30;

export interface AsyncWork {
  readonly database: Database;
  readonly base: string;
  readonly handedOn: HandedOn;
  readonly admit: Admit;
  /** Sends a request to this server. */
  readonly send: (request: {
    readonly method: 'GET' | 'POST';
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly payload?: Buffer;
  }) => Promise<{ readonly status: number; readonly text: string }>;
}

export function asyncJobs(work: AsyncWork): JobKind[] {
  const { database } = work;
  return [
    {
      name: REQUEST_JOB,
      run: async (payload) => {
        const { id } = payload as { id: string };
        await database.tx(async (db) => {
          // The process that is at it lives: its connection does.
          if (!(await holdAsyncRequest(db, id))) {
            return enqueue(db, REQUEST_JOB, { id }, `async-${id}`, LOOK_AGAIN_SECONDS);
          }
          // Committed before the work begins, so that the next process knows that it did.
          const begun = await beginAsyncRequest(database, id);
          if (begun) await endAsyncRequest(db, id, await answerOf(work, begun));
        });
      },
    },
    { name: EXPIRY_JOB, run: () => removeExpired(database) },
  ];
}

/** Throws when it is to be tried again. */
async function answerOf(work: AsyncWork, begun: Begun): Promise<AsyncAnswer> {
  if (begun.changes && begun.attempts > 1) return interrupted(begun);
  const { method, url, headers, requestId } = begun.request;
  const ctx = { ...(await contextOf(work, begun)), told: new Set<string>() };
  const { status, text } = await work.send({
    method,
    url,
    headers: { ...headers, 'x-request-id': requestId, ...work.handedOn.give(ctx) },
    ...(begun.body ? { payload: begun.body } : {}),
  });
  if (status === 503 && !begun.changes && begun.attempts < MAX_ATTEMPTS) {
    throw new Error('No room, or no database, for a request that is carried out later');
  }
  const { resourceType } = JSON.parse(text) as { resourceType: string };
  // White space of JSON; inside of strings a line end is escaped.
  return { status, type: resourceType, text: text.replace(/[\r\n]+/g, ' '), told: [...ctx.told] };
}

/** As the caller may now: since it asked, a post may have ended or a Consent may have been withdrawn. */
async function contextOf({ base, admit }: AsyncWork, { request }: Begun): Promise<Ctx> {
  const { actor, scope, patient, lang, address, requestId } = request;
  const access = accessOf(scope, patient);
  const ctx = { actor, access, now: new Date(), requestId, lang, address, base };
  return admit(ctx);
}

function interrupted({ request }: Begun): AsyncAnswer {
  const issue = problem('incomplete', {
    en: 'The server was stopped while it carried this out, so part of it may be done, or all. Look at what is there, and ask again for the rest.',
    zh: '服务器在处理此请求时中断,可能已部分或全部完成。请核对现有数据后再次提交其余部分。',
  });
  const outcome = operationOutcome([issue], request.lang);
  return { status: 500, type: outcome.resourceType, text: JSON.stringify(outcome), told: [] };
}
