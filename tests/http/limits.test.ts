/** What a client may ask for in how short a time, whose scripts may call, and what of it gets into the log. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createClient } from '../../src/smart/clients.ts';
import { as, tokenFor } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, patient } from './support.ts';

/** A second; small, so that a slow machine exceeds it too. */
const RATE = 2;

let app: TestApp;
const lines: string[] = [];

beforeAll(async () => {
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  app = await startTestApp(
    {
      auth: 'smart',
      rateLimit: RATE,
      signInFailures: 20,
      corsOrigins: ['https://portal.example.cn'],
      proxies: ['10.9.0.0/16'],
    },
    [],
    log,
  );
});
afterAll(() => app.close());

test('a client that sends too much is told when to come back, and others are not held up by it', async () => {
  const loud = await as(app, 'system/*.cruds', { id: 'loud' });
  const quiet = await as(app, 'system/*.cruds', { id: 'quiet' });
  const answers = await Promise.all(Array.from({ length: 200 }, () => loud('GET', 'Patient/none')));
  const refused = answers.filter((a) => a.status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.filter((a) => a.status === 404).length).toBeGreaterThanOrEqual(RATE * 11);
  expectError(refused[0]!, 429, { code: 'throttled' });
  expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThan(0);
  expect((await quiet('GET', 'Patient/none')).status).toBe(404);
});

const askForToken = (id: string, secret: string, address: string) =>
  app.app.inject({
    method: 'POST',
    url: '/oauth/token',
    remoteAddress: '10.9.0.1',
    headers: {
      'x-forwarded-for': address,
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    },
    payload: 'grant_type=client_credentials',
  });

test('a large body is awaited from nobody who does not show who they are', async () => {
  const headers = { 'content-type': 'application/fhir+json', 'content-length': '20000000' };
  for (const authorization of [undefined, 'Bearer a.b.c']) {
    // Announced, and never sent.
    const payload = new Readable({ read: () => {} });
    const url = '/fhir/Patient';
    const sent = { ...headers, ...(authorization === undefined ? {} : { authorization }) };
    const answer = await app.app.inject({ method: 'POST', url, headers: sent, payload });
    expect([answer.statusCode, answer.json().resourceType]).toEqual([401, 'OperationOutcome']);
  }
  const platform = await as(app, 'system/*.cruds');
  const large = patient('large', { name: [{ text: 'x'.repeat(300_000) }] });
  expect((await platform('POST', 'Patient', large)).status).toBe(201);
});

test('who guesses a client’s secret has to wait, and nobody else has', async () => {
  const secret = await createClient(app.database, { id: 'guessed', name: 'g', scope: 'system/*.r' });
  const other = await createClient(app.database, { id: 'beside', name: 'b', scope: 'system/*.r' });
  for (let i = 0; i < 20; i++) {
    expect((await askForToken('guessed', `wrong-${i}`, '10.1.1.1')).statusCode).toBe(401);
  }
  const refused = await askForToken('guessed', secret, '10.1.1.1');
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1);
  // The same client elsewhere, and another client at the same place.
  expect((await askForToken('guessed', secret, '10.1.1.2')).statusCode).toBe(200);
  expect((await askForToken('beside', other, '10.1.1.1')).statusCode).toBe(200);
});

test('scripts of named origins and of registered clients may call, others may not', async () => {
  const allowed = async (origin: string, path = 'Patient/none') =>
    (await app.call('GET', path, undefined, { origin })).headers['access-control-allow-origin'];
  expect(await allowed('https://portal.example.cn')).toBe('https://portal.example.cn');
  expect(await allowed('https://elsewhere.example')).toBeUndefined();
  expect(await allowed('http://localhost:3000')).toBeUndefined();
  expect(await allowed('https://elsewhere.example', 'metadata')).toBe('*');
  const preflight = (origin: string) =>
    app.call('OPTIONS', 'Patient/1', undefined, { origin, 'access-control-request-method': 'PUT' });
  const good = await preflight('https://portal.example.cn');
  expect(good.status).toBe(204);
  expect(good.headers).toMatchObject({
    'access-control-allow-origin': 'https://portal.example.cn',
    'access-control-allow-methods': expect.stringContaining('PUT'),
  });
  const bad = await preflight('https://elsewhere.example');
  expect(bad.status).toBe(204);
  expect(bad.headers.allow).toContain('PUT');
  expect(bad.headers['access-control-allow-origin']).toBeUndefined();
  expect(bad.headers['access-control-allow-methods']).toBeUndefined();
});

