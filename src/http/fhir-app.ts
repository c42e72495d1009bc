/** The FHIR endpoint as a Fastify plugin: routes from the tables, errors as OperationOutcomes. */

import type { CapabilityStatement, TerminologyCapabilities } from '@medplum/fhirtypes';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admit } from '../interactions/admission.ts';
import { auditRefusal } from '../interactions/audit-refusal.ts';
import type { Engine } from '../interactions/engine.ts';
import { engineFor } from '../interactions/engine-for.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ctx } from '../kernel/ctx.ts';
import {
  FhirError,
  failure,
  malformed,
  methodNotAllowed,
  tooCostly,
  unknownRoute,
  unknownType,
} from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { failureOf, languageOf } from '../kernel/outcome.ts';
import { queryPairs } from '../kernel/query-pairs.ts';
import type { Operation } from '../operations/registry.ts';
import type { QueryPairs } from '../search/parse.ts';
import type { HandedOn } from './async/handed-on.ts';
import { kickOff, wantsAsync, withoutOutputFormat } from './async/kick-off.ts';
import { ASYNC_ROUTES } from './async/status.ts';
import { type Authenticate, type Caller, callerOf, contextFor } from './context.ts';
import { createFairRoom } from './fair-room.ts';
import { createMetadata, metadataOf, modeOf } from './metadata.ts';
import { type MethodsAt, pathOf } from './methods.ts';
import { FHIR_JSON, negotiated } from './negotiate.ts';
import { checkOperation, handleOperation, operationRoute } from './operation.ts';
import { callerOf as nameOf, type RateLimit } from './rate-limit.ts';
import { sendText } from './reply.ts';
import { orBusy } from './room.ts';
import { type FhirRequest, ROUTES, type Route, type Site } from './routes.ts';
import { receiving, takeBytes } from './upload.ts';

/**
 * Requests that are worked on at a time, four for each connection to the database: what has been read for
 * one stays in memory until its last statement has had a connection.
 */
const MAX_AT_WORK = 64;
/** Of one client, or one person through it: some places are always for others. */
const MAX_AT_WORK_EACH = 48;
/** How long a request may wait until it is worked on. */
const MAX_WAIT_MS = 30_000;

/** What anybody may see may be kept, and is asked about before it is used again. */
const PUBLIC = { 'cache-control': 'no-cache' };

export interface FhirAppOptions {
  readonly methodsAt: MethodsAt;
  readonly engine: Engine;
  readonly operationsOn: Site['operationsOn'];
  readonly base: string;
  readonly auth: 'smart' | 'open';
  readonly authenticate: Authenticate;
  readonly admit: Admit;
  readonly capabilities: () => CapabilityStatement;
  /** What the terminology service has and does, now. */
  readonly terminology: () => Promise<TerminologyCapabilities>;
  readonly smartConfiguration: object;
  readonly handedOn: HandedOn;
  /** Of those who bring a token. */
  readonly rateLimit: RateLimit;
  readonly clock: Clock;
  /** Bytes of a body that is read whole. */
  readonly largestBody: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the caller is known. */
    fhir?: Ctx;
    /** What is done for it, from when it is begun. */
    work?: Promise<unknown>;
    /** Lets the next request be worked on. */
    workDone?: () => void;
    /** Content-Type of the answer, as negotiated. */
    answerType: string;
    /** What was refused, when that is not what the request itself asked: an entry of a Bundle. */
    refused?: { readonly method: string; readonly address: string };
  }
}

