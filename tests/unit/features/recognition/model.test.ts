/** The decision tables of recognition, as data: tests/cases/recognition. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  catalogueOf,
  codingsOf,
  ITEM_SYSTEM,
  type ItemDefinition,
} from '../../../../src/features/recognition/catalogue.ts';
import type { Setting } from '../../../../src/features/recognition/concept.ts';
import { explain } from '../../../../src/features/recognition/explain.ts';
import {
  assess,
  type Candidate,
  DECISION_STATUS,
  type DecisionEvent,
  type DecisionState,
  decisionAfter,
  type Evidence,
  type Finding,
  mayChange,
} from '../../../../src/features/recognition/model.ts';
import { areaOf, isIdentityCertain } from '../../../../src/features/recognition/reading.ts';
import { chosen, rulesetOf } from '../../../../src/features/recognition/ruleset.ts';
import { SOCIAL_CREDIT_SYSTEM } from '../../../../src/kernel/canonical.ts';
import { periodRange } from '../../../../src/kernel/dates.ts';
import type { Concept } from '../../../../src/kernel/elements.ts';

const CASES = resolve(import.meta.dirname, '../../../cases/recognition');
const ROOT = resolve(import.meta.dirname, '../../../..');
const DAY = 86_400_000;

function table<T>(name: string): T {
  return JSON.parse(readFileSync(join(CASES, name), 'utf8')) as T;
}

interface EvidenceCase extends Omit<Evidence, 'items' | 'from' | 'until'> {
  readonly items: readonly string[];
  readonly start?: string;
  readonly end?: string;
}

interface CandidateCase extends Omit<Candidate, 'code' | 'effective' | 'evidence'> {
  readonly code: readonly string[];
  /** Before `at`. */
  readonly age: { days: number; ms?: number };
  /** In place of the age; null when it is not said. */
  readonly effective?: string | null;
  readonly evidence: Readonly<Record<string, EvidenceCase>>;
}

interface Case {
  readonly name: string;
  readonly ordered?: string | null;
  readonly candidate?: Partial<CandidateCase>;
  readonly circumstances?: Partial<CircumstancesCase>;
  readonly findings: readonly Finding[];
}

interface CircumstancesCase {
  readonly at: string;
  readonly setting: Setting;
  readonly identityCertain: boolean;
  readonly area?: string;
  readonly region?: readonly string[];
  readonly withinCommunity?: 'marked' | 'evidence';
  readonly community: readonly string[];
}

interface AssessTable {
  readonly catalogue: Parameters<typeof catalogueOf>[0];
  readonly definitions: readonly ItemDefinition[];
  readonly base: { ordered: string; candidate: CandidateCase; circumstances: CircumstancesCase };
  readonly cases: readonly Case[];
}

function concept(codings: readonly string[]): Concept {
  return {
    coding: codings.map((text) => {
      const [system, code] = text.split('|');
      return { system: system === 'item' ? ITEM_SYSTEM : system, code };
    }),
  };
}

/** `more` over `base`; null takes away. */
function changed<T extends object>(base: T, more: object | undefined): T {
  const all = Object.entries({ ...base, ...more }).filter(([, value]) => value !== null);
  return Object.fromEntries(all) as T;
}

function evidenceOf(written: EvidenceCase): Evidence {
  const { items, start, end, ...rest } = changed(written, {});
  const period = periodRange({ start, end })!;
  return { ...rest, items: items.map((i) => concept([i])), from: period.lo, until: period.hi };
}

const { catalogue: codeSystem, definitions, base, cases } = table<AssessTable>('assess.json');
const catalogue = catalogueOf(codeSystem, { definitions, area: base.circumstances.area });

function findingsOf(one: Case): Finding[] {
  const ordered = one.ordered === undefined ? base.ordered : one.ordered;
  const { code, age, effective, evidence, ...candidate } = changed(base.candidate, one.candidate);
  const { at, community, ...circumstances } = changed(base.circumstances, one.circumstances);
  const now = Date.parse(at);
  const taken =
    one.candidate?.effective === null
      ? undefined
      : effective
        ? Date.parse(effective)
        : now - age.days * DAY - (age.ms ?? 0);
  return assess(
    {
      ...candidate,
      code: concept(code),
      effective: taken,
      evidence: new Map(Object.entries(evidence).map(([reference, e]) => [reference, evidenceOf(e)])),
    },
    ordered === null ? undefined : catalogue.find(concept([`item|${ordered}`])),
    catalogue,
    { ...circumstances, at: now, sameCommunity: (o) => o !== undefined && community.includes(o) },
  );
}

