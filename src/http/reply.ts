/** Answers: status, headers, text. */
import type { FastifyReply } from 'fastify';
import type { WriteResult } from '../interactions/create.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { type Issue, information } from '../kernel/issue.ts';
import { parseExactly } from '../kernel/json-text.ts';
import { operationOutcome } from '../kernel/outcome.ts';
import type { Prefer } from './negotiate.ts';

/** Sends JSON text, as was negotiated unless another media type is said. */
export function sendText(
  reply: FastifyReply,
  status: number,
  text: string,
  mediaType = reply.request.answerType,
): FastifyReply {
  const pretty = isPretty(reply);
  return reply
    .code(status)
    .header('content-type', mediaType)
    .send(pretty ? JSON.stringify(parseExactly(text), null, 2) : text);
}

function isPretty(reply: FastifyReply): boolean {
  return /[?&]_pretty=true(?:&|$)/.test(reply.request.url);
}

export function sendOutcome(
  reply: FastifyReply,
  status: number,
  issues: readonly Issue[],
  ctx: Ctx,
): FastifyReply {
  return sendText(reply, status, JSON.stringify(operationOutcome(issues, ctx.lang)));
}

/** ETag and Last-Modified of a version. https://hl7.org/fhir/R4/http.html#versioning */
export function versionHeaders(
  reply: FastifyReply,
  stored: { version: number; updated: number },
): FastifyReply {
  return reply
    .header('etag', `W/"${stored.version}"`)
    .header('last-modified', new Date(stored.updated).toUTCString());
}

/** Answers a create or update. */
export function sendWritten(
  reply: FastifyReply,
  ctx: Ctx,
  prefer: Prefer,
  result: WriteResult,
): FastifyReply {
  const { type, id, version } = result;
  versionHeaders(reply, result);
  reply.header('location', `${ctx.base}/${type}/${id}/_history/${version}`);
  switch (prefer.return) {
    case 'minimal':
      return reply.code(result.status).send();
    case 'OperationOutcome':
      return sendOutcome(reply, result.status, [...result.issues, storedNotice(result)], ctx);
    default:
      return result.text === undefined
        ? reply.code(result.status).send()
        : sendText(reply, result.status, result.text);
  }
}

/** Says what became of a write. */
export function storedNotice({
  type,
  id,
  version,
  status,
}: Pick<WriteResult, 'type' | 'id' | 'version'> & { status: number }): Issue {
  return information({
    en: `${type}/${id} is ${status === 201 ? 'created' : 'stored'} as version ${version}.`,
    zh: `${type}/${id} 已${status === 201 ? '创建' : '保存'},版本 ${version}。`,
  });
}
