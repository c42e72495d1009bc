import type { Parameters } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { answerTo, checkParameters } from '../../../src/commands/county-day/chapters/check.ts';
import { decideParameters, revokeParameters } from '../../../src/commands/county-day/chapters/decide.ts';
import { newestFirst } from '../../../src/commands/county-day/chapters/find.ts';
import { sayWhatWasSaved } from '../../../src/commands/county-day/chapters/saved.ts';
import { itemName, MEASURED, NEVER_MEASURED, POTASSIUM } from '../../../src/commands/county-day/items.ts';
import { ZHANG_SAN } from '../../../src/commands/county-day/people.ts';
import { evidenceAt, PARTS, reportBundle } from '../../../src/commands/county-day/report-bundle.ts';
import { fill, Say } from '../../../src/commands/county-day/say.ts';
import { chinaTime } from '../../../src/commands/county-day/shapes.ts';
import { STORY } from '../../../src/commands/county-day/story.ts';
import { localReference } from '../../../src/commands/county-day/systems.ts';
import { FRAME, SHOULD } from '../../../src/commands/county-day/words.ts';
import { residentBirthDate, residentIdFault } from '../../../src/kernel/check-digits.ts';
import type { Text } from '../../../src/kernel/issue.ts';

const NOW = new Date('2026-10-31T02:00:00Z');
const urns = new Map(PARTS.map((part) => [part, `urn:uuid:${part}`]));

describe('what the script says', () => {
  const sentences = [FRAME, SHOULD, ...STORY.map(({ heading, words }) => ({ heading, ...words }))].flatMap(
    (words) => Object.values<Text>(words),
  );

  test('is there in both languages, with the same values', () => {
    for (const { en, zh } of sentences) {
      expect(en).not.toMatch(/[\u4E00-\u9FFF]{3}/);
      expect(zh, en).not.toBe('');
      const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      expect(values(zh), en).toEqual(values(en));
    }
  });

  test('has its values filled in', () => {
    const total = { en: '{count} tests not repeated.', zh: '共免去 {count} 项重复检验。' };
    expect(fill(total, 'en', { count: 7 })).toBe('7 tests not repeated.');
    expect(fill(total, 'zh', { count: 7 })).toBe('共免去 7 项重复检验。');
  });

  test.each(['en', 'zh'] as const)('the end names every test that was not repeated (%s)', (lang) => {
    let said = '';
    sayWhatWasSaved(new Say(lang, (text) => (said += text)));
    for (const item of [...MEASURED, NEVER_MEASURED]) expect(said).toContain(itemName(item, lang));
    expect(said).toContain('7');
    expect(said).not.toMatch(/\{\w+\}/);
  });
});

describe('the report of the township centre', () => {
  const bundle = reportBundle('CD1', NOW, urns);
  const entries = bundle.entry!;

  test('is one transaction whose references all point into it or at the institutions', () => {
    expect(bundle.type).toBe('transaction');
    expect(entries.map(({ fullUrl }) => fullUrl)).toEqual([...urns.values()]);
    const references = [...JSON.stringify(bundle).matchAll(/"reference":"([^"]+)"/g)].map(
      ([, reference]) => reference!,
    );
    for (const reference of references) {
      expect([
        ...urns.values(),
        ...references.filter((one) => /^(Organization|PractitionerRole)\/township-centre-east/.test(one)),
      ]).toContain(reference);
    }
  });

  test('creates the resident and the evidence only when they are not there', () => {
    const conditional = entries.filter(({ request }) => request!.ifNoneExist);
    expect(conditional.map(({ request }) => request!.ifNoneExist)).toEqual([
      `identifier=urn:oid:2.16.156.10011.1.3|${ZHANG_SAN}`,
      expect.stringContaining('|QH-2026-H2-township-centre-east'),
    ]);
  });

  test('has a resident with a valid number', () => {
    expect(residentIdFault(ZHANG_SAN, NOW)).toBeUndefined();
    expect(entries[0]!.resource).toMatchObject({
      birthDate: residentBirthDate(ZHANG_SAN),
      name: [{ text: '张三' }],
    });
  });

  test('has eight results, sampled two days before, and a marked report that lists them', () => {
    const results = entries.filter(({ resource }) => resource!.resourceType === 'Observation');
    expect(results).toHaveLength(8);
    for (const { resource } of results) {
      expect(resource).toMatchObject({ effectiveDateTime: '2026-10-29T10:00:00+08:00', status: 'final' });
    }
    expect(entries.at(-1)!.resource).toMatchObject({
      resourceType: 'DiagnosticReport',
      result: results.map(({ fullUrl }) => ({ reference: fullUrl })),
      extension: [
        {
          url: 'https://xiantong.example/fhir/StructureDefinition/recognition-mark',
          extension: [
            { url: 'scope', valueCoding: { code: 'community' } },
            { url: 'area', valueCode: '331299' },
            { url: 'text', valueString: '青禾县医共体互认，HR' },
            { url: 'evidence', valueReference: { reference: 'urn:uuid:evidence' } },
          ],
        },
      ],
    });
  });

  test('has other business numbers in another run', () => {
    const numbers = (run: string) => [
      ...JSON.stringify(reportBundle(run, NOW, urns)).matchAll(/"value":"(CD[^"]+)"/g),
    ];
    expect(numbers('CD1').map(([, value]) => value)).toEqual(['CD1-V1', 'CD1-O1', 'CD1-S1', 'CD1-R1']);
    expect(numbers('CD2').map(([, value]) => value)).toEqual(['CD2-V1', 'CD2-O1', 'CD2-S1', 'CD2-R1']);
  });

  test.each([
    ['2026-01-01T00:30:00+08:00', '2026-H1', '2025-12-01', '2026-07-31'],
    ['2026-06-30T23:30:00+08:00', '2026-H1', '2025-12-01', '2026-07-31'],
    ['2026-07-01T00:30:00+08:00', '2026-H2', '2026-06-01', '2027-01-31'],
    ['2026-12-31T23:30:00+08:00', '2026-H2', '2026-06-01', '2027-01-31'],
  ])('at %s rests on evidence of %s, which covers a sample of two days before', (at, cycle, from, to) => {
    expect(evidenceAt(new Date(at))).toMatchObject({ cycle, from, to });
  });
});

