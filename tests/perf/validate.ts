/**
 * Microseconds per validation of a lab Observation, beside `validateResource` of @medplum/core.
 * `node tests/perf/validate.ts`
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import type { Observation } from '@medplum/fhirtypes';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createValidator } from '../../src/validation/validator.ts';

const root = join(import.meta.dirname, '../..');

const observation: Observation = {
  resourceType: 'Observation',
  id: 'lab-0001',
  meta: { lastUpdated: '2025-03-01T08:30:00.000+08:00', versionId: '1' },
  identifier: [{ system: 'https://hospital.example/lab/result', value: '20250301-000123-07' }],
  basedOn: [{ reference: 'ServiceRequest/sr-7781' }],
  status: 'final',
  category: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/observation-category',
          code: 'laboratory',
          display: 'Laboratory',
        },
      ],
    },
  ],
  code: {
    coding: [{ system: 'http://loinc.org', code: '15074-8', display: 'Glucose [Moles/volume] in Blood' }],
    text: '葡萄糖',
  },
  subject: { reference: 'Patient/p-10023', display: '张伟' },
  encounter: { reference: 'Encounter/e-5521' },
  effectiveDateTime: '2025-03-01T07:55:00+08:00',
  issued: '2025-03-01T08:30:00.000+08:00',
  performer: [{ reference: 'Organization/o-12', display: '县人民医院检验科' }],
  valueQuantity: { value: 6.3, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
  interpretation: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
          code: 'H',
          display: 'High',
        },
      ],
    },
  ],
  specimen: { reference: 'Specimen/s-99120' },
  referenceRange: [
    {
      low: { value: 3.9, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
      high: { value: 6.1, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    },
  ],
};

/** Median of several rounds, in microseconds per call. */
function measure(call: () => void, rounds: number, calls: number): number {
  for (let i = 0; i < calls; i++) call();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    times.push(((performance.now() - start) * 1000) / calls);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

const start = performance.now();
const definitions = loadDefinitions(join(root, 'profiles'));
const loaded = performance.now();
const validator = createValidator(definitions);
const created = performance.now();
const issues = validator.validate(observation);
const first = performance.now();
if (issues.length > 0) throw new Error(JSON.stringify(issues));

const lines = (type: string) =>
  readFileSync(join(root, 'profiles/hl7.fhir.r4.core', `${type}.ndjson`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
indexStructureDefinitionBundle(lines('StructureDefinition'));

const text = JSON.stringify(observation);
const report = {
  'bytes of the Observation': text.length,
  'load the definitions, ms': loaded - start,
  'create the validator, ms': created - loaded,
  'first validation, ms': first - created,
  'validate, µs': measure(() => validator.validate(observation), 15, 5000),
  'JSON.parse, µs': measure(() => JSON.parse(text), 15, 5000),
  '@medplum/core validateResource, µs': measure(() => validateResource(observation), 7, 500),
};
for (const [name, value] of Object.entries(report)) console.log(`${name}: ${value.toFixed(1)}`);
