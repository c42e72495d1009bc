/**
 * How alike two people are, in bits (Fellegi and Sunter, 1969): each field that can be compared adds the logarithm of
 * how much more often it compares so among records of one person than among records of two.
 */
import { RESIDENT_ID_SYSTEM } from '../../../kernel/canonical.ts';
import { compareBirthDates } from './birth-date.ts';
import { compareAddresses } from './contact.ts';
import { compareNames, isOneEditApart } from './name.ts';
import type { Person } from './person.ts';
import type { StrongIdentifier } from './strong-identifiers.ts';
import { bits, WEIGHTS } from './weights.ts';

export interface Comparison {
  /** Field -> how it compares; without what one of the two does not say. */
  readonly levels: Readonly<Partial<Record<Field, string>>>;
  readonly bits: number;
}

export type Field =
  | 'identifier'
  | 'residentId'
  | 'name'
  | 'birthDate'
  | 'sex'
  | 'phone'
  | 'address'
  | 'mother';

export function compare(a: Person, b: Person): Comparison {
  const levels: Partial<Record<Field, string>> = {};
  let total = 0;
  const take = <L extends string>(field: Field, level: L | undefined, odds: Readonly<Record<L, Odds>>) => {
    if (level === undefined) return 0;
    levels[field] = level;
    return bits(odds[level]);
  };
  total += take('identifier', identifierLevel(a.strong, b.strong), WEIGHTS.identifier);
  const residentId = identifierLevel(a.strong.filter(isResidentId), b.strong.filter(isResidentId));
  if (residentId) levels.residentId = residentId;
  const name = compareNames(a.names, b.names);
  if (name) {
    levels.name = name.level;
    total += name.bits;
  }
  const birthDate =
    a.birthDate !== undefined && b.birthDate !== undefined
      ? compareBirthDates(a.birthDate, b.birthDate)
      : undefined;
  total += take('birthDate', birthDate, WEIGHTS.birthDate);
  const sex = a.sex && b.sex ? (a.sex === b.sex ? 'same' : 'different') : undefined;
  total += take('sex', sex, WEIGHTS.sex);
  const phone = anyPair(a.phones, b.phones, (x, y) => (x === y ? 'same' : 'different'), [
    'same',
    'different',
  ]);
  const address = anyPair(a.addresses, b.addresses, compareAddresses, ['same', 'close', 'different']);
  const mother = motherLevel(a, b);
  const family =
    take('phone', phone, WEIGHTS.phone) +
    take('address', address, WEIGHTS.address) +
    take('mother', mother, WEIGHTS.mother);
  return { levels, bits: total + Math.min(family, WEIGHTS.family.most) };
}

type Odds = Parameters<typeof bits>[0];

/** The best level that any two of the values have. */
function anyPair<L extends string>(
  a: readonly string[],
  b: readonly string[],
  level: (x: string, y: string) => L,
  order: readonly L[],
): L | undefined {
  const found = new Set(a.flatMap((x) => b.map((y) => level(x, y))));
  return order.find((l) => found.has(l));
}

function motherLevel(a: Person, b: Person): 'same' | 'alike' | 'different' | undefined {
  const compared = compareNames(a.mothers, b.mothers);
  if (!compared) return undefined;
  if (compared.level === 'same') return 'same';
  return compared.level === 'alike' || compared.level === 'near' ? 'alike' : 'different';
}

type IdentifierLevel = keyof typeof WEIGHTS.identifier;
const IDENTIFIER_LEVELS: readonly IdentifierLevel[] = ['same', 'former', 'slip', 'different', 'renewed'];

/** By system: a number of one system says nothing about that of another. */
function identifierLevel(
  a: readonly StrongIdentifier[],
  b: readonly StrongIdentifier[],
): IdentifierLevel | undefined {
  const found = new Set<IdentifierLevel>();
  for (const one of a) {
    for (const other of b) {
      if (one.system === other.system) found.add(pairLevel(one, other));
    }
  }
  return IDENTIFIER_LEVELS.find((level) => found.has(level));
}

function pairLevel(a: StrongIdentifier, b: StrongIdentifier): IdentifierLevel {
  if (a.value === b.value && a.valid) return a.former || b.former ? 'former' : 'same';
  // Two numbers that are right are two people's, however alike they look: twins have neighbouring ones.
  const slipped = (!a.valid || !b.valid) && isOneEditApart(a.value, b.value);
  if (slipped || a.value === b.value) return 'slip';
  // The identity number is one for life; cards are lost and issued anew, and a record is opened twice. A number
  // that is not even that of the record's birth date tells nothing of the person.
  return isResidentId(a) && !a.foreign && !b.foreign ? 'different' : 'renewed';
}

function isResidentId({ system }: StrongIdentifier): boolean {
  return system === RESIDENT_ID_SYSTEM;
}
