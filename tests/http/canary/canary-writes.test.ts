/** Writing tells nothing of another organisation's resident, and changes nothing of it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asPerson } from '../../features/people.ts';
import { as, type Call } from '../../features/tokens.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { bundle, expectError, type Json, post, put } from '../support.ts';
import { CODE, canary, county, SECRET, stored } from './county.ts';

let app: TestApp;
let platform: Call;
let clinic: Call;
let doctor: Call;
let before: string;

const THEIRS = [
  'Patient/canary',
  'Observation/canary-observation',
  'Group/canary-group',
  'Basic/canary-basic',
];
const NOBODYS = 'Observation?identifier=nobody-has-it';
const NONE = ['Patient/none', 'Observation/none', 'Group/none', 'Basic/none'];

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart' });
  platform = await as(app, 'system/*.cruds');
  clinic = await as(app, 'system/*.cruds', { organization: 'Organization/clinic', countyWide: false });
  doctor = await asPerson(app, { fhirUser: 'Practitioner/doctor' });
  for (const resources of [county(), canary()]) {
    const answer = await platform('POST', '', stored(resources));
    expect(answer.status, answer.text.slice(0, 1000)).toBe(200);
  }
  before = await versions();
});
afterAll(async () => {
  expect(await versions()).toBe(before);
  await app.close();
});

/** What the canary's resources are, with their versions. */
async function versions(): Promise<string> {
  const entry = canary().map((r) => ({ request: { method: 'GET', url: `${r.resourceType}/${r.id}` } }));
  const answer = await platform('POST', '', bundle('batch', entry));
  return JSON.stringify(answer.body.entry.map((e: Json) => e.resource));
}

/** The same answer, whichever is named. */
async function alike(ask: (reference: string) => Promise<{ status: number; text: string }>): Promise<void> {
  for (const [i, reference] of THEIRS.entries()) {
    const [theirs, none] = [await ask(reference), await ask(NONE[i]!)];
    const told = (text: string, named: string) => text.replaceAll(named.split('/')[1]!, 'id');
    expect([theirs.status, told(theirs.text, reference)]).toEqual([none.status, told(none.text, NONE[i]!)]);
    expect(theirs.text).not.toContain(SECRET);
  }
}

const ops = [{ op: 'add', path: '/language', value: 'zh' }] as Json;
const jsonPatch = { 'content-type': 'application/json-patch+json' };
const meta = (more: Json) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: more }] });

test('deleting, patching, tagging: as if it were not there', async () => {
  for (const call of [clinic, doctor]) {
    await alike((r) => call('DELETE', r));
    await alike((r) => call('DELETE', r, undefined, { 'if-match': 'W/"1"' }));
    await alike((r) => call('PATCH', r, ops, jsonPatch));
    await alike((r) => call('POST', `${r}/$meta-add`, meta({ tag: [{ code: 'x' }] })));
    await alike((r) => call('POST', `${r}/$meta-delete`, meta({ tag: [{ code: 'x' }] })));
    await alike((r) => call('POST', `${r}/$validate?mode=delete`));
    await alike((r) => call('POST', '', bundle('transaction', [{ request: { method: 'DELETE', url: r } }])));
  }
});

test('conditions do not find it', async () => {
  const criteria = [
    `identifier=${CODE}`,
    `identifier=urn:canary|${CODE}`,
    '_id=canary-observation',
    `code=${CODE}`,
  ];
  const body = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
  for (const condition of criteria) {
    expect((await clinic('DELETE', `Observation?${condition}`)).status).toBe(204);
    expectError(await clinic('PATCH', `Observation?${condition}`, ops, jsonPatch), 404);
    const created = await clinic('POST', 'Observation', body, { 'if-none-exist': condition });
    expect(created.status, condition).toBe(201);
    expect((await clinic('DELETE', `Observation/${created.body.id}`)).status).toBe(204);
    if (condition.startsWith('_id')) continue;
    const updated = await clinic('PUT', `Observation?${condition}`, body);
    expect(updated.status, condition).toBe(201);
    expect((await clinic('DELETE', `Observation/${updated.body.id}`)).status).toBe(204);
  }
  const reference = { ...body, subject: { reference: `Patient?identifier=urn:canary|${CODE}` } };
  const unresolved = await clinic('POST', '', bundle('transaction', [post(reference)]));
  expect(unresolved.status).toBeGreaterThanOrEqual(400);
  expect(unresolved.text).not.toContain('Patient/canary');
});

