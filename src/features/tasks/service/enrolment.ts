/** Enrolments in programmes, and who answers for a resident; profiles county-programme-enrolment, county-responsibility. Pure. */
import { createHash } from 'node:crypto';
import { dayIn } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Period, Reference } from '../../../kernel/elements.ts';
import {
  ANCHOR_URL,
  codeIn,
  concept,
  END_SYSTEM,
  END_URL,
  ENROLMENT_PROFILE,
  type Extension,
  extensionOf,
  extensionsOf,
  nameOf,
  OPTION_URL,
  PROGRAMME_SYSTEM,
  referenceIn,
} from './fhir.ts';
import type { Subject } from './subject.ts';

const CATEGORY_SYSTEM = `${CANONICAL}/CodeSystem/county-plan-category`;
const ENDED = ['finished', 'cancelled', 'entered-in-error'];

export interface EpisodeFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly type?: readonly object[];
  readonly period?: Period;
  readonly team?: readonly Reference[];
  readonly managingOrganization?: Reference;
}

/** The programme of an enrolment; undefined for other episodes. */
export function enrolledIn(episode: Resource | undefined): string | undefined {
  if (episode?.resourceType !== 'EpisodeOfCare') return undefined;
  const { type } = episode as EpisodeFields;
  return Array.isArray(type) ? type.map((t) => codeIn(t, PROGRAMME_SYSTEM)).find(Boolean) : undefined;
}

export function isEnded(episode: Resource): boolean {
  return ENDED.includes(episode.status as string);
}

/** Under management: not planned, not put off, not ended. */
export function enrolmentIn(episodes: readonly Resource[], programme: string): EpisodeFields | undefined {
  return episodes.find((e) => enrolledIn(e) === programme && e.status === 'active') as
    | EpisodeFields
    | undefined;
}

/** The programmes in which somebody is under management. */
export function programmesManaged(episodes: readonly Resource[]): Set<string> {
  return new Set(episodes.filter((e) => e.status === 'active').flatMap((e) => enrolledIn(e) ?? []));
}

/** Who was managed in a programme has its disease, and is not asked about it anew, unless it was cured. */
export function isKnown(episode: Resource, programme: string): boolean {
  if (enrolledIn(episode) !== programme) return false;
  const end = extensionOf(episode, END_URL)?.valueCodeableConcept;
  return !isEnded(episode) || (episode.status === 'finished' && codeIn(end, END_SYSTEM) !== 'cured');
}

export function factsOf(episode: EpisodeFields): Subject['enrolment'] {
  const start = dayIn(episode.period?.start);
  if (start === undefined) return undefined;
  const anchors = extensionsOf(episode, ANCHOR_URL).flatMap(({ extension = [] }): [string, string][] => {
    const part = (name: string) => extension.find((e: Extension) => e.url === name);
    const [anchor, day] = [part('anchor')?.valueCode, dayIn(part('date')?.valueDate)];
    return anchor && day ? [[anchor, day]] : [];
  });
  const options = extensionsOf(episode, OPTION_URL).flatMap((e) => e.valueCode ?? []);
  return { start, anchors: new Map(anchors), options };
}

/**
 * Who is to do a task: the team of the contract, else the team or institution of the enrolment, else the
 * institution that keeps the record. Undefined when nobody answers for the resident.
 */
export function ownerOf(
  patient: Resource,
  episodes: readonly Resource[],
  programme?: string,
): string | undefined {
  const open = (episodes as readonly EpisodeFields[]).filter((e) => !isEnded(e));
  const responsibility = open.find(
    (e) =>
      e.status !== 'planned' && e.type?.some((t) => codeIn(t, CATEGORY_SYSTEM) === 'family-doctor-service'),
  );
  const enrolment = open.find((e) => enrolledIn(e) === programme);
  const doctors = (patient.generalPractitioner ?? []) as readonly Reference[];
  return [
    responsibility?.team?.[0]?.reference,
    enrolment?.team?.[0]?.reference,
    enrolment?.managingOrganization?.reference,
    referenceIn(patient.managingOrganization),
    doctors.find((d) => d.reference?.startsWith('Organization/'))?.reference,
  ].find((r) => r !== undefined);
}

/** The institution that manages the resident, for an enrolment. */
export function institutionOf(patient: Resource, episodes: readonly Resource[]): string | undefined {
  const open = (episodes as readonly EpisodeFields[]).filter((e) => !isEnded(e));
  const doctors = (patient.generalPractitioner ?? []) as readonly Reference[];
  return (
    open.find((e) => e.managingOrganization)?.managingOrganization?.reference ??
    referenceIn(patient.managingOrganization) ??
    doctors.find((d) => d.reference?.startsWith('Organization/'))?.reference
  );
}

export interface NewEnrolment {
  readonly patient: Resource;
  readonly programme: string;
  readonly status: 'planned' | 'active';
  readonly start: string;
  readonly institution: string;
  readonly team?: string;
  readonly condition?: string;
}

/** One for a resident, a programme and a day: made twice it is one. */
export function newEnrolment(given: NewEnrolment): EpisodeFields {
  const key = [given.patient.id, given.programme, given.condition ?? given.start].join('|');
  return {
    resourceType: 'EpisodeOfCare',
    id: `enrolment-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`,
    meta: { profile: [ENROLMENT_PROFILE] },
    status: given.status,
    type: [concept(PROGRAMME_SYSTEM, given.programme)],
    ...(given.condition ? { diagnosis: [{ condition: { reference: given.condition } }] } : {}),
    patient: { reference: nameOf(given.patient) },
    managingOrganization: { reference: given.institution },
    period: { start: given.start },
    ...(given.team?.startsWith('CareTeam/') ? { team: [{ reference: given.team }] } : {}),
  };
}
