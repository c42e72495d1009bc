/** Who may do what, with AUTH=smart: tokens, scopes, and every way in which one type leads to another. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setClientActive } from '../../src/smart/clients.ts';
import { as, type Call, tokenFor } from '../features/tokens.ts';
import { type Answer, type Method, startTestApp, type TestApp } from '../support/app.ts';
import {
  bundle,
  entries,
  expectError,
  ids,
  included,
  type Json,
  observation,
  patient,
  post,
  put,
} from './support.ts';

let app: TestApp;
let everything: Call;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  everything = await as(app, 'system/*.cruds');
  const stored = await everything(
    'POST',
    '',
    bundle('transaction', [
      put({ resourceType: 'Organization', id: 'o1', name: 'Hospital' }),
      put(
        patient('p1', { name: [{ text: '张三' }], managingOrganization: { reference: 'Organization/o1' } }),
      ),
      put(patient('p2', { name: [{ text: '李四' }] })),
      put({
        resourceType: 'Encounter',
        id: 'e1',
        status: 'finished',
        class: { code: 'AMB' },
        subject: { reference: 'Patient/p1' },
      }),
      ...['ob1', 'ob2'].map((id) =>
        put(
          observation(id, {
            code: { coding: [{ system: 'http://loinc.org', code: '718-7' }] },
            subject: { reference: 'Patient/p1' },
            encounter: { reference: 'Encounter/e1' },
          }),
        ),
      ),
      put(observation('ob3', { subject: { reference: 'Patient/p2' } })),
    ]),
  );
  expect(stored.status, stored.text).toBe(200);
});
afterAll(() => app.close());

/** A 403 that names what is missing, in words and in the header. */
function expectMissing(answer: Answer, scope: string): void {
  const outcome = expectError(answer, 403, { code: 'forbidden' });
  expect(outcome.issue[0].diagnostics).toContain(scope);
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer realm="xiantong", error="insufficient_scope", scope="${scope}"`,
  );
}

const REQUESTS: readonly (readonly [Method, string, Json?])[] = [
  ['GET', 'Patient/p1'],
  ['HEAD', 'Patient/p1'],
  ['GET', 'Patient/p1/_history'],
  ['GET', 'Patient/p1/_history/1'],
  ['GET', 'Patient/p1/Observation'],
  ['GET', 'Patient'],
  ['GET', 'Patient/_history'],
  ['GET', '_history'],
  ['POST', 'Patient/_search'],
  ['POST', 'Patient', { resourceType: 'Patient' }],
  ['PUT', 'Patient/p1', patient('p1')],
  ['PUT', 'Patient?identifier=urn:x|1', { resourceType: 'Patient' }],
  ['DELETE', 'Patient/p1'],
  ['DELETE', 'Patient?identifier=urn:x|1'],
  ['POST', '', bundle('batch', [])],
  ['POST', '', bundle('transaction', [])],
  ['GET', 'ServiceRequest/$check-recognition?subject=Patient/p1'],
  ['POST', 'ServiceRequest/$decide-recognition', { resourceType: 'Parameters' }],
  ['POST', 'Task/t1/$revoke-recognition', { resourceType: 'Parameters' }],
  ['GET', 'Patient/no-such'],
  ['GET', 'NoSuchType/1'],
];

describe('tokens', () => {
  test.each(REQUESTS)(
    '%s %s without a token is answered 401, which says where tokens are had',
    async (method, path, body) => {
      const answer = await app.call(method, path, body);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="xiantong"');
      if (method === 'HEAD') return;
      const outcome = expectError(answer, 401, { code: 'login' });
      expect(outcome.issue[0].diagnostics).toContain('smart-configuration');
    },
  );

  test.each([
    ['a word', 'Bearer nonsense'],
    ['three words with dots', 'Bearer a.b.c'],
    ['a token without signature', `Bearer ${btoa('{"alg":"none"}').replace(/=/g, '')}.${btoa('{}')}.`],
  ])('%s is no token: 401 with invalid_token', async (_, authorization) => {
    const answer = await app.call('GET', 'Patient/p1', undefined, { authorization });
    expectError(answer, 401, { code: 'login' });
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer realm="xiantong", error="invalid_(token|request)"/,
    );
  });

  test.each(['', 'Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer ü', 'nonsense'])(
    'the header Authorization: %j is refused with 401',
    async (authorization) => {
      const answer = await app.call('GET', 'Patient/p1', undefined, { authorization });
      expectError(answer, 401, { code: 'login' });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm="xiantong"/);
    },
  );

  test('a token whose text was changed is refused', async () => {
    const token = await tokenFor(app, 'system/Patient.rs');
    const [head, claims, signature] = token.split('.');
    const wider = JSON.parse(Buffer.from(claims!, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...wider, scope: 'system/*.cruds' })).toString('base64url');
    for (const bad of [
      `${head}.${forged}.${signature}`,
      `${head}.${claims}.${signature!.slice(0, -4)}AAAA`,
    ]) {
      const answer = await app.call('GET', 'Patient/p1', undefined, { authorization: `Bearer ${bad}` });
      expectError(answer, 401);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    }
    const good = await app.call('GET', 'Patient/p1', undefined, { authorization: `Bearer ${token}` });
    expect(good.status).toBe(200);
  });

  test('a token in the address is no token, for addresses end up in logs', async () => {
    const token = await tokenFor(app, 'system/Patient.rs');
    expectError(await app.call('GET', `Patient/p1?access_token=${token}`), 401);
  });

  test('a client that was shut out gets in no more, with a token that is still in force', async () => {
    const token = await tokenFor(app, 'system/Patient.rs', { id: 'shut-out' });
    await setClientActive(app.database, 'shut-out', false);
    expectError(await app.call('GET', 'Patient/p1', undefined, { authorization: `Bearer ${token}` }), 401);
  });

  test('the answer to a wrong token is in the language of the caller', async () => {
    const answer = await app.call('GET', 'Patient/p1', undefined, { 'accept-language': 'zh-CN' });
    expect(expectError(answer, 401).issue[0].diagnostics).toMatch(/访问令牌/);
  });

  test.each(['metadata', '.well-known/smart-configuration'])('%s is for everybody', async (path) => {
    for (const headers of [{}, { authorization: 'Bearer nonsense' }]) {
      expect((await app.call('GET', path, undefined, headers as Record<string, string>)).status).toBe(200);
    }
  });
});

/** What each permission opens, on Observation. */
const OPENED: Readonly<Record<string, readonly (readonly [Method, string, Json?, number?])[]>> = {
  c: [['POST', 'Observation', observation('x'), 201]],
  r: [
    ['GET', 'Observation/ob1'],
    ['GET', 'Observation/ob1/_history'],
    ['GET', 'Observation/ob1/_history/1'],
  ],
  u: [
    ['PUT', 'Observation/ob3', observation('ob3', { subject: { reference: 'Patient/p2' } })],
    ['PUT', 'Observation/brought-along', observation('brought-along')],
  ],
  d: [['DELETE', 'Observation/brought-along', undefined, 204]],
  s: [
    ['GET', 'Observation?_count=1'],
    ['GET', 'Observation/_history?_count=1'],
    ['GET', 'Patient/p1/Observation'],
    ['POST', 'Observation/_search'],
  ],
};

describe('scopes', () => {
  for (const [letter, requests] of Object.entries(OPENED)) {
    test.each(requests)(
      `${letter} on Observation, and nothing less, opens %s %s`,
      async (method, path, body, status = 200) => {
        const others = 'cruds'.replace(letter, '');
        const without = await as(app, `system/Observation.${others} system/Patient.cruds`);
        expectMissing(await without(method, path, body), `system/Observation.${letter}`);
        const only = await as(app, `system/Observation.${letter}`);
        const answer = await only(method, path, body);
        expect([status, status === 200 ? 201 : status], answer.text).toContain(answer.status);
        const all = await as(app, `system/*.${letter}`);
        expect((await all(method, path, body)).status, answer.text).toBeLessThan(300);
      },
    );
  }

  test.each([
    ['system/Observation.read', 'GET', 'Observation/ob1'],
    ['system/*.read', 'GET', 'Observation?_count=1'],
    ['system/Observation.write', 'PUT', 'Observation/v1'],
    ['system/Observation.*', 'DELETE', 'Observation/v1'],
  ] as const)('%s, as version 1 writes it, opens %s %s', async (scope, method, path) => {
    const call = await as(app, scope);
    const answer = await call(method, path, method === 'PUT' ? observation('v1') : undefined);
    expect(answer.status, answer.text).toBeLessThan(300);
    const other = await call('POST', 'Task', { resourceType: 'Task', status: 'draft', intent: 'order' });
    expectMissing(other, 'system/Task.c');
  });

  test('a resource that is not there is 403 to those who may not read the type, like one that is', async () => {
    const call = await as(app, 'system/Observation.rs');
    expectMissing(await call('GET', 'Patient/p1'), 'system/Patient.r');
    expectMissing(await call('GET', 'Patient/no-such-patient'), 'system/Patient.r');
  });

  test.each([
    ['POST', 'Observation', 'c', { 'if-none-exist': 'code=718-7' }],
    ['PUT', 'Observation?code=none-such', 'u', {}],
    ['DELETE', 'Observation?code=none-such', 'd', {}],
  ] as const)(
    'a conditional %s %s needs the right to search as well',
    async (method, path, letter, headers) => {
      const body =
        method === 'DELETE'
          ? undefined
          : { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
      const without = await as(app, `system/Observation.${letter}r`.replace('ur', 'ru').replace('dr', 'rd'));
      expectMissing(await without(method, path, body, headers), 'system/Observation.s');
      const withSearch = await as(app, `system/Observation.${letter}s`);
      expect((await withSearch(method, path, body, headers)).status).not.toBe(403);
    },
  );
});

describe('inside Bundles', () => {
  const write = { ...observation('in-bundle'), subject: { reference: 'Patient/p2' } };

  test('a transaction with one entry beyond the scopes does nothing, and says which entry', async () => {
    const call = await as(app, 'system/Observation.cruds system/Patient.rs');
    for (const [entry, scope] of [
      [put(patient('p2')), 'system/Patient.u'],
      [post({ resourceType: 'Patient' }), 'system/Patient.c'],
      [{ request: { method: 'DELETE', url: 'Patient/p2' } }, 'system/Patient.d'],
      [{ request: { method: 'GET', url: 'Encounter/e1' } }, 'system/Encounter.r'],
      [{ request: { method: 'GET', url: 'Encounter?status=finished' } }, 'system/Encounter.s'],
      [{ request: { method: 'GET', url: 'Encounter/e1/_history' } }, 'system/Encounter.r'],
      [{ request: { method: 'DELETE', url: 'Encounter?status=finished' } }, 'system/Encounter.d'],
    ] as const) {
      const answer = await call('POST', '', bundle('transaction', [put(write), entry]));
      expectMissing(answer, scope);
      expect(answer.body.issue[0].expression).toEqual(['Bundle.entry[1]']);
      expect((await everything('GET', 'Observation/in-bundle')).status).toBe(404);
    }
  });

  test('a batch carries out what the scopes allow and refuses the rest, entry by entry', async () => {
    const call = await as(app, 'system/Observation.cruds');
    const answer = await call(
      'POST',
      '',
      bundle('batch', [
        put(observation('in-batch')),
        put(patient('p2')),
        { request: { method: 'GET', url: 'Patient/p1' } },
        { request: { method: 'GET', url: 'Patient?name=x' } },
        { request: { method: 'GET', url: 'Observation/ob1' } },
        { request: { method: 'GET', url: 'Observation?subject:Patient.name=张' } },
        { request: { method: 'DELETE', url: 'Patient/p2' } },
      ]),
    );
    expect(answer.status).toBe(200);
    const statuses = answer.body.entry.map((e: Json) => e.response.status.slice(0, 3));
    expect(statuses).toEqual(['201', '403', '403', '403', '200', '403', '403']);
    expect(answer.body.entry[1].response.outcome.issue[0].diagnostics).toContain('system/Patient.u');
    expect((await everything('GET', 'Patient/p2')).body.meta.versionId).toBe('1');
  });

  test('a conditional reference looks up only what the caller may search', async () => {
    const call = await as(app, 'system/Observation.cruds');
    const entry = post({ ...observation('x'), subject: { reference: 'Patient?name=张' } });
    const answer = await call('POST', '', bundle('transaction', [entry]));
    expectMissing(answer, 'system/Patient.s');
  });
});

describe('from one type to another', () => {
  test.each([
    ['Observation?_id=ob1&_include=Observation:subject', 'system/Observation.s', []],
    ['Observation?_id=ob1&_include=Observation:subject', 'system/Observation.s system/Patient.s', []],
    [
      'Observation?_id=ob1&_include=Observation:subject',
      'system/Observation.s system/Patient.r',
      ['Patient/p1'],
    ],
    [
      'Observation?_id=ob1&_include=Observation:*',
      'system/Observation.s system/Encounter.r',
      ['Encounter/e1'],
    ],
    ['Observation?_id=ob1&_include=*', 'system/Observation.s', undefined],
    [
      'Observation?_id=ob1&_include=Observation:subject&_include:iterate=Patient:organization',
      'system/Observation.s system/Organization.r',
      [],
    ],
    [
      'Observation?_id=ob1&_include=Observation:subject&_include:iterate=Patient:organization',
      'system/Observation.s system/Patient.r',
      ['Patient/p1'],
    ],
    ['Patient?_id=p1&_revinclude=Observation:subject', 'system/Patient.s', []],
    ['Patient?_id=p1&_revinclude=Observation:subject', 'system/Patient.s system/Observation.r', []],
    [
      'Patient?_id=p1&_revinclude=Observation:subject',
      'system/Patient.s system/Observation.s',
      ['Observation/ob1', 'Observation/ob2'],
    ],
    [
      'Patient?_id=p1&_revinclude=Observation:subject&_revinclude=Encounter:subject',
      'system/Patient.s system/Encounter.s',
      ['Encounter/e1'],
    ],
  ] as const)('%s with %s brings along only what may be read', async (query, scope, expected) => {
    const call = await as(app, scope);
    const answer = await call('GET', query);
    if (expected === undefined) return expect([200, 400]).toContain(answer.status);
    expect(included(answer)).toEqual(expected);
    expect(entries(answer, 'match')).toHaveLength(1);
  });

  test.each([
    ['Observation?subject:Patient.name=张', 'system/Patient.s'],
    ['Observation?patient.name=张', 'system/Patient.s'],
    ['Observation?subject:Patient.organization.name=Hospital', 'system/Patient.s'],
    ['Observation?encounter.subject:Patient.name=张', 'system/Encounter.s'],
    ['Observation?patient._has:Encounter:subject:status=finished', 'system/Patient.s'],
    ['Observation?subject:Patient.name:contains=张&_summary=count', 'system/Patient.s'],
    ['Observation?_has:Provenance:target:agent=Organization/o1', 'system/Provenance.s'],
  ])('%s tells of another type, and needs the right to search that one', async (query, scope) => {
    const call = await as(app, 'system/Observation.cruds');
    expectMissing(await call('GET', query), scope);
    expectMissing(await call('GET', query, undefined, { prefer: 'handling=lenient' }), scope);
    const form = await app.app.inject({
      method: 'POST',
      url: '/fhir/Observation/_search',
      headers: {
        authorization: `Bearer ${await tokenFor(app, 'system/Observation.cruds')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: encodeURI(query.slice('Observation?'.length)),
    });
    expect(form.statusCode).toBe(403);
  });

  test('every link of a chain needs the right to search, not the first alone', async () => {
    const query = 'Observation?subject:Patient.organization.name=Hospital';
    const two = await as(app, 'system/Observation.s system/Patient.s');
    expectMissing(await two('GET', query), 'system/Organization.s');
    const three = await as(app, 'system/Observation.s system/Patient.s system/Organization.s');
    expect(ids(await three('GET', query)).sort()).toEqual(['ob1', 'ob2']);
    const has = 'Patient?_has:Observation:subject:encounter.status=finished';
    const without = await as(app, 'system/Patient.s system/Observation.s');
    expectMissing(await without('GET', has), 'system/Encounter.s');
    const full = await as(app, 'system/Patient.s system/Observation.s system/Encounter.s');
    expect(ids(await full('GET', has))).toEqual(['p1']);
  });

  test('a reverse chain needs the right to search the type that refers', async () => {
    const query = 'Patient?_has:Observation:subject:code=718-7';
    const without = await as(app, 'system/Patient.cruds system/Observation.r');
    expectMissing(await without('GET', query), 'system/Observation.s');
    const call = await as(app, 'system/Patient.s system/Observation.s');
    expect(ids(await call('GET', query))).toEqual(['p1']);
  });

  test('a chain through a reference to several types follows those that may be searched', async () => {
    const query = 'Observation?subject.name=张';
    const none = await as(app, 'system/Observation.s');
    expectError(await none('GET', query), 403, { code: 'forbidden' });
    const patients = await as(app, 'system/Observation.s system/Patient.s');
    expect(ids(await patients('GET', query)).sort()).toEqual(['ob1', 'ob2']);
    const groups = await as(app, 'system/Observation.s system/Location.s');
    expect(ids(await groups('GET', query))).toEqual([]);
  });

  test.each([
    ['POST', 'Observation', { 'if-none-exist': 'subject:Patient.name=张' }],
    ['PUT', 'Observation?subject:Patient.name=张', {}],
    ['DELETE', 'Observation?subject:Patient.name=张', {}],
  ] as const)(
    'the criteria of a conditional %s %s reach no further than a search',
    async (method, path, headers) => {
      const call = await as(app, 'system/Observation.cruds');
      const body =
        method === 'DELETE'
          ? undefined
          : { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
      expectMissing(
        await call(method, encodeURI(path), body, headers as Record<string, string>),
        'system/Patient.s',
      );
    },
  );

  test('the history of the server shows the types that may be searched, and no other', async () => {
    const call = await as(app, 'system/Patient.s system/Encounter.s system/Observation.r');
    const answer = await call('GET', '_history?_count=1000');
    const types = new Set(answer.body.entry.map((e: Json) => e.request.url.split('/')[0]));
    expect([...types].sort()).toEqual(['Encounter', 'Patient']);
    const reader = await as(app, 'system/Patient.cru');
    expectError(await reader('GET', '_history'), 403);
    expectMissing(await reader('GET', 'Patient/_history'), 'system/Patient.s');
  });

  test('a link to the next page opens nothing to somebody else', async () => {
    const first = await everything('GET', 'Observation?_count=1');
    const next = first.body.link.find((l: Json) => l.relation === 'next').url.replace(/^.*\/fhir\//, '');
    const call = await as(app, 'system/Patient.cruds');
    expectMissing(await call('GET', next), 'system/Observation.s');
  });
});

describe('refusals', () => {
  let stranger: Call;
  beforeAll(async () => {
    stranger = await as(app, 'system/Organization.rs', { id: 'stranger', organization: 'Organization/o1' });
    const contract = {
      resourceType: 'Contract',
      id: 'of-p1',
      status: 'offered',
      subject: [{ reference: 'Patient/p1' }],
    };
    const stored = await everything('PUT', 'Contract/of-p1', contract);
    expect(stored.status, stored.text).toBe(201);
  });

  const refusals = async (): Promise<Json[]> => {
    const found = await everything('GET', 'AuditEvent?patient=Patient/p1&outcome=4&_count=1000');
    return entries(found, 'match').filter((e) => e.agent[0].altId === 'stranger');
  };

  test.each([
    ['GET', 'Patient/p1', undefined, 'read'],
    ['GET', 'Patient/p1/_history', undefined, 'read'],
    ['GET', 'Observation/ob1', undefined, 'read'],
    ['GET', 'Observation?patient=p1', undefined, 'search-type'],
    ['GET', 'Observation?patient=Patient/p1&code=718-7', undefined, 'search-type'],
    ['GET', 'Observation?subject=http://127.0.0.1:8080/fhir/Patient/p1', undefined, 'search-type'],
    ['GET', 'Observation?subject:Patient=p1', undefined, 'search-type'],
    ['GET', 'Patient/p1/Observation', undefined, 'read'],
    ['POST', 'Observation/_search', 'patient=Patient/p1', 'search-type'],
    ['PUT', 'Patient/p1', patient('p1'), 'update'],
    ['PUT', 'Observation/ob1', observation('ob1'), 'update'],
    ['DELETE', 'Observation/ob1', undefined, 'delete'],
    ['GET', 'Contract/of-p1', undefined, 'read'],
    [
      'POST',
      'Contract/of-p1/$sign',
      {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'signer',
            part: [
              { name: 'type', valueCode: 'resident' },
              { name: 'party', valueReference: { reference: 'Patient/p1' } },
            ],
          },
        ],
      },
      'operation',
    ],
    [
      'GET',
      'ServiceRequest/$check-recognition?subject=Patient/p1&orderReference=ServiceRequest/x',
      undefined,
      'operation',
    ],
  ] as const)(
    '%s %s leaves an AuditEvent of the refusal that the patient can be shown',
    async (method, path, body, interaction) => {
      const before = await refusals();
      const headers: Record<string, string> =
        typeof body === 'string' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
      expectError(await stranger(method, path, body, { ...headers, 'x-request-id': 'refused' }), 403);
      const known = new Set(before.map((e) => e.id));
      const fresh = (await refusals()).filter((e) => !known.has(e.id));
      expect(fresh).toHaveLength(1);
      const [event] = fresh;
      expect(event.outcome).toBe('4');
      expect(event.outcomeDesc).toContain('scope');
      expect(event.subtype[0].code).toBe(interaction);
      expect(event.agent[0]).toMatchObject({ altId: 'stranger', requestor: true });
      expect(event.agent).toContainEqual(
        expect.objectContaining({ who: { reference: 'Organization/o1', display: 'Hospital' } }),
      );
      expect(JSON.stringify(event.entity)).toContain('Patient/p1');
      expect(JSON.stringify(event.entity)).toContain('refused');
    },
  );

  test('tell nobody of a contract that is not for them to see', async () => {
    const elsewhere = await as(app, 'system/*.cruds', {
      id: 'elsewhere',
      organization: 'Organization/elsewhere',
      countyWide: false,
    });
    const signer = {
      name: 'signer',
      part: [
        { name: 'type', valueCode: 'resident' },
        { name: 'party', valueReference: { reference: 'Patient/p1' } },
      ],
    };
    const body = { resourceType: 'Parameters', parameter: [signer] };
    expectError(await elsewhere('POST', 'Contract/of-p1/$sign', body), 404);
  });

  test('a request without a token leaves no record, for nobody is known', async () => {
    const before = await refusals();
    await app.call('GET', 'Patient/p1');
    expect(await refusals()).toHaveLength(before.length);
  });
});

describe('AUTH=open', () => {
  let open: TestApp;
  beforeAll(async () => {
    open = await startTestApp({ auth: 'open' });
  });
  afterAll(() => open.close());

  test('lets everybody in without a token, and holds those who bring one to its limits', async () => {
    expect((await open.call('PUT', 'Patient/p1', patient('p1'))).status).toBe(201);
    const call = await as(open, 'system/Observation.rs');
    expectMissing(await call('GET', 'Patient/p1'), 'system/Patient.r');
    expect((await call('GET', 'Observation')).status).toBe(200);
    const wrong = await open.call('GET', 'Patient/p1', undefined, { authorization: 'Bearer nonsense' });
    expectError(wrong, 401);
  });
});

describe('what a client writes for its institution', () => {
  const provenanceOf = async (reference: string) =>
    entries(await everything('GET', `Provenance?target=${reference}&_sort=_lastUpdated`), 'match');

  test('names the system that it came from, version by version, without being asked to', async () => {
    const his = await as(app, 'system/*.cruds', { id: 'his-of-o1', organization: 'Organization/o1' });
    expect((await his('PUT', 'Patient/told', patient('told'))).status).toBe(201);
    expect((await his('PUT', 'Patient/told', patient('told', { active: true }))).status).toBe(200);
    expect((await his('DELETE', 'Patient/told')).status).toBe(204);
    const told = await provenanceOf('Patient/told');
    expect(told.map((p) => p.activity.coding[0].code)).toEqual(['CREATE', 'UPDATE', 'DELETE']);
    expect(told.map((p) => p.target[0].reference)).toEqual(
      [1, 2, 3].map((v) => `Patient/told/_history/${v}`),
    );
    expect(told[0].agent).toEqual([
      expect.objectContaining({
        who: expect.objectContaining({ identifier: expect.objectContaining({ value: 'his-of-o1' }) }),
        onBehalfOf: { reference: 'Organization/o1' },
      }),
    ]);
    const { resourceType, target, recorded, activity, agent } = told[0];
    const valid = await everything('POST', 'Provenance/$validate', {
      resourceType,
      target,
      recorded,
      activity,
      agent,
    });
    expect(valid.body.issue.filter((i: Json) => i.severity === 'error')).toEqual([]);
  });

  test('has one Provenance for a whole transaction, and none beside the client’s own', async () => {
    const his = await as(app, 'system/*.cruds', { id: 'his2-of-o1', organization: 'Organization/o1' });
    const both = bundle('transaction', [put(patient('t1')), put(patient('t2'))]);
    expect((await his('POST', '', both)).status).toBe(200);
    const [one] = await provenanceOf('Patient/t1');
    expect(one.target.map((t: Json) => t.reference)).toEqual([
      'Patient/t1/_history/1',
      'Patient/t2/_history/1',
    ]);
    const own = { resourceType: 'Provenance', recorded: one.recorded, agent: [{ who: { display: 'own' } }] };
    const header = { 'x-provenance': JSON.stringify(own) };
    expect((await his('PUT', 'Patient/t3', patient('t3'), header)).status).toBe(201);
    expect((await provenanceOf('Patient/t3')).map((p) => p.agent[0].who.display)).toEqual(['own']);
  });

  test('of a client without an institution is told by the audit log alone', async () => {
    expect((await everything('PUT', 'Patient/untold', patient('untold'))).status).toBe(201);
    expect(await provenanceOf('Patient/untold')).toEqual([]);
  });
});
