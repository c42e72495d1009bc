/**
 * What is sent to a Binary: bytes, which stream to where they are kept before the request has its place to work, so
 * that nobody waits for a slow line; or a resource, which is read whole as everywhere.
 */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { may } from '../access/decide.ts';
import { type Contents, type Received, tooLarge } from '../contents/contents.ts';
import { FhirError, failure, malformed } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import type { Caller } from './context.ts';
import { assertJsonType, isJsonType } from './negotiate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of a Binary. */
    received?: Received;
  }
  interface FastifyContextConfig {
    /** Bodies that are no resource are streamed. */
    readonly bytes?: true;
  }
}

/** A body without a declared type is taken as FHIR, as everywhere; FHIR's XML is refused, not stored as bytes. */
export function sendsResource(request: FastifyRequest): boolean {
  const type = request.headers['content-type'];
  if (type === undefined || isJsonType(type)) return true;
  if (/^application\/fhir\+/i.test(type)) assertJsonType(request);
  return false;
}

/** Whether the body goes by in small pieces, and takes no room. */
export function isStreamed(request: FastifyRequest): boolean {
  const type = request.headers['content-type'];
  return request.routeOptions.config.bytes === true && type !== undefined && !isJsonType(type);
}

/** Has the routes of `app` take bodies as they come: `receiving` reads them. */
export function takeBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
  app.decorateRequest('received', undefined);
}

/**
 * Answers a request with its body read: `answer` is given what to do once it is known who calls. What was received
 * stays when the request succeeds, and goes when it is refused; when that is not known, the sweep decides.
 */
export async function receiving<T>(
  request: FastifyRequest,
  contents: Contents,
  largestResource: number,
  answer: (first: (caller: Caller) => Promise<void>) => Promise<T>,
): Promise<T> {
  try {
    const answered = await answer((caller) => receive(request, contents, largestResource, caller));
    if (request.received) await contents.settle(request.received, true);
    return answered;
  } catch (error) {
    if (request.received && error instanceof FhirError && error.status < 500) {
      await contents.settle(request.received, false);
    }
    throw error;
  }
}

async function receive(
  request: FastifyRequest,
  contents: Contents,
  largestResource: number,
  caller: Caller,
): Promise<void> {
  const body = request.body as Readable | undefined | null;
  if (!body) return;
  // What is not read any further is not cut off: the client is told why.
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if (sendsResource(request)) {
    request.body = await whole(chunks, largestResource);
    return;
  }
  // Refused where every write is, without reading on.
  if (!may(caller.access, 'Binary', request.method === 'POST' ? 'c' : 'u')) return;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > contents.most && request.headers['content-encoding'] === undefined) {
    throw tooLarge(contents.most);
  }
  request.received = await contents.receive(chunks);
  assertDigest(request, request.received);
}

async function whole(chunks: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const found: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw resourceTooLarge(most);
    found.push(chunk);
  }
  return Buffer.concat(found);
}

function resourceTooLarge(most: number) {
  const megabytes = Math.floor(most / 1024 / 1024);
  return failure('too-large', [
    problem('too-long', {
      en: `A Binary as a resource may have ${megabytes} MB. Send the bytes themselves, with their own Content-Type.`,
      zh: `以资源形式提交的 Binary 不得超过 ${megabytes} MB。请以其自身的 Content-Type 直接提交字节内容。`,
    }),
  ]);
}

/** `Repr-Digest` or `Content-Digest`, when they say SHA-256: what came must be that. RFC 9530 */
function assertDigest({ headers }: FastifyRequest, { sha256 }: Received): void {
  for (const name of headers['content-encoding'] ? ['Repr-Digest'] : ['Content-Digest', 'Repr-Digest']) {
    const said = /(?:^|[\s,])sha-256=:([\w+/=]*):/.exec(String(headers[name.toLowerCase()] ?? ''))?.[1];
    if (said === undefined || said === sha256) continue;
    throw malformed(
      {
        en: `The content has the SHA-256 hash ${sha256}, not ${said}: it was changed or cut off on its way. Send it again.`,
        zh: `内容的 SHA-256 为 ${sha256},而不是 ${said}:传输中被改动或截断。请重新提交。`,
      },
      name,
    );
  }
}