describe('the operations', () => {
  test('the check asks for nine items', () => {
    const { parameter } = checkParameters([...MEASURED, NEVER_MEASURED], 'Patient/1', 'Encounter/2', NOW);
    expect(parameter!.map(({ name }) => name)).toEqual([
      ...Array(9).fill('order'),
      'organization',
      'setting',
    ]);
    expect(parameter![0]!.resource).toMatchObject({
      resourceType: 'ServiceRequest',
      status: 'draft',
      authoredOn: chinaTime(NOW),
      subject: { reference: 'Patient/1' },
    });
  });

  test("the check's answer is read item by item", () => {
    const answer: Parameters = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'item',
          part: [
            {
              name: 'code',
              valueCodeableConcept: { coding: [{ system: 'http://loinc.org', code: POTASSIUM.loinc }] },
            },
            { name: 'recommendation', valueCode: 'recognise' },
            {
              name: 'candidate',
              part: [
                { name: 'result', valueReference: { reference: 'http://here/fhir/Observation/1' } },
                { name: 'performer', valueReference: { reference: 'Organization/x', display: '东溪' } },
                { name: 'value', valueQuantity: { value: 3.4, unit: 'mmol/L' } },
                { name: 'eligible', valueBoolean: true },
                { name: 'reason', valueCoding: { code: 'eligible', display: 'Eligible' } },
              ],
            },
          ],
        },
      ],
    };
    expect(answerTo(answer, POTASSIUM)).toEqual({
      recommendation: 'recognise',
      candidates: [
        {
          result: 'Observation/1',
          eligible: true,
          value: '3.4 mmol/L',
          effective: '',
          performer: '东溪',
          reason: 'Eligible',
        },
      ],
    });
    expect(answerTo(answer, NEVER_MEASURED)).toBeUndefined();
  });

  test('a decision names result, outcome, visit and doctor; a denial its reason and explanation too', () => {
    const denial = { reason: '2', text: 'changes', explanation: 'told' };
    const { parameter } = decideParameters(
      [{ result: 'Observation/1' }, { result: 'Observation/2', denial }],
      'Encounter/3',
    );
    expect(parameter!.map(({ part }) => part?.map(({ name }) => name))).toEqual([
      ['result', 'outcome', 'encounter'],
      ['result', 'outcome', 'reason', 'explanation', 'encounter'],
      undefined,
    ]);
    expect(parameter![1]!.part![2]).toEqual({
      name: 'reason',
      valueCodeableConcept: {
        coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/recheck-reason', code: '2' }],
        text: 'changes',
      },
    });
    expect(revokeParameters('mistake').parameter!.map(({ name }) => name)).toEqual(['reason', 'decider']);
  });
});

describe('small things', () => {
  test('references are compared without base and version', () => {
    expect(localReference('http://here/fhir/Patient/1/_history/2')).toBe('Patient/1');
    expect(localReference('Patient/1')).toBe('Patient/1');
    expect(localReference('urn:uuid:1')).toBeUndefined();
    expect(localReference(undefined)).toBeUndefined();
  });

  test('times fall', () => {
    expect(newestFirst([3, 2, 2, 1])).toBe(true);
    expect(newestFirst([1, 2])).toBe(false);
    expect(newestFirst([3, Number.NaN, 2])).toBe(true);
  });
});
