/** What goes along with the matches, beyond plain references. https://hl7.org/fhir/R4/search.html#include */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { entries, expectError, included, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
const questionnaire = (id: string, version: string | undefined, more: Json = {}): Json => ({
  resourceType: 'Questionnaire',
  id,
  url: 'http://e/q',
  ...(version ? { version } : {}),
  status: 'active',
  ...more,
});
const response = (id: string, of: string): Json => ({
  resourceType: 'QuestionnaireResponse',
  id,
  questionnaire: of,
  status: 'completed',
});
const partOf = (id: string, of: string): Json => ({
  resourceType: 'Organization',
  id,
  name: id,
  partOf: { reference: `Organization/${of}` },
});

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [patient('p', { gender: 'male' })]);
  await load(app, [patient('p', { gender: 'female' })]);
  await load(app, [
    { resourceType: 'Practitioner', id: 'dr', name: [{ family: 'Dr' }] },
    { resourceType: 'Device', id: 'pump', patient: { reference: 'Patient/p' } },
    observation('o', {
      subject: { reference: 'Patient/p' },
      performer: [{ reference: 'Practitioner/dr' }],
      device: { reference: 'Device/pump' },
    }),
    observation('old', { subject: { reference: 'Patient/p/_history/1' } }),
    observation('new', { subject: { reference: 'Patient/p/_history/2' } }),
    observation('never', { subject: { reference: 'Patient/p/_history/9' } }),
    observation('both', {
      subject: { reference: 'Patient/p/_history/1' },
      focus: [{ reference: 'Patient/p' }],
    }),
    {
      resourceType: 'Provenance',
      id: 'prov',
      target: [{ reference: 'Observation/o' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { reference: 'Practitioner/dr' } }],
    },
    questionnaire('q1', '1'),
    questionnaire('q2', '2'),
    questionnaire('other', undefined, { url: 'http://e/other' }),
    response('any', 'http://e/q'),
    response('one', 'http://e/q|1'),
    response('gone', 'http://e/q|3'),
    response('else', 'http://e/other'),
    partOf('a', 'c'),
    partOf('b', 'a'),
    partOf('c', 'b'),
  ]);
});
afterAll(() => app.close());

describe('wildcards', () => {
  test.each([
    ['Observation?_id=o&_include=Observation:*', ['Device/pump', 'Patient/p', 'Practitioner/dr']],
    ['Observation?_id=o&_include=*', ['Device/pump', 'Patient/p', 'Practitioner/dr']],
    ['Observation?_id=o&_include=Device:*', []],
    ['Observation?_id=o&_include=Observation:*:Patient', ['Patient/p']],
    ['Device?_id=pump&_revinclude=Observation:*', ['Observation/o']],
    ['Device?_id=pump&_include=*&_revinclude=*', ['Observation/o', 'Patient/p']],
    ['Practitioner?_id=dr&_revinclude=*', ['Observation/o', 'Provenance/prov']],
    [
      'Provenance?_id=prov&_include:iterate=*',
      ['Device/pump', 'Observation/o', 'Patient/p', 'Practitioner/dr'],
    ],
    ['Device?_id=pump&_revinclude:iterate=*', ['Observation/o', 'Provenance/prov']],
  ])('%s', async (query, expected) => {
    expect(included(await app.call('GET', query))).toEqual(expected);
  });

  test('bring AuditEvents only when these are named', async () => {
    const found = included(await app.call('GET', 'Patient?_id=p&_revinclude=AuditEvent:*'));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((name) => name.startsWith('AuditEvent/'))).toBe(true);
  });

  test.each(['*:*', '*:subject', 'Observation:subject:Patient:more', ':'])('refuse %s', async (value) => {
    expectError(await app.call('GET', `Observation?_include=${value}`), 400, { expression: '_include' });
  });
});

describe('a reference to a version', () => {
  const versions = async (query: string) =>
    entries(await app.call('GET', query), 'include').map((r) => `${r.id}/${r.meta.versionId} ${r.gender}`);

  test.each([
    ['Observation?_id=old', ['p/1 male']],
    ['Observation?_id=new', ['p/2 female']],
    ['Observation?_id=never', []],
    ['Observation?_id=old,new', ['p/1 male', 'p/2 female']],
    ['Observation?_id=o,new', ['p/2 female']],
    ['Observation?_id=o,old', ['p/1 male', 'p/2 female']],
  ])('brings that version: %s', async (query, expected) => {
    expect((await versions(`${query}&_include=Observation:subject`)).sort()).toEqual(expected);
  });

  test('brings nothing when the resource is deleted', async () => {
    await load(app, [
      patient('was'),
      observation('of-was', { subject: { reference: 'Patient/was/_history/1' } }),
    ]);
    expect(await versions('Observation?_id=of-was&_include=*')).toEqual(['was/1 undefined']);
    await app.call('DELETE', 'Patient/was');
    expect(await versions('Observation?_id=of-was&_include=*')).toEqual([]);
  });

  test('stands beside the current version', async () => {
    const found = await versions('Observation?_id=both&_include=Observation:*');
    expect(found.sort()).toEqual(['p/1 male', 'p/2 female']);
  });
});

