/** Request -> Ctx: who asks, what they may, in which language. */
import type { FastifyRequest } from 'fastify';
import { openAccess } from '../access/decide.ts';
import type { Access, Actor, Ctx } from '../kernel/ctx.ts';
import { unauthenticated } from '../kernel/fhir-error.ts';
import { languageOf } from '../kernel/outcome.ts';

export interface Verified {
  readonly actor: Actor;
  readonly access: Access;
}

/** Checks a bearer token; throws `unauthenticated`. */
export type Authenticate = (token: string) => Promise<Verified>;

const ANONYMOUS: Verified = {
  actor: { client: 'anonymous', display: 'anonymous (AUTH=open)' },
  access: openAccess(),
};

/** Who asks. Throws `unauthenticated` when a token is needed and missing, or there and wrong. */
export async function callerOf(
  request: FastifyRequest,
  auth: 'smart' | 'open',
  authenticate: Authenticate,
): Promise<Verified> {
  const token = bearerOf(request);
  if (token === undefined && auth === 'smart') {
    throw unauthenticated(
      {
        en: 'This needs an access token. The token endpoint is in /fhir/.well-known/smart-configuration.',
        zh: '此请求需要访问令牌。令牌端点见 /fhir/.well-known/smart-configuration。',
      },
      'Bearer realm="xiantong"',
    );
  }
  return token === undefined ? ANONYMOUS : authenticate(token);
}

/** The context of a request that is begun now. */
export function contextOf(
  request: FastifyRequest,
  { actor, access }: Verified,
  base: string,
  now: Date,
): Ctx {
  return Object.freeze({
    actor,
    access,
    now,
    requestId: request.id,
    lang: languageOf(request.headers['accept-language']),
    address: request.ip,
    base,
  });
}

/** RFC 6750 §2.1: only the header; a token in a query would end in logs. */
function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer +([\w\-.~+/]+=*)$/i.exec(header);
  if (match) return match[1];
  throw unauthenticated(
    {
      en: "The Authorization header must be 'Bearer <token>'.",
      zh: 'Authorization 头应为 “Bearer <令牌>”。',
    },
    'Bearer realm="xiantong", error="invalid_request"',
  );
}
