/** Who answered for a resident, and from when to when: EpisodeOfCare, profile county-responsibility. Pure. */
import { createHash } from 'node:crypto';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Period, Reference } from '../../../kernel/elements.ts';
import { CATEGORY_SYSTEM, residentOf, SERVED_URL, teamOf } from './contract.ts';
import type { Given } from './tasks.ts';
import { doctorOn } from './team.ts';

const PROFILE = `${CANONICAL}/StructureDefinition/county-responsibility`;

export interface EpisodeFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly period?: Period;
  readonly team?: readonly Reference[];
  readonly managingOrganization?: Reference;
}

const OPEN = ['planned', 'waitlist', 'active', 'onhold'];

/** Periods to be written: the one that begins, those that end, the one that is put off. */
export function episodesOf(given: Given, existing: readonly Resource[]): Resource[] {
  const { contract, standing, team } = given;
  const { state, today, last } = standing;
  const open = (existing as readonly EpisodeFields[]).filter((e) => OPEN.includes(e.status ?? ''));
  if (state === 'void') return open.map((e) => ended(e, today, 'entered-in-error'));
  if (state === 'ended') return open.map((e) => ended(e, last, 'finished'));
  const institution = contract.authority?.[0]?.reference;
  const isSame = (e: EpisodeFields) =>
    e.team?.[0]?.reference === teamOf(contract) && e.managingOrganization?.reference === institution;
  const status = state === 'ahead' ? 'planned' : state === 'paused' ? 'onhold' : 'active';
  const others = open.filter((e) => !isSame(e)).map((e) => ended(e, today, 'finished'));
  const same = open.find(isSame);
  if (same) return [...others, { ...same, status }];
  const start = existing.length === 0 || today < standing.term.start ? standing.term.start : today;
  const doctor = team && doctorOn(team, start);
  return [
    ...others,
    {
      resourceType: 'EpisodeOfCare',
      id: idOf(`${contract.id}|${teamOf(contract)}|${institution}|${start}`),
      meta: { profile: [PROFILE] },
      extension: [{ url: SERVED_URL, valueReference: { reference: `Contract/${contract.id}` } }],
      status,
      type: [{ coding: [{ system: CATEGORY_SYSTEM, code: 'family-doctor-service' }] }],
      patient: { reference: residentOf(contract)! },
      ...(institution ? { managingOrganization: { reference: institution } } : {}),
      period: { start },
      ...(doctor?.startsWith('Practitioner') ? { careManager: { reference: doctor } } : {}),
      team: [{ reference: teamOf(contract)! }],
    },
  ];
}

function ended(episode: EpisodeFields, day: string, status: string): Resource {
  const start = episode.period?.start ?? day;
  const never = start > day;
  return {
    ...episode,
    status: never && status === 'finished' ? 'cancelled' : status,
    period: { ...episode.period, start, end: never ? start : day },
  };
}

function idOf(text: string): string {
  return `responsibility-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
