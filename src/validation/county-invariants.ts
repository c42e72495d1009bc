/**
 * Invariants of the county's profiles that need arithmetic: their FHIRPath is only an approximation by pattern, or
 * adds days and years.
 */
import { RESIDENT_ID_SYSTEM, SOCIAL_CREDIT_SYSTEM } from '../kernel/canonical.ts';
import {
  residentCheckCharacter,
  residentIdFault,
  residentIdOf15,
  socialCreditCheckCharacter,
  socialCreditFault,
} from '../kernel/check-digits.ts';
import type { Text } from '../kernel/issue.ts';
import { contractTermFault } from './contract-term.ts';
import { isObject } from './fhirpath/items.ts';

/** What is wrong, and where below the element that carries the constraint. */
export interface CountyFault {
  readonly text: Text;
  readonly at?: string;
}

export type CountyInvariant = (value: unknown, now: Date) => readonly CountyFault[];

/**
 * Constraint key -> function, used in place of the FHIRPath of any snapshot that carries the key. The constraint
 * may stand on a resource, on an Identifier or on its value.
 */
export const COUNTY_INVARIANTS: Readonly<Record<string, CountyInvariant>> = {
  'county-resident-id': onIdentifier(RESIDENT_ID_SYSTEM, residentIdText),
  'county-social-credit': onIdentifier(SOCIAL_CREDIT_SYSTEM, socialCreditText),
  'county-contract-term': (contract) => {
    const text = isObject(contract) ? contractTermFault(contract) : undefined;
    return text ? [{ text, at: 'applies.end' }] : [];
  },
};

function onIdentifier(
  system: string,
  fault: (value: string, now: Date) => Text | undefined,
): CountyInvariant {
  const faults = (value: unknown, now: Date, at: string): readonly CountyFault[] => {
    if (!isObject(value) || value.system !== system || typeof value.value !== 'string') return [];
    const text = isFormer15(value, now) ? undefined : fault(value.value, now);
    return text ? [{ text, at }] : [];
  };
  return (value, now) => {
    if (typeof value === 'string') {
      const text = fault(value, now);
      return text ? [{ text }] : [];
    }
    if (!isObject(value)) return [];
    if (typeof value.resourceType !== 'string') return faults(value, now, 'value');
    const identifiers = Array.isArray(value.identifier) ? value.identifier : [];
    return identifiers.flatMap((identifier, i) => faults(identifier, now, `identifier[${i}].value`));
  };
}

/** A number of the first generation, GB 11643-1989: 15 digits, which nobody is given any more. */
function isFormer15({ system, use, value }: Readonly<Record<string, unknown>>, now: Date): boolean {
  if (system !== RESIDENT_ID_SYSTEM || use !== 'old') return false;
  const full = residentIdOf15(value as string);
  return full !== undefined && residentIdFault(full, now) === undefined;
}

/** GB 11643-1999. The number itself is not repeated in messages: they end up in logs. */
function residentIdText(value: string, now: Date): Text | undefined {
  switch (residentIdFault(value, now)) {
    case undefined:
      return undefined;
    case 'format':
      return value.length === 18
        ? {
            en: 'A resident identity number is 17 digits and a check character (a digit or capital X), and does not begin with 0.',
            zh: '居民身份证号码应为 17 位数字加 1 位校验码(数字或大写 X),且首位不为 0。',
          }
        : {
            en: `A resident identity number has 18 characters; this one has ${value.length}.`,
            zh: `居民身份证号码应为 18 位;此号码为 ${value.length} 位。`,
          };
    case 'date':
      return {
        en: `Characters 7 to 14 are the birth date; '${value.slice(6, 14)}' is not a real one (YYYYMMDD).`,
        zh: `第 7 至 14 位为出生日期;“${value.slice(6, 14)}”不是真实日期(YYYYMMDD)。`,
      };
    case 'future':
      return {
        en: `Characters 7 to 14 are the birth date; '${value.slice(6, 14)}' is in the future.`,
        zh: `第 7 至 14 位为出生日期;“${value.slice(6, 14)}”晚于今天。`,
      };
    case 'check-digit': {
      const right = residentCheckCharacter(value.slice(0, 17));
      return {
        en: `The check character '${value[17]}' does not fit the first 17 digits, which give '${right}'; compare every digit with the card.`,
        zh: `校验码“${value[17]}”与前 17 位不符(按前 17 位应为“${right}”);请逐位核对证件。`,
      };
    }
  }
}

/** GB 32100-2015 */
function socialCreditText(value: string): Text | undefined {
  switch (socialCreditFault(value)) {
    case undefined:
      return undefined;
    case 'format':
      return value.length === 18
        ? {
            en: 'A unified social credit code consists of digits and capital letters without I, O, S, V and Z.',
            zh: '统一社会信用代码只含数字和大写字母,不含 I、O、S、V、Z。',
          }
        : {
            en: `A unified social credit code has 18 characters; this one has ${value.length}.`,
            zh: `统一社会信用代码应为 18 位;此代码为 ${value.length} 位。`,
          };
    case 'check-digit': {
      const right = socialCreditCheckCharacter(value.slice(0, 17));
      return {
        en: `The check character '${value[17]}' of ${value} does not fit the first 17 characters, which give '${right}'.`,
        zh: `${value} 的校验码“${value[17]}”与前 17 位不符(按前 17 位应为“${right}”)。`,
      };
    }
  }
}
