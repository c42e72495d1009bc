/**
 * Access tokens: what a token says, once it is known to be ours, in force, not taken back, and of a client and a
 * person still let in. Signature and end are looked at each time; the rest for at most 30 seconds from one look, in
 * each process.
 */
import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { bearerChallenge } from '../access/challenge.ts';
import { accessOf } from '../access/scopes.ts';
import type { Access, Db } from '../kernel/ctx.ts';
import { type FhirError, unauthenticated } from '../kernel/fhir-error.ts';
import type { Text } from '../kernel/issue.ts';
import { type Account, findAccount } from './accounts/account.ts';
import { findClient, type OAuthClient } from './clients.ts';
import { checkProof, type DpopProof } from './dpop.ts';
import { DPOP_ALGORITHMS } from './endpoints.ts';
import { type KeyRing, SIGNING_ALGORITHM, type SigningKeys } from './keys.ts';
import { isTokenLive } from './tokens.ts';

/** What a request brought in its `Authorization` header, and its `DPoP` header. */
export interface Credentials {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
  readonly proof?: DpopProof;
}

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
  /** The client's name, for audit records. */
  readonly display: string;
  /** Id of the token. */
  readonly token: string;
  /** The person's name. */
  readonly userName?: string;
  /** The person's account. */
  readonly user?: string;
  /** The person: `Practitioner/x`, `Patient/x` or `RelatedPerson/x`. */
  readonly fhirUser?: string;
}

export type Verifier = (credentials: Credentials) => Promise<Verdict>;

export interface VerifierOptions {
  readonly keys: KeyRing;
  readonly issuer: string;
  readonly audience: string;
  /** Where clients, people and what was taken back are looked up. */
  readonly db: Db;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
}

interface Claims {
  readonly fhirUser?: string;
  readonly client: string;
  readonly scope: string;
  readonly access: Access;
  readonly exp: number;
  readonly jti: string;
  /** The person's account, of a token that acts for one. */
  readonly user?: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt?: string;
}

/** What may have changed since the token was issued. */
interface Standing {
  readonly live: boolean;
  readonly client: OAuthClient | undefined;
  readonly person: Account | undefined;
}

/** Clocks of a county's machines are allowed to differ by this much. */
const LEEWAY_SECONDS = 5;
/** How long who was shut out, or what was taken back, may still get in. */
const STANDING_TTL_MS = 30_000;
/** Tokens remembered; a county has some hundreds of systems and thousands of people, each with a token or a few. */
const MAX_TOKENS = 16_384;
/** Ours are about 2 KB at most; longer ones are not worth a look. */
const MAX_TOKEN_LENGTH = 8192;
/** A token may be signed with a key that this process has not heard of yet: it asks, and not too often. */
const LEARN_EVERY_MS = 5_000;

