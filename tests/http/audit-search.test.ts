/** The server's own AuditEvents are searched like any resource, together with those that clients store. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { entries, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
/** Every AuditEvent that there is before the tests search, newest first. */
let all: Json[];
/** What the server recorded of its own start is left out. */
let since: string;

beforeAll(async () => {
  app = await startTestApp();
  since = `_lastUpdated=ge${new Date().toISOString()}`;
  await load(app, [
    patient('s1', { name: [{ text: '审计一' }], identifier: [{ system: 'urn:n', value: '1' }] }),
    patient('s2', { name: [{ text: 'Second' }] }),
    observation('so1', { subject: { reference: 'Patient/s1' } }),
    observation('so2', { subject: { reference: 'Patient/s2' } }),
    { resourceType: 'Organization', id: 'so', name: 'x' },
  ]);
  await app.call('GET', 'Patient/s1');
  await app.call('GET', 'Observation/so1');
  await app.call('GET', 'Observation/so2/_history');
  await app.call('GET', 'Observation?code:not=x');
  await app.call('GET', 'Condition?patient=s1');
  await app.call('PUT', 'Observation/so1', observation('so1', { subject: { reference: 'Patient/s1' } }));
  await app.call('DELETE', 'Observation/so2');
  const own = {
    resourceType: 'AuditEvent',
    id: 'by-client',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    recorded: new Date().toISOString(),
    agent: [{ requestor: true, name: 'A client', network: { address: '10.1.2.3', type: '2' } }],
    source: { observer: { display: 'HIS' } },
    entity: [{ what: { reference: 'Patient/s1' } }],
  };
  expect((await app.call('PUT', 'AuditEvent/by-client', own)).status).toBe(201);
  all = await everyPage(`AuditEvent?${since}&_sort=-date&_count=7`);
});
afterAll(() => app.close());

