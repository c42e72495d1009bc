/**
 * Binary as the bytes it holds. https://hl7.org/fhir/R4/binary.html#rest
 *
 * The bytes come from clients and go out under the origin of this server, so nothing that a browser would run
 * is shown in place: what is not on the short list of harmless types is a download, scripts are off by the
 * Content-Security-Policy, and `nosniff` (helmet) keeps a browser from guessing another type.
 */
import type { FastifyReply } from 'fastify';
import { create } from '../interactions/create.ts';
import type { Found } from '../interactions/read.ts';
import { isUnchanged } from '../interactions/unchanged.ts';
import { update } from '../interactions/update.ts';
import { malformed } from '../kernel/fhir-error.ts';
import { ifMatchOf, readConditionOf } from './conditions.ts';
import { assertJsonType, isJsonType, namesFhirType, negotiated, preferOf } from './negotiate.ts';
import { provenanceHeader } from './provenance-header.ts';
import { sendWritten, versionHeaders } from './reply.ts';
import type { FhirRequest, Route } from './routes.ts';

type Handle = Route['handle'];

type Send = (r: FhirRequest, found: Found) => FastifyReply;

/** A read, of whatever version, that answers a Binary with its bytes unless the client asks for FHIR. */
export function resourceOrBytes(find: (r: FhirRequest) => Promise<Found>, sendResource: Send): Handle {
  return async (r) => {
    const send = r.params.type !== 'Binary' || wantsResource(r) ? sendResource : sendBytes;
    return send(r, await find(r));
  };
}

/** A create that makes a Binary of bytes. */
export function createOrBytes(create: Handle): Handle {
  return (r) => (r.params.type !== 'Binary' || sendsResource(r) ? create(r) : createRaw(r));
}

/** An update that makes a version of a Binary of bytes. */
export function updateOrBytes(update: Handle): Handle {
  return (r) => (r.params.type !== 'Binary' || sendsResource(r) ? update(r) : updateRaw(r));
}

/** Whoever names a FHIR format gets the resource, or 406; everybody else the bytes. */
function wantsResource({ request, query }: FhirRequest): boolean {
  const format = query.find(([n]) => n === '_format')?.[1];
  if (format === undefined && !namesFhirType(request.headers.accept)) return false;
  request.answerType = negotiated(request.headers.accept, format);
  return true;
}

/** A body without a declared type is taken as FHIR, as everywhere; FHIR's XML is refused, not stored as bytes. */
function sendsResource({ request }: FhirRequest): boolean {
  const type = request.headers['content-type'];
  if (type === undefined || isJsonType(type)) return true;
  if (/^application\/fhir\+/i.test(type)) assertJsonType(request);
  return false;
}

function sendBytes({ request, reply }: FhirRequest, stored: Found): FastifyReply {
  versionHeaders(reply, stored);
  if (isUnchanged(readConditionOf(request), stored)) return reply.code(304).send();
  const { contentType, data, securityContext } = JSON.parse(stored.content) as StoredBinary;
  const type = MEDIA_TYPE.test(contentType) ? contentType : 'application/octet-stream';
  reply.header('content-type', type);
  if (!isHarmless(type)) {
    reply.header('content-disposition', 'attachment');
    reply.header('content-security-policy', "default-src 'none'; sandbox");
  }
  const context = securityContext?.reference;
  if (context !== undefined && REFERENCE.test(context)) reply.header('x-security-context', context);
  return reply.code(200).send(Buffer.from(data ?? '', 'base64'));
}

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
  const body = bodyOf(r);
  const provenance = provenanceHeader(request);
  const result = await create(engine, ctx, { type: 'Binary', body, provenance });
  return sendWritten(r.reply, ctx, preferOf(request), result);
}

async function updateRaw(r: FhirRequest): Promise<FastifyReply> {
  const { engine, ctx, request } = r;
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

/** The Binary of a request that carries bytes. */
function bodyOf({ request }: FhirRequest, id?: string) {
  const bytes = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
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
  const resource = {
    resourceType: 'Binary',
    ...(id === undefined ? {} : { id }),
    contentType,
    ...(reference === undefined ? {} : { securityContext: { reference: String(reference) } }),
    data: bytes.toString('base64'),
  };
  return { text: JSON.stringify(resource), resource };
}
