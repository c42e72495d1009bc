/** Who has seen my record, and who saw this result: answered by search and by operations. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, entries, expectError, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
const subject = (id: string) => ({ subject: { reference: `Patient/${id}` } });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('r1'),
    patient('r2'),
    observation('hiv', {
      ...subject('r1'),
      encounter: { reference: 'Encounter/e1' },
      effectiveDateTime: '2026-11-01',
      category: [
        {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
          ],
        },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '56888-1' }] },
    }),
    observation('other', subject('r1')),
    observation('of-r2', subject('r2')),
    observation('of-nobody'),
    { resourceType: 'Encounter', id: 'e1', status: 'finished', class: { code: 'AMB' }, ...subject('r1') },
    {
      resourceType: 'DiagnosticReport',
      id: 'd1',
      status: 'final',
      code: { text: 'HIV' },
      ...subject('r1'),
      result: [{ reference: 'Observation/hiv' }],
    },
    {
      resourceType: 'Provenance',
      id: 'v1',
      recorded: '2026-01-01T00:00:00Z',
      target: [{ reference: 'DiagnosticReport/d1' }],
      agent: [{ who: { display: 'x' } }],
    },
    {
      resourceType: 'Composition',
      id: 'c1',
      status: 'final',
      type: { text: 'x' },
      title: 'x',
      date: '2026-01-01',
      author: [{ display: 'x' }],
      ...subject('r1'),
      section: [{ title: 'x', entry: [{ reference: 'Observation/hiv' }] }],
    },
  ]);
});
afterAll(() => app.close());

let requests = 0;
const sendAs = async (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const id = `saw-${requests++}`;
  const answer = await app.call(method, path, body, { 'x-request-id': id, ...headers });
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  return id;
};

const requestsIn = (events: readonly Json[]) =>
  events.map(
    (e) => e.entity.find((x: Json) => x.type?.code === 'XrequestId').what.identifier.value as string,
  );

/** The requests that an AuditEvent search answers. */
const sawBy = async (query: string) =>
  requestsIn(entries(await app.call('GET', `AuditEvent?${query}&_count=1000`), 'match'));

test.each([
  ['a read', 'GET', 'Observation/hiv', undefined],
  ['a read of a version', 'GET', 'Observation/hiv/_history/1', undefined],
  ['its history', 'GET', 'Observation/hiv/_history', undefined],
  ['the history of its type', 'GET', 'Observation/_history?_count=1000', undefined],
  ['a search Bundle', 'GET', 'Observation?code=56888-1', undefined],
  ['a search that includes it', 'GET', 'Patient?_id=r1&_revinclude=Observation:subject', undefined],
  ['a search of the compartment', 'GET', 'Patient/r1/Observation', undefined],
  ['a search across types', 'GET', 'Patient/r1/*', undefined],
  ['$everything', 'GET', 'Patient/r1/$everything', undefined],
  ['GraphQL', 'POST', '$graphql', { query: '{ ObservationList(code: "56888-1") { id status } }' }],
  [
    'GraphQL about its resident',
    'GET',
    `Patient/r1/$graphql?query=${encodeURIComponent('{ ObservationList(_reference: subject) { id } }')}`,
    undefined,
  ],
  ['a search by POST', 'POST', 'Observation/_search', 'code=56888-1'],
  ['an include', 'GET', 'DiagnosticReport?_id=d1&_include=DiagnosticReport:result', undefined],
  [
    'a chain of includes',
    'GET',
    'Provenance?_id=v1&_include=Provenance:target&_include:iterate=DiagnosticReport:result',
    undefined,
  ],
  ['the history of the server', 'GET', '_history?_count=1000', undefined],
  ['$everything of an encounter', 'GET', 'Encounter/e1/$everything', undefined],
  ['$lastn', 'GET', 'Observation/$lastn?patient=r1&code=56888-1', undefined],
  [
    '$stats',
    'GET',
    'Observation/$stats?subject=Patient/r1&code=56888-1&statistic=count&system=http://loinc.org',
    undefined,
  ],
  ['$timeline', 'GET', 'Patient/r1/$timeline?_type=Observation', undefined],
  ['$summary', 'GET', 'Patient/r1/$summary', undefined],
  ['$document', 'GET', 'Composition/c1/$document', undefined],
  ['$meta', 'GET', 'Observation/hiv/$meta', undefined],
  [
    '$check-recognition',
    'POST',
    'ServiceRequest/$check-recognition',
    {
      resourceType: 'Parameters',
      parameter: [
        { name: 'subject', valueReference: { reference: 'Patient/r1' } },
        { name: 'item', valueCodeableConcept: { coding: [{ system: 'http://loinc.org', code: '56888-1' }] } },
        { name: 'setting', valueCode: 'outpatient' },
      ],
    },
  ],
  [
    'a transaction',
    'POST',
    '',
    bundle('transaction', [{ request: { method: 'GET', url: 'Observation/hiv' } }]),
  ],
  ['a batch', 'POST', '', bundle('batch', [{ request: { method: 'GET', url: 'Observation?code=56888-1' } }])],
] as const)(
  'who saw a result through %s is found by the result, this month',
  async (_how, method, path, body) => {
    const headers: Record<string, string> =
      path === '$graphql'
        ? { 'content-type': 'application/json' }
        : typeof body === 'string'
          ? { 'content-type': 'application/x-www-form-urlencoded' }
          : {};
    const id = await sendAs(method, path, body, headers);
    const month = new Date().toISOString().slice(0, 7);
    const saw = await sawBy(`entity=Observation/hiv&patient=r1&date=${month}`);
    expect(saw.filter((each) => each === id)).toHaveLength(1);
    expect(await sawBy('entity=Observation/hiv&patient=r2')).toEqual([]);
    expect(await sawBy(`entity=Observation/hiv&date=lt${month}`)).toEqual([]);
    // Everybody may have met another month at midnight, but nobody saw this.
    expect(await sawBy('entity=Observation/of-r2&subtype=read')).not.toContain(id);
  },
);

