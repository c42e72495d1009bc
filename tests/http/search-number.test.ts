/** https://hl7.org/fhir/R4/search.html#number and #quantity */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, observation } from './support.ts';

let app: TestApp;
const UCUM = 'http://unitsofmeasure.org';
const risk = (id: string, probabilityDecimal: number) => ({
  resourceType: 'RiskAssessment',
  id,
  status: 'final',
  subject: { reference: 'Patient/p' },
  prediction: [{ probabilityDecimal }],
});
const measured = (id: string, valueQuantity: object) => observation(id, { valueQuantity });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    risk('a', 0.5),
    risk('b', 0.54),
    risk('c', 0.55),
    risk('d', 5),
    risk('e', 0.00054),
    measured('mmol', { value: 5.5, unit: 'mmol/L', system: UCUM, code: 'mmol/L' }),
    measured('umol', { value: 5500, unit: 'umol/L', system: UCUM, code: 'umol/L' }),
    measured('mmol6', { value: 6, unit: 'mmol/L', system: UCUM, code: 'mmol/L' }),
    measured('gram', { value: 5.5, unit: 'g', system: UCUM, code: 'g' }),
    measured('mg', { value: 5500, unit: 'mg', system: UCUM, code: 'mg' }),
    measured('count', { value: 5.5, unit: '10*9/L', system: UCUM, code: '10*9/L' }),
    measured('pressure', { value: 120, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' }),
    measured('celsius', { value: 37.5, unit: '℃', system: UCUM, code: 'Cel' }),
    measured('pill', { value: 2, unit: '片', system: 'http://example.org/units', code: 'TAB' }),
    measured('words', { value: 2, unit: '片' }),
    measured('plain', { value: -7.25 }),
    measured('iu', { value: 40, unit: '[iU]/L', system: UCUM, code: '[iU]/L' }),
  ]);
});
afterAll(() => app.close());

test.each([
  ['0.5', ['a', 'b']],
  ['0.50', ['a']],
  ['0.54', ['b']],
  ['eq0.540', ['b']],
  ['1', ['a', 'b', 'c']],
  ['0.00054', ['e']],
  ['5.4e-4', ['e']],
  ['5', ['d']],
  ['5.0', ['d']],
  ['ne0.5', ['c', 'd', 'e']],
  ['gt0.5', ['b', 'c', 'd']],
  ['ge0.5', ['a', 'b', 'c', 'd']],
  ['lt0.5', ['e']],
  ['le0.5', ['a', 'e']],
  ['gt0.5&probability=lt0.55', ['b']],
  ['ap0.5', ['a', 'b', 'c']],
  ['sa0.55', ['d']],
  ['eb0.5', ['e']],
  ['0.50,5', ['a', 'd']],
  ['-1', []],
  ['1e400', []],
  ['lt1e400', ['a', 'b', 'c', 'd', 'e']],
])('finds numbers by %s', async (value, expected) => {
  expect(await find(app, `RiskAssessment?probability=${value}`)).toEqual(expected);
});

test.each(['x', '', '1,x', '0x10', '1e', '--1', 'ge', '1.', '.5', 'NaN', 'Infinity', '1 000'])(
  'refuses or ignores %j, which is no number',
  async (value) => {
    const answer = await app.call('GET', `RiskAssessment?probability=${encodeURIComponent(value)}`);
    if (value === '') expect(answer.status).toBe(200);
    else expectError(answer, 400, { expression: 'probability' });
  },
);