test('a person lets the server choose ids, or sends a UUID: another that is taken is refused like one that is free', async () => {
  const written = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
  const own = { ...written, subject: { reference: 'Patient/own' } };
  const resident = await asPerson(app, { fhirUser: 'Patient/own' });
  for (const call of [doctor, resident])
    for (const as of ['put', 'condition', 'entry'] as const) {
      const ask = async (r: string) => {
        const sent = { ...own, id: r.split('/')[1] };
        const answer =
          as === 'put'
            ? await call('PUT', r, sent)
            : as === 'condition'
              ? await call('PUT', NOBODYS, sent)
              : await call('POST', '', bundle('transaction', [put(sent)]));
        return { status: answer.status, text: answer.text.replaceAll(r.split('/')[1]!, 'id') };
      };
      const free = await ask('Observation/none');
      expect(free.status).toBe(403);
      expect(await ask('Observation/canary-observation')).toEqual(free);
      const offline = randomUUID();
      const made = await ask(`Observation/${offline}`);
      expect(made.status, made.text).toBeLessThan(300);
      expect((await call('DELETE', `Observation/${offline}`)).status).toBe(204);
    }
  const made = await doctor('PUT', NOBODYS, own);
  expect(made.status, made.text).toBe(201);
  expect((await doctor('DELETE', `Observation/${made.body.id}`)).status).toBe(204);
  expect((await doctor('PUT', `Observation/${made.body.id}`, { ...made.body })).status).toBe(201);
});

test('an id that is taken is refused without a word about what has it', async () => {
  for (const call of [clinic, doctor]) {
    for (const resource of canary()) {
      const sent = { ...resource, language: 'en' };
      const answer = await call('PUT', `${resource.resourceType}/${resource.id}`, sent);
      expectError(answer, 403, { code: 'forbidden' });
      expect(answer.text).not.toContain(SECRET);
      expectError(await call('POST', '', bundle('transaction', [put(sent)])), 403);
    }
  }
});

test('what one may write cannot be made another organisation’s, nor theirs one’s own', async () => {
  const own = (await clinic('GET', 'Observation/own-observation')).body;
  const theirs = { ...own, performer: [{ reference: 'Organization/hospital' }] };
  expectError(await clinic('PUT', 'Observation/own-observation', theirs), 403);
  const claimed = { ...canary()[1], performer: [{ reference: 'Organization/clinic' }] };
  expectError(await clinic('PUT', 'Observation/canary-observation', claimed), 403);
});

test('no decision about identities reaches it', async () => {
  const own = { resource: { reference: 'Patient/own' } };
  for (const type of ['historical', 'alternate']) {
    for (const reference of ['Patient/canary', 'Patient/none']) {
      const item = [
        { type: 'source', ...own },
        { type, resource: { reference } },
      ];
      const refused = await clinic('POST', 'Linkage', { resourceType: 'Linkage', active: true, item });
      expectError(refused, 422, { code: 'not-found' });
    }
  }
  const link = [
    { op: 'add', path: '/link', value: [{ other: { reference: 'Patient/canary' }, type: 'replaces' }] },
  ];
  expect((await clinic('PATCH', 'Patient/own', link as Json, jsonPatch)).status).toBe(200);
  expect((await platform('GET', 'Linkage?item=Patient/canary&_summary=count')).body.total).toBe(0);
});