describe('a result may be recognised, or what speaks against it:', () => {
  test.each(cases)('$name', (one) => {
    expect(findingsOf(one)).toEqual(one.findings);
  });

  test('every finding there is stands alone in some case', () => {
    const alone = new Set(cases.filter((c) => c.findings.length === 1).map((c) => c.findings[0]));
    const known = JSON.parse(
      readFileSync(join(ROOT, 'profiles/recognition/CodeSystem-recognition-finding.json'), 'utf8'),
    ).concept.map((c: { code: string }) => c.code) as Finding[];
    // Where there is no result, there is nothing to assess.
    expect([...alone, 'no-result'].sort()).toEqual([...known].sort());
  });

  test('no two cases have the same name', () => {
    const names = cases.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe('the catalogue', () => {
  test('reads items with their codes, units and windows', () => {
    expect(catalogue.find(concept(['http://loinc.org|20509-6']))).toEqual({
      code: 'HGB',
      name: '血红蛋白',
      codings: [`${ITEM_SYSTEM}|HGB`, 'http://loinc.org|718-7', 'http://loinc.org|20509-6'],
      unit: 'g/L',
      windows: { outpatient: 7, inpatient: 3, emergency: 1 },
    });
    expect(catalogue.find(concept(['item|PLT']))).toMatchObject({
      name: 'Platelets',
      windows: { outpatient: 7, inpatient: 3, emergency: undefined },
    });
  });

  test('knows a code that two items claim as the first of them', () => {
    expect(catalogue.find(concept(['http://loinc.org|718-7']))?.code).toBe('HGB');
    expect(catalogue.find(concept(['item|LATE']))?.code).toBe('LATE');
  });

  test('finds nothing for codes of other systems, without a system, or without a code', () => {
    for (const coding of [['urn:x|HGB'], ['|718-7'], ['http://loinc.org|'], []]) {
      expect(catalogue.find(concept(coding))).toBeUndefined();
    }
    expect(catalogue.find({ text: 'Haemoglobin' })).toBeUndefined();
  });

  test('says under which codes the results of an item are found', () => {
    expect(codingsOf(catalogue.find(concept(['item|HGB']))!)).toEqual([
      `${ITEM_SYSTEM}|HGB`,
      'http://loinc.org|718-7',
      'http://loinc.org|20509-6',
    ]);
  });

  test('of the county gives every item a code, and every setting a window that is no longer than the one before', () => {
    const file = join(ROOT, 'terminology/CodeSystem-recognition-item.json');
    const county = JSON.parse(readFileSync(file, 'utf8')) as { concept: { code: string }[] };
    const items = catalogueOf(county);
    for (const { code } of county.concept) {
      const item = items.find(concept([`item|${code}`]))!;
      const { outpatient, inpatient, emergency } = item.windows;
      const loinc = item.codings.slice(1);
      expect(loinc.length, code).toBeGreaterThan(0);
      expect(outpatient, code).toBeGreaterThanOrEqual(inpatient!);
      expect(inpatient, code).toBeGreaterThanOrEqual(emergency!);
      for (const coding of loinc) expect(items.find(concept([coding]))?.code, coding).toBe(code);
    }
  });
});

describe('the ruleset of an institution', () => {
  const plan = (version: string, area: string, more: object = {}) =>
    rulesetOf({
      url: 'urn:rules',
      version,
      status: 'active',
      date: version,
      jurisdiction: [{ coding: [{ code: area }] }],
      ...more,
    })!;
  const province = plan('2025', '330000');
  const city = plan('2026-01', '331200');
  const later = plan('2026-02', '331200');
  const over = plan('2026-03', '331200', { effectivePeriod: { start: '2027-01-01' } });
  const at = Date.parse('2026-06-30T00:00:00Z');

  test.each([
    ['the narrowest area', [province, city], '331299', 'urn:rules|2026-01'],
    ['the latest of one area', [city, later, province], '331299', 'urn:rules|2026-02'],
    ['one that is in force', [province, over], '331299', 'urn:rules|2025'],
    ['none of another area', [city], '330101', undefined],
    ['none without an area', [province, city], undefined, undefined],
  ])('is that of %s', (_, rulesets, here, expected) => {
    expect(chosen(rulesets, here, at)?.canonical).toBe(expected);
  });

  test('that is no longer active is none', () => {
    expect(rulesetOf({ url: 'urn:x', status: 'retired' })).toBeUndefined();
  });

  test('has its windows go before those of the catalogue, item by item and setting by setting', () => {
    const hgb = { system: ITEM_SYSTEM, code: 'HGB' };
    const window = {
      url: 'https://xiantong.example/fhir/StructureDefinition/recognition-window',
      extension: [
        { url: 'setting', valueCode: 'outpatient' },
        { url: 'length', valueDuration: { value: 2, code: 'wk' } },
      ],
    };
    const ruleset = plan('1', '330000', { action: [{ code: [{ coding: [hgb] }], extension: [window] }] });
    const ruled = catalogueOf(codeSystem, { ruleset });
    expect(ruled.find({ coding: [hgb] })?.windows).toEqual({ outpatient: 14, inpatient: 3, emergency: 1 });
    expect(ruled.find(concept(['item|PLT']))?.windows.outpatient).toBe(7);
  });
});

describe('whose results they are', () => {
  type Patient = Parameters<typeof isIdentityCertain>[0];
  test.each(table<{ cases: { name: string; certain: boolean; patient: Patient }[] }>('identity.json').cases)(
    'is certain with $name: $certain',
    ({ patient, certain }) => {
      expect(isIdentityCertain(patient, new Date('2026-06-30T00:00:00Z'))).toBe(certain);
    },
  );
});

describe('the area of an institution', () => {
  test.each([
    ['12331299QHX00001XF', '331299'],
    ['1233129', undefined],
    ['', undefined],
    ['12AB1299QHX00001XF', undefined],
  ])('is read from the social credit code %j: %s', (value, area) => {
    expect(
      areaOf({
        identifier: [
          { system: 'urn:x', value: '9'.repeat(18) },
          { system: SOCIAL_CREDIT_SYSTEM, value },
        ],
      }),
    ).toBe(area);
  });

  test('is not known without a social credit code', () => {
    expect(areaOf({})).toBeUndefined();
    expect(areaOf({ identifier: [{ system: 'urn:x', value: '12331299QHX00001XF' }] })).toBeUndefined();
  });
});

describe('a decision', () => {
  const { steps } = table<{ steps: [DecisionState, DecisionEvent, DecisionState | null][] }>('steps.json');
  const states = [...new Set(steps.map(([state]) => state))];

  test.each(steps)('that is %s: %s leads to %s', (state, event, to) => {
    expect(decisionAfter(state, event) ?? null).toBe(to);
  });

  test('may be written plainly into the status where an event leads, and into no other', () => {
    const statuses = [...new Set(Object.values(DECISION_STATUS)), 'on-hold', 'entered-in-error', 'received'];
    expect(states).toEqual(Object.keys(DECISION_STATUS));
    for (const state of states) {
      const led = steps.flatMap(([from, , to]) => (from === state && to ? [DECISION_STATUS[to]] : []));
      for (const status of statuses) {
        const same = status === DECISION_STATUS[state];
        expect(mayChange(DECISION_STATUS[state], status), `${state} ${status}`).toBe(
          same || led.includes(status),
        );
      }
    }
    for (const status of statuses)
      expect(mayChange(undefined, status)).toBe(Object.values(DECISION_STATUS).includes(status));
  });
});

test('every finding is explained in both languages, and several one after the other', () => {
  const findings = [...new Set(cases.flatMap((c) => c.findings))];
  for (const finding of findings) {
    expect(explain([finding], 'en')).toMatch(/^[A-Z][\x20-\x7e]+\.$/);
    expect(explain([finding], 'zh')).toMatch(/^\p{Script=Han}.+。$/u);
  }
  expect(new Set(findings.map((f) => explain([f], 'en'))).size).toBe(findings.length);
  expect(explain(['too-old', 'no-mark'], 'en')).toBe(
    'It is older than the window of this item. It bears no recognition mark.',
  );
  expect(explain(['too-old', 'no-mark'], 'zh')).toBe('已超过该项目的互认时限。没有互认标识。');
});
