/** What vendors send under national names is translated by the maps of `terminology/`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Json } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const OWN = 'https://xiantong.example/fhir';
const NATIONAL = 'urn:oid:2.16.156.10011.2.3';

async function translate(query: Record<string, string>): Promise<Json[]> {
  const answer = await app.call('GET', `ConceptMap/$translate?${new URLSearchParams(query)}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.parameter
    .filter((p: Json) => p.name === 'match')
    .map(({ part }: Json) => [
      part.find((p: Json) => p.name === 'equivalence').valueCode,
      part.find((p: Json) => p.name === 'concept')?.valueCoding.code,
    ]);
}

describe('a code of a dialect', () => {
  test.each([
    ['marital status 60', 'CodeSystem/marital-status-sixty', '60', `${NATIONAL}.3.5`, 'equivalent', '90'],
    ['marital status 3', 'CodeSystem/marital-status-short-form', '3', `${NATIONAL}.3.5`, 'equivalent', '30'],
    ['a passport', 'CodeSystem/document-type-government', '04', `${NATIONAL}.1.1`, 'equivalent', '03'],
    ['a soldier', 'CodeSystem/document-type-quality-report', '2', `${NATIONAL}.1.1`, 'narrower', '04'],
    ['ABO in letters', 'CodeSystem/abo-letters', 'O', `${NATIONAL}.1.85`, 'equivalent', '3'],
    ['a first digit', 'CodeSystem/family-relation-first-digit', '5', `${NATIONAL}.3.8`, 'equivalent', '50'],
    [
      'employment 99',
      'CodeSystem/employment-other-ninety-nine',
      '99',
      `${NATIONAL}.3.13`,
      'equivalent',
      '90',
    ],
  ])('finds its national code: %s', async (_what, system, code, targetsystem, equivalence, expected) => {
    expect(await translate({ system: `${OWN}/${system}`, code, targetsystem })).toEqual([
      [equivalence, expected],
    ]);
  });

  test('finds none where there is none, and says so', async () => {
    const map = `${OWN}/ConceptMap/vaccine-to-cvx`;
    const system = `${OWN}/CodeSystem/vaccine`;
    expect(await translate({ url: map, system, code: 'JE-L' })).toEqual([['unmatched', undefined]]);
    expect(await translate({ url: map, system, code: 'HPV' })).toEqual([
      ['narrower', '62'],
      ['narrower', '165'],
    ]);
  });
});

test('a national code finds the code of FHIR', async () => {
  const gender = { system: `${NATIONAL}.3.4`, targetsystem: 'http://hl7.org/fhir/administrative-gender' };
  expect(await translate({ ...gender, code: '1' })).toEqual([['equivalent', 'male']]);
  expect(await translate({ ...gender, code: '9' })).toEqual([['wider', 'unknown']]);
  const marital = { system: `${NATIONAL}.3.5`, url: `${OWN}/ConceptMap/gb-marital-status-to-v3` };
  expect(await translate({ ...marital, code: '22' })).toEqual([['wider', 'M']]);
});

test('tables that number in opposite order meet by name', async () => {
  const rh = {
    url: `${OWN}/ConceptMap/rh-positive-first-to-ws`,
    system: `${OWN}/CodeSystem/rh-positive-first`,
  };
  expect(await translate({ ...rh, code: '1' })).toEqual([['equivalent', '2']]);
  const constitution = { url: `${OWN}/ConceptMap/tcm-constitution-to-ws` };
  const questionnaire = `${OWN}/CodeSystem/tcm-constitution-questionnaire`;
  expect(await translate({ ...constitution, system: questionnaire, code: '1' })).toEqual([
    ['equivalent', '03'],
  ]);
  const back = { ...constitution, system: `${OWN}/CodeSystem/ws-tcm-constitution`, reverse: 'true' };
  expect(await translate({ ...back, code: '01' })).toEqual([['equivalent', '9']]);
});

test('a spelling of a unit finds its UCUM unit', async () => {
  const spelling = { system: `${OWN}/CodeSystem/unit-spelling`, targetsystem: 'http://unitsofmeasure.org' };
  for (const [code, unit] of [
    ['μmol/L', 'umol/L'],
    ['次/分', '/min'],
    ['℃', 'Cel'],
  ]) {
    expect(await translate({ ...spelling, code: code! })).toEqual([['equivalent', unit]]);
  }
});