export function fhirApp(app: FastifyInstance, options: FhirAppOptions, done: () => void): void {
  const { engine, base, auth, authenticate, admit, operationsOn, methodsAt, handedOn, rateLimit, clock } =
    options;
  const { largestBody } = options;
  const operations = operationsOn(engine);
  const metadata = createMetadata(options.capabilities);
  const site: Site = { operationsOn, metadata: () => metadata().text };
  // Bodies are read as bytes: what is in them is decided by the interaction.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
  app.decorateRequest('fhir', undefined);
  app.decorateRequest('refused', undefined);
  app.decorateRequest('work', undefined);
  app.decorateRequest('workDone', undefined);
  app.decorateRequest('answerType', FHIR_JSON);
  app.setErrorHandler((error, request, reply) => sendFailure(engine, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw noRoute(methodsAt, engine, request);
  });

  // What anybody may see.
  app.get('/metadata', async (request, reply) => {
    const query = queryOf(request);
    negotiate(request, query);
    const { text, etag, modified } =
      modeOf(query) === 'terminology' ? metadataOf(await options.terminology()) : metadata();
    reply.headers({ ...PUBLIC, etag, 'last-modified': modified });
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    return sendText(reply, 200, text);
  });
  app.get('/.well-known/smart-configuration', (_request, reply) =>
    reply.headers(PUBLIC).type('application/json').send(JSON.stringify(options.smartConfiguration)),
  );

  const room = createFairRoom(MAX_AT_WORK, MAX_AT_WORK_EACH);
  const work = async (
    ctx: Ctx,
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (r: FhirRequest) => Promise<FastifyReply>,
    negotiates = false,
  ): Promise<FastifyReply> => {
    request.fhir = ctx;
    const query = queryOf(request);
    const params = request.params as Record<string, string>;
    if (!negotiates) negotiate(request, query);
    if (Object.values(params).some((p) => p.includes('\0'))) {
      throw malformed({ en: 'The address contains a NUL character.', zh: '地址中含有 NUL 字符。' });
    }
    for (const type of [
      params.type,
      params.compartmentType === '*' ? undefined : params.compartmentType,
      // No id begins so: an operation that is not there, or `_history` by another method.
      /^[_$]/.test(params.id ?? '') ? params.id : undefined,
    ]) {
      if (type !== undefined && !engine.definitions.resourceTypes.has(type)) {
        throw noRoute(methodsAt, engine, request);
      }
    }
    return handle({ site, engine: engineFor(engine, ctx), ctx, request, reply, params, query });
  };

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    handle: (r: FhirRequest) => Promise<FastifyReply>,
    { negotiates, first }: Way = {},
  ): Promise<FastifyReply> => {
    // What the server sends itself was counted when it was asked for.
    const handed = handedOn.take(request);
    const caller = handed ? undefined : await callerOf(request, base, auth, authenticate);
    if (caller?.isKnown) await rateLimit(caller.actor);
    if (caller) await first?.(caller);
    const giveBack = orBusy(await room.take(nameOf((handed ?? caller!).actor), MAX_WAIT_MS));
    request.workDone = giveBack;
    try {
      if (reply.raw.closed) throw hungUp();
      // The time of a request is when it is begun, not when it came.
      const ctx = handed ?? (await contextFor(request, caller!, base, admit, clock.now()));
      const begun = work(ctx, request, reply, handle, negotiates);
      request.work = begun;
      return await begun;
    } finally {
      giveBack();
    }
  };
  // A reply that is awaited is awaited until the client has it; the work is done before.
  app.addHook('onSend', (request, _reply, payload, next) => {
    request.workDone?.();
    next(null, payload);
  });

  for (const route of ROUTES) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (q, p) => answer(q, p, (r) => nowOrLater(r, route)),
    });
  }
  app.register((scope, _options, registered) => {
    takeBytes(scope);
    for (const { method, path, bytes } of ROUTES) {
      if (!bytes) continue;
      scope.route({
        method,
        // What begins so is no id: `_history`, operations.
        url: path.replace(':type', ':type(^Binary$)').replace(':id', ':id(^[^_$].*$)'),
        config: { bytes: true },
        // A hash and a range speak of the bytes as they are.
        compress: false,
        handler: (q, p) =>
          receiving(q, engine.contents, largestBody, (first) =>
            answer(q, p, bytes, { negotiates: true, first }),
          ),
      });
    }
    registered();
  });
  for (const { method, path, handle } of ASYNC_ROUTES) {
    app.route({ method, url: path, handler: (q, p) => answer(q, p, handle) });
  }
  for (const operation of operations) {
    for (const place of operation.places) {
      app.route({
        ...operationRoute(operation, place),
        handler: (q, p) =>
          answer(q, p, (r) => nowOrLater(r, operationHandling(operation, place.type)), {
            negotiates: operation.binding.answers !== undefined,
          }),
      });
    }
  }
  done();
}

/** How a request is answered that is not like most. */
interface Way {
  /** In other formats than FHIR's, by an `Accept` that it looks at itself. */
  readonly negotiates?: boolean;
  /** Done once it is known who calls, before there is a place to work. */
  readonly first?: (caller: Caller) => Promise<void>;
}

/** What answers in another format than FHIR's has no place in the files of an asynchronous answer. */
function operationHandling(operation: Operation, type: string | undefined): Handling {
  return {
    handle: (r) => handleOperation(r, operation, r.params.type ?? type),
    ...(operation.binding.answers === undefined
      ? { deferrable: (r: FhirRequest) => checkOperation(r, operation) }
      : {}),
  };
}

type Handling = Pick<Route, 'handle' | 'deferrable'>;

async function nowOrLater(r: FhirRequest, { handle, deferrable }: Handling): Promise<FastifyReply> {
  if (!deferrable || !wantsAsync(r)) return handle(r);
  const asked = withoutOutputFormat(r);
  return kickOff(asked, await deferrable(asked));
}

function negotiate(request: FastifyRequest, query: QueryPairs): void {
  request.answerType = negotiated(request.headers.accept, query.find(([n]) => n === '_format')?.[1]);
}

