/** `:missing`. https://hl7.org/fhir/R4/search.html#modifiers */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, observation, patient } from './support.ts';

let app: TestApp;
const quantity = { value: 5, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' };

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('bare', {}),
    patient('full', {
      gender: 'male',
      birthDate: '1980-01-01',
      name: [{ family: '张', given: ['三'] }],
      identifier: [{ value: '1' }],
      telecom: [{ system: 'phone', value: '138' }],
      managingOrganization: { display: 'somewhere' },
      meta: { profile: ['http://example.org/p'], tag: [{ code: 't' }] },
    }),
    patient('mail', {
      telecom: [{ system: 'email', value: 'a@b' }],
      address: [{ use: 'home' }],
      name: [{ given: [null], _given: [{ extension: [{ url: 'http://e', valueString: 'x' }] }] }],
    }),
    observation('of-patient', { subject: { reference: 'Patient/full' }, valueQuantity: quantity }),
    observation('of-group', { subject: { reference: 'Group/g' }, effectiveDateTime: '2024' }),
    observation('of-display', { subject: { display: 'someone' }, valueString: 'text' }),
    observation('of-nobody', {
      code: { text: 'only text' },
      component: [{ code: { text: 'c' }, valueQuantity: quantity }],
    }),
    {
      resourceType: 'RiskAssessment',
      id: 'range',
      status: 'final',
      subject: { reference: 'Patient/full' },
      prediction: [
        {
          probabilityRange: { high: { value: 3, unit: '%', system: 'http://unitsofmeasure.org', code: '%' } },
        },
      ],
    },
    {
      resourceType: 'RiskAssessment',
      id: 'number',
      status: 'final',
      subject: { reference: 'Patient/full' },
      prediction: [{ probabilityDecimal: 0.5 }],
    },
    { resourceType: 'RiskAssessment', id: 'none', status: 'final', subject: { reference: 'Patient/full' } },
  ]);
});
afterAll(() => app.close());

test.each([
  ['Patient', 'gender', ['full']],
  ['Patient', 'birthdate', ['full']],
  ['Patient', 'name', ['full', 'mail']],
  ['Patient', 'given', ['full']],
  ['Patient', 'address', ['mail']],
  ['Patient', 'address-city', []],
  ['Patient', 'identifier', ['full']],
  ['Patient', 'phone', ['full']],
  ['Patient', 'telecom', ['full', 'mail']],
  ['Patient', 'organization', ['full']],
  ['Patient', '_profile', ['full']],
  ['Patient', '_tag', ['full']],
  ['Patient', '_id', ['bare', 'full', 'mail']],
  ['Patient', '_lastUpdated', ['bare', 'full', 'mail']],
  ['Patient', 'deceased', ['bare', 'full', 'mail']],
  ['Observation', 'subject', ['of-display', 'of-group', 'of-patient']],
  ['Observation', 'patient', ['of-patient']],
  ['Observation', 'value-quantity', ['of-patient']],
  ['Observation', 'combo-value-quantity', ['of-nobody', 'of-patient']],
  ['Observation', 'component-code', ['of-nobody']],
  ['Observation', 'value-string', ['of-display']],
  ['Observation', 'date', ['of-group']],
  ['Observation', 'code', ['of-display', 'of-group', 'of-nobody', 'of-patient']],
  ['RiskAssessment', 'probability', ['number', 'range']],
])('finds by %s?%s:missing what has a value and what has none', async (type, code, present) => {
  const all = await find(app, `${type}?`);
  expect(await find(app, `${type}?${code}:missing=false`)).toEqual(present);
  expect(await find(app, `${type}?${code}:missing=true`)).toEqual(all.filter((id) => !present.includes(id)));
});

test('works together with other conditions and in chains', async () => {
  expect(await find(app, 'Patient?gender:missing=true&telecom:missing=false')).toEqual(['mail']);
  expect(await find(app, 'Observation?patient.gender:missing=false')).toEqual(['of-patient']);
  expect(await find(app, 'Observation?patient.gender:missing=true')).toEqual([]);
  expect(await find(app, 'Patient?_has:Observation:patient:value-quantity:missing=false')).toEqual(['full']);
});

test('takes true and false alone', async () => {
  expectError(await app.call('GET', 'Patient?gender:missing=maybe'), 400, { expression: 'gender:missing' });
  expectError(await app.call('GET', 'Patient?gender:missing=true,false'), 400);
});
