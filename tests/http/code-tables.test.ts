/** The code tables of `terminology/` answer, the small ones and those that are folders. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Json } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const ICD = 'urn:oid:2.16.156.10011.2.3.3.11.3';

/** The display, the designations by language, and the properties of a code. */
async function lookUp(system: string, code: string) {
  const answer = await app.call('GET', `CodeSystem/$lookup?${new URLSearchParams({ system, code })}`);
  expect(answer.status, answer.text).toBe(200);
  const parameters: Json[] = answer.body.parameter;
  const partsOf = (name: string) =>
    parameters
      .filter((p) => p.name === name)
      .map(({ part }) => Object.fromEntries(part.map((p: Json) => [p.name, parameterValue(p)])));
  return {
    display: parameters.find((p) => p.name === 'display').valueString,
    designations: Object.fromEntries(partsOf('designation').map((d) => [d.language, d.value])),
    properties: Object.fromEntries(partsOf('property').map((p) => [p.code, p.value])),
  };
}

function parameterValue(parameter: Json): unknown {
  return Object.entries(parameter).find(([key]) => key.startsWith('value'))?.[1];
}

test('a small table', async () => {
  const { display, designations } = await lookUp('urn:oid:2.16.156.10011.2.3.3.13', '70');
  expect([display, designations['zh-CN']]).toEqual(['Not employed', '无业人员']);
});

test('LOINC, what a county uses', async () => {
  const { designations, properties } = await lookUp('http://loinc.org', '718-7');
  expect(designations['zh-CN']).toBe('血红蛋白');
  expect(properties).toMatchObject({ unit: 'g/L', evidence: 'N' });
});

test('common diagnoses, found by characters and by the initials of their sound', async () => {
  const { display, designations, properties } = await lookUp(ICD, 'E11.900');
  expect([display, designations.en]).toEqual([
    '2型糖尿病不伴有并发症',
    'Type 2 diabetes mellitus without complications',
  ]);
  expect(properties).toMatchObject({ who: 'E11.9' });
  for (const filter of ['高血压', 'gxy']) {
    const answer = await app.call('POST', 'ValueSet/$expand', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'filter', valueString: filter },
        {
          name: 'valueSet',
          resource: { resourceType: 'ValueSet', status: 'active', compose: { include: [{ system: ICD }] } },
        },
      ],
    });
    expect(answer.status, answer.text).toBe(200);
    const codes = answer.body.expansion.contains.map((c: Json) => c.code);
    expect(codes, filter).toContain('I10.x00');
    expect(codes).not.toContain('J18.900');
  }
});
