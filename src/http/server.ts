/** The Fastify server: the FHIR endpoint, the token endpoint, health and metrics. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import middie from '@fastify/middie';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Engine } from '../interactions/engine.ts';
import type { CdsService } from '../kernel/cds-hooks.ts';
import { type AdminOptions, admin } from './admin/admin.ts';
import { apps } from './apps.ts';
import { browserPages } from './browser-pages.ts';
import { cdsHooks } from './cds-hooks.ts';
import { callerOf } from './context.ts';
import type { Origins } from './cors.ts';
import { type FhirAppOptions, fhirApp } from './fhir-app.ts';
import { health } from './health.ts';
import { limitLargeMessages } from './large-messages.ts';
import { launches } from './launches.ts';
import { createMethodsAt, pathOf } from './methods.ts';
import { createMetrics } from './metrics.ts';
import { monitoring } from './monitoring.ts';
import { packageRoutes, type ServedPackage } from './packages.ts';
import { securityHeaders } from './security-headers.ts';
import { createSignInLimit } from './sign-in-limit.ts';
import { isStreamed } from './upload.ts';

/** The largest body that is read: a transaction of some thousands of entries. */
const MAX_BODY_BYTES = 50 * 1024 * 1024;
/** A client that takes longer to send its request, or takes nothing of its answer for as long, is hung up on. */
const CLIENT_TIMEOUT_MS = 300_000;
/** Open connections, idle ones included; more are hung up on. */
const MAX_CONNECTIONS = 10_000;

/** On every answer. */
const PROTECTING = securityHeaders();

const OAUTH_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What scripts of other origins may read of an answer. */
const EXPOSED_HEADERS = [
  'ETag',
  'Location',
  'Content-Location',
  'Last-Modified',
  'Allow',
  'Accept-Patch',
  'Retry-After',
  'X-Progress',
  'Expires',
  'Preference-Applied',
  'WWW-Authenticate',
  'X-Request-Id',
  'X-Correlation-Id',
  'X-Security-Context',
  'Accept-Ranges',
  'Content-Range',
  'Repr-Digest',
];

const PREFLIGHT = {
  strictPreflight: false,
  maxAge: 86_400,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
};

const EXPOSED = EXPOSED_HEADERS.join(', ');

export interface ServerOptions extends Omit<FhirAppOptions, 'methodsAt' | 'largestBody'> {
  readonly log: FastifyBaseLogger;
  /** Answers everything below `/oauth`. */
  readonly oauth: (req: IncomingMessage, res: ServerResponse) => void;
  /** Whose session the request's cookie is. */
  readonly sessionOf: AdminOptions['sessionOf'];
  readonly isOperator: AdminOptions['isOperator'];
  /** What administrators keep below `/admin`. */
  readonly administered: AdminOptions['parts'];
  /** Answers everything at and below `/account`. */
  readonly accountPages: Parameters<typeof browserPages>[3];
  /** The sample apps, where they are served. */
  readonly apps?: { readonly folder: string; readonly fhirClient: string };
  /** Metadata of the authorization server (RFC 8414). */
  readonly authorizationServer: object;
  /** See `Config`. */
  readonly signInFailures?: number;
  readonly metricsToken?: string;
  readonly packages: readonly ServedPackage[];
  readonly origins: Origins;
  /** Certificate and key in PEM, when connections are encrypted here. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** Addresses of the proxies in front, whose `X-Forwarded-For` is believed. */
  readonly proxies: readonly string[];
  readonly cdsServicesOn: (engine: Engine) => readonly CdsService[];
  /** Rejects when the database does not answer. */
  readonly ping: () => Promise<void>;
}

