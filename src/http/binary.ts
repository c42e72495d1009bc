/**
 * Binary as the bytes it holds. https://hl7.org/fhir/R4/binary.html#rest
 *
 * Bytes stream in and out, whatever their number: large ones are kept beside the database (`contents/`), and nobody
 * holds them whole in memory. They come from clients and go out under the origin of this server, so nothing that a
 * browser would run is shown in place: what is not on the short list of harmless types is a download, scripts are off
 * by the Content-Security-Policy, and `nosniff` (helmet) keeps a browser from guessing another type.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { assertMay } from '../access/decide.ts';
import { create } from '../interactions/create.ts';
import { aroundData, keptData, keptOf } from '../interactions/kept-content.ts';
import type { Found } from '../interactions/read.ts';
import { shapeOf } from '../interactions/subset.ts';
import { isUnchanged } from '../interactions/unchanged.ts';
import { update } from '../interactions/update.ts';
import { malformed } from '../kernel/fhir-error.ts';
import { isSameStill, rangeOf } from './byte-range.ts';
import { ifMatchOf, readConditionOf } from './conditions.ts';
import { namesFhirType, negotiated, preferOf } from './negotiate.ts';
import { provenanceHeader } from './provenance-header.ts';
import { sendWritten, versionHeaders } from './reply.ts';
import type { FhirRequest, Route } from './routes.ts';
import { sendsResource } from './upload.ts';

type Handle = Route['handle'];

type Send = (r: FhirRequest, found: Found) => FastifyReply;

/** A read, of whatever version, that answers the bytes of a Binary unless the client asks for FHIR. */
export function readBytes(find: (r: FhirRequest) => Promise<Found>, sendResource: Send): Handle {
  return async (r) => {
    const inFhir = wantsResource(r);
    const found = await find(r);
    return inFhir ? sendInFhir(r, found, sendResource) : sendBytes(r, found);
  };
}

/** A create that makes a Binary of bytes, or of a resource. */
export function createBytes(createResource: Handle): Handle {
  return (r) => (sendsResource(r.request) ? createResource(r) : createRaw(r));
}

/** An update that makes a version of a Binary of bytes, or of a resource. */
export function updateBytes(updateResource: Handle): Handle {
  return (r) => (sendsResource(r.request) ? updateResource(r) : updateRaw(r));
}

/** Whoever names a FHIR format gets the resource, or 406; everybody else the bytes. */
function wantsResource({ request, query }: FhirRequest): boolean {
  const format = query.find(([n]) => n === '_format')?.[1];
  if (format === undefined && !namesFhirType(request.headers.accept)) return false;
  request.answerType = negotiated(request.headers.accept, format);
  return true;
}

/** The resource with its bytes, which are read while they are sent; a part of the resource without them. */
async function sendInFhir(r: FhirRequest, stored: Found, sendResource: Send): Promise<FastifyReply> {
  const { request, reply, engine } = r;
  const kept = keptOf(JSON.parse(stored.content) as object);
  const { summary, elements } = shapeOf(r.query);
  const isPart = summary !== 'false' || elements.length > 0;
  if (!kept || isPart || isUnchanged(readConditionOf(request), stored)) return sendResource(r, stored);
  versionHeaders(reply, stored).header('content-type', request.answerType);
  if (request.method === 'HEAD') return reply.send(NOTHING());
  const [before, after] = aroundData(stored.content);
  const bytes = (await engine.contents.get(kept.name)).setEncoding('base64');
  return reply.send(
    Readable.from(
      (async function* () {
        yield before;
        yield* bytes;
        yield after;
      })(),
      { objectMode: false },
    ),
  );
}