test('whoever asked for something else of the same resident did not see the result', async () => {
  const id = await sendAs('GET', 'Observation/other');
  expect(await sawBy('entity=Observation/hiv')).not.toContain(id);
  expect(await sawBy('patient=r1')).toContain(id);
});

test('who saw what is nobody’s is found by it too', async () => {
  const read = await sendAs('GET', 'Observation/of-nobody');
  const search = await sendAs('GET', 'Observation?_id=of-nobody');
  const version = await sendAs('GET', 'Observation/of-nobody/_history/1');
  expect(await sawBy('entity=Observation/of-nobody')).toEqual(
    expect.arrayContaining([read, search, version]),
  );
});

test('who opened a document is found by the resident whom it is of', async () => {
  const binary = (id: string, reference: string) => ({
    resourceType: 'Binary',
    id,
    contentType: 'application/pdf',
    securityContext: { reference },
    data: 'eA==',
  });
  await load(app, [
    {
      resourceType: 'DocumentReference',
      id: 'dr1',
      status: 'current',
      ...subject('r1'),
      content: [{ attachment: { url: 'Binary/b2' } }],
    },
    binary('b1', 'Patient/r1'),
    binary('b2', 'DocumentReference/dr1'),
    binary('b3', 'Patient/r2'),
  ]);
  for (const id of ['b1', 'b2']) {
    const bytes = { accept: 'application/pdf' };
    const read = await sendAs('GET', `Binary/${id}`, undefined, bytes);
    const version = await sendAs('GET', `Binary/${id}/_history/1`, undefined, bytes);
    const search = await sendAs('GET', `Binary?_id=${id}`);
    const saw = await sawBy(`entity=Binary/${id}&patient=r1&action=R,E`);
    expect(saw.slice(0, 3)).toEqual([search, version, read]);
  }
  const kept = await app.call('POST', 'Composition/c1/$document', {
    resourceType: 'Parameters',
    parameter: [{ name: 'persist', valueBoolean: true }],
  });
  const document = `Bundle/${kept.body.id}`;
  const opened = await sendAs('GET', document);
  expect((await sawBy(`entity=${document}&patient=r1&action=R,E`))[0]).toBe(opened);
  await sendAs('GET', 'Binary/b3', undefined, { accept: 'application/pdf' });
  expect(await sawBy('entity=Binary/b3&patient=r1')).toEqual([]);
});

test('a result that was given to another resident is still found by who saw it before', async () => {
  await load(app, [observation('moved', subject('r1'))]);
  const before = await sendAs('GET', 'Observation?_id=moved');
  await load(app, [observation('moved', subject('r2'))]);
  const after = await sendAs('GET', 'Observation/moved');
  expect(await sawBy('entity=Observation/moved')).toEqual(expect.arrayContaining([before, after]));
});

test('a resident’s events name no other resident, whatever was searched', async () => {
  await sendAs('GET', 'Observation?status=final');
  const { body } = await app.call('GET', 'AuditEvent?patient=r1&_count=1000');
  const text = JSON.stringify(body.entry);
  expect(text).toContain('Observation/hiv');
  expect(text).not.toContain('Patient/r2');
  expect(text).not.toContain('Observation/of-r2');
});

type Access = Record<string, unknown>;