/** The matches of all pages. Searching AuditEvents is recorded too: only what was there before is told. */
async function everyPage(path: string): Promise<Json[]> {
  const found: Json[] = [];
  let next: string | undefined = path;
  while (next) {
    const answer = await app.call('GET', next);
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
    found.push(...entries(answer, 'match'));
    next = answer.body.link.find((l: Json) => l.relation === 'next')?.url.replace(/^.*\/fhir\//, '');
  }
  return found.filter((e) => all === undefined || all.some((a) => a.id === e.id));
}

const ids = (events: readonly Json[]) => events.map((e) => e.id).sort();
const about = (e: Json, reference: string) => e.entity.some((x: Json) => x.what?.reference === reference);

const SEARCHES: [string, (e: Json) => boolean][] = [
  ['patient=Patient/s1', (e) => about(e, 'Patient/s1')],
  ['patient=s2', (e) => about(e, 'Patient/s2')],
  ['entity=Patient/s1,Patient/s2', (e) => about(e, 'Patient/s1') || about(e, 'Patient/s2')],
  ['entity=Observation/so1', (e) => about(e, 'Observation/so1')],
  ['entity=Observation/so2&action=D', (e) => about(e, 'Observation/so2') && e.action === 'D'],
  ['patient.name=Second', (e) => about(e, 'Patient/s2')],
  ['entity:Patient.identifier=urn:n|1', (e) => about(e, 'Patient/s1')],
  ['entity:Observation.status=final', (e) => about(e, 'Observation/so1')],
  ['action=R', (e) => e.action === 'R'],
  ['action:not=R', (e) => e.action !== 'R'],
  ['action=R,U', (e) => ['R', 'U'].includes(e.action)],
  ['subtype=http://hl7.org/fhir/restful-interaction|read', (e) => e.subtype?.[0].code === 'read'],
  ['subtype=history-instance', (e) => e.subtype?.[0].code === 'history-instance'],
  ['type=rest', () => true],
  ['outcome=0', (e) => e.outcome === '0'],
  ['altid=anonymous', (e) => e.agent[0].altId === 'anonymous'],
  ['agent-name=anon', (e) => e.agent[0].name?.startsWith('anon')],
  ['agent-name:exact=A client', (e) => e.agent[0].name === 'A client'],
  ['address=127.0', (e) => e.agent[0].network?.address.startsWith('127.0')],
  ['address:exact=10.1.2.3', (e) => e.agent[0].network?.address === '10.1.2.3'],
  ['entity-role=4', (e) => e.entity.some((x: Json) => x.role?.code === '4')],
  ['entity-role=24', (e) => e.entity.some((x: Json) => x.role?.code === '24')],
  ['_id=by-client', (e) => e.id === 'by-client'],
  ['date=ge2020-01-01', () => true],
  ['date=lt2020-01-01', () => false],
  ['_lastUpdated=gt2020-01-01&action=D', (e) => e.action === 'D'],
];

test.each(SEARCHES)('AuditEvent?%s finds what it says', async (query, holds) => {
  const found = await everyPage(`AuditEvent?${query}&${since}&_count=3`);
  expect(ids(found)).toEqual(ids(all.filter(holds)));
  // Those of this very search are there by now, so that the total is at least what is found.
  const counted = await app.call('GET', `AuditEvent?${query}&${since}&_summary=count`);
  expect(counted.body.total).toBeGreaterThanOrEqual(found.length);
});

test('pages are in order, both ways, whatever the page size', async () => {
  const newest = await everyPage(`AuditEvent?${since}&_sort=-date&_count=2`);
  const oldest = await everyPage(`AuditEvent?${since}&_sort=date&_count=3`);
  const times = newest.map((e) => e.recorded);
  expect(times).toEqual([...times].sort().reverse());
  expect(oldest.map((e) => e.id)).toEqual(newest.map((e) => e.id).reverse());
  expect(ids(newest)).toEqual(ids(all));
});

test('an id that was found is read by itself, and in its history', async () => {
  for (const event of all) {
    const read = await app.call('GET', `AuditEvent/${event.id}`);
    expect(read.body).toEqual(event);
    const { body } = await app.call('GET', `AuditEvent/${event.id}/_history`);
    expect(body.entry.map((e: Json) => e.resource)).toEqual([event]);
    expect((await app.call('GET', `AuditEvent/${event.id}/_history/1`)).body).toEqual(event);
  }
});

test('the history of the type, and of everything, has them', async () => {
  for (const path of ['AuditEvent/_history', '_history']) {
    const found: string[] = [];
    let next: string | undefined = `${path}?_count=400`;
    while (next) {
      const { body }: { body: Json } = await app.call('GET', next);
      found.push(...body.entry.map((e: Json) => e.resource?.id));
      next = body.link.find((l: Json) => l.relation === 'next')?.url.replace(/^.*\/fhir\//, '');
    }
    expect(found).toEqual(expect.arrayContaining(all.map((e) => e.id)));
    expect(new Set(found).size).toBeGreaterThan(all.length);
  }
});

test('they are found from the patients and the resources that they are about', async () => {
  const compartment = await everyPage('Patient/s1/AuditEvent?_count=4');
  expect(ids(compartment)).toEqual(ids(all.filter((e) => about(e, 'Patient/s1'))));
  const readers = await app.call('GET', 'Patient?_has:AuditEvent:patient:action=D');
  expect(entries(readers, 'match').map((e) => e.id)).toEqual(['s2']);
  const observed = await app.call('GET', 'Observation?_has:AuditEvent:entity:action=U');
  expect(entries(observed, 'match').map((e) => e.id)).toEqual(['so1']);
  const along = await app.call('GET', 'Patient?_id=s1&_revinclude=AuditEvent:patient');
  expect(ids(entries(along, 'include'))).toEqual(
    expect.arrayContaining(ids(all.filter((e) => about(e, 'Patient/s1')))),
  );
  const included = await app.call('GET', 'AuditEvent?patient=s1&_include=AuditEvent:entity');
  expect(entries(included, 'include').map((e) => e.id)).toContain('s1');
});