describe('a canonical', () => {
  test.each([
    [
      'QuestionnaireResponse?_id=any&_include=QuestionnaireResponse:questionnaire',
      ['Questionnaire/q1', 'Questionnaire/q2'],
    ],
    ['QuestionnaireResponse?_id=one&_include=QuestionnaireResponse:questionnaire', ['Questionnaire/q1']],
    ['QuestionnaireResponse?_id=gone&_include=QuestionnaireResponse:questionnaire', []],
    ['QuestionnaireResponse?_id=else&_include=*', ['Questionnaire/other']],
    [
      'QuestionnaireResponse?_id=one&_include=QuestionnaireResponse:questionnaire:Questionnaire',
      ['Questionnaire/q1'],
    ],
    [
      'Questionnaire?_id=q1&_revinclude=QuestionnaireResponse:questionnaire',
      ['QuestionnaireResponse/any', 'QuestionnaireResponse/one'],
    ],
    ['Questionnaire?_id=q2&_revinclude=QuestionnaireResponse:questionnaire', ['QuestionnaireResponse/any']],
    ['Questionnaire?_id=other&_revinclude=*', ['QuestionnaireResponse/else']],
  ])('%s', async (query, expected) => {
    expect(included(await app.call('GET', query))).toEqual(expected);
  });
});

test('references in a circle end', async () => {
  expect(included(await app.call('GET', 'Organization?_id=a&_include:iterate=Organization:partof'))).toEqual([
    'Organization/b',
    'Organization/c',
  ]);
  expect(
    included(
      await app.call('GET', 'Organization?_id=a&_revinclude:iterate=Organization:partof&_include:iterate=*'),
    ),
  ).toEqual(['Organization/b', 'Organization/c']);
});

test('more than a page can hold is left out, and said', async () => {
  await app.database.query({
    text: `with made as (
  insert into resource (key, type, id, version, updated, method, date, patient, content)
  select n, 'Basic', 'b' || n, 1, 0, 'C', 0, null, '{"resourceType":"Basic","id":"b' || n || '","meta":{"versionId":"1"},"subject":{"reference":"Practitioner/dr"}}'
  from generate_series(1000000, 1005100) n returning key
)
insert into token (hash, date, key) select hashtextextended('Basic:author:rPractitioner/dr', 0), 0, key from made`,
    values: [],
  });
  const answer = await app.call('GET', 'Practitioner?_id=dr&_revinclude=Basic:author');
  expect(entries(answer, 'match')).toHaveLength(1);
  expect(entries(answer, 'include')).toHaveLength(5000);
  expect(entries(answer, 'outcome')[0].issue[0]).toMatchObject({ severity: 'warning', code: 'incomplete' });
  await app.database.query({ text: `delete from resource where type = 'Basic'`, values: [] });
});

describe('with parts of resources', () => {
  test('the narrative alone includes nothing', async () => {
    for (const parameter of ['_include=Observation:subject', '_revinclude=Provenance:target']) {
      expectError(await app.call('GET', `Observation?_summary=text&${parameter}`), 400, {
        expression: parameter.split('=')[0],
      });
    }
  });

  test('plain _elements speak of the matches, qualified ones of their type', async () => {
    const keys = async (elements: string) => {
      const answer = await app.call(
        'GET',
        `Observation?_id=o&_include=Observation:subject&_elements=${elements}`,
      );
      return [...entries(answer, 'match'), ...entries(answer, 'include')].map((r) => Object.keys(r));
    };
    const cut = ['resourceType', 'id', 'meta', 'status', 'code'];
    expect(await keys('status')).toEqual([cut, ['resourceType', 'id', 'meta', 'gender']]);
    expect(await keys('status,Patient.name')).toEqual([cut, ['resourceType', 'id', 'meta']]);
    expect((await keys('Patient.gender'))[0]).toContain('performer');
  });

  test('_summary speaks of both', async () => {
    const answer = await app.call('GET', 'Observation?_id=o&_include=Observation:subject&_summary=true');
    for (const resource of [...entries(answer, 'match'), ...entries(answer, 'include')]) {
      expect(resource.meta.tag).toHaveLength(1);
    }
  });
});