async function accessLog(
  query: string,
  language = 'zh-CN',
  of = 'r1',
): Promise<{ accesses: Access[]; next?: string }> {
  const answer = await app.call('GET', `Patient/${of}/$access-log${query}`, undefined, {
    'accept-language': language,
  });
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  const parameters: Json[] = answer.body.parameter ?? [];
  const accesses = parameters
    .filter((p) => p.name === 'access')
    .map((p) =>
      Object.fromEntries(
        p.part.map((x: Json) => [x.name, Object.entries(x).find(([k]) => k !== 'name')![1]]),
      ),
    );
  return { accesses, next: parameters.find((p) => p.name === 'next')?.valueString };
}

test('$access-log tells newest first, in both languages, page by page', async () => {
  await sendAs('GET', 'Patient/r1');
  const { accesses } = await accessLog('?count=3');
  const read = accesses.find((a) => (a.kind as Json).code === 'read')!;
  expect(read).toMatchObject({
    kind: { display: '查阅' },
    system: 'anonymous (AUTH=open)',
    refused: false,
    emergency: false,
  });
  const english = await accessLog('?count=5', 'en');
  expect(english.accesses.map((a) => (a.kind as Json).display)).toContain('Read');
  const all = await accessLog('?count=1000');
  const times = all.accesses.map((a) => String(a.when));
  expect(times).toEqual([...times].sort().reverse());
  expect(all.next).toBeUndefined();
  const seen: unknown[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await accessLog(`?count=7&to=${times[0]}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    seen.push(...page.accesses.map((a) => (a.event as Json).reference));
    cursor = page.next;
  }
  expect(seen).toEqual(expect.arrayContaining(all.accesses.map((a) => (a.event as Json).reference)));
  expect(new Set(seen).size).toBe(seen.length);
});

test('who saw what is in a linked record of the resident is told with the rest', async () => {
  const linked = (id: string, other: string) =>
    patient(id, { link: [{ type: 'seealso', other: { reference: `Patient/${other}` } }] });
  const hiv = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' }] };
  await load(app, [
    linked('l1', 'l2'),
    linked('l2', 'l1'),
    observation('of-l2', { ...subject('l2'), meta: hiv }),
    observation('of-l1', subject('l1')),
  ]);
  const read = await sendAs('GET', 'Observation/of-l2');
  const search = await sendAs('GET', 'Observation?patient=l1');
  const other = await sendAs('GET', 'Observation/of-l1');
  for (const id of ['l1', 'l2']) {
    const saw = await sawBy(
      `patient=${id}&entity:Observation._security=${hiv.security[0]!.system}|HIV&action=R,E`,
    );
    expect(saw.slice(0, -1)).toEqual([search, read]);
    const { accesses } = await accessLog('?target=Observation/of-l2', 'en', id);
    expect(accesses.map((a) => (a.kind as Json).code)).toEqual(['search-type', 'read', 'transaction']);
    const { accesses: all } = await accessLog('', 'en', id);
    const what = (a: Access) => (a.what as Json | undefined)?.reference;
    expect(all.map(what)).toEqual(expect.arrayContaining(['Observation/of-l1', 'Observation/of-l2']));
  }
  expect(await sawBy('patient=l2&entity=Observation/of-l1')).toContain(other);
});

test('$access-log of one result tells who saw that', async () => {
  await sendAs('GET', 'Observation?code=56888-1');
  const { accesses } = await accessLog('?target=Observation/hiv&count=1');
  expect(accesses[0]).toMatchObject({ kind: { code: 'search-type', display: '检索' } });
  expect((await accessLog('?target=Observation/of-r2')).accesses).toEqual([]);
  expectError(await app.call('GET', 'Patient/r1/$access-log?target=nothing'), 400);
});

test('$verify-audit finds the log intact, and knows a hash that was kept', async () => {
  const verify = async (query = '') => {
    const { body } = await app.call('GET', `$verify-audit${query}`);
    return Object.fromEntries(
      body.parameter.map((p: Json) => [p.name, Object.entries(p).find(([k]) => k !== 'name')?.[1]]),
    );
  };
  let found = await verify();
  for (let tries = 0; found.lastHash === undefined && tries < 50; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    found = await verify();
  }
  expect(found).toMatchObject({ intact: true, complete: true });
  expect(found.entries).toBeGreaterThan(0);
  expect(await verify(`?known=${found.lastHash}`)).toMatchObject({ intact: true });
  expect(await verify('?known=abcdef')).toMatchObject({ intact: false });
});

test('$drop-audit keeps what the law wants kept, and records that something was dropped', async () => {
  expectError(await app.call('POST', `$drop-audit?before=${new Date().toISOString().slice(0, 7)}`), 422);
  expectError(await app.call('POST', '$drop-audit?before=yesterday'), 400);
  const id = await sendAs('POST', '$drop-audit?before=2020-01');
  const { body } = await app.call('GET', 'AuditEvent?type=110101');
  expect(requestsIn(body.entry.map((e: Json) => e.resource))).toContain(id);
});
