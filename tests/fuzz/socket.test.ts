/** What no HTTP client sends: bytes on a socket. Each is answered or hung up on, and the server lives on. */
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type Random, random, STRANGE, seedOf } from './random.ts';

const CASES = Math.min(2000, Number(process.env.FUZZ_CASES ?? 20_000) / 10);
const AT_ONCE = 20;
const PATIENCE_MS = 10_000;
const TIRED_MS = 400;

let server: TestApp;
let port: number;

beforeAll(async () => {
  server = await startTestApp();
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  port = (server.app.server.address() as AddressInfo).port;
});

afterAll(() => server.close());

function bytes(r: Random): Buffer {
  const method = r.pick([
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'HEAD',
    'PROPFIND',
    'TRACE',
    'get',
    'X',
    'CONNECT',
    '',
  ]);
  const odd = r.pick(STRANGE);
  const target = r.pick([
    '/fhir/Patient',
    '/fhir/Patient/..',
    '/fhir/Patient/%2e%2e/%2e%2e/etc',
    '/fhir/Patient/%00',
    '/fhir/Patient/%ff',
    '/fhir/Patient/%',
    '/fhir//Patient//1',
    '//fhir/Patient',
    '/fhir/Patient?%',
    '/fhir/Patient?name=%ff',
    '/fhir/%24x',
    'http://evil.example/fhir/Patient',
    '*',
    '/oauth/token',
    '/oauth/../fhir/Patient',
    '/metrics/',
    `/fhir/Patient/${'a'.repeat(r.below(20_000))}`,
    `/fhir/Patient?name=${odd}`,
    `/${odd}`,
  ]);
  const payload = r.pick([
    '',
    '{}',
    '{"resourceType":"Patient","active":true}',
    odd,
    '\u001f\u008b\u0008garbage',
  ]);
  const lines = [
    `${method} ${target} ${r.pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'FTP/1', ''])}`,
    ...(r.chance(0.9) ? ['Host: x'] : []),
    ...(r.chance(0.2) ? [`X-Request-Id: ${odd}`] : []),
    ...(r.chance(0.2) ? [`${odd}: x`] : []),
    ...(r.chance(0.1) ? [`X-Long: ${'a'.repeat(r.below(40_000))}`] : []),
    ...(r.chance(0.2) ? [`Content-Encoding: ${r.pick(['gzip', 'br', 'deflate', 'x'])}`] : []),
    ...(r.chance(0.2) ? ['Expect: 100-continue'] : []),
    ...(r.chance(0.1) ? ['Connection: Upgrade', 'Upgrade: websocket'] : []),
    ...(r.chance(0.3) ? ['Transfer-Encoding: chunked'] : []),
    ...(r.chance(0.7)
      ? [`Content-Length: ${r.pick([Buffer.byteLength(payload), 0, 5, -1, 1e12, 'x'])}`]
      : []),
    `Content-Type: ${r.pick(['application/fhir+json', 'application/json; charset=gbk', odd, 'a'.repeat(3000)])}`,
    'Connection: close',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${payload}`, r.chance(0.5) ? 'latin1' : 'utf8');
}

/** Everything that comes back until the server hangs up; undefined when it does not. */
function exchange(sent: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    // A client that hangs up at once gets no answer; one that never does may be waited for.
    const tired = setTimeout(() => socket.end(), TIRED_MS);
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, PATIENCE_MS);
    const done = () => {
      clearTimeout(tired);
      clearTimeout(timer);
      resolve(Buffer.concat(parts).toString('latin1'));
    };
    socket.on('data', (d) => parts.push(d));
    socket.on('error', done);
    socket.on('close', done);
  });
}

test('whatever comes through the socket is answered or refused', { timeout: 120_000 }, async () => {
  const seed = seedOf('socket');
  const faults: string[] = [];
  const counts: Record<string, number> = {};
  let next = 0;
  const work = async () => {
    while (next < CASES) {
      const number = next++;
      const sent = bytes(random(seed + number));
      const answer = await exchange(sent);
      const status =
        answer === undefined ? 'none' : (/^HTTP\/1\.1 ([2-5]\d\d)/m.exec(answer)?.[1] ?? 'closed');
      counts[status] = (counts[status] ?? 0) + 1;
      if ((status === 'none' || status.startsWith('5')) && faults.length < 20)
        faults.push(`${status}: case ${number}: ${sent.toString('latin1').slice(0, 600)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`fuzz socket: ${next} cases`, counts);
  expect.soft(faults).toEqual([]);
  const answer = await exchange(Buffer.from('GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
});
