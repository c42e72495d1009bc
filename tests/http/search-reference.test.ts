/** https://hl7.org/fhir/R4/search.html#reference, #chaining, #has and compartments */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, linkOf, load, observation, patient } from './support.ts';

let app: TestApp;
const about = (id: string, reference: string, more: Json = {}) =>
  observation(id, { subject: { reference }, ...more });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    { resourceType: 'Organization', id: 'county', name: '县医院', active: true },
    {
      resourceType: 'Organization',
      id: 'town',
      name: '乡镇卫生院',
      partOf: { reference: 'Organization/county' },
    },
    { resourceType: 'Organization', id: 'same', name: 'An organization whose id a patient has' },
    patient('p1', {
      name: [{ text: '张三' }],
      gender: 'male',
      birthDate: '1980-01-01',
      identifier: [{ system: 'urn:oid:1', value: 'p1' }],
      managingOrganization: { reference: 'Organization/town' },
    }),
    patient('p2', {
      name: [{ text: '李四' }],
      gender: 'female',
      managingOrganization: { reference: 'Organization/county' },
    }),
    patient('same', { gender: 'male' }),
    { resourceType: 'Group', id: 'p1', type: 'person', actual: true },
    { resourceType: 'Practitioner', id: 'dr', name: [{ family: '王' }] },
    about('o1', 'Patient/p1', {
      code: { coding: [{ system: 'http://l', code: 'glu' }] },
      valueQuantity: { value: 5 },
      performer: [{ reference: 'Practitioner/dr' }],
    }),
    about('o2', 'Patient/p2', {
      code: { coding: [{ system: 'http://l', code: 'glu' }] },
      valueQuantity: { value: 9 },
    }),
    about('absolute', `${BASE}/Patient/p1`),
    about('versioned', 'Patient/p1/_history/1'),
    about('group', 'Group/p1'),
    about('elsewhere', 'http://other.example/fhir/Patient/p1'),
    observation('logical', { subject: { identifier: { system: 'urn:oid:1', value: 'p1' } } }),
    observation('logical-bare', { subject: { identifier: { value: 'p1' } } }),
    observation('member', { hasMember: [{ reference: 'Observation/o1' }, { reference: 'Observation/o2' }] }),
    {
      resourceType: 'Condition',
      id: 'c1',
      subject: { reference: 'Patient/p1' },
      asserter: { reference: 'Patient/p2' },
      code: { text: 'x' },
    },
    {
      resourceType: 'Provenance',
      id: 'prov',
      target: [{ reference: 'Observation/o1' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { reference: 'Practitioner/dr' } }],
    },
  ]);
  const urn = about('urn', 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0');
  expect((await app.call('PUT', 'Observation/urn', urn)).status).toBe(201);
});
afterAll(() => app.close());

test.each([
  ['subject=Patient/p1', ['absolute', 'o1', 'versioned']],
  [`subject=${BASE}/Patient/p1`, ['absolute', 'o1', 'versioned']],
  ['subject:Patient=p1', ['absolute', 'o1', 'versioned']],
  ['subject:Patient=Patient/p1', ['absolute', 'o1', 'versioned']],
  ['patient=p1', ['absolute', 'o1', 'versioned']],
  ['patient=Patient/p1', ['absolute', 'o1', 'versioned']],
  ['subject=p1', ['absolute', 'group', 'o1', 'versioned']],
  ['subject=Group/p1', ['group']],
  ['subject:Group=p1', ['group']],
  ['subject:Group=Patient/p1', []],
  ['subject:Group=Patient/p1,Group/p1', ['group']],
  ['patient=Group/p1', []],
  ['subject=http://other.example/fhir/Patient/p1', ['elsewhere']],
  ['subject=urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', ['urn']],
  ['subject=Patient/p1,Patient/p2', ['absolute', 'o1', 'o2', 'versioned']],
  ['subject=Patient/none', []],
  ['subject=Patient/p1&code=glu', ['o1']],
  ['subject=Patient/p1&subject=Patient/p2', []],
  ['performer=Practitioner/dr', ['o1']],
  ['performer=dr', ['o1']],
  ['has-member=Observation/o1', ['member']],
  ['has-member=o1&has-member=o2', ['member']],
  ['subject:identifier=urn:oid:1|p1', ['logical']],
  ['subject:identifier=|p1', ['logical-bare']],
  ['subject:identifier=urn:oid:2|p1', []],
])('finds by %s', async (query, expected) => {
  expect(await find(app, `Observation?${query}`)).toEqual(expected);
});

