/** Clients that send or ask for much, read slowly, or go away: the others are served all the same. */
import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError } from './support.ts';

const MEGABYTE = 2 ** 20;
/** Of one Binary; three of them are too much for one answer of the database. */
const HUGE = 22 * MEGABYTE;

const FHIR = { accept: 'application/fhir+json' };

let app: TestApp;
let port: number;
const sockets: Socket[] = [];

beforeAll(async () => {
  app = await startTestApp();
  await app.app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.app.server.address() as AddressInfo).port;
  for (const id of ['a', 'b', 'c']) {
    const huge = { resourceType: 'Binary', id, contentType: 'text/plain', data: 'QUJD'.repeat(HUGE / 4) };
    expect((await app.call('PUT', `Binary/${id}`, huge)).status).toBe(201);
  }
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await app.close();
});

/** Opens a connection that sends and never reads. */
async function mute(text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  socket.pause();
  socket.write(text);
  return socket;
}

const head = (method: string, path: string, more: readonly string[] = []) =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/fhir+json', ...more, '', ''].join(
    '\r\n',
  );

async function post(body: string, headers: Record<string, string>): Promise<number> {
  const request = http.request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/fhir',
    agent: false,
    headers,
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode!;
}

test('a page that is too large is refused, and says how to ask for less; one resource is not', async () => {
  const outcome = expectError(await app.call('GET', 'Binary?_count=3'), 400, { code: 'too-costly' });
  expect(outcome.issue[0].diagnostics).toContain('_count');
  expect((await app.call('GET', 'Binary?_count=1')).body.entry).toHaveLength(1);
});

test('reads at the same time that are too much for one answer are answered one by one', async () => {
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((id) => app.call('GET', `Binary/${id}`, undefined, FHIR)),
  );
  expect(answers.map(({ status, text }) => [status, text.length > HUGE])).toEqual([
    [200, true],
    [200, true],
    [200, true],
  ]);
});

test('clients that do not read their answers keep nobody else from theirs', { timeout: 60_000 }, async () => {
  for (let i = 0; i < 8; i++) await mute(head('GET', '/fhir/Binary/a', ['Accept: application/fhir+json']));
  // Five of them fit into the room for answers; then large answers are refused, and small ones are not.
  await expect
    .poll(async () => (await app.call('GET', 'Binary/b', undefined, FHIR)).status, {
      timeout: 30_000,
      interval: 200,
    })
    .toBe(503);
  expect((await app.call('GET', 'Binary/a?_elements=id', undefined, FHIR)).status).toBe(200);
  expect((await app.call('GET', 'Binary?_summary=count')).body.total).toBe(3);
  for (const socket of sockets.splice(0)) socket.destroy();
  await expect
    .poll(async () => (await app.call('GET', 'Binary/b', undefined, FHIR)).status, {
      timeout: 30_000,
      interval: 200,
    })
    .toBe(200);
});

test('large bodies come in one after the other, whether or not they say their size', async () => {
  const resource = { resourceType: 'Binary', contentType: 'text/plain', data: 'QUJD'.repeat(4 * MEGABYTE) };
  const body = JSON.stringify(bundle('batch', [{ resource, request: { method: 'POST', url: 'Binary' } }]));
  const json = { 'content-type': 'application/fhir+json' };
  const sized = { ...json, 'content-length': String(Buffer.byteLength(body)) };
  const chunked = { ...json, 'transfer-encoding': 'chunked' };
  const statuses = await Promise.all([sized, chunked, sized].map((h) => post(body, h)));
  expect(statuses).toEqual([200, 200, 200]);
});

test('clients that hang up in the middle take no room from others', { timeout: 60_000 }, async () => {
  for (let i = 0; i < 8; i++) {
    const socket = await mute(head('POST', '/fhir/Binary', [`Content-Length: ${40 * MEGABYTE}`]));
    socket.write('{');
    setTimeout(() => socket.destroy(), 50);
  }
  for (let i = 0; i < 200; i++) {
    const socket = await mute(head('GET', '/fhir/Binary?_count=1'));
    setTimeout(() => socket.destroy(), 20);
  }
  const body = JSON.stringify(bundle('batch', []));
  const padded = body + ' '.repeat(30 * MEGABYTE);
  const json = { 'content-type': 'application/fhir+json', 'content-length': String(padded.length) };
  expect(await post(padded, json)).toBe(200);
  // Those that hung up are still being wound up on a busy machine: who is told to come again does.
  await vi.waitFor(
    async () => {
      const { status, text } = await app.call('GET', 'Binary?_summary=count');
      expect(status, text).toBe(200);
    },
    { timeout: 20_000, interval: 1_000 },
  );
});
