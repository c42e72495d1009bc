/** Groups of key populations: who meets their criteria; profile county-key-population. Pure. */
import { ageOn, dayIn } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Period } from '../../../kernel/elements.ts';
import { enrolledIn } from './enrolment.ts';
import { codesOf, POPULATION_SYSTEM, PROGRAMME_SYSTEM, populationsOf, referenceIn } from './fhir.ts';
import { isWithinAges } from './programme.ts';

const GENDER_SYSTEM = 'http://hl7.org/fhir/administrative-gender';

interface Characteristic {
  readonly exclude?: boolean;
  readonly valueRange?: {
    readonly low?: { readonly value?: number };
    readonly high?: { readonly value?: number };
  };
  readonly valueCodeableConcept?: { readonly coding?: readonly Coding[] };
}

interface Member {
  readonly entity?: { readonly reference?: string };
  readonly period?: Period;
  readonly inactive?: boolean;
}

/** A resident with what criteria ask for. */
export interface Resident {
  readonly patient: Resource;
  readonly episodes: readonly Resource[];
}

/** Computed from criteria: it has a code of key-population and is made of real people. */
export function isKeyPopulation(resource: Resource | undefined): boolean {
  return (
    resource?.resourceType === 'Group' &&
    resource.actual === true &&
    codesOf(resource.code).some((c) => c.system === POPULATION_SYSTEM) &&
    criteriaOf(resource).length > 0
  );
}

function criteriaOf(group: Resource): readonly Characteristic[] {
  const { characteristic } = group as { characteristic?: unknown };
  return Array.isArray(characteristic) ? (characteristic as Characteristic[]) : [];
}

/** `institutions`: the managing institution and those below it; a group of the whole county has none. */
export function belongsTo(
  group: Resource,
  { patient, episodes }: Resident,
  day: string,
  institutions: ReadonlySet<string> | undefined,
): boolean {
  if (patient.active === false || patient.deceasedBoolean === true || patient.deceasedDateTime) return false;
  const home = referenceIn(patient.managingOrganization);
  if (institutions && (home === undefined || !institutions.has(home))) return false;
  return criteriaOf(group).every((c) => meets(c, patient, episodes, day) !== (c.exclude === true));
}

function meets(c: Characteristic, patient: Resource, episodes: readonly Resource[], day: string): boolean {
  if (c.valueRange) {
    const birth = dayIn(patient.birthDate);
    const ages = { low: c.valueRange.low?.value, high: c.valueRange.high?.value };
    return birth !== undefined && isWithinAges(ages, ageOn(birth, day));
  }
  return (c.valueCodeableConcept?.coding ?? []).some(({ system, code }) => {
    if (system === GENDER_SYSTEM) return patient.gender === code;
    if (system === PROGRAMME_SYSTEM) {
      return episodes.some((e) => enrolledIn(e) === code && (e.status === 'active' || e.status === 'onhold'));
    }
    return system === POPULATION_SYSTEM && code !== undefined && populationsOf(patient).has(code);
  });
}

/** The group with these members; who has left keeps the end, who comes back begins anew. */
export function withMembers(group: Resource, references: ReadonlySet<string>, day: string): Resource {
  const before = (group.member ?? []) as readonly Member[];
  const isIn = (m: Member) => m.inactive !== true && m.period?.end === undefined;
  const kept = before.map((m) =>
    isIn(m) && !references.has(m.entity?.reference ?? '')
      ? { ...m, inactive: true, period: { ...m.period, end: day } }
      : m,
  );
  const there = new Set(before.filter(isIn).map((m) => m.entity?.reference));
  const come = [...references]
    .filter((r) => !there.has(r))
    .map((reference) => ({ entity: { reference }, period: { start: day } }));
  const member = [...kept, ...come];
  const quantity = member.filter(isIn).length;
  const { member: _, ...rest } = group;
  return { ...rest, quantity, ...(member.length > 0 ? { member } : {}) };
}

/** The same for one resident. */
export function withMember(group: Resource, reference: string, is: boolean, day: string): Resource {
  return withMoved(group, new Map([[reference, is]]), day) ?? group;
}

/** The group once some residents belong to it and others do not; undefined when it has them so already. */
export function withMoved(
  group: Resource,
  residents: ReadonlyMap<string, boolean>,
  day: string,
): Resource | undefined {
  const next = new Set(
    ((group.member ?? []) as readonly Member[])
      .filter((m) => m.inactive !== true && m.period?.end === undefined)
      .flatMap((m) => m.entity?.reference ?? []),
  );
  const moved = [...residents].filter(([reference, is]) => next.has(reference) !== is);
  if (moved.length === 0) return undefined;
  for (const [reference, is] of moved) {
    if (is) next.add(reference);
    else next.delete(reference);
  }
  return withMembers(group, next, day);
}
