/**
 * The authorization server: oidc-provider with the county's clients, people and pages, and what SMART asks for that
 * it does not know. What is answered below the mount is in `ENDPOINTS`; whatever else the library knows is not offered.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Database } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';
import { findAccount } from './accounts/account.ts';
import type { Patients } from './accounts/patients.ts';
import type { SignIns } from './accounts/sign-ins.ts';
import { readForm, readText } from './body.ts';
import { secretMatches } from './clients.ts';
import { type AuthorizationServerMetadata, authorizationServerMetadata } from './discovery.ts';
import {
  AUTHORIZATION_PATH,
  END_SESSION_PATH,
  INTERACTION_PATH,
  INTROSPECTION_PATH,
  issuerOf,
  JWKS_PATH,
  METADATA_PATHS,
  OAUTH_PATH,
  REGISTRATION_PATH,
  REVOCATION_PATH,
  TOKEN_PATH,
  USERINFO_PATH,
} from './endpoints.ts';
import { createInteractions } from './interactions.ts';
import { exchangeForJti, introspect, mayIntrospectAll } from './introspection.ts';
import type { KeyRing, SigningKeys } from './keys.ts';
import { providerOptions } from './provider-options.ts';
import { showError, showRefusal, type WebContext, withoutScript } from './provider-pages.ts';
import { nameRefreshingClient } from './refreshing-client.ts';
import { type RegistrationAnswer, register, registerByAdministrator } from './registration.ts';
import { type RecordToken, tokenFacts } from './token-record.ts';
import { contextMembers } from './tokens.ts';
import { unavailable } from './unavailable.ts';
import type { Upstream } from './upstream/sign-in.ts';
import { userinfo } from './userinfo.ts';
import type { Verifier } from './verify.ts';

export interface OAuthOptions {
  readonly db: Database;
  /** Scheme, host and port as clients see them: `https://his.example.cn`. */
  readonly origin: string;
  /** FHIR base as clients see it, without a slash at the end: the audience of every token. */
  readonly fhirBase: string;
  readonly keys: KeyRing;
  readonly patients: Patients;
  readonly signIns: SignIns;
  /** Told of each token that is given, refused or taken back. */
  readonly recordToken: RecordToken;
  /** The county's own login, beside passwords. */
  readonly upstream?: Upstream;
  /** Checks the token of who asks about others. */
  readonly verify: Verifier;
  /** Told of failures that are not the client's. */
  readonly onError?: (error: unknown) => void;
}

export interface OAuth {
  /** Answers everything below `/oauth`. Wants the request's body unread. */
  readonly callback: (req: IncomingMessage, res: ServerResponse) => void;
  /** Metadata of the authorization server (RFC 8414). */
  discovery(): AuthorizationServerMetadata;
  /** Registers a client as an administrator says. Throws `malformed` or `conflict`. */
  registerClient(body: unknown): Promise<RegistrationAnswer>;
}

const READ = ['GET', 'HEAD', 'OPTIONS'];
const ENDPOINTS: readonly (readonly [path: RegExp, methods: readonly string[]])[] = [
  [exactly(AUTHORIZATION_PATH), ['GET', 'POST']],
  [new RegExp(`^${AUTHORIZATION_PATH}/[\\w-]+$`), ['GET']],
  [new RegExp(`^${INTERACTION_PATH}/[\\w-]+(/\\w+)?$`), ['GET', 'HEAD', 'POST']],
  [exactly(TOKEN_PATH), ['POST', 'OPTIONS']],
  [exactly(JWKS_PATH), READ],
  [exactly(REGISTRATION_PATH), ['POST']],
  [exactly(INTROSPECTION_PATH), ['POST', 'OPTIONS']],
  [exactly(REVOCATION_PATH), ['POST', 'OPTIONS']],
  [exactly(USERINFO_PATH), ['GET', 'POST', 'OPTIONS']],
  [exactly(END_SESSION_PATH), ['GET']],
  [exactly(`${END_SESSION_PATH}/confirm`), ['POST']],
  [exactly(`${END_SESSION_PATH}/success`), ['GET']],
  ...METADATA_PATHS.map((path) => [exactly(path), READ] as const),
];

/** The line of a request and its headers may have 16 KB together. */
const MAX_QUERY = 12 * 1024;

/** For whatever is answered here. Pages bring a stricter policy. RFC 6749 §10.13 */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** The authorization server over a database. */
export function createOAuth(options: OAuthOptions): OAuth {
  const { origin, keys } = options;
  const metadata = authorizationServerMetadata(origin);
  // The library takes its keys once and for all: other keys make another one, over the same database.
  let made: (Made & { readonly keys: SigningKeys }) | undefined;
  const now = (): Made => {
    const current = keys.current();
    if (made?.keys !== current) made = { keys: current, ...make(options, current, metadata) };
    return made;
  };
  const { host, protocol } = new URL(origin);
  return {
    callback: (req, res) => {
      if (req.url?.startsWith(`${OAUTH_PATH}/`)) req.url = req.url.slice(OAUTH_PATH.length);
      req.url = withConsentForOffline(withKnownResponse(req.url ?? '/'));
      Object.assign(req, { originalUrl: OAUTH_PATH + req.url });
      // Addresses are made of the origin that clients know, never of what the request says it is.
      req.headers['x-forwarded-host'] = host;
      req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      if (protocol === 'https:') res.setHeader('strict-transport-security', 'max-age=31536000');
      void now().answer(req, res);
    },
    discovery: () => metadata,
    registerClient: (body) => registerByAdministrator(options.db, now().provider, body),
  };
}