test('an institution does not make itself another kind of one, nor rules for everybody', async () => {
  const itself = (await clinic('GET', 'Organization/clinic')).body;
  const type = (code: string) => [{ coding: [{ system: 'urn:types', code }] }];
  expectError(await clinic('PUT', 'Organization/clinic', { ...itself, type: type('J100') }), 422);
  expect((await clinic('PUT', 'Organization/clinic', { ...itself, alias: ['x'] })).status).toBe(200);
  const department = {
    resourceType: 'Organization',
    name: 'Ward',
    partOf: { reference: 'Organization/clinic' },
  };
  expect((await clinic('POST', 'Organization', { ...department, type: type('dept') })).status).toBe(201);
  expectError(await clinic('POST', 'Organization', { ...department, type: type('J100') }), 422);
  const parameter = {
    url: 'urn:p',
    name: 'p',
    status: 'active',
    description: 'p',
    code: 'p',
    base: ['Patient'],
  };
  const search = {
    resourceType: 'SearchParameter',
    type: 'string',
    expression: 'Patient.name.text',
    ...parameter,
  };
  expectError(await clinic('POST', 'SearchParameter', search), 403);
  const profile = {
    url: 'urn:s',
    name: 's',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    derivation: 'constraint',
  };
  const structure = { resourceType: 'StructureDefinition', status: 'active', ...profile };
  const base = 'http://hl7.org/fhir/StructureDefinition/Patient';
  const differential = { element: [{ id: 'Patient', path: 'Patient' }] };
  for (const law of [
    { ...structure, baseDefinition: base, differential },
    { resourceType: 'PlanDefinition', status: 'active' },
    { resourceType: 'CodeSystem', status: 'active', content: 'complete' },
  ])
    expectError(await clinic('POST', law.resourceType, law), 403);
});

test('nobody reports an access in the name of another organisation, nor what others did', async () => {
  const event = (observer: Json, who: string) => ({
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ requestor: true, who: { reference: who } }],
    source: { observer },
  });
  const clinics = { reference: 'Organization/clinic' };
  for (const wrong of [
    event({ reference: 'Organization/hospital' }, 'Practitioner/doctor'),
    event({ reference: 'Device/theirs' }, 'Practitioner/doctor'),
    event({ display: 'Hospital' }, 'Practitioner/doctor'),
    event(clinics, 'Organization/hospital'),
    event(clinics, 'Practitioner/laboratorian'),
    event(clinics, 'PractitionerRole/post-seconded'),
  ])
    expectError(await clinic('POST', 'AuditEvent', wrong), 403);
  for (const who of [
    'Practitioner/doctor',
    'PractitionerRole/post-nurse',
    'Organization/clinic',
    'Device/own',
  ])
    expect((await clinic('POST', 'AuditEvent', event(clinics, who))).status, who).toBe(201);
});

test('nobody sends a message in the name of another organisation, and who gets one may carry it on', async () => {
  const message = (sender: string, recipient: string, more: Json = {}) => ({
    resourceType: 'Communication',
    status: 'in-progress',
    sender: { reference: sender },
    recipient: [{ reference: recipient }],
    ...more,
  });
  for (const call of [clinic, doctor])
    for (const [sender, recipient] of [
      ['Organization/hospital', 'Organization/laboratory'],
      ['Organization/hospital', 'Organization/clinic'],
      ['Practitioner/laboratorian', 'Organization/clinic'],
      ['PractitionerRole/post-seconded', 'Practitioner/doctor'],
    ] as const)
      expectError(await call('POST', 'Communication', message(sender, recipient)), 403);
  for (const sender of ['Organization/clinic', 'Practitioner/nurse', 'PractitionerRole/post-doctor'])
    expect((await clinic('POST', 'Communication', message(sender, 'Organization/hospital'))).status).toBe(
      201,
    );
  const id = 'from-hospital';
  const sent = message('Practitioner/laboratorian', 'Organization/clinic', { id });
  expect((await platform('PUT', `Communication/${id}`, sent)).status).toBe(201);
  const received = { ...sent, status: 'completed', received: '2026-01-02T00:00:00Z' };
  expect((await clinic('PUT', `Communication/${id}`, received)).status).toBe(200);
  const twisted = { ...received, sender: { reference: 'Organization/hospital' } };
  expectError(await clinic('PUT', `Communication/${id}`, twisted), 403);
  // Whoever creates names no id, whatever stands in the body.
  expectError(await clinic('POST', 'Communication', sent), 403);
  expectError(await clinic('POST', '', bundle('transaction', [post(sent)])), 403);
});
