/**
 * What became of a request that is carried out later: its status, its answer as a file, and cancelling it.
 * https://hl7.org/fhir/R4/async.html#bulk-data-status-request
 */
import type { FastifyReply } from 'fastify';
import { may } from '../../access/decide.ts';
import { accessOf, PERMISSIONS } from '../../access/scopes.ts';
import { auditRead } from '../../interactions/audit-read.ts';
import { isStillSeen, toldBy } from '../../interactions/still-seen.ts';
import type { Access, ResourceScope } from '../../kernel/ctx.ts';
import { type FhirError, unknownRoute } from '../../kernel/fhir-error.ts';
import { information } from '../../kernel/issue.ts';
import {
  type AsyncStatus,
  type Deferred,
  readAsyncAnswer,
  readAsyncRequest,
  removeAsyncRequest,
} from '../../store/async-request.ts';
import { FHIR_JSON } from '../negotiate.ts';
import { sendOutcome, sendText } from '../reply.ts';
import type { FhirRequest } from '../routes.ts';
import { ASYNC_PATH } from './kick-off.ts';

/** In seconds. */
const ASK_AGAIN = '2';

/** Routes below the base; not among those that the CapabilityStatement declares, for they are no interactions. */
export const ASYNC_ROUTES = [
  { method: 'GET', path: `/${ASYNC_PATH}/:request`, handle: handleStatus },
  { method: 'DELETE', path: `/${ASYNC_PATH}/:request`, handle: handleCancel },
  { method: 'GET', path: `/${ASYNC_PATH}/:request/:file`, handle: handleFile },
] as const;

async function handleStatus(r: FhirRequest): Promise<FastifyReply> {
  const { ctx, reply } = r;
  const id = r.params.request!;
  const found = await ownRequest(r, id);
  if (found.status === null) {
    return reply
      .code(202)
      .header('x-progress', found.started === null ? 'queued' : 'in progress')
      .header('retry-after', ASK_AGAIN)
      .send();
  }
  reply.header('expires', found.expires.toUTCString());
  if (found.status >= 400) return sendText(reply, found.status, await answerText(r, id, found), FHIR_JSON);
  const file = { type: found.type, url: `${ctx.base}/${ASYNC_PATH}/${id}/1`, count: 1 };
  const manifest = {
    transactionTime: found.started?.toISOString(),
    request: `${ctx.base.replace(/\/fhir$/, '')}${found.request.url}`,
    requiresAccessToken: true,
    output: [file],
    error: [],
  };
  return sendText(reply, 200, JSON.stringify(manifest), 'application/json; charset=utf-8');
}

/** One line: the resource that would have been the answer at once. */
async function handleFile(r: FhirRequest): Promise<FastifyReply> {
  const id = r.params.request!;
  const found = await ownRequest(r, id);
  if (r.params.file !== '1' || found.status === null || found.status >= 400) throw noSuch();
  const text = await answerText(r, id, found);
  r.reply.header('expires', found.expires.toUTCString());
  // As bytes, for Fastify would add a charset to the media type of a text.
  return r.reply
    .code(200)
    .header('content-type', 'application/fhir+ndjson')
    .send(Buffer.from(`${text}\n`));
}

/** What is being done is not interrupted, but nobody gets to see it. */
async function handleCancel(r: FhirRequest): Promise<FastifyReply> {
  const id = r.params.request!;
  const { status } = await ownRequest(r, id);
  await removeAsyncRequest(kept(r.engine), id);
  const notice = information(
    status === null
      ? {
          en: 'Cancelled. What had been begun already may still be carried out.',
          zh: '已取消。已经开始的处理可能仍会完成。',
        }
      : { en: 'The answer is removed.', zh: '结果已删除。' },
  );
  return sendOutcome(r.reply, 202, [notice], r.ctx);
}

async function answerText(
  r: FhirRequest,
  id: string,
  { client, person, request }: AsyncStatus,
): Promise<string> {
  const answer = await readAsyncAnswer(kept(r.engine), id);
  if (answer === undefined) throw noSuch();
  if (!(await isStillSeen(r.engine, answer))) throw noLongerSeen();
  await auditRead(r.engine, r.ctx, {
    interaction: 'operation',
    type: 'Bundle',
    targets: [],
    // What who asked was shown was recorded when the request was carried out; of anybody else it is here.
    found: isOwn(r.ctx, { client, request }) ? [] : await toldBy(r.engine, answer),
    query: `${ASYNC_PATH}/${id}: ${request.method} ${request.url.replace(/^\/fhir\/?/, '')} (${person ?? client})`,
  });
  return answer.text;
}

/** Requests are no data: whose they are is decided here, not by what their caller reaches. */
function kept(engine: FhirRequest['engine']) {
  return (engine.whole ?? engine).database;
}

/**
 * Throws not-found unless it is the caller's own, and the token is no narrower than the one it was asked with; or the
 * caller may do everything with everybody's data.
 */
async function ownRequest({ engine, ctx }: FhirRequest, id: string): Promise<AsyncStatus> {
  const found = await readAsyncRequest(kept(engine), id);
  if (!found) throw noSuch();
  if (!(isOwn(ctx, found) && reachesAsFar(ctx.access, found.request)) && !isAdministrator(ctx))
    throw noSuch();
  return found;
}

/** Whether the caller is who asked. */
function isOwn({ actor }: FhirRequest['ctx'], { client, request }: Pick<AsyncStatus, 'client' | 'request'>) {
  const { fhirUser, user } = request.actor;
  return client === actor.client && fhirUser === actor.fhirUser && user === actor.user;
}

function reachesAsFar(access: Access, { scope, patient }: Deferred): boolean {
  if (access.patient !== patient) return false;
  const covers = (asked: ResourceScope) => (has: ResourceScope) =>
    has.context === asked.context &&
    (has.type === '*' || has.type === asked.type) &&
    [...asked.permissions].every((permission) => has.permissions.has(permission)) &&
    (has.parameters === undefined || has.parameters === asked.parameters);
  return accessOf(scope).scopes.every((asked) => access.scopes.some(covers(asked)));
}

function isAdministrator({ access }: FhirRequest['ctx']): boolean {
  return !access.reach && PERMISSIONS.every((permission) => may(access, '*', permission));
}

function noLongerSeen(): FhirError {
  return unknownRoute({
    en: 'Something of this answer is no longer for the caller to see. Ask again for what there is to see now.',
    zh: '该结果中部分内容已不再对调用者开放。请重新请求当前可见的内容。',
  });
}

function noSuch(): FhirError {
  return unknownRoute({
    en: 'There is no request of yours at this address: it was cancelled, it has expired, or it never was.',
    zh: '该地址没有属于您的异步请求:可能已取消、已过期,或从未存在。',
  });
}
