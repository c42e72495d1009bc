/**
 * CDS Hooks as a Fastify plugin: discovery, services, feedback. https://cds-hooks.hl7.org/2.0/
 * A service takes the bearer tokens of the FHIR endpoint, and shows nobody what they may not read there.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admit } from '../interactions/admission.ts';
import { auditRefusal } from '../interactions/audit-refusal.ts';
import type { Engine } from '../interactions/engine.ts';
import { engineFor } from '../interactions/engine-for.ts';
import type { CdsCard, CdsService } from '../kernel/cds-hooks.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { FhirError, failure, malformed, unknownRoute } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { failureOf, languageOf } from '../kernel/outcome.ts';
import { feedbackOf, requestOf } from './cds-hooks-request.ts';
import { type Authenticate, contextOf } from './context.ts';
import { createRoom, orBusy } from './room.ts';

export interface CdsHooksOptions {
  readonly engine: Engine;
  /** The services on the engine of whoever calls. */
  readonly servicesOn: (engine: Engine) => readonly CdsService[];
  readonly base: string;
  readonly auth: 'smart' | 'open';
  readonly authenticate: Authenticate;
  readonly admit: Admit;
  readonly clock: Clock;
}

/** Calls that are worked on at a time: a card is for somebody who waits before a screen. */
const MAX_AT_WORK = 16;
const MAX_WAIT_MS = 10_000;

export function cdsHooks(app: FastifyInstance, options: CdsHooksOptions, done: () => void): void {
  const { engine, servicesOn, base, auth, authenticate, admit, clock } = options;
  const services = servicesOn(engine);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
  app.decorateRequest('fhir', undefined);
  app.setErrorHandler((error, request, reply) => sendFailure(engine, error, request, reply));
  app.setNotFoundHandler((request) => {
    throw noRoute(services, request);
  });
  const room = createRoom(MAX_AT_WORK);
  const work = async (
    request: FastifyRequest,
    run: (ctx: Ctx, service: CdsService) => Promise<void>,
  ): Promise<void> => {
    const { id } = request.params as { id: string };
    if (!services.some((s) => s.id === id)) throw noRoute(services, request);
    const giveBack = orBusy(await room.take(1, MAX_WAIT_MS));
    try {
      const ctx = await contextOf(request, base, auth, authenticate, admit, clock.now());
      request.fhir = { ...ctx, lang: spoken(request) };
      const service = servicesOn(engineFor(engine, ctx)).find((s) => s.id === id)!;
      await run(request.fhir, service);
    } finally {
      giveBack();
    }
  };

  // What anybody may see, as the CapabilityStatement is.
  app.get('/', (request, reply) => {
    const lang = spoken(request);
    return send(reply, 200, {
      services: services.map(({ hook, id, title, description, prefetch, usageRequirements }) => ({
        hook,
        id,
        title: title[lang],
        description: description[lang],
        ...(prefetch && { prefetch }),
        ...(usageRequirements && { usageRequirements: usageRequirements[lang] }),
      })),
    });
  });
  app.post('/:id', async (request, reply) => {
    let cards: readonly CdsCard[] = [];
    await work(request, async (ctx, { answer, hook }) => {
      cards = await answer(ctx, requestOf(jsonOf(request), hook));
    });
    return send(reply, 200, { cards });
  });
  app.post('/:id/feedback', async (request, reply) => {
    await work(request, (ctx, { feedback }) => feedback(ctx, feedbackOf(jsonOf(request))));
    return send(reply, 200, {});
  });
  done();
}

/** Cards are read by the county's doctors: Chinese, unless another language is asked for. */
function spoken(request: FastifyRequest): Ctx['lang'] {
  const header = request.headers['accept-language'];
  return header === undefined || /^\s*\*/.test(header) ? 'zh' : languageOf(header);
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

function jsonOf(request: FastifyRequest): unknown {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && type !== 'application/json' && type !== 'application/fhir+json') {
    throw failure('media-type', [
      problem(
        'not-supported',
        {
          en: `The Content-Type ${type} cannot be read. Send application/json.`,
          zh: `无法读取 Content-Type ${type}。请发送 application/json。`,
        },
        { expression: 'Content-Type' },
      ),
    ]);
  }
  try {
    return JSON.parse((request.body as Buffer | undefined)?.toString('utf8') ?? '');
  } catch {
    throw malformed({ en: 'The body is no JSON.', zh: '请求体不是 JSON。' });
  }
}

function noRoute(services: readonly CdsService[], request: FastifyRequest): FhirError {
  const ids = services.map(({ id }) => id).join(', ');
  return unknownRoute({
    en: `Nothing answers ${request.method} ${request.url.split('?')[0]}. POST to /cds-services/<id> or /cds-services/<id>/feedback; the services are: ${ids}.`,
    zh: `${request.method} ${request.url.split('?')[0]} 没有对应的服务。请 POST 到 /cds-services/<id> 或 /cds-services/<id>/feedback;现有服务:${ids}。`,
  });
}

/** The specification names the status and no body: an OperationOutcome says what is wrong. */
async function sendFailure(
  engine: Engine,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  let known = error;
  const { statusCode } = error as { statusCode?: number };
  if (!(error instanceof FhirError) && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    known = malformed({ en: 'The request cannot be read.', zh: '请求无法读取。' });
  }
  if (known instanceof FhirError && known.category === 'forbidden' && request.fhir) {
    await auditRefusal(engine, request.fhir, request.method, request.url, known).catch((failed: unknown) => {
      known = failed;
    });
  }
  if (!(known instanceof FhirError) || known.status >= 500)
    request.log.error({ err: known }, 'request failed');
  const { status, headers, outcome } = failureOf(known, spoken(request), request.id);
  return send(reply.headers(headers), status, outcome);
}