test.each([
  ['subject:Patient.name=张', ['absolute', 'o1', 'versioned']],
  ['subject.gender=female', ['o2']],
  ['patient.identifier=urn:oid:1|p1', ['absolute', 'o1', 'versioned']],
  ['patient.birthdate=ge1980', ['absolute', 'o1', 'versioned']],
  ['patient.gender:not=male', ['o2']],
  ['patient._id=p2', ['o2']],
  ['patient.name:exact=李四', ['o2']],
  ['patient.name=张,李', ['absolute', 'o1', 'o2', 'versioned']],
  ['patient.organization=Organization/town', ['absolute', 'o1', 'versioned']],
  ['patient.organization.name=县医院', ['o2']],
  ['patient.organization.partof.name=县', ['absolute', 'o1', 'versioned']],
  [
    'subject:Patient.organization:Organization.partof:Organization.active=true',
    ['absolute', 'o1', 'versioned'],
  ],
  ['performer:Practitioner.family=王', ['o1']],
  ['has-member:Observation.code=glu', ['member']],
  ['has-member:Observation.patient.name=张', ['member']],
  ['patient.name=nobody', []],
  ['patient.name=张&code=glu', ['o1']],
  ['patient.name=张&patient.gender=female', []],
])('follows the chain %s', async (query, expected) => {
  expect(await find(app, `Observation?${encodeURI(query)}`)).toEqual(expected);
});

test.each([
  ['_has:Observation:patient:code=glu', ['p1', 'p2']],
  ['_has:Observation:subject:code=http://l|glu', ['p1', 'p2']],
  ['_has:Observation:patient:value-quantity=gt7', ['p2']],
  ['_has:Observation:patient:_id=absolute', ['p1']],
  ['_has:Observation:patient:performer:Practitioner.family=王', ['p1']],
  ['_has:Observation:patient:_has:Provenance:target:recorded=2024', ['p1']],
  ['_has:Condition:asserter:code:exact=1', undefined],
  ['_has:Condition:asserter:_id=c1', ['p2']],
  ['_has:Observation:patient:code=none', []],
  ['_has:Observation:patient:code=glu&gender=male', ['p1']],
  ['_has:Observation:patient:code=glu&_has:Condition:patient:_id=c1', ['p1']],
])('follows the reverse chain %s', async (query, expected) => {
  if (expected === undefined) expectError(await app.call('GET', `Patient?${encodeURI(query)}`), 400);
  else expect(await find(app, `Patient?${encodeURI(query)}`)).toEqual(expected);
});

test('follows reverse chains through references that are not to patients', async () => {
  expect(await find(app, 'Observation?_has:Provenance:target:recorded=2024')).toEqual(['o1']);
  expect(await find(app, 'Practitioner?_has:Observation:performer:code=glu')).toEqual(['dr']);
  expect(await find(app, 'Group?_has:Observation:subject:_id=group')).toEqual(['p1']);
  expect(await find(app, 'Organization?_has:Patient:organization:gender=male')).toEqual(['town']);
});

test('no longer finds through what is deleted', async () => {
  await load(app, [patient('gone', { name: [{ text: 'Gone' }] }), about('of-gone', 'Patient/gone')]);
  expect(await find(app, 'Observation?patient.name=gone')).toEqual(['of-gone']);
  expect(await find(app, 'Patient?_has:Observation:patient:_id=of-gone')).toEqual(['gone']);
  await app.call('DELETE', 'Observation/of-gone');
  expect(await find(app, 'Patient?_has:Observation:patient:_id=of-gone')).toEqual([]);
  await load(app, [about('of-gone', 'Patient/gone')]);
  await app.call('DELETE', 'Patient/gone');
  expect(await find(app, 'Observation?patient.name=gone')).toEqual([]);
  expect(await find(app, 'Observation?patient=gone')).toEqual(['of-gone']);
});

test.each([
  ['gender.name=x', 400],
  ['general-practitioner.nonsense=x', 400],
  ['organization:Patient.name=x', undefined],
  ['_has:Observation:code:code=x', 400],
  ['_has:Observation:nonsense:code=x', 400],
  ['_has:Nonsense:patient:code=x', 400],
  ['_has:Provenance:agent:recorded:x=1', 400],
  ['_has:Observation:patient=x', 400],
  ['link.link.link.link.link.link.link.name=x', 400],
  ['organization:nonsense=x', 400],
  ['organization:missing=x', 400],
])('refuses %s', async (query, status) => {
  const answer = await app.call('GET', `Patient?${query}`);
  if (status === undefined) expect([200, 400]).toContain(answer.status);
  else expectError(answer, status);
});

