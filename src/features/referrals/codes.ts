/** The names that referrals use in FHIR: code systems, extensions, profiles. */
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Concept } from '../../kernel/elements.ts';

const system = (id: string) => `${CANONICAL}/CodeSystem/${id}`;
const structure = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;

export const STATE = system('referral-state');
export const DIRECTION = system('referral-direction');
export const CATEGORY = system('referral-category');
export const REASON = system('referral-reason');
export const REJECTION = system('referral-rejection-reason');
export const END_REASON = system('referral-end-reason');
export const INPUT = system('referral-input');
export const OUTPUT = system('referral-output');
export const OUTCOME = system('referral-outcome');
export const STEP = system('referral-step');
export const ORDER_CODE = system('county-order-code');
export const TASK_CODE = system('county-task-code');
export const CONSENT = system('county-consent');
export const DOCUMENT = system('county-document');
export const SECTION = system('county-document-section');
export const CAPACITY = system('capacity-kind');
export const RESERVATION = system('slot-reservation');
export const INSTITUTION = system('county-institution');
export const IDENTITY_CHECK = system('identity-check');
/** 离院方式 CV06.00.226 */
export const DISCHARGE_MANNER = system('ws-discharge-manner');
/** Institution types of WS 218: A hospitals, B community health, C township centres, D clinics. */
export const INSTITUTION_TYPE = 'urn:oid:2.16.156.10011.2.3.4.1';
export const FOLLOW_UP_TASK = system('public-health-task');
export const FOLLOW_UP_STATE = system('public-health-task-state');
export const FOLLOW_UP_ORIGIN = system('public-health-task-origin');
export const FOLLOW_UP_OUTPUT = system('public-health-task-output');
export const FOLLOW_UP_METHOD = system('follow-up-method');
/** Number of a request; electronic order id of WS/T 681. */
export const REQUEST_NUMBER = 'urn:oid:2.16.156.10011.1.24';

export const DIRECTION_EXTENSION = structure('referral-direction');
export const CONSENT_EXTENSION = structure('referral-consent');
export const EXEMPTION_EXTENSION = structure('emergency-exemption');
export const BED_EXTENSION = structure('bed-needed');
export const IDENTITY_EXTENSION = structure('identity-check');
export const STATE_TIME_EXTENSION = structure('state-time');
export const RESERVED_UNTIL_EXTENSION = structure('reserved-until');
export const INTERVAL_EXTENSION = structure('follow-up-interval');
export const CARE_TEAM_EXTENSION = structure('contract-care-team');

export const REQUEST_PROFILE = structure('county-referral');
export const TASK_PROFILE = structure('county-referral-task');
export const APPOINTMENT_PROFILE = structure('county-referral-appointment');

export function concept(codeSystem: string, code: string, text?: string): Concept {
  return { coding: [{ system: codeSystem, code }], ...(text === undefined ? {} : { text }) };
}

/** The code of a system in a concept, or in the first of several that has one. */
export function codeIn(
  codeSystem: string,
  ...concepts: readonly (Concept | undefined)[]
): string | undefined {
  return concepts.flatMap((c) => c?.coding ?? []).find((c) => c.system === codeSystem)?.code;
}
