/** Units as laboratories write them are found under their UCUM units. https://hl7.org/fhir/R4/search.html#quantity */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { find, ids, load, observation } from './support.ts';

const UCUM = 'http://unitsofmeasure.org';
let app: TestApp;
const measured = (id: string, valueQuantity: object) => observation(id, { valueQuantity });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    measured('wbc-ucum', { value: 6.5, unit: '10*9/L', system: UCUM, code: '10*9/L' }),
    measured('wbc-unit', { value: 6.5, unit: '10^9/L' }),
    measured('wbc-code', { value: 6.5, unit: '×10⁹/L', system: UCUM, code: '10^9/L' }),
    measured('wbc-giga', { value: 6.5, unit: 'G/L' }),
    measured('wbc-low', { value: 2.1, unit: '10E9/L' }),
    measured('gauss', { value: 6.5, unit: 'G/L', system: UCUM, code: 'G/L' }),
    measured('crea-greek', { value: 88, unit: '\u03bcmol/L' }),
    measured('crea-micro', { value: 88, unit: '\u00b5mol/L' }),
    measured('crea-milli', { value: 0.088, unit: 'mmol/L', system: UCUM, code: 'mmol/L' }),
    measured('pressure', { value: 120, unit: 'mmHg' }),
    measured('warm', { value: 38.2, unit: '℃' }),
    measured('pulse', { value: 72, unit: '次/分' }),
    measured('local', { value: 6.5, unit: '10^9/L', system: 'http://vendor.example/units', code: 'U9' }),
    measured('unknown', { value: 6.5, unit: '片' }),
  ]);
});
afterAll(() => app.close());

const cells = ['wbc-code', 'wbc-giga', 'wbc-ucum', 'wbc-unit'];
const quantity = (value: string) => `Observation?value-quantity=${encodeURIComponent(value)}`;

test('a search in UCUM finds every spelling', async () => {
  expect(await find(app, quantity(`6.5|${UCUM}|10*9/L`))).toEqual(cells);
  expect(await find(app, quantity(`lt3|${UCUM}|10*9/L`))).toEqual(['wbc-low']);
  expect(await find(app, quantity(`6500|${UCUM}|10*6/L`))).toEqual(cells);
  expect(await find(app, quantity(`88|${UCUM}|umol/L`))).toEqual(['crea-greek', 'crea-micro', 'crea-milli']);
  expect(await find(app, quantity(`ge100|${UCUM}|mm[Hg]`))).toEqual(['pressure']);
  expect(await find(app, quantity(`gt311|${UCUM}|K`))).toEqual(['warm']);
  expect(await find(app, quantity(`72|${UCUM}|/min`))).toEqual(['pulse']);
});

test('a search in a spelling finds every other', async () => {
  for (const unit of ['10^9/L', '×10⁹/L', '10E9/L']) {
    expect(await find(app, quantity(`6.5|${UCUM}|${unit}`)), unit).toEqual(cells);
  }
  expect(await find(app, quantity('88||umol/l'))).toEqual(['crea-greek', 'crea-micro', 'crea-milli']);
  expect(await find(app, quantity('6.5||10^9/L'))).toEqual([...cells, 'local'].sort());
});

test('a spelling is found beside its code', async () => {
  const code = { coding: [{ system: 'http://loinc.org', code: '6690-2' }] };
  await load(app, [observation('coded', { code, valueQuantity: { value: 7.5, unit: '10^9/L' } })]);
  const found = (unit: string) =>
    find(
      app,
      `Observation?code-value-quantity=${encodeURIComponent(`http://loinc.org|6690-2$7.5|${UCUM}|${unit}`)}`,
    );
  expect(await found('10*9/L')).toEqual(['coded']);
  expect(await found('G/L')).toEqual([]);
});

test('what says that it is UCUM is read as UCUM, and what says that it is of another system stays there', async () => {
  expect(await find(app, quantity(`6.5|${UCUM}|G/L`))).toEqual(['gauss']);
  expect(await find(app, quantity('6.5|http://vendor.example/units|U9'))).toEqual(['local']);
});

test('units that no map knows are found as they are written', async () => {
  expect(await find(app, quantity('6.5||片'))).toEqual(['unknown']);
});

test('quantities are stored as sent', async () => {
  const { body } = await app.call('GET', 'Observation/crea-greek');
  expect(body.valueQuantity).toEqual({ value: 88, unit: '\u03bcmol/L' });
});

test('spellings are sorted by the value in their unit', async () => {
  await load(app, [
    measured('s-3', { value: 3, unit: 'mmol/l' }),
    measured('s-1', { value: 900, unit: '\u03bcmol/L' }),
    measured('s-2', { value: 1.5, unit: 'mmol/L', system: UCUM, code: 'mmol/L' }),
  ]);
  const answer = await app.call('GET', 'Observation?_id=s-1,s-2,s-3&_sort=value-quantity');
  expect(ids(answer)).toEqual(['s-1', 's-2', 's-3']);
});

test('the map can be read', async () => {
  const url = 'https://xiantong.example/fhir/ConceptMap/unit-spelling-to-ucum';
  const [id] = await find(app, `ConceptMap?url=${url}`);
  const { body } = await app.call('GET', `ConceptMap/${id}`);
  const [group] = body.group;
  expect(group.element.find((e: { code: string }) => e.code === '10^9/L').target).toEqual([
    { code: '10*9/L', equivalence: 'equivalent' },
  ]);
});
