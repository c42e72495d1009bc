import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { load } from '../../../src/commands/load/run.ts';
import { retryAfter } from '../../../src/commands/load/send.ts';
import { type Progress, summary } from '../../../src/commands/load/show.ts';
import { stored, type Tally } from '../../../src/commands/load/tally.ts';
import { filesOf, groupsOf } from '../../../src/commands/load/units.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly hangUp?: boolean;
}

let folder: string;
let server: Server;
let base: string;
let seen: Seen[];
let reply: (request: Seen, times: number) => Reply;
let busy: number;
let busiest: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xiantong-load-'));
  seen = [];
  busy = 0;
  busiest = 0;
  reply = () => ({ status: 201 });
  server = createServer(async (request, response) => {
    busy++;
    busiest = Math.max(busiest, busy);
    let body = '';
    for await (const chunk of request) body += chunk;
    const one: Seen = { method: request.method!, path: request.url!, body, headers: request.headers };
    seen.push(one);
    const answer = reply(one, seen.filter((other) => other.body === body).length);
    await new Promise((done) => setTimeout(done, 5));
    busy--;
    if (answer.hangUp) return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/fhir+json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true });
});

const silent: Progress = { advance() {}, fileDone() {}, end() {} };

async function run(files: Record<string, string>, lang: 'en' | 'zh' = 'en'): Promise<Tally> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return load(await filesOf([folder]), { base, token: 'secret', lang, wait: async () => {} }, () => silent);
}

const outcome = (code: string, text: string, expression?: string) => ({
  resourceType: 'OperationOutcome',
  issue: [
    { severity: 'error', code, details: { text }, ...(expression ? { expression: [expression] } : {}) },
  ],
});

const patient = (id: string) => ({ resourceType: 'Patient', id });

describe('what is sent', () => {
  test('a transaction goes whole, as it was written', async () => {
    const text =
      '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"PUT","url":"Patient/a"},"resource":{"resourceType":"Patient","id":"a"}}, {"resource":{"resourceType":"Observation","valueQuantity":{"value":1.50}},"request":{"method":"POST","url":"Observation"}}]}';
    reply = () => ({
      status: 200,
      body: {
        resourceType: 'Bundle',
        entry: [{ response: { status: '201 Created' } }, { response: { status: '200 OK' } }],
      },
    });
    const tally = await run({ 'a.json': text });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/fhir', body: text });
    expect(seen[0]!.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/fhir+json',
      'accept-language': 'en',
    });
    expect(Object.fromEntries(tally.types)).toEqual({
      Patient: { created: 1, again: 0 },
      Observation: { created: 0, again: 1 },
    });
    expect(tally.refusals).toEqual([]);
  });

  test('a collection goes resource by resource and keeps the digits of numbers', async () => {
    await run({
      'a.json':
        '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}},{"resource":{"resourceType":"Observation","valueQuantity":{"value":1.50}}}]}',
    });
    const requests = seen.map(({ method, path, body }) => `${method} ${path} ${body}`).sort();
    expect(requests).toEqual([
      'POST /fhir/Observation {"resourceType":"Observation","valueQuantity":{"value":1.50}}',
      'PUT /fhir/Patient/p {"resourceType":"Patient","id":"p"}',
    ]);
  });

  test('a single resource is put or posted, a document Bundle stays one resource', async () => {
    await run({
      'a.json': JSON.stringify(patient('p')),
      'b.json': JSON.stringify({ resourceType: 'Patient' }),
      'c.json': JSON.stringify({ resourceType: 'Bundle', type: 'document', entry: [] }),
    });
    expect(seen.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'POST /fhir/Bundle',
      'POST /fhir/Patient',
      'PUT /fhir/Patient/p',
    ]);
  });

  test('NDJSON goes line by line, four at a time; a line that is no resource is told with its number', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => JSON.stringify(patient(`p${index}`)));
    const tally = await run({ 'a.ndjson': `${lines.join('\n')}\n\nnot json\n{"id":"x"}\n` });
    expect(seen).toHaveLength(40);
    expect(busiest).toBe(4);
    expect(stored(tally)).toBe(40);
    expect(tally.refusals.map(({ place }) => place)).toEqual(['line 42', 'line 43']);
  });

  test('files with a number and a hyphen wait for the number before', async () => {
    expect(
      groupsOf(['x/01-a.json', 'x/02-b.json', 'x/10-c.json', 'x/10-d.json', '07.json', '08.json']),
    ).toEqual([['x/01-a.json'], ['x/02-b.json'], ['x/10-c.json', 'x/10-d.json'], ['07.json', '08.json']]);
    await run({ '02-b.json': JSON.stringify(patient('b')), '01-a.json': JSON.stringify(patient('a')) });
    expect(seen.map(({ path }) => path)).toEqual(['/fhir/Patient/a', '/fhir/Patient/b']);
  });
});