test('follows canonicals, to the version that they name', async () => {
  const url = 'http://e.example/questionnaire';
  const filledIn = (id: string, questionnaire: string) => ({
    resourceType: 'QuestionnaireResponse',
    id,
    status: 'completed',
    questionnaire,
  });
  const questionnaire = (id: string, version: string) => ({
    resourceType: 'Questionnaire',
    id,
    url,
    version,
    status: 'active',
    title: `Of ${version}`,
  });
  await load(app, [
    questionnaire('q1', '1'),
    questionnaire('q2', '2'),
    { ...questionnaire('q3', '1'), url: `${url}/other` },
    filledIn('any', url),
    filledIn('first', `${url}|1`),
    filledIn('second', `${url}|2`),
    filledIn('third', `${url}|3`),
    filledIn('other', `${url}/other`),
  ]);
  const chained = 'QuestionnaireResponse?questionnaire';
  expect(await find(app, `${chained}.title=Of 1`)).toEqual(['any', 'first', 'other']);
  expect(await find(app, `${chained}.version=2`)).toEqual(['any', 'second']);
  expect(await find(app, `${chained}:Questionnaire.url=${url}`)).toEqual(['any', 'first', 'second']);
  expect(await find(app, `${chained}.title=Of 3`)).toEqual([]);
  const has = 'Questionnaire?_has:QuestionnaireResponse:questionnaire:_id';
  expect(await find(app, `${has}=any`)).toEqual(['q1', 'q2']);
  expect(await find(app, `${has}=first`)).toEqual(['q1']);
  expect(await find(app, `${has}=third`)).toEqual([]);
  expect(await find(app, `${has}=other`)).toEqual(['q3']);
  await app.call('DELETE', 'Questionnaire/q2');
  expect(await find(app, `${chained}.version=2`)).toEqual([]);
});

test('finds canonicals below a version, part by part', async () => {
  const url = 'http://e.example/below';
  const versions = ['1', '1.2', '1.2.3', '1.20', '2', '1%2', '10'];
  const filledIn = (id: string, questionnaire: string) => ({
    resourceType: 'QuestionnaireResponse',
    id,
    status: 'completed',
    questionnaire,
  });
  await load(app, [
    filledIn('below', url),
    ...versions.map((v) => filledIn(`below-${v.replace('%', '-')}`, `${url}|${v}`)),
    filledIn('below-other', `${url}-other|1.2`),
  ]);
  const below = (...values: string[]) =>
    find(app, `QuestionnaireResponse?questionnaire:below=${values.map(encodeURIComponent).join(',')}`);
  expect(await below(`${url}|1.2`)).toEqual(['below-1.2', 'below-1.2.3']);
  expect(await below(`${url}|1`)).toEqual(['below-1', 'below-1.2', 'below-1.2.3', 'below-1.20']);
  expect(await below(`${url}|2`, `${url}|1.2.3`)).toEqual(['below-1.2.3', 'below-2']);
  expect(await below(url)).toHaveLength(versions.length + 1);
  expectError(await app.call('GET', `QuestionnaireResponse?questionnaire:above=${url}`), 400);
});

test('refuses a chain to a type that the reference never leads to', async () => {
  const outcome = expectError(await app.call('GET', 'Observation?subject:Organization.name=x'), 400);
  expect(JSON.stringify(outcome)).toContain('Patient');
  expectError(await app.call('GET', 'Observation?patient:Group.code=x'), 400);
  expectError(await app.call('GET', 'Patient?_has:Observation:subject:performer:Group.code=x'), 400);
});

test('searches the compartment of a patient', async () => {
  expect(await find(app, 'Patient/p1/Observation')).toEqual(['absolute', 'o1', 'versioned']);
  expect(await find(app, 'Patient/p1/Observation?code=glu')).toEqual(['o1']);
  expect(await find(app, 'Patient/p1/Condition')).toEqual(['c1']);
  expect(await find(app, 'Patient/p2/Condition')).toEqual(['c1']);
  expect(await find(app, 'Patient/same/Observation')).toEqual([]);
  expect(await find(app, 'Patient/none/Observation')).toEqual([]);
  expect(await find(app, 'Patient/p1/Organization')).toEqual([]);
  const answer = await app.call('GET', 'Patient/p1/Observation?_count=1');
  expect(linkOf(answer, 'self')).toBe('Patient/p1/Observation?_count=1');
  expect(linkOf(answer, 'next')).toMatch(/^Patient\/p1\/Observation\?_count=1&/);
});

test('refuses a compartment that it does not have', async () => {
  expectError(await app.call('GET', 'Organization/county/Patient'), 400);
  expectError(await app.call('GET', 'Patient/p1/Nonsense'), 404);
  expectError(await app.call('GET', 'Patient/p1/Observation?nonsense=1'), 400);
});

test('what a Bundle begins with is no reference: it is refused, and not declared', async () => {
  for (const code of ['composition', 'message']) {
    expectError(await app.call('GET', `Bundle?${code}=Composition/1`), 400);
  }
  const { body } = await app.call('GET', 'metadata');
  const declared = body.rest[0].resource.find((r: Json) => r.type === 'Bundle').searchParam;
  expect(declared.map((p: Json) => p.name)).not.toContain('composition');
});