export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log,
    // https://nodejs.org/api/tls.html: what is older than TLS 1.2 is broken
    ...(options.tls ? { https: { ...options.tls, minVersion: 'TLSv1.2' as const } } : {}),
    trustProxy: options.proxies.length > 0 ? [...options.proxies] : false,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: CLIENT_TIMEOUT_MS,
    connectionTimeout: CLIENT_TIMEOUT_MS,
    genReqId: requestId,
    // Finish what is in flight, refuse what is new, then close.
    forceCloseConnections: 'idle',
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 200,
      onBadUrl: (_path, _req, res) => sendBadUrl(res),
    },
    rewriteUrl: (req) => withPlainDollar(req.url ?? '/'),
    frameworkErrors: (_error, _request, reply) => sendBadUrl(reply.raw),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const { base, auth, authenticate, handedOn } = options;
  limitLargeMessages(app, MAX_BODY_BYTES, isStreamed, async (request) =>
    handedOn.has(request) ? undefined : callerOf(request, base, auth, authenticate),
  );
  const methodsAt = createMethodsAt(options.engine.definitions, options.operationsOn(options.engine));
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(PROTECTING).header('vary', 'Origin').header('x-request-id', request.id);
    // "When the server assigned id is different to the client assigned id"
    const sent = request.headers['x-request-id'];
    if (typeof sent === 'string' && sent !== request.id) reply.header('x-correlation-id', sent);
    // Answered by the next hook, for browsers; anybody else wants to know this.
    if (request.method === 'OPTIONS' && request.url.startsWith('/fhir')) {
      const methods = methodsAt(pathOf(request.url));
      if (methods.length > 0) reply.header('allow', [...methods, 'OPTIONS'].join(', '));
    }
    const { origin } = request.headers;
    if (origin === undefined) return next();
    options.origins(origin, request.url).then((allowed) => {
      if (allowed !== false) {
        reply.header('access-control-allow-origin', allowed);
        reply.header('access-control-expose-headers', EXPOSED);
      }
      next();
    }, next);
  });
  // Preflights, in a scope of its own, so that its hook is not asked of every other request.
  app.register(async (scope) => {
    await scope.register(cors, {
      // The hook above has decided.
      delegator: (request, decided) =>
        options
          .origins(request.headers.origin ?? '', request.url)
          .then((allowed) => decided(null, { ...PREFLIGHT, origin: allowed }), decided),
    });
    // What the plugin leaves, for an origin whose scripts may not call: the methods that there are, and no leave.
    scope.options('/fhir', (_request, reply) => reply.code(204).send());
    scope.options('/fhir/*', (_request, reply) => reply.code(204).send());
  });
  await app.register(compress, {
    threshold: 2048,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { 1: 4 } },
  });
  const metrics = createMetrics();
  app.addHook('onResponse', (request, reply, next) => {
    // The route's pattern, never the address: that one can name a patient.
    const route = request.routeOptions.url ?? (isOAuth(request.url) ? '/oauth' : 'unknown');
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    request.log.info(
      {
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        client: request.fhir?.actor.client,
      },
      'request',
    );
    next();
  });
  const signIns = createSignInLimit(options.signInFailures);
  app.register(async (scope) => {
    await scope.register(middie);
    scope.use('/oauth', (req: IncomingMessage & { id?: string }, res: ServerResponse) => {
      for (const [name, value] of Object.entries(PROTECTING)) res.setHeader(name, value);
      if (req.id !== undefined) res.setHeader('x-request-id', req.id);
      void signIns.admits(req, res).then((admitted) => {
        if (admitted) options.oauth(req, res);
      });
    });
    // What is asked below is answered before it comes to a handler.
    scope.route({
      method: OAUTH_METHODS,
      url: '/oauth/*',
      handler: (_request, reply) => reply.callNotFound(),
    });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not found', fhir: `${options.base}/metadata` }),
  );
  // RFC 8414 §3: for an issuer with a path, the well-known part comes before it.
  app.get('/.well-known/oauth-authorization-server/oauth', async () => options.authorizationServer);
  health(app, options.ping);
  packageRoutes(app, options.base.replace(/\/fhir$/, ''), options.packages);
  await app.register(monitoring, { ...options, metrics });
  await app.register(cdsHooks, { ...options, servicesOn: options.cdsServicesOn, prefix: '/cds-services' });
  browserPages(app, '/account', new URL(options.base).origin, options.accountPages);
  if (options.apps) apps(app, options.apps.folder, options.apps.fhirClient);
  await app.register(admin, {
    base: options.base,
    auth: options.auth,
    authenticate: options.authenticate,
    admit: options.admit,
    sessionOf: options.sessionOf,
    isOperator: options.isOperator,
    parts: options.administered,
    prefix: '/admin',
  });
  await app.register(launches, options);
  await app.register(fhirApp, { ...options, methodsAt, largestBody: MAX_BODY_BYTES, prefix: '/fhir' });
  return app;
}

function isOAuth(url: string): boolean {
  return url.startsWith('/oauth/');
}

/** The client's X-Request-Id when it is one, so that both sides' logs meet; else a fresh one. */
function requestId(req: { headers: IncomingMessage['headers'] }): string {
  const sent = req.headers['x-request-id'];
  return typeof sent === 'string' && /^[\w\-.]{1,64}$/.test(sent) ? sent : randomUUID();
}

/** `%24validate` is `$validate`: some clients encode the dollar of an operation. */
function withPlainDollar(url: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  return path.includes('%24') ? path.replaceAll('%24', '$') + (mark < 0 ? '' : url.slice(mark)) : url;
}

const BAD_URL = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: 'structure',
      diagnostics:
        'The address is malformed: check its percent-encoding and the length of its ids. 地址格式有误:请检查百分号编码和 id 的长度。',
    },
  ],
};

function sendBadUrl(res: unknown): void {
  const response = res as ServerResponse;
  response.writeHead(400, { ...PROTECTING, 'content-type': 'application/fhir+json; charset=utf-8' });
  response.end(JSON.stringify(BAD_URL));
}