test.each([
  [`5.5|${UCUM}|mmol/L`, ['mmol', 'umol']],
  [`5500|${UCUM}|umol/L`, ['mmol', 'umol']],
  [`0.0055|${UCUM}|mol/L`, ['mmol', 'umol']],
  [`5.50|${UCUM}|mmol/L`, ['mmol', 'umol']],
  [`6|${UCUM}|mmol/L`, ['mmol', 'mmol6', 'umol']],
  [`6.0|${UCUM}|mmol/L`, ['mmol6']],
  [`gt5.5|${UCUM}|mmol/L`, ['mmol6']],
  [`ge5500|${UCUM}|umol/L`, ['mmol', 'mmol6', 'umol']],
  [`lt6000|${UCUM}|umol/L`, ['mmol', 'umol']],
  [`le5.5|${UCUM}|mmol/L`, ['mmol', 'umol']],
  [`ne5.5|${UCUM}|mmol/L`, ['mmol6']],
  [`ap6|${UCUM}|mmol/L`, ['mmol', 'mmol6', 'umol']],
  [`5.5|${UCUM}|g`, ['gram', 'mg']],
  [`5.5|${UCUM}|10*9/L`, ['count']],
  ['5.5||mmol/L', ['mmol', 'umol']],
  ['120||mmHg', ['pressure']],
  [`120|${UCUM}|mm[Hg]`, ['pressure']],
  [`120|${UCUM}|mmHg`, ['pressure']],
  [`16|${UCUM}|kPa`, ['pressure']],
  [`37.5|${UCUM}|Cel`, ['celsius']],
  [`gt37|${UCUM}|Cel`, ['celsius']],
  ['2|http://example.org/units|TAB', ['pill']],
  ['2|http://example.org/other|TAB', []],
  ['2||TAB', ['pill']],
  ['2||片', ['pill', 'words']],
  ['2', ['pill', 'words']],
  ['5.5', ['count', 'gram', 'mmol']],
  ['-7.25', ['plain']],
  ['lt0', ['plain']],
  [`40|${UCUM}|[iU]/L`, ['iu']],
  [`5.5|${UCUM}|mmol/L,2||TAB`, ['mmol', 'pill', 'umol']],
])('finds quantities by %s', async (value, expected) => {
  expect(await find(app, `Observation?value-quantity=${encodeURIComponent(value)}`)).toEqual(expected);
});

test.each(['x', '5.5|x', `5.5|${UCUM}|`, `|${UCUM}|g`, 'ge|x|y', '5|a|b|c'])(
  'refuses %j, which is no quantity',
  async (value) => {
    expectError(await app.call('GET', `Observation?value-quantity=${encodeURIComponent(value)}`), 400, {
      expression: 'value-quantity',
    });
  },
);

test('refuses modifiers of numbers and quantities', async () => {
  expectError(await app.call('GET', 'RiskAssessment?probability:not=1'), 400);
  expectError(await app.call('GET', 'Observation?value-quantity:exact=1'), 400);
});

test.each([
  ['18|http://unitsofmeasure.org|a', []],
  ['30|http://unitsofmeasure.org|a', []],
  ['ne30|http://unitsofmeasure.org|a', ['adult', 'child', 'old']],
  ['gt39|http://unitsofmeasure.org|a', ['adult', 'old']],
  ['gt40|http://unitsofmeasure.org|a', ['old']],
  ['lt18|http://unitsofmeasure.org|a', ['child']],
  ['ge40|http://unitsofmeasure.org|a', ['adult', 'old']],
  ['le18|http://unitsofmeasure.org|a', ['adult', 'child']],
  ['sa17|http://unitsofmeasure.org|a', ['adult', 'old']],
  ['sa18|http://unitsofmeasure.org|a', ['old']],
  ['eb41|http://unitsofmeasure.org|a', ['adult', 'child']],
  ['ap28|http://unitsofmeasure.org|a', ['adult']],
  ['1e2|http://unitsofmeasure.org|a', []],
  ['lt120|http://unitsofmeasure.org|mo', ['child']],
  ['gt39', ['adult', 'old']],
])('searches a Range as an interval: %s', async (value, expected) => {
  const age = (n: number) => ({ value: n, unit: '岁', system: UCUM, code: 'a' });
  const condition = (id: string, onsetRange: object) => ({
    resourceType: 'Condition',
    id,
    subject: { reference: 'Patient/p' },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'inactive' }],
    },
    abatementRange: onsetRange,
    onsetRange,
  });
  await load(app, [
    condition('adult', { low: age(18), high: age(40) }),
    condition('child', { high: age(6) }),
    condition('old', { low: age(60) }),
  ]);
  expect(await find(app, `Condition?onset-age=${value}`)).toEqual(expected);
});