test.each([
  '/fhir/Patient/1',
  '/fhir/metadata',
  '/oauth/token',
  '/oauth/jwks',
  '/healthz',
  '/nothing',
  '/fhir/%zz',
])('%s is answered with the headers that protect it in browsers', async (url) => {
  const { headers } = await app.app.inject({ method: 'GET', url });
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'strict-transport-security': expect.stringContaining('max-age='),
    'content-security-policy': expect.stringContaining("default-src 'none'"),
    'referrer-policy': 'no-referrer',
  });
});

test('the address of a caller is believed from a named proxy alone', async () => {
  const authorization = `Bearer ${await tokenFor(app, 'system/*.cruds')}`;
  const ask = (id: string, remoteAddress: string) =>
    app.app.inject({
      url: '/fhir/Patient?name=x',
      remoteAddress,
      headers: { authorization, 'x-request-id': id, 'x-forwarded-for': '203.0.113.7' },
    });
  await ask('by-proxy', '10.9.0.2');
  await ask('by-liar', '10.8.0.2');
  const { rows } = await app.database.query<{ request: string; address: string }>({
    text: `select request, address from audit_log where request like 'by-%' order by request`,
    values: [],
  });
  expect(rows).toEqual([
    { request: 'by-liar', address: '10.8.0.2' },
    { request: 'by-proxy', address: '203.0.113.7' },
  ]);
});

test('no secret and no number that names a person gets into the log, whatever happens', async () => {
  const call = await as(app, 'system/*.cruds', { id: 'logged' });
  const token = await tokenFor(app, 'system/*.cruds', { id: 'planted' });
  const planted = ['11010519491231002X', '13800138000', 'Planted-Secret-1', token, token.split('.')[2]!];
  const [number, phone, secret] = planted as [string, string, string];
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  await call(
    'POST',
    'Patient',
    patient('x', { identifier: [{ value: number }], telecom: [{ value: phone }] }),
  );
  await call('GET', `Patient?identifier=${number}&phone=${phone}&access_token=${token}`);
  await call('POST', 'Patient/_search', `identifier=${number}&telecom=${phone}`, form);
  await call('POST', 'Patient', `{"resourceType":"Patient","name":[{"text":"${number}"`);
  await call('GET', `${number}/${phone}?secret=${secret}`);
  await app.call('GET', 'Patient', undefined, { authorization: `Bearer ${token}x` });
  await app.call('GET', 'Patient', undefined, { authorization: `Basic ${secret}` });
  await app.app.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: form,
    payload: `grant_type=client_credentials&client_id=logged&client_secret=${secret}`,
  });
  await app.app.inject({
    method: 'POST',
    url: `/oauth/token?client_secret=${secret}`,
    headers: form,
    payload: 'x',
  });
  // An error that nobody foresaw, whose message quotes what was sent.
  await app.database.query({ text: 'alter table resource rename to resource_gone', values: [] });
  const broken = await call('GET', `Patient?identifier=${number}`);
  await app.database.query({ text: 'alter table resource_gone rename to resource', values: [] });
  expect(broken.status).toBe(500);
  app.app.log.error({ err: new Error(`who is ${number}, ${phone}, Bearer ${token}?`) }, `of ${number}`);
  const text = lines.join('');
  expect(text).toContain('request failed');
  expect(text).toContain('110105********002X');
  for (const one of planted) expect(text).not.toContain(one);
});
