/** A small OpenID provider for tests: signs in whoever is set, and can be told to lie. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface TestUpstream {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Claims of whoever signs in next. */
  person: Record<string, unknown>;
  /** Changes what is said: claims of the id_token, or how it is signed. */
  lie: { claims?: Record<string, unknown>; alg?: 'none' | 'foreign' };
  /** What the last authorization request asked. */
  asked?: URLSearchParams;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<TestUpstream> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const foreign = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  const codes = new Map<string, URLSearchParams>();
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', upstream.issuer);
    const json = (status: number, body: object) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/.well-known/openid-configuration') {
      return json(200, {
        issuer: upstream.issuer,
        authorization_endpoint: `${upstream.issuer}/authorize`,
        token_endpoint: `${upstream.issuer}/token`,
        jwks_uri: `${upstream.issuer}/jwks`,
      });
    }
    if (url.pathname === '/jwks') return json(200, { keys: [jwk] });
    if (url.pathname === '/authorize') {
      upstream.asked = url.searchParams;
      const code = randomUUID();
      codes.set(code, url.searchParams);
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      return res.writeHead(302, { location: back.href }).end();
    }
    const form = new URLSearchParams(await bodyOf(req));
    const asked = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    // RFC 6749 §2.3.1: both are form-encoded.
    const basic = Buffer.from(req.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
    const [id, secret] = basic.split(':').map((part) => new URLSearchParams(`x=${part}`).get('x'));
    const known = id === upstream.clientId && secret === upstream.clientSecret;
    const proven = known && challenge === asked?.get('code_challenge');
    if (!asked || !proven) return json(400, { error: 'invalid_grant' });
    const claims = { nonce: asked.get('nonce'), ...upstream.person, ...upstream.lie.claims };
    const unsigned = [
      { alg: 'none' },
      { iss: upstream.issuer, aud: upstream.clientId, exp: 9e9, iat: Date.now() / 1000, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signed = new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(upstream.issuer)
      .setAudience(upstream.clientId)
      .setIssuedAt()
      .setExpirationTime('5m');
    // What the lie says stands after what is set here.
    const { lie } = upstream;
    if (lie.claims?.iss) signed.setIssuer(String(lie.claims.iss));
    if (lie.claims?.aud) signed.setAudience(String(lie.claims.aud));
    if (lie.claims?.exp) signed.setExpirationTime(Number(lie.claims.exp));
    const id_token =
      lie.alg === 'none'
        ? `${unsigned}.`
        : await signed.sign(lie.alg === 'foreign' ? foreign.privateKey : privateKey);
    return json(200, { id_token, access_token: 'x', token_type: 'Bearer' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: TestUpstream = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'xiantong',
    clientSecret: 'a secret: with + signs',
    person: { sub: 'nobody' },
    lie: {},
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return upstream;
}

async function bodyOf(req: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