/**
 * A function that checks a token and returns what it says, or throws `unauthenticated`. What was found
 * good once is remembered until it ends; what was found bad is looked at anew each time, so that bad
 * tokens push nothing out.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { keys, issuer, audience, db, now = Date.now } = options;
  const known = new Map<string, Claims>();
  const standings = new Map<string, { readonly standing: Standing; readonly until: number }>();
  let keySet: { readonly of: SigningKeys; readonly get: ReturnType<typeof createLocalJWKSet> } | undefined;
  let learnt = Number.NEGATIVE_INFINITY;

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
      return claimsFrom(await payloadOf(token));
    } catch (error) {
      throw refused(reasonFor(error));
    }
  }

  async function payloadOf(token: string): Promise<JWTPayload> {
    try {
      return await verified(token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || now() < learnt + LEARN_EVERY_MS) throw error;
      learnt = now();
      await keys.learn();
      return verified(token);
    }
  }

  async function verified(token: string): Promise<JWTPayload> {
    const current = keys.current();
    if (keySet?.of !== current) keySet = { of: current, get: createLocalJWKSet(current.publicJwks()) };
    const { payload } = await jwtVerify(token, keySet.get, {
      algorithms: [SIGNING_ALGORITHM],
      typ: 'at+jwt',
      issuer,
      audience,
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'iat', 'client_id', 'scope', 'jti', 'sub'],
    });
    return payload;
  }

  async function standingOf(claims: Claims): Promise<Standing> {
    const before = standings.get(claims.jti);
    if (before && now() < before.until) return before.standing;
    const [live, client, person] = await Promise.all([
      isTokenLive(db, claims.jti),
      findClient(db, claims.client),
      claims.user === undefined ? undefined : findAccount(db, claims.user),
    ]);
    const standing = { live, client, person };
    standings.delete(claims.jti);
    remember(standings, claims.jti, { standing, until: now() + STANDING_TTL_MS }, MAX_TOKENS);
    return standing;
  }

  async function checkBinding({ scheme, token, proof }: Credentials, { jkt }: Claims): Promise<void> {
    if (jkt === undefined && scheme === 'Bearer') return;
    if (jkt === undefined) throw refused(BOUND);
    const shown = scheme === 'DPoP' ? proof : undefined;
    const thumbprint = shown && (await checkProof(db, token, shown, now()).catch(rethrowFailure));
    if (thumbprint !== jkt) throw unproven();
  }

  return async (credentials) => {
    const claims = await claimsOf(credentials.token);
    await checkBinding(credentials, claims);
    const { live, client, person } = await standingOf(claims);
    if (!client?.active) throw refused(SHUT_OUT);
    if (!live || (claims.user !== undefined && !person?.active)) throw refused(TAKEN_BACK);
    return {
      client: claims.client,
      scope: claims.scope,
      access: claims.access,
      exp: claims.exp,
      display: client.name,
      token: claims.jti,
      countyWide: client.countyWide,
      roles: client.roles,
      ...(client.organization === undefined ? {} : { organization: client.organization }),
      ...(person === undefined ? {} : { user: person.id, userName: person.name }),
      ...(person?.fhirUser === undefined ? {} : { fhirUser: person.fhirUser }),
    };
  };
}

/** A proof that is wrong proves nothing; a database that is away is told as such. */
function rethrowFailure(error: unknown): undefined {
  if (error instanceof Error && 'category' in error) throw error;
  return undefined;
}

function claimsFrom(payload: JWTPayload): Claims {
  const { client_id: client, scope, exp, jti, sub, patient, cnf } = payload;
  const jkt = (cnf as { jkt?: unknown } | undefined)?.jkt;
  if (
    typeof client !== 'string' ||
    typeof scope !== 'string' ||
    typeof exp !== 'number' ||
    typeof jti !== 'string' ||
    typeof sub !== 'string' ||
    (patient !== undefined && typeof patient !== 'string') ||
    (jkt !== undefined && typeof jkt !== 'string')
  ) {
    throw new errors.JWTInvalid('a claim has the wrong type');
  }
  return {
    client,
    scope,
    access: accessOf(scope, patient),
    exp,
    jti,
    // A system is its own subject (RFC 9068 §2.2).
    ...(sub === client ? {} : { user: sub }),
    ...(jkt === undefined ? {} : { jkt }),
  };
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

const TAKEN_BACK: Reason = {
  description: 'The access token was revoked',
  text: {
    en: 'The access token was taken back, or its session ended. Sign in again, or get a new one.',
    zh: '该访问令牌已被撤销,或其登录会话已结束。请重新登录或重新获取。',
  },
};

const BOUND: Reason = {
  description: 'The access token and the proof of possession do not belong together',
  text: {
    en: 'A token that is bound to a key goes with Authorization: DPoP <token> and a fresh DPoP proof of that key for this very request; any other with Authorization: Bearer <token>.',
    zh: '绑定密钥的令牌须以 Authorization: DPoP <令牌> 发送,并附该密钥针对本次请求新签的 DPoP 证明;其他令牌以 Authorization: Bearer <令牌> 发送。',
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

/** RFC 9449 §7.1: asks for a proof, and says by which algorithms. */
function unproven(): FhirError {
  const challenge = bearerChallenge({ error: 'invalid_token', description: BOUND.description });
  const algorithms = DPOP_ALGORITHMS.join(' ');
  return unauthenticated(BOUND.text, `${challenge.replace('Bearer', 'DPoP')}, algs="${algorithms}"`);
}
