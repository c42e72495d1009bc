/**
 * A county whose truth is known: residents, and second records of some of them as another institution's desk writes
 * them, with the faults that really happen. The same seed gives the same county.
 */

import { lunarDate } from '../../src/features/record/matching/birth-date.ts';
import { HEALTH_CARD_SYSTEM, RESIDENT_ID_SYSTEM } from '../../src/kernel/canonical.ts';
import { residentCheckCharacter } from '../../src/kernel/check-digits.ts';

export interface KnownPatient {
  readonly resourceType: 'Patient';
  readonly id: string;
  readonly [element: string]: unknown;
}

export interface SecondRecord {
  readonly patient: KnownPatient;
  /** Id of the record of the same person; undefined when there is none. */
  readonly truth?: string;
  /** What happened to it. */
  readonly fault: Fault;
}

export const FAULTS = [
  'none',
  'no-id',
  'homophone',
  'traditional',
  'day-swapped',
  'digit-slip',
  'lunar',
  'id-typo',
  'id-15',
  'changed-name',
  'new-phone',
  'moved',
  'newborn',
  'twin',
  'reused-number',
  'stranger',
] as const;
export type Fault = (typeof FAULTS)[number];

interface Truth {
  surname: string;
  given: string;
  sex: 'male' | 'female';
  birthDate: string;
  id18: string;
  phone: string;
  address: string;
  mother: string;
}

const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤';
const GIVEN =
  '伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂香玉华建国文斌红梅春林志永海燕云飞晓东雪松莲凤珍德福成龙俊波宇浩然子轩梓涵欣怡佳琪思远嘉豪雨萱诗雅天佑承翰清泉和顺光荣瑞祥';
const HOMOPHONES: Readonly<Record<string, string>> = {
  伟: '炜',
  芳: '方',
  丽: '莉',
  静: '靖',
  敏: '闵',
  军: '钧',
  英: '瑛',
  娟: '涓',
  明: '鸣',
  霞: '侠',
  平: '萍',
  国: '帼',
  文: '雯',
  红: '虹',
  梅: '玫',
  志: '智',
  海: '海',
  燕: '艳',
  晓: '小',
  雪: '雪',
  莲: '连',
  珍: '真',
  华: '桦',
  建: '健',
  强: '蔷',
  磊: '垒',
  杰: '洁',
  兰: '岚',
  玉: '钰',
  云: '芸',
  子: '梓',
  佳: '嘉',
  怡: '宜',
};
const TRADITIONAL: Readonly<Record<string, string>> = {
  刘: '劉',
  陈: '陳',
  杨: '楊',
  黄: '黃',
  赵: '趙',
  吴: '吳',
  孙: '孫',
  马: '馬',
  张: '張',
  罗: '羅',
  郑: '鄭',
  谢: '謝',
  许: '許',
  韩: '韓',
  冯: '馮',
  邓: '鄧',
  国: '國',
  军: '軍',
  华: '華',
  丽: '麗',
  伟: '偉',
  强: '強',
};

export interface KnownCounty {
  readonly residents: readonly KnownPatient[];
  readonly seconds: readonly SecondRecord[];
}

