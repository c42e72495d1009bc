/** Every disclosure and change of patient data leaves one AuditEvent for each patient, found by the patient. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, entries, expectError, type Json, load, observation, patient, post } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('a1', { name: [{ text: '审计' }] }),
    patient('a2'),
    observation('oa1', { subject: { reference: 'Patient/a1' } }),
    observation('nobody'),
    { resourceType: 'Contract', id: 'ca1', subject: [{ reference: 'Patient/a1' }] },
    { resourceType: 'Organization', id: 'org', name: 'x' },
  ]);
});
afterAll(() => app.close());

/** AuditEvents that `act` adds, all types, oldest first; found by the id of its request. */
async function auditsOf(act: (headers: Record<string, string>) => Promise<unknown>): Promise<Json[]> {
  const request = `audit-${Math.random().toString(36).slice(2)}`;
  await act({ 'x-request-id': request });
  const { rows } = await app.database.query<{ content: string }>({
    text: `select content from audit_event where content like $1 order by key`,
    values: [`%"${request}"%`],
  });
  return rows.map((r) => JSON.parse(r.content));
}

const code = (audit: Json) => audit.subtype[0].code;
/** The entities with the role of a patient (http://terminology.hl7.org/CodeSystem/object-role 1). */
const patients = (audit: Json): string[] =>
  audit.entity
    .filter((e: Json) => e.role?.code === '1')
    .map((e: Json) => e.what.reference)
    .sort();

const ACTS: [string, string, (h: Record<string, string>) => Promise<unknown>, string, string[]][] = [
  ['a read of a patient', 'read', (h) => app.call('GET', 'Patient/a1', undefined, h), 'R', ['Patient/a1']],
  [
    'a read of a patient\u2019s data',
    'read',
    (h) => app.call('GET', 'Observation/oa1', undefined, h),
    'R',
    ['Patient/a1'],
  ],
  [
    'a read of a version',
    'vread',
    (h) => app.call('GET', 'Observation/oa1/_history/1', undefined, h),
    'R',
    ['Patient/a1'],
  ],
  [
    'a history',
    'history-instance',
    (h) => app.call('GET', 'Observation/oa1/_history', undefined, h),
    'R',
    ['Patient/a1'],
  ],
  [
    'a search that finds',
    'search-type',
    (h) => app.call('GET', 'Observation?code:not=y', undefined, h),
    'E',
    ['Patient/a1'],
  ],
  [
    'a read of a contract, which R4 has in no compartment',
    'read',
    (h) => app.call('GET', 'Contract/ca1', undefined, h),
    'R',
    ['Patient/a1'],
  ],
  [
    'a search for the contract of a patient that finds nothing',
    'search-type',
    (h) => app.call('GET', 'Contract?patient=Patient/a2', undefined, h),
    'E',
    ['Patient/a2'],
  ],
  [
    'a search that names a patient and finds nothing',
    'search-type',
    (h) => app.call('GET', 'Condition?patient=a2', undefined, h),
    'E',
    ['Patient/a2'],
  ],
  [
    'a search with an include',
    'search-type',
    (h) => app.call('GET', 'Observation?_id=oa1&_include=Observation:subject', undefined, h),
    'E',
    ['Patient/a1'],
  ],
  [
    'a compartment search',
    'search-type',
    (h) => app.call('GET', 'Patient/a2/Condition', undefined, h),
    'E',
    ['Patient/a2'],
  ],
  [
    'a POST search',
    'search-type',
    (h) =>
      app.call('POST', 'Patient/_search', '_id=a1', {
        ...h,
        'content-type': 'application/x-www-form-urlencoded',
      }),
    'E',
    ['Patient/a1'],
  ],
  [
    'a create',
    'create',
    (h) =>
      app.call(
        'POST',
        'Observation',
        {
          resourceType: 'Observation',
          status: 'final',
          code: { text: 'x' },
          subject: { reference: 'Patient/a2' },
        },
        h,
      ),
    'C',
    ['Patient/a2'],
  ],
  [
    'an update',
    'update',
    (h) => app.call('PUT', 'Patient/a2', patient('a2', { active: true }), h),
    'U',
    ['Patient/a2'],
  ],
  [
    'a transaction',
    'transaction',
    (h) =>
      app.call(
        'POST',
        '',
        bundle('transaction', [
          post(observation('x', { subject: { reference: 'Patient/a1' } })),
          post(observation('x', { subject: { reference: 'Patient/a2' } })),
        ]),
        h,
      ),
    'E',
    ['Patient/a1', 'Patient/a2'],
  ],
];