describe('what is refused', () => {
  test('a refused transaction says entry, element and reason', async () => {
    reply = () => ({
      status: 422,
      body: outcome('value', 'Not a date.', 'Bundle.entry[1].resource.Patient.birthDate'),
    });
    const tally = await run({
      'a.json': JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource: patient('a') }, { resource: patient('b') }],
      }),
    });
    expect(stored(tally)).toBe(0);
    expect(tally.refusals).toEqual([
      {
        file: join(folder, 'a.json'),
        place: 'entry[1]',
        status: 422,
        expression: 'Patient.birthDate',
        reason: 'Not a date.',
      },
    ]);
  });

  test('a batch is judged entry by entry', async () => {
    reply = () => ({
      status: 200,
      body: {
        resourceType: 'Bundle',
        entry: [
          { response: { status: '201' } },
          { response: { status: '400 Bad Request', outcome: outcome('invalid', 'No.', 'Patient.name') } },
        ],
      },
    });
    const tally = await run({
      'a.json': JSON.stringify({
        resourceType: 'Bundle',
        type: 'batch',
        entry: [{ resource: patient('a') }, { resource: patient('b') }],
      }),
    });
    expect(stored(tally)).toBe(1);
    expect(tally.refusals).toMatchObject([
      { place: 'entry[1]', status: 400, expression: 'Patient.name', reason: 'No.' },
    ]);
  });

  test('what was refused for a missing reference is tried again when the rest is there', async () => {
    reply = ({ path }, times) =>
      path === '/fhir/Observation' && times === 1
        ? { status: 422, body: outcome('not-found', 'Patient/p is not known here.') }
        : { status: 201 };
    const tally = await run({
      'a.json': JSON.stringify({ resourceType: 'Observation' }),
      'b.json': JSON.stringify(patient('p')),
    });
    expect(stored(tally)).toBe(2);
    expect(tally.refusals).toEqual([]);
  });

  test('the summary names every refusal', async () => {
    reply = ({ path }) =>
      path.endsWith('bad')
        ? { status: 400, body: outcome('value', '姓名有误。', 'Patient.name') }
        : { status: 201 };
    const tally = await run(
      { 'a.json': JSON.stringify(patient('bad')), 'b.json': JSON.stringify(patient('good')) },
      'zh',
    );
    expect(seen[0]!.headers['accept-language']).toBe('zh-CN');
    const text = summary(tally, 2, 500, 'zh');
    expect(text).toContain('拒收: 1');
    expect(text).toContain('a.json  Patient.name\n    400 姓名有误。');
    expect(text).toMatch(/Patient +1 +0/);
    expect(text).toContain('2 文件, 0.5 秒, 2 资源/秒');
    expect(summary({ types: new Map(), refusals: [] }, 0, 1, 'en')).toContain('nothing refused');
  });
});

describe('when a request may be made again', () => {
  const transaction = JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: patient('a') }],
  });

  test('503 is tried again', async () => {
    reply = (_request, times) =>
      times < 3
        ? { status: 503, headers: { 'retry-after': '2' } }
        : { status: 200, body: { entry: [{ response: { status: '201' } }] } };
    const tally = await run({ 'a.json': transaction });
    expect(seen).toHaveLength(3);
    expect(stored(tally)).toBe(1);
  });

  test('Retry-After in seconds and as a date', () => {
    expect(retryAfter('3', 1, 0)).toBe(3000);
    expect(retryAfter('Thu, 01 Jan 1970 00:00:07 GMT', 1, 2000)).toBe(5000);
    expect(retryAfter(null, 3, 0)).toBe(4000);
    expect(retryAfter('soon', 1, 0)).toBe(1000);
    expect(retryAfter('99999', 1, 0)).toBe(60_000);
  });

  test('a connection that breaks before the answer is not tried again', async () => {
    reply = () => ({ status: 200, hangUp: true });
    const tally = await run({ 'a.json': transaction });
    expect(seen).toHaveLength(1);
    expect(tally.refusals[0]!.reason).toContain('may have been stored');
  });

  test('500 is not tried again', async () => {
    reply = () => ({ status: 500, body: outcome('exception', 'Broken.') });
    const tally = await run({ 'a.json': transaction });
    expect(seen).toHaveLength(1);
    expect(tally.refusals).toMatchObject([{ status: 500, reason: 'Broken.' }]);
  });

  test('no server: a few tries for the first, none for the rest', async () => {
    const waits: number[] = [];
    await writeFile(
      join(folder, 'a.ndjson'),
      Array.from({ length: 50 }, (_, i) => JSON.stringify(patient(`p${i}`))).join('\n'),
    );
    const files = (await readdir(folder)).map((name) => join(folder, name));
    const gone = createServer();
    await new Promise<void>((done) => gone.listen(0, '127.0.0.1', done));
    const { port } = gone.address() as AddressInfo;
    await new Promise((done) => gone.close(done));
    const target = {
      base: `http://127.0.0.1:${port}/fhir`,
      lang: 'en' as const,
      wait: async (ms: number) => void waits.push(ms),
    };
    const tally = await load(files, target, () => silent);
    expect(tally.refusals).toHaveLength(50);
    expect(tally.refusals[0]!.reason).toContain('No server answers');
    expect(waits.length).toBeLessThanOrEqual(16);
  });
});
