/** Check digits of the national identifiers. Pure; every function takes the text as it came. */

const RESIDENT_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_CHECK = '10X98765432';

export type ResidentIdFault = 'format' | 'date' | 'future' | 'check-digit';

/**
 * Resident identity number, GB 11643-1999: 6 digits of area, 8 of birth date, 3 of sequence (odd for
 * male), 1 check character (ISO 7064 MOD 11-2). Returns what is wrong, or undefined when it is right.
 */
export function residentIdFault(value: string, today: Date): ResidentIdFault | undefined {
  if (!/^[1-9]\d{16}[\dX]$/.test(value)) return 'format';
  const birth = residentBirthDate(value);
  if (!birth) return 'date';
  if (birth > chinaDate(today)) return 'future';
  return residentCheckCharacter(value.slice(0, 17)) === value[17] ? undefined : 'check-digit';
}

/** The birth date a resident identity number carries, as `YYYY-MM-DD`; undefined when it is no real date. */
export function residentBirthDate(value: string): string | undefined {
  const [year, month, day] = [value.slice(6, 10), value.slice(10, 12), value.slice(12, 14)];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const text = `${year}-${month}-${day}`;
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) return undefined;
  return Number(year) >= 1800 ? text : undefined;
}

/** The sex a resident identity number carries: the 17th digit is odd for male. */
export function residentGender(value: string): 'male' | 'female' {
  return Number(value[16]) % 2 === 1 ? 'male' : 'female';
}

/** Check character of the first 17 digits. */
export function residentCheckCharacter(first17: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += Number(first17[i]) * RESIDENT_WEIGHTS[i]!;
  return RESIDENT_CHECK[sum % 11]!;
}

/**
 * The number of 18 characters that a first-generation number of 15 digits became (GB 11643-1989 to -1999): the
 * century was always the twentieth, and there was no check character. Undefined for other texts.
 */
export function residentIdOf15(text: string): string | undefined {
  if (!/^[1-9]\d{14}$/.test(text)) return undefined;
  const first17 = `${text.slice(0, 6)}19${text.slice(6)}`;
  return `${first17}${residentCheckCharacter(first17)}`;
}

const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

export type SocialCreditFault = 'format' | 'check-digit';

/** Unified social credit code, GB 32100-2015: 17 characters of a 31-letter alphabet and a check character. */
export function socialCreditFault(value: string): SocialCreditFault | undefined {
  if (!/^[0-9A-HJ-NP-RTUWXY]{18}$/.test(value)) return 'format';
  return socialCreditCheckCharacter(value.slice(0, 17)) === value[17] ? undefined : 'check-digit';
}

/** Check character of the first 17 characters: weights are powers of 3 modulo 31. */
export function socialCreditCheckCharacter(first17: string): string {
  let sum = 0;
  let weight = 1;
  for (let i = 0; i < 17; i++) {
    sum += CREDIT_ALPHABET.indexOf(first17[i]!) * weight;
    weight = (weight * 3) % 31;
  }
  return CREDIT_ALPHABET[(31 - (sum % 31)) % 31]!;
}

/** The calendar date in China at an instant, as `YYYY-MM-DD`. */
function chinaDate(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}
