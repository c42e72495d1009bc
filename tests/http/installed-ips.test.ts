/**
 * The International Patient Summary as HL7 has published it (npm package hl7.fhir.uv.ips) is installed, and judges
 * as it should.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageBytes } from '../../src/commands/install-package/bytes.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json } from './support.ts';

const FOLDER = join(import.meta.dirname, '../../node_modules/hl7.fhir.uv.ips');
const IPS = 'http://hl7.org/fhir/uv/ips/StructureDefinition';

describe.skipIf(!existsSync(join(FOLDER, 'package.json')))('the International Patient Summary', () => {
  let app: TestApp;
  let answer: { status: number; body: Json };
  beforeAll(async () => {
    app = await startTestApp();
    const response = await app.app.inject({
      method: 'POST',
      url: '/fhir/$install-package',
      headers: { 'content-type': 'application/gzip' },
      payload: Buffer.from(packageBytes(FOLDER)),
    });
    answer = { status: response.statusCode, body: response.json() };
  });
  afterAll(() => app.close());

  test('is installed whole, without an error', async () => {
    expect(answer.status).toBe(200);
    const severities = answer.body.parameter
      .filter((p: Json) => p.name === 'problem')
      .map((p: Json) => p.part[0].valueCode);
    expect(severities).not.toContain('error');
    const { body } = await app.call('GET', `StructureDefinition?url:below=${IPS}&_summary=count`);
    expect(body.total).toBeGreaterThan(30);
  });

  test('finds its own examples valid', async () => {
    const folder = join(FOLDER, 'example');
    const refused: string[] = [];
    for (const file of readdirSync(folder).filter((name) => /^[A-Z].*\.json$/.test(name))) {
      const resource = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const { body } = await app.call('POST', `${resource.resourceType}/$validate`, resource);
      const errors = body.issue.filter((i: Json) => i.severity === 'error');
      refused.push(...errors.map((i: Json) => `${file}: ${i.expression} ${i.diagnostics}`));
    }
    expect(refused).toEqual([]);
  });

  test('refuses a patient without name and birth date, and an allergy without its patient', async () => {
    const answer = await app.call('POST', 'Patient', {
      resourceType: 'Patient',
      meta: { profile: [`${IPS}/Patient-uv-ips`] },
    });
    expectError(answer, 422, { expression: 'Patient.name' });
    expectError(answer, 422, { expression: 'Patient.birthDate' });
    const allergy = await app.call('POST', 'AllergyIntolerance', {
      resourceType: 'AllergyIntolerance',
      meta: { profile: [`${IPS}/AllergyIntolerance-uv-ips`] },
      patient: { reference: 'Patient/1' },
    });
    expectError(allergy, 422, { expression: 'AllergyIntolerance.code' });
  });
});
