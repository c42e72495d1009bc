/** Who is in a family-doctor team, and when; profile county-care-team. Pure. */
import { dayIn, lastDayIn } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Concept, Period, Reference } from '../../../kernel/elements.ts';
import { hasCode, ROLE_SYSTEM } from './contract.ts';

export const TEAM_PROFILE = `${CANONICAL}/StructureDefinition/county-care-team`;

export interface Participant {
  readonly role?: readonly Concept[];
  readonly member?: Reference;
  readonly period?: Period;
}

export interface TeamFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly period?: Period;
  readonly participant?: readonly Participant[];
  readonly managingOrganization?: readonly Reference[];
}

/** Somebody in it has a role of a family-doctor team. */
export function isFamilyDoctorTeam(resource: Resource | undefined): boolean {
  if (resource?.resourceType !== 'CareTeam') return false;
  const { participant } = resource as TeamFields;
  return (
    Array.isArray(participant) &&
    participant.some((p: Participant) => p.role?.some((r) => r.coding?.some((c) => c.system === ROLE_SYSTEM)))
  );
}

/** Members on a day; without a period always. */
export function membersOn(team: Resource, day: string): readonly Participant[] {
  return ((team as TeamFields).participant ?? []).filter((p) => isWithin(p.period, day));
}

export function isWithin(period: Period | undefined, day: string): boolean {
  const start = dayIn(period?.start);
  const end = lastDayIn(period?.end);
  return (start === undefined || start <= day) && (end === undefined || day <= end);
}

const DOCTORS = ['general-practitioner', 'hospital-general-practitioner'];

/** The general practitioner of a team on a day; the leader first when there are several. */
export function doctorOn(team: Resource, day: string): string | undefined {
  const doctors = membersOn(team, day).filter((p) => DOCTORS.some((code) => hasRole(p, code)));
  return (doctors.find((p) => hasRole(p, 'leader')) ?? doctors[0])?.member?.reference;
}

export function hasRole({ role }: Participant, code: string): boolean {
  return role?.some((r) => hasCode(r, ROLE_SYSTEM, code)) === true;
}
