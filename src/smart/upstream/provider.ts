/**
 * The county's own login, as an OpenID provider: where it is, what it says of a person. Authorization code with PKCE.
 * https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 */
import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';

export interface UpstreamSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Of a confidential client. */
  readonly clientSecret?: string;
  /** What people call it. */
  readonly name: string;
  /**
   * The claim that says whose account it is. `sub` is compared with the subject that an administrator noted at the
   * account; any other one with the login, so it must be one that people cannot choose there themselves.
   */
  readonly claim: string;
}

/** What has to come back with the person. */
export interface Expectation {
  readonly nonce: string;
  readonly verifier: string;
}

export interface UpstreamProvider {
  /** Where the browser goes. */
  address(state: string, expected: Expectation): Promise<string>;
  /** Who came back with a code. Throws UpstreamFault when that is not proven. */
  claims(code: string, expected: Expectation): Promise<JWTPayload & { readonly sub: string }>;
}

/** What the other provider says cannot be relied on, or it says nothing. */
export class UpstreamFault extends Error {
  override readonly name = 'UpstreamFault';
}

interface Metadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly token_endpoint_auth_methods_supported?: readonly string[];
}

const TIMEOUT_MS = 5_000;
const METADATA_TTL_MS = 3_600_000;
const LEEWAY_SECONDS = 60;
const MAX_AGE_SECONDS = 600;
const MAX_ANSWER_BYTES = 256 * 1024;
/** Signatures that only the other provider can make. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** `redirectUri` is where it sends people back to: it is registered there. */
export function createUpstreamProvider(settings: UpstreamSettings, redirectUri: string): UpstreamProvider {
  const { issuer, clientId, clientSecret } = settings;
  let known: {
    readonly metadata: Metadata;
    readonly keys: ReturnType<typeof createRemoteJWKSet>;
    readonly until: number;
  };

  async function discover() {
    if (known && Date.now() < known.until) return known;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const metadata = (await answerOf(address)) as Partial<Metadata>;
    const { authorization_endpoint, token_endpoint, jwks_uri } = metadata;
    if (metadata.issuer !== issuer) throw new UpstreamFault(`${address} names another issuer than ${issuer}`);
    for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri]) {
      if (!isSafe(endpoint)) throw new UpstreamFault(`${address} names an endpoint that is not HTTPS`);
    }
    const keys = createRemoteJWKSet(new URL(jwks_uri!), { timeoutDuration: TIMEOUT_MS });
    known = { metadata: metadata as Metadata, keys, until: Date.now() + METADATA_TTL_MS };
    return known;
  }

  return {
    async address(state, { nonce, verifier }) {
      const { metadata } = await discover();
      const url = new URL(metadata.authorization_endpoint);
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state,
        nonce,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    async claims(code, { nonce, verifier }) {
      const { metadata, keys } = await discover();
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
      });
      const headers: Record<string, string> = {};
      const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      if (clientSecret !== undefined && methods.includes('client_secret_basic')) {
        const pair = [clientId, clientSecret].map(formEncoded).join(':');
        headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
      } else {
        form.set('client_id', clientId);
        if (clientSecret !== undefined) form.set('client_secret', clientSecret);
      }
      const { id_token } = (await answerOf(metadata.token_endpoint, {
        method: 'POST',
        body: form,
        headers,
      })) as {
        id_token?: unknown;
      };
      if (typeof id_token !== 'string') throw new UpstreamFault('The token endpoint answered no id_token');
      try {
        const { payload } = await jwtVerify(id_token, keys, {
          issuer,
          audience: clientId,
          algorithms: ALGORITHMS,
          clockTolerance: LEEWAY_SECONDS,
          maxTokenAge: MAX_AGE_SECONDS,
          requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
        });
        if (payload.nonce !== nonce) throw new UpstreamFault('The id_token is of another sign-in');
        if (payload.azp !== undefined && payload.azp !== clientId)
          throw new UpstreamFault('The id_token is for another client');
        return payload as JWTPayload & { sub: string };
      } catch (error) {
        if (error instanceof errors.JOSEError) throw new UpstreamFault(error.message, { cause: error });
        throw error;
      }
    },
  };
}

/** 256 random bits. */
export function randomText(): string {
  return randomBytes(32).toString('base64url');
}

/** HTTPS; HTTP to this very machine, for whoever tries it out. */
export function isSafe(address: unknown): boolean {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url?.username !== '') return false;
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback);
}

async function answerOf(address: string, init: RequestInit = {}): Promise<object> {
  let answer: Response;
  try {
    const headers = { accept: 'application/json', ...init.headers };
    answer = await fetch(address, {
      ...init,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await bounded(answer);
    const value: unknown = JSON.parse(text);
    if (answer.ok && typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw new UpstreamFault(`${address} cannot be asked: ${(error as Error).message}`, { cause: error });
  }
  throw new UpstreamFault(`${address} answered ${answer.status}`);
}

async function bounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** RFC 6749 §2.3.1: client id and secret are form-encoded before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice(2);
}