interface Made {
  readonly provider: Provider;
  readonly answer: Answer;
}

type Answer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

function make(
  {
    db,
    origin,
    fhirBase,
    patients,
    signIns,
    recordToken,
    upstream,
    verify,
    onError = () => {},
  }: OAuthOptions,
  keys: SigningKeys,
  metadata: AuthorizationServerMetadata,
): Made {
  const provider = new Provider(issuerOf(origin), providerOptions(db, fhirBase, keys));
  provider.proxy = true;
  adapt(provider);
  const interactions = createInteractions({
    db,
    provider,
    patients,
    signIns,
    ...(upstream ? { upstream } : {}),
    addressOf,
    origin,
  });

  provider.use(async (ctx, next) => {
    for (const [name, value] of Object.entries(HEADERS)) ctx.set(name, value);
    // SMART asks for it beside Cache-Control, in the answers that hold tokens.
    if (ctx.path === TOKEN_PATH) ctx.set('pragma', 'no-cache');
    const methods = ENDPOINTS.find(([path]) => path.test(ctx.path))?.[1];
    if (!methods) return refuse(ctx, 404, 'There is no such endpoint here.');
    if (!methods.includes(ctx.method)) {
      ctx.set('allow', methods.join(', '));
      return refuse(ctx, 405, `${ctx.method} is not allowed here; use ${methods[0]}.`);
    }
    try {
      await answer(ctx, next).catch(unavailable);
    } catch (error) {
      failed(ctx, error);
    }
  });

  async function signedOut({ oidc, req, res }: KoaContextWithOIDC): Promise<void> {
    const account = await findAccount(db, oidc.session?.accountId ?? '');
    if (!account) return;
    const { clientId: id = 'account', clientName: name = id } = oidc.entities.Client ?? {};
    const requestId = String(res.getHeader('x-request-id') ?? '');
    await signIns.left(account, { client: { id, name }, address: addressOf(req), requestId });
  }

  async function answer(ctx: WebContext, next: () => Promise<void>): Promise<void> {
    const { path, req } = ctx;
    if (METADATA_PATHS.some((each) => each === path)) return publish(ctx, metadata);
    if (path === JWKS_PATH) return publish(ctx, keys.publicJwks());
    if (path === AUTHORIZATION_PATH && ctx.method === 'POST') return asGet(ctx);
    // A code in a fragment or in a form is one more place for it to leak from; so is an error's state.
    if (path === AUTHORIZATION_PATH && ![undefined, 'query'].includes(ctx.query.response_mode as string))
      throw new errors.UnsupportedResponseMode();
    if (path.startsWith(`${INTERACTION_PATH}/`)) return interactions(ctx);
    if (path === REGISTRATION_PATH) {
      ctx.body = await register(db, provider, await readText(req, 'application/json'));
      ctx.status = 201;
      return;
    }
    if (path === INTROSPECTION_PATH && ctx.method === 'POST') {
      const token = /^Bearer ([\w\-.~+/]+=*)$/i.exec(req.headers.authorization ?? '')?.[1];
      if (token !== undefined) return introspectFor(ctx, token);
    }
    if (ctx.method === 'POST' && (path === INTROSPECTION_PATH || path === REVOCATION_PATH))
      await exchangeForJti(req, keys);
    if (path === USERINFO_PATH) return sayWho(ctx);
    if (ctx.method === 'POST' && path === TOKEN_PATH) await nameRefreshingClient(db, req);
    await next();
    withoutScript(ctx);
    if (ctx.method === 'POST') await record(ctx);
    if (path === TOKEN_PATH && ctx.status === 200)
      ctx.body = { ...contextMembers(ctx), ...(ctx.body as object) };
  }

  /** Nobody has a token before it is on record. */
  async function record(ctx: WebContext): Promise<void> {
    const what = { [TOKEN_PATH]: 'token', [REVOCATION_PATH]: 'revocation' } as const;
    const done = what[ctx.path as keyof typeof what];
    if (done === undefined) return;
    const { oidc } = ctx as unknown as KoaContextWithOIDC;
    await recordToken(await tokenFacts(db, { oidc, body: ctx.body, res: ctx.res }, done, addressOf(ctx.req)));
  }

  async function sayWho(ctx: WebContext): Promise<void> {
    // No cookie counts here: whoever has the token may ask from wherever.
    ctx.set('access-control-allow-origin', '*');
    if (ctx.method === 'OPTIONS') {
      ctx.set('access-control-allow-methods', 'GET, POST');
      ctx.set('access-control-allow-headers', 'authorization, dpop');
      ctx.status = 204;
      return;
    }
    ctx.body = await userinfo(verify, ctx.req, issuerOf(origin) + USERINFO_PATH, fhirBase);
  }

  async function introspectFor(ctx: WebContext, token: string): Promise<void> {
    const asker = await verify({ scheme: 'Bearer', token }).catch((error: { status?: number }) => {
      if (error.status === 401) throw new errors.InvalidToken('the bearer token is not valid');
      throw error;
    });
    if (!mayIntrospectAll(asker.scope)) {
      throw new errors.InsufficientScope('the bearer token does not reach introspection', '__introspect');
    }
    ctx.body = await introspect(provider, keys, ctx.req);
  }

  function failed(ctx: WebContext, error: unknown): void {
    if (error instanceof FhirError && error.status < 500) return showRefusal(ctx, error);
    const known = error instanceof errors.OIDCProviderError ? error : undefined;
    if (!known || known.statusCode >= 500) onError(error);
    ctx.status = known?.statusCode ?? 500;
    const out = known
      ? { error: known.error, error_description: known.error_description }
      : { error: 'server_error', error_description: 'something went wrong here, and was noted' };
    if (ctx.status === 401) ctx.set('www-authenticate', `Bearer error="${out.error}"`);
    showError(ctx, out);
  }

  (provider as EventEmitter).on('error', onError);
  provider.on('server_error', (_ctx, error) => onError(error));
  provider.on('end_session.success', (ctx) => void signedOut(ctx).catch(onError));
  return { provider, answer: provider.callback() as unknown as Answer };
}

