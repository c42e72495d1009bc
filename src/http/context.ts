/** Request -> Ctx: who asks, what they may, in which language. */
import type { FastifyRequest } from 'fastify';
import { openAccess } from '../access/decide.ts';
import type { Admit } from '../interactions/admission.ts';
import type { Access, Actor, Ctx } from '../kernel/ctx.ts';
import { unauthenticated } from '../kernel/fhir-error.ts';
import { languageOf } from '../kernel/outcome.ts';
import type { Credentials } from '../smart/verify.ts';
import { emergencyOf } from './emergency.ts';

export interface Verified {
  readonly actor: Actor;
  readonly access: Access;
}

/** Checks a token; throws `unauthenticated`. */
export type Authenticate = (credentials: Credentials) => Promise<Verified>;

const ANONYMOUS: Verified = {
  actor: { client: 'anonymous', display: 'anonymous (AUTH=open)' },
  access: openAccess(),
};

/** Who calls, before anything is known of what they reach. */
export interface Caller extends Verified {
  /** Whether they showed who they are; else the server asks nobody. */
  readonly isKnown: boolean;
}

/** A proof of possession is good once: of each request it is asked once. */
const callers = new WeakMap<FastifyRequest, Promise<Caller>>();

/** Throws `unauthenticated` when a token is needed and missing, or there and wrong. */
export function callerOf(
  request: FastifyRequest,
  base: string,
  auth: 'smart' | 'open',
  authenticate: Authenticate,
): Promise<Caller> {
  const known = callers.get(request) ?? askedCaller(request, base, auth, authenticate);
  callers.set(request, known);
  return known;
}

async function askedCaller(
  request: FastifyRequest,
  base: string,
  auth: 'smart' | 'open',
  authenticate: Authenticate,
): Promise<Caller> {
  const credentials = credentialsOf(request, base);
  if (credentials === undefined && auth === 'smart') {
    throw unauthenticated(
      {
        en: 'This needs an access token. The token endpoint is in /fhir/.well-known/smart-configuration.',
        zh: '此请求需要访问令牌。令牌端点见 /fhir/.well-known/smart-configuration。',
      },
      'Bearer realm="xiantong"',
    );
  }
  return credentials
    ? { ...(await authenticate(credentials)), isKnown: true }
    : { ...ANONYMOUS, isKnown: false };
}

/** The context of a caller's request that is begun at `now`. */
export async function contextFor(
  request: FastifyRequest,
  { isKnown, ...caller }: Caller,
  base: string,
  admit: Admit,
  now: Date,
): Promise<Ctx> {
  const ctx: Ctx = {
    ...caller,
    now,
    requestId: request.id,
    lang: languageOf(request.headers['accept-language']),
    address: request.ip,
    base,
  };
  if (!isKnown) return Object.freeze(ctx);
  const purpose = emergencyOf(request);
  return admit(purpose ? { ...ctx, purpose } : ctx);
}

/** Both at once, for what is not held back. */
export async function contextOf(
  request: FastifyRequest,
  base: string,
  auth: 'smart' | 'open',
  authenticate: Authenticate,
  admit: Admit,
  now: Date,
): Promise<Ctx> {
  return contextFor(request, await callerOf(request, base, auth, authenticate), base, admit, now);
}

/** RFC 6750 §2.1, RFC 9449 §7.1: only the header; a token in a query would end in logs. */
export function credentialsOf(request: FastifyRequest, base: string): Credentials | undefined {
  const { authorization, dpop: proof } = request.headers;
  if (authorization === undefined) return undefined;
  const [, scheme, token] = /^(Bearer|DPoP) +([\w\-.~+/]+=*)$/i.exec(authorization) ?? [];
  if (token !== undefined && scheme?.toLowerCase() === 'bearer') return { scheme: 'Bearer', token };
  if (token !== undefined) {
    const url = new URL(request.originalUrl, base).href;
    return {
      scheme: 'DPoP',
      token,
      ...(typeof proof === 'string' ? { proof: { proof, method: request.method, url } } : {}),
    };
  }
  throw unauthenticated(
    {
      en: "The Authorization header must be 'Bearer <token>'.",
      zh: 'Authorization 头应为 “Bearer <令牌>”。',
    },
    'Bearer realm="xiantong", error="invalid_request"',
  );
}