/** `residents` first records, among them pairs of twins; `seconds` second ones. */
export function knownCounty(residents: number, seconds: number, seed = 1): KnownCounty {
  const random = randomOf(seed);
  const pick = <T>(from: ArrayLike<T>): T => from[Math.floor(random() * from.length)]!;
  const skewed = () => SURNAMES[Math.floor(random() ** 2.2 * SURNAMES.length)]!;
  const given = () => (random() < 0.15 ? pick(GIVEN) : pick(GIVEN) + pick(GIVEN));
  const person = (): Truth => {
    const sex = random() < 0.5 ? 'male' : 'female';
    const day = Math.floor(random() * 85 * 365.25);
    const birthDate = new Date(Date.UTC(1940, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
    const area = pick(['320921', '320922', '320924', '320925']);
    return {
      surname: skewed(),
      given: given(),
      sex,
      birthDate,
      id18: idOf(area, birthDate, Math.floor(random() * 499), sex),
      phone: `1${pick('3579')}${String(Math.floor(random() * 1e9)).padStart(9, '0')}`,
      address: `江苏省盐城市滨海县${pick(GIVEN)}${pick(GIVEN)}镇${pick(GIVEN)}${pick('河塘桥庄')}村${1 + Math.floor(random() * 12)}组${1 + Math.floor(random() * 90)}号`,
      mother: skewed() + given(),
    };
  };
  const truths: Truth[] = [];
  while (truths.length < residents) {
    const one = person();
    truths.push(one);
    // A family: the next two share phone and address.
    if (truths.length % 5 === 0 && truths.length + 1 < residents) {
      truths.push({ ...person(), phone: one.phone, address: one.address });
    }
    if (truths.length % 83 === 0 && truths.length < residents) truths.push(twinOf(one, given()));
  }
  const first = truths.map((t, i) => patientOf(t, `r${i}`, i % 10 !== 0));
  return {
    residents: first,
    seconds: Array.from({ length: seconds }, (_, i) => {
      const fault = FAULTS[i % FAULTS.length]!;
      const of = Math.floor(random() * residents);
      const { patient } = secondOf(fault, truths[of]!, `s${i}`);
      return { patient: asAsked(patient, fault), fault, ...truthOf(fault, of) };
    }),
  };

  /** A desk does not ask for everything. */
  function asAsked(patient: KnownPatient, fault: Fault): KnownPatient {
    const { telecom, address, contact, ...asked } = patient;
    return {
      ...asked,
      ...(random() < 0.8 ? { telecom } : {}),
      ...(random() < 0.6 ? { address } : {}),
      ...(random() < 0.4 && fault !== 'newborn' ? { contact } : {}),
    } as KnownPatient;
  }

  function truthOf(fault: Fault, of: number): { truth?: string } {
    return fault === 'twin' || fault === 'stranger' || fault === 'reused-number' ? {} : { truth: `r${of}` };
  }

  function secondOf(fault: Fault, t: Truth, id: string): { patient: KnownPatient } {
    const withId = random() < 0.6;
    const known = (change: Partial<Truth>, has = withId) => ({
      patient: patientOf({ ...t, ...change }, id, has),
    });
    switch (fault) {
      case 'none':
        return known({}, true);
      case 'no-id':
        return known({}, false);
      case 'homophone':
        return known({ given: [...t.given].map((c) => HOMOPHONES[c] ?? c).join('') });
      case 'traditional':
        return known({
          surname: TRADITIONAL[t.surname] ?? t.surname,
          given: [...t.given].map((c) => TRADITIONAL[c] ?? c).join(''),
        });
      case 'day-swapped': {
        const [y, m, d] = t.birthDate.split('-');
        return known({ birthDate: Number(d) <= 12 ? `${y}-${d}-${m}` : t.birthDate }, false);
      }
      case 'digit-slip':
        return known({ birthDate: slippedDate(t.birthDate) }, false);
      case 'lunar':
        return known({ birthDate: realDate(lunarDate(t.birthDate)!) ?? t.birthDate }, false);
      case 'id-typo': {
        const at = 12 + Math.floor(random() * 5);
        const digit = (Number(t.id18[at]) + 1 + Math.floor(random() * 8)) % 10;
        return known({ id18: `${t.id18.slice(0, at)}${digit}${t.id18.slice(at + 1)}` }, true);
      }
      case 'id-15':
        return known(
          { id18: t.birthDate < '2000' ? `${t.id18.slice(0, 6)}${t.id18.slice(8, 17)}` : t.id18 },
          true,
        );
      case 'changed-name':
        return known({ given: given() }, true);
      case 'new-phone':
        return known({ phone: person().phone });
      case 'moved':
        return known({ address: person().address, phone: person().phone }, false);
      case 'newborn': {
        const { patient } = known({}, false);
        return {
          patient: { ...patient, name: [{ text: `${t.mother}之${t.sex === 'male' ? '子' : '女'}` }] },
        };
      }
      case 'twin': {
        const twin = twinOf(t, given());
        return { patient: patientOf(twin, id, withId) };
      }
      case 'reused-number':
        return { patient: patientOf({ ...person(), id18: t.id18 }, id, true) };
      case 'stranger':
        return { patient: patientOf(person(), id, withId) };
    }
  }

  function slippedDate(date: string): string {
    for (;;) {
      const at = pick([2, 3, 6, 8, 9]);
      const found = realDate(`${date.slice(0, at)}${Math.floor(random() * 10)}${date.slice(at + 1)}`);
      if (found !== undefined && found !== date && found < '2025') return found;
    }
  }
}

/** Born in the same hour, at home in the same house: the sequence of the number is the next one. */
function twinOf(t: Truth, given: string): Truth {
  const sequence = Number(t.id18.slice(14, 17)) + 2;
  const first17 = `${t.id18.slice(0, 14)}${String(sequence % 1000).padStart(3, '0')}`;
  const shared = t.given.length === 2 && given.length === 2 ? t.given[0]! + given[1]! : given;
  const name = shared === t.given ? `${given}贝` : shared;
  return { ...t, given: name, id18: `${first17}${residentCheckCharacter(first17)}` };
}

function patientOf(t: Truth, id: string, withId: boolean): KnownPatient {
  return {
    resourceType: 'Patient',
    id,
    identifier: [
      { system: 'urn:oid:2.16.156.10011.1.13', value: `M${id}` },
      ...(withId ? [{ system: RESIDENT_ID_SYSTEM, value: t.id18 }] : []),
      ...(withId && id.startsWith('r') ? [{ system: HEALTH_CARD_SYSTEM, value: `C${t.id18.slice(4)}` }] : []),
    ],
    name: [{ text: t.surname + t.given }],
    gender: t.sex,
    birthDate: t.birthDate,
    telecom: [{ system: 'phone', value: t.phone }],
    address: [{ text: t.address }],
    contact: [
      {
        relationship: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] },
        ],
        name: { text: t.mother },
      },
    ],
  };
}

function idOf(area: string, birthDate: string, sequence: number, sex: 'male' | 'female'): string {
  const odd = sequence * 2 + (sex === 'male' ? 1 : 0);
  const first17 = `${area}${birthDate.replaceAll('-', '')}${String(odd).padStart(3, '0')}`;
  return `${first17}${residentCheckCharacter(first17)}`;
}

function realDate(text: string): string | undefined {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : undefined;
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
