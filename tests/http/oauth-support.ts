/** A browser, an app, and a person who signs on, for tests of the authorization server. */
import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { createAccount, keepPassword } from '../../src/smart/accounts/account.ts';
import { hashPassword } from '../../src/smart/accounts/password.ts';
import type { ClientMetadata, ClientRegistration } from '../../src/smart/clients.ts';
import { createClient, createKeyedOrPublicClient } from '../../src/smart/clients.ts';
import { BASE, type TestApp } from '../support/app.ts';
import type { Json } from './support.ts';

export const ORIGIN = BASE.replace(/\/fhir$/, '');
export const REDIRECT = 'https://app.example/after-auth';
export const PASSWORD = 'correct horse battery staple';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: Json;
}

/** Keeps cookies as a browser does, and follows nothing by itself. */
export interface Browser {
  readonly cookies: Map<string, { readonly value: string; readonly path: string }>;
  get(address: string, headers?: Record<string, string>): Promise<Answer>;
  post(address: string, form: Form, headers?: Record<string, string>): Promise<Answer>;
}

type Form = Readonly<Record<string, string>> | URLSearchParams;

export function createBrowser(app: TestApp): Browser {
  const cookies: Browser['cookies'] = new Map();
  async function ask(method: 'GET' | 'POST', address: string, payload: string | undefined, more: object) {
    const { pathname, search } = new URL(address, ORIGIN);
    const sent = [...cookies].filter(([, { path }]) => pathname === path || pathname.startsWith(path));
    const response = await app.app.inject({
      method,
      url: pathname + search,
      headers: {
        accept: 'text/html',
        'accept-language': 'en',
        ...(sent.length === 0
          ? {}
          : { cookie: sent.map(([name, { value }]) => `${name}=${value}`).join('; ') }),
        ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...more,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    for (const { name, value, path = '/' } of response.cookies) {
      if (value === '') cookies.delete(name);
      else cookies.set(name, { value, path });
    }
    return answerOf(response);
  }
  return {
    cookies,
    get: (address, headers = {}) => ask('GET', address, undefined, headers),
    post: (address, form, headers = {}) =>
      ask('POST', address, new URLSearchParams(form).toString(), headers),
  };
}

/** A form to an endpoint, as a client sends it. */
export async function post(
  app: TestApp,
  path: string,
  form: Form,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(
    await app.app.inject({
      method: 'POST',
      url: `/oauth${path}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(form).toString(),
    }),
  );
}

function answerOf(response: { statusCode: number; headers: object; body: string }): Answer {
  let body: Json;
  try {
    body = JSON.parse(response.body) as Json;
  } catch {
    body = undefined as unknown as Json;
  }
  return {
    status: response.statusCode,
    headers: response.headers as Answer['headers'],
    text: response.body,
    body,
  };
}

let people = 0;

/** Somebody who may sign on with `PASSWORD`. */
export async function addPerson(
  app: TestApp,
  details: { fhirUser?: string; name?: string; administrator?: boolean } = {},
): Promise<{ id: string; login: string }> {
  const login = `person${++people}`;
  const hash = await hashPassword(PASSWORD);
  const account = await createAccount(app.database, { login, name: '王医生', ...details }, hash);
  await keepPassword(app.database, account!.id, hash, false);
  return { id: account!.id, login };
}

let apps = 0;

/** An app; public unless its metadata says otherwise. */
export async function addApp(
  app: TestApp,
  scope: string,
  more: { metadata?: ClientMetadata; grantTypes?: ClientRegistration['grantTypes']; id?: string } = {},
): Promise<{ id: string; secret: string }> {
  const id = more.id ?? `app${++apps}`;
  const metadata: ClientMetadata = {
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: 'none',
    ...more.metadata,
  };
  const registration = {
    id,
    name: `应用 ${id}`,
    scope,
    grantTypes: more.grantTypes ?? (['authorization_code', 'refresh_token'] as const),
    metadata,
  };
  const method = metadata.token_endpoint_auth_method;
  if (method === 'none' || method === 'private_key_jwt') {
    await createKeyedOrPublicClient(app.database, registration);
    return { id, secret: '' };
  }
  return { id, secret: await createClient(app.database, registration) };
}

export function basic(id: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

export interface Request {
  readonly verifier: string;
  readonly state: string;
  readonly address: string;
}

/** An authorization request as SMART asks for it; `more` changes parameters, or leaves them out. */
export function authorizationRequest(
  client: string,
  scope: string,
  more: Readonly<Record<string, string | undefined>> = {},
): Request {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const parameters = {
    response_type: 'code',
    client_id: client,
    redirect_uri: REDIRECT,
    scope,
    state,
    aud: BASE,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { verifier, state, address: `/oauth/authorize?${new URLSearchParams(given)}` };
}

/** Where a redirect leads. */
export function locationOf(answer: Answer): URL {
  expect(answer.status, answer.text.split('<main>').at(-1)).toBe(303);
  return new URL(String(answer.headers.location), ORIGIN);
}

export interface Person {
  readonly login: string;
  readonly patient?: string;
  readonly encounter?: string;
  /** Scopes that are unticked. */
  readonly refuse?: readonly string[];
}

/** Goes from page to page as the person would, until the app has its answer. */
export async function signOn(browser: Browser, request: Request, person: Person): Promise<URL> {
  let answer = await browser.get(request.address);
  for (let step = 0; step < 12; step++) {
    const to = locationOf(answer);
    if (to.origin !== ORIGIN) return to;
    const page = await browser.get(to.href);
    if (page.status !== 200) {
      answer = page;
      continue;
    }
    const action = (last: string) => `${to.pathname}/${last}`;
    if (page.text.includes('name="password"'))
      answer = await browser.post(action('login'), { login: person.login, password: PASSWORD });
    else if (page.text.includes('name="patient"'))
      answer = await browser.post(action('patient'), { patient: person.patient! });
    else if (page.text.includes('name="encounter"'))
      answer = await browser.post(action('encounter'), { encounter: person.encounter! });
    else answer = await browser.post(action('consent'), ticked(page.text, person.refuse ?? []));
  }
  throw new Error('The sign-on went round in circles');
}

function ticked(page: string, refuse: readonly string[]): URLSearchParams {
  const scopes = [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) =>
    scope!.replaceAll('&amp;', '&'),
  );
  return new URLSearchParams(
    scopes.filter((scope) => !refuse.includes(scope)).map((scope): [string, string] => ['scope', scope]),
  );
}

/** The code of an answer at the app. */
export function codeOf(at: URL, request: Request): string {
  expect(at.searchParams.get('error_description')).toBeNull();
  expect(at.searchParams.get('state')).toBe(request.state);
  expect(at.searchParams.get('iss')).toBe(`${ORIGIN}/oauth`);
  return at.searchParams.get('code')!;
}

/** Exchanges a code, for a public client unless headers say otherwise. */
export function exchange(
  app: TestApp,
  client: string,
  code: string,
  { verifier }: Pick<Request, 'verifier'>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return post(
    app,
    '/token',
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      ...(headers.authorization === undefined ? { client_id: client } : {}),
    },
    headers,
  );
}

/** Everything from the first request to the token response of a public client. */
export async function tokensFor(
  app: TestApp,
  client: string,
  scope: string,
  person: Person,
  more: { browser?: Browser; parameters?: Readonly<Record<string, string>> } = {},
): Promise<Json> {
  const request = authorizationRequest(client, scope, more.parameters);
  const at = await signOn(more.browser ?? createBrowser(app), request, person);
  const answer = await exchange(app, client, codeOf(at, request), request);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

export function refresh(app: TestApp, client: string, token: string, more: Form = {}): Promise<Answer> {
  return post(app, '/token', {
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: client,
    ...(more as Record<string, string>),
  });
}

/** A request to the FHIR endpoint with a token. */
export function withToken(app: TestApp, token: string, path = 'Patient/p1') {
  return app.call('GET', path, undefined, { authorization: `Bearer ${token}` });
}
