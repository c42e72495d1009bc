/** Identifiers that belong to one person alone. */
import {
  HEALTH_CARD_SYSTEM,
  HEALTH_RECORD_SYSTEM,
  RESIDENT_ID_SYSTEM,
  SOCIAL_SECURITY_CARD_SYSTEM,
} from '../../../kernel/canonical.ts';
import { residentIdFault, residentIdOf15 } from '../../../kernel/check-digits.ts';

export interface StrongIdentifier {
  readonly system: string;
  /** A resident identity number always in its form of 18 characters. */
  readonly value: string;
  /** No longer in force: by its `use` or its period. */
  readonly former: boolean;
  /** Whether its check character fits. */
  readonly valid: boolean;
  /** An identity number that carries another birth date than the record: somebody else's, in all likelihood. */
  readonly foreign?: boolean;
}

interface Identifier {
  readonly system?: string;
  readonly value?: string;
  readonly use?: string;
  readonly period?: { readonly end?: string };
}

const STRONG = new Set([
  RESIDENT_ID_SYSTEM,
  HEALTH_RECORD_SYSTEM,
  HEALTH_CARD_SYSTEM,
  SOCIAL_SECURITY_CARD_SYSTEM,
]);

/** Passports of any country: https://hl7.org/fhir/R4/identifier-registry.html */
const PASSPORT = /^http:\/\/hl7\.org\/fhir\/sid\/passport-[A-Z]{3}$/;

export function isStrong(system: string | undefined): boolean {
  return system !== undefined && (STRONG.has(system) || PASSPORT.test(system));
}

/** Undefined for an identifier of an institution, and for what says nothing: a masked or an empty number. */
export function strongIdentifier(identifier: Identifier, now: Date): StrongIdentifier | undefined {
  const { system, value, use, period } = identifier;
  if (system === undefined || value === undefined || !isStrong(system)) return undefined;
  const text = value.replace(/\s/g, '').toUpperCase();
  if (text === '' || /[*?]/.test(text) || /^(.)\1*$/.test(text)) return undefined;
  const ended = period?.end !== undefined && Date.parse(period.end) <= now.getTime();
  const former = use === 'old' || ended;
  if (system !== RESIDENT_ID_SYSTEM) return { system, value: text, former, valid: true };
  const full = residentIdOf15(text) ?? text;
  const fault = residentIdFault(full, now);
  return fault === 'format' ? undefined : { system, value: full, former, valid: fault === undefined };
}