async function sendBytes({ request, reply, engine }: FhirRequest, stored: Found): Promise<FastifyReply> {
  versionHeaders(reply, stored);
  if (isUnchanged(readConditionOf(request), stored)) return reply.code(304).send();
  const binary = JSON.parse(stored.content) as StoredBinary;
  const kept = keptOf(binary);
  const bytes = kept ? undefined : Buffer.from(binary.data ?? '', 'base64');
  const size = kept?.size ?? bytes!.length;
  const asked =
    request.method === 'GET' && isSameStill(request.headers['if-range'] as string | undefined, stored);
  const range = asked ? rangeOf(request.headers.range, size) : undefined;
  const type = MEDIA_TYPE.test(binary.contentType) ? binary.contentType : 'application/octet-stream';
  reply.headers({
    'content-type': type,
    'accept-ranges': 'bytes',
    'repr-digest': `sha-256=:${kept?.sha256 ?? createHash('sha256').update(bytes!).digest('base64')}:`,
    'content-length': range ? range.last - range.first + 1 : size,
  });
  if (range) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${size}`);
  if (!isHarmless(type)) {
    reply.header('content-disposition', 'attachment');
    reply.header('content-security-policy', "default-src 'none'; sandbox");
  }
  const context = binary.securityContext?.reference;
  if (context !== undefined && REFERENCE.test(context)) reply.header('x-security-context', context);
  if (request.method === 'HEAD') return reply.send(NOTHING());
  if (kept) return reply.send(await engine.contents.get(kept.name, range));
  return reply.send(range ? bytes!.subarray(range.first, range.last + 1) : bytes);
}

/** The answer to HEAD is this, and says all the same how long that to GET is. */
const NOTHING = () => Readable.from([]);

interface StoredBinary {
  readonly contentType: string;
  readonly data?: string;
  readonly securityContext?: { readonly reference?: string };
}

/** RFC 9110 §8.3.1, without what a header cannot carry. */
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[\x20-\x21\x23-\x5b\x5d-\x7e]*"))*$/;

const REFERENCE = /^[\x21-\x7e]{1,500}$/;

/** What browsers show without running anything. */
const HARMLESS =
  /^(?:image\/(?:png|jpeg|gif|webp|bmp|tiff)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain|application\/pdf)$/;

function isHarmless(type: string): boolean {
  return HARMLESS.test(type.toLowerCase().split(';', 1)[0]!.trim());
}

async function createRaw(r: FhirRequest): Promise<FastifyReply> {
  const { engine, ctx, request } = r;
  assertMay(ctx, 'c', 'Binary');
  const body = bodyOf(r);
  const provenance = provenanceHeader(request);
  const ifNoneExist = request.headers['if-none-exist'] as string | undefined;
  const result = await create(engine, ctx, { type: 'Binary', body, ifNoneExist, provenance });
  return sendWritten(r.reply, ctx, preferOf(request), result);
}

async function updateRaw(r: FhirRequest): Promise<FastifyReply> {
  const { engine, ctx, request } = r;
  assertMay(ctx, 'u', 'Binary');
  const id = r.params.id!;
  const result = await update(engine, ctx, {
    type: 'Binary',
    id,
    body: bodyOf(r, id),
    ifMatch: ifMatchOf(r),
    ifNoneMatch: request.headers['if-none-match'] === '*',
    provenance: provenanceHeader(request),
  });
  return sendWritten(r.reply, ctx, preferOf(request), result);
}

/** The Binary of a request that carries bytes: see `upload.ts`. */
function bodyOf({ request }: FhirRequest, id?: string) {
  const { received } = request;
  if (!received || received.size === 0) {
    throw malformed({ en: 'The body is empty.', zh: '请求体为空。' });
  }
  const contentType = request.headers['content-type']!.trim();
  if (!MEDIA_TYPE.test(contentType)) {
    throw malformed(
      { en: `'${contentType}' is no media type.`, zh: `“${contentType}”不是媒体类型。` },
      'Content-Type',
    );
  }
  const reference = request.headers['x-security-context'];
  const { bytes, kept } = received;
  const resource = {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType,
    ...(reference === undefined ? {} : { securityContext: { reference: String(reference) } }),
    ...(kept ? { _data: keptData(kept) } : { data: bytes!.toString('base64') }),
  };
  return { text: JSON.stringify(resource), resource };
}