/** The query in the order it came, names and values decoded. */
function queryOf(request: FastifyRequest): QueryPairs {
  const mark = request.url.indexOf('?');
  return mark < 0 ? [] : queryPairs(request.url.slice(mark + 1));
}

/** 405 for a method that the address does not have, 404 for an address that means nothing. */
function noRoute(methodsAt: MethodsAt, engine: Engine, request: FastifyRequest): FhirError {
  const path = pathOf(request.url);
  const methods = methodsAt(path);
  if (methods.length > 0) {
    const allow = methods.join(', ');
    return methodNotAllowed(
      {
        en: `${request.method} is not possible at '/${path.join('/')}'. Possible: ${allow}.`,
        zh: `“/${path.join('/')}”不支持 ${request.method}。可用方法:${allow}。`,
      },
      allow,
    );
  }
  const operation = path.find((p) => p.startsWith('$'));
  if (operation) {
    return unknownRoute({
      en: `There is no operation ${operation} at this address. The CapabilityStatement (/fhir/metadata) lists the operations.`,
      zh: `该地址没有操作 ${operation}。可用操作见 CapabilityStatement(/fhir/metadata)。`,
    });
  }
  const [type] = path;
  if (type !== undefined && !engine.definitions.resourceTypes.has(type)) return unknownType(type);
  return unknownRoute({
    en: `Nothing answers ${request.method} /${path.join('/')}.`,
    zh: `没有与 ${request.method} /${path.join('/')} 对应的交互。`,
  });
}

async function sendFailure(
  engine: Engine,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let known = error instanceof FhirError ? error : ofFramework(error);
  if (known instanceof FhirError && known.category === 'forbidden' && request.fhir) {
    const { method, address } = request.refused ?? { method: request.method, address: addressOf(request) };
    // A refusal that cannot be recorded is answered with what stands in the way.
    await auditRefusal(engine, request.fhir, method, address, known).catch((failed: unknown) => {
      known = failed;
    });
  }
  if (!(known instanceof FhirError) || known.status >= 500)
    request.log.error({ err: known }, 'request failed');
  const lang = languageOf(request.headers['accept-language']);
  const { status, headers, outcome } = failureOf(known, lang, request.id);
  return reply
    .code(status)
    .headers(headers)
    .header('content-type', request.answerType)
    .send(JSON.stringify(outcome));
}

/** What was asked below the base, with its query, be it in the address or in the form of a `_search`. */
function addressOf(request: FastifyRequest): string {
  const address = request.url.replace(/^\/fhir\/?/, '');
  const { body } = request;
  if (!request.routeOptions.url?.endsWith('/_search') || !Buffer.isBuffer(body)) return address;
  return `${address}${address.includes('?') ? '&' : '?'}${body.toString('utf8')}`;
}

/** Nobody reads this: the client is gone. */
function hungUp(): FhirError {
  return malformed({ en: 'The client hung up before its turn.', zh: '客户端在处理之前已断开连接。' });
}

/** Errors that Fastify raises itself. */
function ofFramework(error: unknown): unknown {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || statusCode === 413) {
    return failure('too-large', [
      problem('too-long', {
        en: 'The body is larger than 50 MB. Split it into several Bundles.',
        zh: '请求体超过 50 MB。请拆分为多个 Bundle。',
      }),
    ]);
  }
  if (code === 'FST_CP_ERR_INVALID_CONTENT_ENCODING') {
    return failure('media-type', [
      problem(
        'not-supported',
        {
          en: 'The Content-Encoding cannot be read. Send gzip, br, deflate, or none.',
          zh: 'Content-Encoding 无法识别。可用 gzip、br、deflate,或不压缩。',
        },
        { expression: 'Content-Encoding' },
      ),
    ]);
  }
  if (code?.startsWith('FST_CP_')) {
    return malformed(
      {
        en: 'The body is not compressed as its Content-Encoding says, or is cut off.',
        zh: '请求体与 Content-Encoding 声明的压缩方式不符,或不完整。',
      },
      'Content-Encoding',
    );
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || statusCode === 415) {
    return failure('media-type', [
      problem('not-supported', {
        en: 'The Content-Type cannot be read. Send application/fhir+json.',
        zh: 'Content-Type 无法识别。请发送 application/fhir+json。',
      }),
    ]);
  }
  if (error instanceof RangeError && error.message === 'Invalid string length') {
    return tooCostly({
      en: 'The answer would be larger than any text can be. Ask for fewer results at a time, with a smaller _count.',
      zh: '应答过大,无法生成。请用较小的 _count 减少每次返回的数量。',
    });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return malformed({ en: 'The request is malformed.', zh: '请求格式有误。' });
  }
  return error;
}