function addressOf(req: IncomingMessage): string {
  // As proxies that are trusted say.
  return (req as { ip?: string }).ip ?? req.socket.remoteAddress ?? '';
}

/** Where the library does otherwise than this server's tables need it. */
function adapt(provider: Provider): void {
  // The stored digest stands where the library expects the secret, and is compared as one.
  provider.Client.prototype.compareClientSecret = function (secret: string) {
    return secretMatches(this.clientSecret, secret);
  };
  // A session that gets another id is kept in its own row, and never missing in between.
  const { save } = provider.Session.prototype as unknown as { save(ttl: number): Promise<string> };
  Object.assign(provider.Session.prototype, {
    save(this: { oldId?: string }, ttl: number) {
      this.oldId = undefined;
      return save.call(this, ttl);
    },
  });
}

/** What anybody may read, from wherever. */
function publish(ctx: WebContext, body: object): void {
  ctx.set('access-control-allow-origin', '*');
  if (ctx.method === 'OPTIONS') {
    ctx.set('access-control-allow-methods', 'GET');
    ctx.status = 204;
    return;
  }
  ctx.body = body;
}

/** SMART: "Authorization Servers SHALL support the use of the HTTP GET and POST methods at the Authorization Endpoint." */
async function asGet(ctx: WebContext): Promise<void> {
  const query = (await readForm(ctx.req)).toString();
  if (query.length > MAX_QUERY) throw new errors.InvalidRequest('the request is too long');
  // A form from another site brings no session along; where it leads does.
  ctx.redirect(`${OAUTH_PATH}${AUTHORIZATION_PATH}?${query}`);
  ctx.status = 303;
}

/**
 * RFC 6749 §4.1.2.1 has an error for a response type that is not offered. The library takes one that would answer in a
 * fragment for a wrong response mode: it is given one that it knows as not offered.
 */
function withKnownResponse(address: string): string {
  const mark = address.indexOf('?');
  if (mark < 0 || address.slice(0, mark) !== AUTHORIZATION_PATH) return address;
  const params = new URLSearchParams(address.slice(mark));
  const [asked, ...others] = params.getAll('response_type');
  if (!asked || asked === 'code' || others.length > 0) return address;
  params.set('response_type', 'none');
  return `${AUTHORIZATION_PATH}?${params}`;
}

/**
 * Access without the person is asked about each time: OpenID Connect Core §11 lets a server ignore `offline_access`
 * without `prompt=consent`, which SMART apps do not send.
 */
function withConsentForOffline(address: string): string {
  const mark = address.indexOf('?');
  if (mark < 0 || address.slice(0, mark) !== AUTHORIZATION_PATH) return address;
  const params = new URLSearchParams(address.slice(mark));
  const prompts = params.get('prompt')?.split(' ') ?? [];
  const offline = params.getAll('scope').some((scope) => scope.split(' ').includes('offline_access'));
  if (!offline || params.getAll('prompt').length > 1) return address;
  if (prompts.includes('consent') || prompts.includes('none')) return address;
  params.set('prompt', [...prompts, 'consent'].join(' '));
  return `${AUTHORIZATION_PATH}?${params}`;
}

function exactly(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.')}$`);
}

/** RFC 6749 §5.2. */
function refuse(ctx: WebContext, status: number, description: string): void {
  ctx.status = status;
  ctx.body = { error: 'invalid_request', error_description: description };
}