test.each(ACTS)(
  '%s leaves an AuditEvent (%s) for each patient, and names no other patient in it',
  async (_what, interaction, act, action, names) => {
    const audits = await auditsOf(act);
    const ofPatients = audits.filter((a) => patients(a).length > 0);
    expect(ofPatients.flatMap(patients).sort()).toEqual(names);
    for (const audit of ofPatients) {
      expect(code(audit)).toBe(interaction);
      expect(audit.action).toBe(action);
      expect(audit.outcome).toBe('0');
      expect(patients(audit)).toHaveLength(1);
      expect(audit.agent[0].requestor).toBe(true);
      const found = await app.call(
        'GET',
        `AuditEvent?patient=${patients(audit)[0]}&subtype=${interaction}&_count=1000`,
      );
      expect(entries(found, 'match').map((e) => e.id)).toContain(audit.id);
    }
  },
);

test('a delete leaves one AuditEvent that names the patient whose data it was', async () => {
  await load(app, [observation('del', { subject: { reference: 'Patient/a1' } })]);
  const audits = await auditsOf((h) => app.call('DELETE', 'Observation/del', undefined, h));
  expect(audits.map(code)).toEqual(['delete']);
  expect(audits[0].action).toBe('D');
  expect(patients(audits[0])).toEqual(['Patient/a1']);
});

test('an update that moves data to another patient names both', async () => {
  await load(app, [observation('moved', { subject: { reference: 'Patient/a1' } })]);
  const audits = await auditsOf((h) =>
    app.call('PUT', 'Observation/moved', observation('moved', { subject: { reference: 'Patient/a2' } }), h),
  );
  expect(audits.map(patients).sort()).toEqual([['Patient/a1'], ['Patient/a2']]);
});

test('each read entry of a batch leaves its own', async () => {
  const get = (url: string) => ({ request: { method: 'GET', url } });
  const audits = await auditsOf((h) =>
    app.call(
      'POST',
      '',
      bundle('batch', [get('Patient/a1'), get('Observation/oa1'), get('Patient/none')]),
      h,
    ),
  );
  expect(audits.map(code)).toEqual(['read', 'read']);
});

test.each([
  [
    'a read of what belongs to no patient',
    (h: Record<string, string>) => app.call('GET', 'Organization/org', undefined, h),
  ],
  [
    'a search that finds no patient data',
    (h: Record<string, string>) => app.call('GET', 'Organization?name=x', undefined, h),
  ],
  ['metadata', (h: Record<string, string>) => app.call('GET', 'metadata', undefined, h)],
  [
    'a read of what is not there',
    (h: Record<string, string>) => app.call('GET', 'Patient/none', undefined, h),
  ],
])('%s leaves no AuditEvent', async (_what, act) => {
  expect(await auditsOf(act)).toEqual([]);
});

test.each([
  ['a read of an Observation without a subject', 'Observation/nobody', 'read'],
  ['a search for patients that finds nothing', 'Patient?name=nobody', 'search-type'],
])('%s leaves one that names no patient', async (_what, path, interaction) => {
  const audits = await auditsOf((h) => app.call('GET', path, undefined, h));
  expect(audits.map(code)).toEqual([interaction]);
  expect(patients(audits[0])).toEqual([]);
});

test('a create of what belongs to no patient leaves one all the same', async () => {
  const audits = await auditsOf((h) =>
    app.call('POST', 'Organization', { resourceType: 'Organization', name: 'y' }, h),
  );
  expect(audits.map(code)).toEqual(['create']);
});

test('the query of a search is kept, and no content', async () => {
  const audits = await auditsOf((h) =>
    app.call('GET', `Patient?name=${encodeURIComponent('审计')}`, undefined, h),
  );
  const query = audits[0].entity.find((e: Json) => e.query).query;
  expect(new URLSearchParams(Buffer.from(query, 'base64').toString().split('?')[1]).get('name')).toBe('审计');
  expect(JSON.stringify(audits[0])).not.toContain('审计');
});

test('AuditEvents are valid resources that can be read, searched by date, and not changed', async () => {
  const audits = await auditsOf((h) => app.call('GET', 'Patient/a1', undefined, h));
  const { id, recorded } = audits[0];
  const read = await app.call('GET', `AuditEvent/${id}`);
  expect(read.status).toBe(200);
  const whole = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl: `${BASE}/AuditEvent/${id}`, resource: read.body }],
  };
  expect((await app.call('POST', 'Bundle', whole)).status).toBe(201);
  expectError(await app.call('PUT', `AuditEvent/${id}`, read.body), 422);
  expectError(await app.call('DELETE', `AuditEvent/${id}`), 422);
  const inside = bundle('transaction', [{ request: { method: 'DELETE', url: `AuditEvent/${id}` } }]);
  expectError(await app.call('POST', '', inside), 422);
  expect((await app.call('GET', `AuditEvent/${id}`)).headers.etag).toBe('W/"1"');
  const found = await app.call('GET', `AuditEvent?date=${encodeURIComponent(recorded)}&_count=1000`);
  expect(entries(found, 'match').map((e) => e.id)).toContain(id);
});
