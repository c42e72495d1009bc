/**
 * Keeps large messages from filling the memory. Of large bodies only some are read and worked on at a time;
 * the others wait unread on their connections. Of large answers only so many may be on their way to clients.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, RequestPayload } from 'fastify';
import { paced } from './pace.ts';
import { createRoom, giveBackAtEnd } from './room.ts';

/** From here on a message is large. */
const LARGE_BYTES = 256 * 1024;
/** Room for large bodies: reading one into resources takes some twenty times its size. */
const BODIES_BYTES = 64 * 1024 * 1024;
/** How long a large body may wait for its turn. */
const MAX_WAIT_MS = 60_000;
/** Room for large answers that are not yet with their clients. */
const ANSWERS_BYTES = 128 * 1024 * 1024;

/**
 * Adds the hooks. `largestBody`: bytes that a body may have, which one of unknown size is taken to have. `isStreamed`:
 * whose body is never there as a whole. `assertKnown`: throws unless the sender shows who they are, for room that
 * anybody could take would be nobody's.
 */
export function limitLargeMessages(
  app: FastifyInstance,
  largestBody: number,
  isStreamed: (request: FastifyRequest) => boolean,
  assertKnown: (request: FastifyRequest) => Promise<unknown>,
): void {
  const bodies = createRoom(BODIES_BYTES);
  const answers = createRoom(ANSWERS_BYTES);

  const takeForBody = async (reply: FastifyReply, bytes: number): Promise<void> => {
    await assertKnown(reply.request);
    giveBackAtEnd(reply, await bodies.take(bytes, MAX_WAIT_MS));
  };

  app.addHook('preParsing', (request, reply, payload, done) => {
    if (isStreamed(request)) return done(null, payload);
    const bytes = unpackedBytes(request.headers, largestBody);
    if (bytes === undefined) {
      done(
        null,
        gated(payload, () => takeForBody(reply, largestBody)),
      );
    } else if (bytes > LARGE_BYTES && bytes <= largestBody) {
      takeForBody(reply, bytes).then(() => done(null, streamOf(paced(payload as Readable))), done);
    } else done(null, payload);
  });

  app.addHook('onSend', (_request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length <= LARGE_BYTES) return done(null, payload);
    try {
      giveBackAtEnd(reply, answers.tryTake(Buffer.byteLength(payload)));
    } catch (error) {
      return done(error as Error);
    }
    done(null, payload);
  });
}

/** Deflate packs no better: https://zlib.net/zlib_tech.html */
const MOST_DEFLATED = 1032;

/** How large a body may be once it is unpacked; undefined when it comes in chunks and shows it by its end only. */
function unpackedBytes(headers: IncomingHttpHeaders, largestBody: number): number | undefined {
  const encoding = headers['content-encoding'] ?? 'identity';
  const chunked = headers['transfer-encoding'] !== undefined;
  const bytes = Number(headers['content-length'] ?? 0);
  if (encoding === 'identity') return chunked ? undefined : bytes;
  return chunked || encoding === 'br' ? largestBody : Math.min(bytes * MOST_DEFLATED, largestBody);
}

/** A body in chunks says how long it is by its end only: it waits once it has shown to be large. */
function gated(payload: RequestPayload, turn: () => Promise<void>): RequestPayload {
  const body = payload as Readable;
  async function* chunks() {
    let bytes = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      yield chunk;
      if (bytes > LARGE_BYTES) break;
    }
    if (bytes <= LARGE_BYTES) return;
    await turn();
    yield* paced(body);
  }
  return streamOf(chunks());
}

function streamOf(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false });
}
