import { describe, expect, it } from 'vitest';
import { compareBirthDates, lunarDate } from '../../../../src/features/record/matching/birth-date.ts';
import {
  compareAddresses,
  plainAddress,
  plainPhone,
} from '../../../../src/features/record/matching/contact.ts';
import { byScore, matchOf } from '../../../../src/features/record/matching/grade.ts';
import { keysOf, keysOfPatient } from '../../../../src/features/record/matching/keys.ts';
import { compareNames, nameOf } from '../../../../src/features/record/matching/name.ts';
import { personOf } from '../../../../src/features/record/matching/person.ts';
import { strongIdentifier } from '../../../../src/features/record/matching/strong-identifiers.ts';
import { residentIdOf15 } from '../../../../src/kernel/check-digits.ts';
import { knownCounty } from '../../../support/known-county.ts';
import { qualityOf } from '../../../support/match-quality.ts';

const NOW = new Date('2026-11-28T00:00:00Z');

describe('names', () => {
  const level = (a: string, b: string) => compareNames([nameOf({ text: a })!], [nameOf({ text: b })!])?.level;

  it.each([
    ['王伟', '王伟', 'same'],
    ['張偉', '张伟', 'same'],
    ['诸葛靜', '诸葛静', 'same'],
    ['阿依努尔·吐尔逊', '阿依努尔吐尔逊', 'same'],
    ['单国强', '单国墙', 'alike'],
    ['Wang Wei', '王伟', 'alike'],
    ['陈思怡', '陈诗怡', 'near'],
    ['王国强', '王强国', 'near'],
    ['王国强', '王强', 'near'],
    ['王国强', '王国庆', 'part'],
    ['王国强', '李秀英', 'different'],
    ['张丽之女', '王思琪', 'unnamed'],
    ['张丽之子', '张丽之子', 'unnamed'],
    ['张之女', '张思琪', 'unnamed'],
    ['李女婴', '王思琪', 'unnamed'],
  ])('%s and %s are %s', (a, b, expected) => expect(level(a, b)).toBe(expected));

  it('read a surname as a surname, and a compound one as one', () => {
    expect(nameOf({ text: '单雄信' })!.readings[0]).toBe('shanxiongxin');
    expect(nameOf({ text: '欧阳锋' })).toMatchObject({ surname: '欧阳', given: '锋' });
    expect(nameOf({ family: '王', given: ['小', '明'] })!.text).toBe('王小明');
    expect(nameOf({ text: '  ' })).toBeUndefined();
  });
});

describe('birth dates', () => {
  it.each([
    ['1962-03-04', '1962-03-04', 'same'],
    ['1962-03-04', '1962-04-03', 'slip'],
    ['1962-03-04', '1962-03-05', 'slip'],
    ['1962-03-04', '1926-03-04', 'slip'],
    ['1941-02-12', '1941-01-17', 'slip'],
    ['1962-03-04', '1962', 'partial'],
    ['1962-03-04', '1962-11-28', 'year'],
    ['1962-03-04', '1975-11-28', 'different'],
  ])('%s and %s: %s', (a, b, expected) => expect(compareBirthDates(a, b)).toBe(expected));

  it('have a day by the lunar calendar', () => {
    expect(lunarDate('2026-02-17')).toBe('2026-01-01');
    expect(lunarDate('1950-02-01')).toBe('1949-12-15');
    expect(lunarDate('1950')).toBeUndefined();
  });
});

describe('identifiers', () => {
  const resident = (value: string, more: object = {}) =>
    strongIdentifier({ system: 'urn:oid:2.16.156.10011.1.3', value, ...more }, NOW);

  it('count in the form of 18 characters', () => {
    expect(residentIdOf15('320922620304017')).toMatch(/^32092219620304017[\dX]$/);
    expect(resident('320922620304017')?.value).toBe(residentIdOf15('320922620304017'));
  });

  it('say nothing when masked, blank, of an institution, or no number at all', () => {
    for (const value of ['320922********0017', '', '111111111111111111', '无', '12345']) {
      expect(resident(value), value).toBeUndefined();
    }
    expect(strongIdentifier({ system: 'urn:oid:2.16.156.10011.1.13', value: '1' }, NOW)).toBeUndefined();
  });

  it('of a foreigner are passports', () => {
    const passport = { system: 'http://hl7.org/fhir/sid/passport-DEU', value: 'c01x 00t47' };
    expect(strongIdentifier(passport, NOW)).toMatchObject({ value: 'C01X00T47', valid: true });
  });

  it('are former by their use or the end of their period', () => {
    const value = residentIdOf15('320922620304017')!;
    expect(resident(value)).toMatchObject({ former: false, valid: true });
    expect(resident(value, { use: 'old' })?.former).toBe(true);
    expect(resident(value, { period: { end: '2020-01-01' } })?.former).toBe(true);
  });
});

