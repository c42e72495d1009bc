/** Access tokens: what a token says, once it is known to be ours, in force, and of a client still let in. */
import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { bearerChallenge } from '../access/challenge.ts';
import { accessOf } from '../access/scopes.ts';
import type { Access } from '../kernel/ctx.ts';
import { type FhirError, unauthenticated } from '../kernel/fhir-error.ts';
import type { Text } from '../kernel/issue.ts';
import type { OAuthClient } from './clients.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './keys.ts';

/** Who brought a valid token, and how far it reaches. */
export interface Verdict {
  /** OAuth client id. */
  readonly client: string;
  /** The scopes granted. */
  readonly scope: string;
  /** What those scopes permit: taken apart once for each token. */
  readonly access: Access;
  /** When the token ends, in seconds since 1970. */
  readonly exp: number;
  /** The organisation the client belongs to: `Organization/x`. */
  readonly organization?: string;
  /** Works for the whole county, not for its organisation alone. */
  readonly countyWide: boolean;
  /** Roles of the access policy. */
  readonly roles: readonly string[];
  readonly fhirUser?: string;
  /** The client's name, for audit records. */
  readonly display: string;
}

export type Verifier = (token: string) => Promise<Verdict>;

export interface VerifierOptions {
  readonly keys: SigningKeys;
  readonly issuer: string;
  readonly audience: string;
  /** Looks a client up: it may have been shut out since the token was issued. */
  readonly findClient: (id: string) => Promise<OAuthClient | undefined>;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
}

interface Claims {
  readonly fhirUser?: string;
  readonly client: string;
  readonly scope: string;
  readonly access: Access;
  readonly exp: number;
}

/** Clocks of a county's machines are allowed to differ by this much. */
const LEEWAY_SECONDS = 5;
/** How long a client that was shut out may still get in. */
const CLIENT_TTL_MS = 30_000;
/** Tokens remembered; a county has some hundreds of systems, each with a token or a few. */
const MAX_TOKENS = 4096;
const MAX_CLIENTS = 4096;
/** Ours are about 2 KB at most; longer ones are not worth a look. */
const MAX_TOKEN_LENGTH = 8192;

/**
 * A function that checks a token and returns what it says, or throws `unauthenticated`. What was found
 * good once is remembered until it ends; what was found bad is looked at anew each time, so that bad
 * tokens push nothing out.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { keys, issuer, audience, findClient, now = Date.now } = options;
  const keySet = createLocalJWKSet(keys.publicJwks());
  const known = new Map<string, Claims>();
  const clients = new Map<string, { readonly client: OAuthClient | undefined; readonly until: number }>();

  async function claimsOf(token: string): Promise<Claims> {
    if (token.length > MAX_TOKEN_LENGTH) throw refused(MALFORMED);
    const digest = createHash('sha256').update(token).digest('base64');
    const before = known.get(digest);
    if (before) {
      known.delete(digest);
      if (isOver(before.exp, now())) throw refused(EXPIRED);
      known.set(digest, before);
      return before;
    }
    const claims = await check(token);
    remember(known, digest, claims, MAX_TOKENS);
    return claims;
  }

  async function check(token: string): Promise<Claims> {
    try {
      const { payload } = await jwtVerify(token, keySet, {
        algorithms: [SIGNING_ALGORITHM],
        typ: 'at+jwt',
        issuer,
        audience,
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'iat', 'client_id', 'scope'],
      });
      return claimsFrom(payload);
    } catch (error) {
      throw refused(reasonFor(error));
    }
  }

  async function clientOf(id: string): Promise<OAuthClient | undefined> {
    const before = clients.get(id);
    if (before && now() < before.until) return before.client;
    const client = await findClient(id);
    clients.delete(id);
    remember(clients, id, { client, until: now() + CLIENT_TTL_MS }, MAX_CLIENTS);
    return client;
  }

  return async (token) => {
    const claims = await claimsOf(token);
    const client = await clientOf(claims.client);
    if (!client?.active) throw refused(SHUT_OUT);
    return {
      ...claims,
      display: client.name,
      countyWide: client.countyWide,
      roles: client.roles,
      ...(client.organization === undefined ? {} : { organization: client.organization }),
    };
  };
}

function claimsFrom(payload: JWTPayload): Claims {
  const {
    client_id: client,
    scope,
    exp,
    fhirUser,
    patient,
  } = payload as JWTPayload & { fhirUser?: string; patient?: string };
  if (typeof client !== 'string' || typeof scope !== 'string' || typeof exp !== 'number') {
    throw new errors.JWTInvalid('a claim has the wrong type');
  }
  return { client, scope, access: accessOf(scope, patient), exp, ...(fhirUser ? { fhirUser } : {}) };
}

function isOver(exp: number, nowMs: number): boolean {
  return exp <= Math.floor(nowMs / 1000) - LEEWAY_SECONDS;
}

/** Adds to a map that forgets its oldest entry beyond a size. */
function remember<K, V>(map: Map<K, V>, key: K, value: V, size: number): void {
  map.set(key, value);
  if (map.size <= size) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

interface Reason {
  /** ASCII, for the header. */
  readonly description: string;
  readonly text: Text;
}

const EXPIRED: Reason = {
  description: 'The access token expired',
  text: {
    en: 'The access token has expired. Get a new one from the token endpoint.',
    zh: '访问令牌已过期,请向令牌端点重新获取。',
  },
};

const FOREIGN: Reason = {
  description: 'The access token was not issued here for this server',
  text: {
    en: "The access token was not issued by this server, or not for it. Get one from this server's token endpoint.",
    zh: '访问令牌不是由本服务器签发,或不是签发给本服务器使用的。请向本服务器的令牌端点获取。',
  },
};

const MALFORMED: Reason = {
  description: 'The access token is malformed',
  text: {
    en: 'The access token cannot be read. Send it unchanged, as Authorization: Bearer <token>.',
    zh: '访问令牌无法识别。请原样发送:Authorization: Bearer <令牌>。',
  },
};

const SHUT_OUT: Reason = {
  description: 'The client is not active',
  text: {
    en: 'The client this access token was issued to is no longer active. Ask the operator of this server.',
    zh: '该访问令牌所属的客户端已停用。请联系本服务器的管理方。',
  },
};

function reasonFor(error: unknown): Reason {
  if (error instanceof errors.JWTExpired) return EXPIRED;
  const malformed =
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    (error instanceof errors.JWTClaimValidationFailed && error.reason !== 'check_failed');
  if (malformed) return MALFORMED;
  if (error instanceof errors.JOSEError) return FOREIGN;
  throw error;
}

function refused({ description, text }: Reason): FhirError {
  return unauthenticated(text, bearerChallenge({ error: 'invalid_token', description }));
}
