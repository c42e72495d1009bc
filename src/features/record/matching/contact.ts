/** Phone numbers and addresses as they are compared. Families share them. */
import { fold } from '../../../kernel/fold.ts';
import { simplified } from '../../../kernel/simplified.ts';

/** No phone number and no address is longer. */
const LONGEST = 500;

/** Digits of a number in China; undefined for what is too short to say anything, and for one digit all through. */
export function plainPhone(text: string): string | undefined {
  const digits = fold(text.slice(0, LONGEST))
    .replace(/\D/g, '')
    .replace(/^(?:00)?86(?=1\d{10}$)/, '');
  return digits.length < 7 || /^(.)\1*$/.test(digits) ? undefined : digits;
}

/** An address without what all of the county have in common. */
export function plainAddress(text: string): string | undefined {
  const plain = fold(simplified(text.slice(0, LONGEST)))
    .replace(/[\s,，。、.·#-]+/g, '')
    .replace(/^.*?(?:省|自治区)/, '')
    .replace(/^.*?市(?=.*[县区市])/, '')
    .replace(/^.*?[县区市]/, '');
  return plain.length < 3 ? undefined : plain;
}

export type AddressLevel = 'same' | 'close' | 'different';

/** By the pairs of characters they share (Dice). */
export function compareAddresses(a: string, b: string): AddressLevel {
  if (a === b) return 'same';
  const [x, y] = [pairsOf(a), pairsOf(b)];
  let shared = 0;
  for (const pair of x) if (y.has(pair)) shared++;
  const dice = (2 * shared) / (x.size + y.size);
  return dice >= 0.6 ? 'close' : 'different';
}

function pairsOf(text: string): Set<string> {
  const found = new Set<string>();
  for (let i = 0; i + 1 < text.length; i++) found.add(text.slice(i, i + 2));
  return found;
}