describe('phones and addresses', () => {
  it('are compared by what they have in common with no others', () => {
    expect(plainPhone('+86 139-1234-5678')).toBe('13912345678');
    expect(plainPhone('１３９１２３４５６７８')).toBe('13912345678');
    expect(plainPhone('00000000')).toBeUndefined();
    const [a, b] = [
      plainAddress('江苏省盐城市滨海县八滩镇东河村3组18号')!,
      plainAddress('滨海县八滩镇東河村 3组18号')!,
    ];
    expect(compareAddresses(a, b)).toBe('same');
    expect(compareAddresses(a, plainAddress('滨海县八滩镇东河村3组')!)).toBe('close');
    expect(compareAddresses(a, plainAddress('滨海县正红镇陆集村1组')!)).toBe('different');
  });
});

describe('how sure a match is', () => {
  const of = (name: string, numbers: Readonly<Record<string, string>>, more: object = {}) =>
    personOf(
      {
        resourceType: 'Patient',
        name: [{ text: name }],
        birthDate: '1985-08-02',
        gender: 'female',
        identifier: Object.entries(numbers).map(([system, value]) => ({ system, value })),
        ...more,
      },
      NOW,
    );
  const RESIDENT = 'urn:oid:2.16.156.10011.1.3';
  const CARD = 'urn:oid:2.16.156.10011.1.19';
  const [one, another] = [residentIdOf15('331299850802234')!, residentIdOf15('331299850802246')!];
  const phone = { telecom: [{ system: 'phone', value: '13812345678' }] };

  it.each([
    [
      'the name to the letter',
      of('郭诗芸', { [RESIDENT]: one }),
      of('郭詩芸', { [RESIDENT]: one }),
      'certain',
    ],
    // Twins at one desk, the card of one beside the name of the other.
    [
      'a name that sounds so',
      of('郭诗芸', { [RESIDENT]: one }),
      of('郭诗云', { [RESIDENT]: one }),
      'probable',
    ],
    [
      'a card of which the identity number is another',
      of('郭诗芸', { [RESIDENT]: one, [CARD]: 'Q1' }),
      of('郭诗芸', { [RESIDENT]: another, [CARD]: 'Q1' }),
      'probable',
    ],
    [
      'a card that was issued anew',
      of('郭诗芸', { [CARD]: 'Q1' }, phone),
      of('郭诗芸', { [CARD]: 'Q2' }, phone),
      'probable',
    ],
    [
      'the number of a parent in one of them',
      of('郭诗芸', { [RESIDENT]: one }),
      of('郭诗芸', { [RESIDENT]: residentIdOf15('331299571123246')! }),
      'probable',
    ],
    [
      'all but the number, a phone included',
      of('郭诗芸', { [RESIDENT]: one }, phone),
      of('郭诗芸', { [RESIDENT]: another }, phone),
      'probable',
    ],
    [
      'twins',
      of('郭诗芸', { [RESIDENT]: one }, phone),
      of('郭诗琪', { [RESIDENT]: another }, phone),
      'certainly-not',
    ],
  ])('%s', (_, a, b, grade) => {
    expect(matchOf(a, b)?.grade ?? 'certainly-not').toBe(grade);
    expect(matchOf(b, a)?.grade ?? 'certainly-not').toBe(grade);
  });
});

describe('what a client may send', () => {
  it.each([
    {},
    { name: 'x', birthDate: 5, identifier: {}, telecom: [null, 1], address: [{}], contact: [{ name: null }] },
    { name: [{ text: '' }], birthDate: '', contact: [{ relationship: [{}] }] },
  ])('never fails, whatever it is: %j', (fields) => {
    const person = personOf({ resourceType: 'Patient', ...fields }, NOW);
    expect(keysOf(person)).toEqual([]);
    expect(matchOf(person, person)).toBeUndefined();
  });

  it('has at most so many keys', () => {
    const telecom = Array.from({ length: 100 }, (_, i) => ({ value: `139${String(i).padStart(8, '0')}` }));
    expect(keysOfPatient({ resourceType: 'Patient', telecom }).length).toBeLessThanOrEqual(40);
  });
});

describe('in a county whose truth is known', () => {
  it('what is called certain is right, and nearly all are found', async () => {
    const { residents, seconds } = knownCounty(5_000, 800);
    const index = new Map<string, number[]>();
    const people = residents.map((r, i) => {
      const person = personOf(r, NOW);
      for (const key of keysOf(person)) index.set(key, [...(index.get(key) ?? []), i]);
      return person;
    });
    const quality = await qualityOf(seconds, (patient) => {
      const person = personOf(patient, NOW);
      const met = new Set(keysOf(person).flatMap((key) => index.get(key) ?? []));
      return [...met]
        .flatMap((i) => {
          const match = matchOf(people[i]!, person);
          return match ? [{ id: residents[i]!.id, ...match }] : [];
        })
        .sort(byScore);
    });
    expect(quality.precision.certain).toBe(1);
    expect(quality.precision.probable).toBeGreaterThan(0.98);
    expect(quality.recall.probable).toBeGreaterThan(0.97);
    expect(quality.recall.found).toBeGreaterThan(0.99);
    expect(quality.byFault.twin).not.toHaveProperty('certain');
    expect(quality.byFault.stranger).toEqual({ none: 50 });
  });
});
