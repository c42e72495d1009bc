/**
 * `Prefer: respond-async`: the request is kept, and carried out by a job. Where the pattern brings no benefit
 * (reads, writes of one resource) the wish is not granted, and the request is answered at once.
 * https://hl7.org/fhir/R4/async.html#kick-off-request
 */
import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { enqueue } from '../../jobs/enqueue.ts';
import { badParameter, failure } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { queryText } from '../../search/parse.ts';
import { addAsyncRequest, countUnended, type Deferred, KEPT_SECONDS } from '../../store/async-request.ts';
import type { FhirRequest } from '../routes.ts';
import { EXPIRY_JOB, REQUEST_JOB } from './job.ts';

/** Below the base: where the status of these requests is. */
export const ASYNC_PATH = '_async';

/** Requests of one client that wait or are at work. */
const MAX_UNENDED = 50;

/** Headers that the answer depends on. The body is no longer compressed. */
const KEPT_HEADERS = ['accept', 'accept-language', 'content-type', 'x-provenance', 'x-security-context'];

const NDJSON = ['application/fhir+ndjson', 'application/ndjson', 'ndjson'];

export function wantsAsync(r: FhirRequest): boolean {
  const { method, headers } = r.request;
  return (method === 'GET' || method === 'POST') && RESPOND_ASYNC.test(String(headers.prefer ?? ''));
}

const RESPOND_ASYNC = /(?:^|[,;\s])respond-async(?=$|[,;\s])/i;

/** Answers 202 with the address of the status. `changes`: whether it may change something. */
export async function kickOff(r: FhirRequest, changes: boolean): Promise<FastifyReply> {
  const { ctx, engine, reply, request } = r;
  const { database } = engine.whole ?? engine;
  if ((await countUnended(database, ctx.actor.client)) >= MAX_UNENDED) throw tooMany();
  const id = randomUUID();
  const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : undefined;
  await database.tx(async (db) => {
    await addAsyncRequest(db, { id, request: deferredOf(r), body, changes });
    await enqueue(db, REQUEST_JOB, { id }, `async-${id}`);
    await enqueue(db, EXPIRY_JOB, {}, EXPIRY_JOB, KEPT_SECONDS + 1);
  });
  return reply
    .code(202)
    .header('content-location', `${ctx.base}/${ASYNC_PATH}/${id}`)
    .header('preference-applied', 'respond-async')
    .send();
}

function deferredOf({ ctx, request, query }: FhirRequest): Deferred {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const path = request.url.split('?', 1)[0]!;
  const prefer = String(request.headers.prefer).replace(RESPOND_ASYNC, '');
  if (/\w/.test(prefer)) headers.prefer = prefer;
  return {
    method: request.method as Deferred['method'],
    url: query.length === 0 ? path : `${path}?${queryText(query)}`,
    headers,
    actor: ctx.actor,
    scope: ctx.access.scope,
    ...(ctx.access.patient === undefined ? {} : { patient: ctx.access.patient }),
    lang: ctx.lang,
    address: ctx.address,
    requestId: ctx.requestId,
  };
}

/** `_outputFormat` is about the files of the answer, not about what is asked: the request without it. */
export function withoutOutputFormat(r: FhirRequest): FhirRequest {
  const other = r.query.find(
    // A plus sign that is not escaped is a space.
    ([name, value]) => name === '_outputFormat' && !NDJSON.includes(value.trim().replaceAll(' ', '+')),
  );
  if (other) {
    throw badParameter('_outputFormat', {
      en: `_outputFormat=${other[1]} is not possible. Leave it out, or say application/fhir+ndjson.`,
      zh: `不支持 _outputFormat=${other[1]}。请省略该参数,或使用 application/fhir+ndjson。`,
    });
  }
  return { ...r, query: r.query.filter(([name]) => name !== '_outputFormat') };
}

function tooMany() {
  return failure(
    'throttled',
    [
      problem('throttled', {
        en: `${MAX_UNENDED} requests of this client are under way. Wait for some of them, or cancel them with DELETE at their Content-Location.`,
        zh: `该客户端已有 ${MAX_UNENDED} 个异步请求在处理。请等待其完成,或对其 Content-Location 发送 DELETE 取消。`,
      }),
    ],
    { 'retry-after': '30' },
  );
}
