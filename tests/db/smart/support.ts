/** An authorization server for a test: over HTTP, mounted as in production. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../../src/kernel/ctx.ts';
import type { Patients } from '../../../src/smart/accounts/patients.ts';
import { createSignIns } from '../../../src/smart/accounts/sign-ins.ts';
import { createKeyRing, type KeyRing, type SigningKeys } from '../../../src/smart/keys.ts';
import { createOAuth, type OAuth } from '../../../src/smart/provider.ts';
import { createVerifier } from '../../../src/smart/verify.ts';

export interface TestOAuth {
  readonly origin: string;
  readonly fhirBase: string;
  readonly keys: SigningKeys;
  readonly ring: KeyRing;
  readonly oauth: OAuth;
  readonly failures: unknown[];
  close(): Promise<void>;
}

export async function startOAuth(db: Database): Promise<TestOAuth> {
  let oauth: OAuth | undefined;
  const server = createServer((req, res) => oauth?.callback(req, res));
  const origin = await listen(server);
  const ring = await createKeyRing(db);
  const failures: unknown[] = [];
  oauth = oauthOver(db, origin, ring, (error) => failures.push(error));
  const keys = ring.current();
  return { origin, fhirBase: `${origin}/fhir`, keys, ring, oauth, failures, close: () => close(server) };
}

/** For who gets tokens without anybody signing on. */
export function oauthOver(
  db: Database,
  origin: string,
  keys: KeyRing,
  onError?: (error: unknown) => void,
): OAuth {
  const fhirBase = `${origin}/fhir`;
  const verify = createVerifier({ db, keys, issuer: `${origin}/oauth`, audience: fhirBase });
  const signIns = createSignIns(db, async () => {});
  const recordToken = async () => {};
  return createOAuth({ db, origin, fhirBase, keys, verify, patients: NOBODY, signIns, recordToken, onError });
}

const NOBODY: Patients = {
  own: async () => [],
  search: async () => [],
  find: async () => undefined,
  encounters: async () => [],
};

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export function basic(id: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Asks the token endpoint. */
export async function askToken(
  origin: string,
  parameters: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${origin}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString(),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}
