/** Tokens for tests: clients are registered, and ask the server's own token endpoint. */
import { expect } from 'vitest';
import { createClient } from '../../src/smart/clients.ts';
import type { Answer, Method, TestApp } from '../support/app.ts';

let clients = 0;

/** A client of the whole county unless it says otherwise. */
export interface TestClient {
  readonly id?: string;
  readonly organization?: string;
  readonly countyWide?: boolean;
  readonly roles?: readonly string[];
}

/** An access token with exactly these scopes, of a client of its own. */
export async function tokenFor(app: TestApp, scope: string, client: TestClient = {}): Promise<string> {
  const { id = `client-${++clients}`, countyWide = true, ...others } = client;
  const secret = await createClient(app.database, { id, name: `系统 ${id}`, scope, countyWide, ...others });
  const response = await app.app.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    },
    payload: 'grant_type=client_credentials',
  });
  expect(response.statusCode, response.body).toBe(200);
  return (response.json() as { access_token: string }).access_token;
}

export type Call = (
  method: Method,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** `app.call` as somebody with these scopes. */
export async function as(app: TestApp, scope: string, client?: TestClient): Promise<Call> {
  const authorization = `Bearer ${await tokenFor(app, scope, client)}`;
  return (method, path, body, headers = {}) => app.call(method, path, body, { authorization, ...headers });
}
