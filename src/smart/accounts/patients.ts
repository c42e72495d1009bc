/** Whose records a person may open: their own, those of their wards, or, for staff, whom they find and may see. */

import { asSystem } from '../../access/as-system.ts';
import { accessOf } from '../../access/scopes.ts';
import type { Engine } from '../../interactions/engine.ts';
import { searchType } from '../../interactions/search.ts';
import { RESIDENT_ID_SYSTEM } from '../../kernel/canonical.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { FhirError } from '../../kernel/fhir-error.ts';
import { halfWidth } from '../../kernel/half-width.ts';
import { isId, localReference } from '../../kernel/ids.ts';
import type { QueryPairs } from '../../search/parse.ts';
import type { Account } from './account.ts';

/** A patient as people tell them apart. */
export interface ListedPatient {
  readonly id: string;
  readonly name: string;
  /** FHIR date. */
  readonly birthDate?: string;
  readonly gender?: string;
  /** ID number of which most is masked. */
  readonly identifier?: string;
}

interface Patient {
  readonly id: string;
  readonly name?: readonly {
    readonly text?: string;
    readonly family?: string;
    readonly given?: readonly string[];
  }[];
  readonly birthDate?: string;
  readonly gender?: string;
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
}

interface Encounter {
  readonly id: string;
  readonly status: string;
  readonly class?: { readonly code?: string; readonly display?: string };
  readonly serviceProvider?: { readonly display?: string };
  readonly type?: readonly { readonly text?: string }[];
  readonly period?: { readonly start?: string };
}

interface RelatedPerson {
  readonly id: string;
  readonly active?: boolean;
  readonly patient: { readonly reference?: string };
  readonly relationship?: readonly { readonly coding?: readonly { readonly code?: string }[] }[];
  readonly period?: { readonly start?: string; readonly end?: string };
  readonly identifier?: Patient['identifier'];
}

/** More wards than anybody has. */
const MAX_WARDS = 50;
/** A list that is still looked through; who is not in it is searched for by more. */
const MAX_FOUND = 20;
/** https://terminology.hl7.org/CodeSystem-v3-RoleCode.html: who acts for somebody. */
const GUARDIANS: readonly string[] = [
  'GUARD',
  'MTH',
  'FTH',
  'PRN',
  'NMTH',
  'NFTH',
  'ADOPTP',
  'GPARNT',
  'POWATT',
];

/** Encounters of which one is chosen. */
export interface ListedEncounter {
  readonly id: string;
  /** Its kind and where it was. */
  readonly name: string;
  readonly start?: string;
  readonly status: string;
}

/** Whose records a person may work with. Answers what that person may see, and nothing else. */
export interface Patients {
  /** Of a resident: their own record and those of their wards. Nobody for staff, who search. */
  own(account: Account): Promise<ListedPatient[]>;
  /** By name or ID number; the first ones. Nobody for residents. */
  search(account: Account, text: string): Promise<ListedPatient[]>;
  /** One of them, if this person may. */
  find(account: Account, id: string): Promise<ListedPatient | undefined>;
  /** Encounters of such a patient, the latest first. */
  encounters(account: Account, patient: string): Promise<ListedEncounter[]>;
}

/** `base` is the FHIR base of this server as clients see it. */
export function createPatients(engine: Engine, base: string): Patients {
  const own = (account: Account) => patientsOf(engine, contextOf(account, base), account);
  const search = (account: Account, type: string, query: QueryPairs) =>
    matches<never>(engine, contextOf(account, base), type, query);
  return {
    own,
    async search(account, text) {
      const wanted = halfWidth(text).trim();
      if (wanted === '' || !isStaff(account)) return [];
      const by = /^[\dA-Za-z-]*\d[\dA-Za-z-]*$/.test(wanted) ? 'identifier' : 'name';
      const found = await search(account, 'Patient', [
        [by, wanted.replace(/[\\,$|]/g, (c) => `\\${c}`)],
        ['_count', String(MAX_FOUND)],
      ]);
      return found.map(listed);
    },
    async find(account, id) {
      if (!isId(id)) return undefined;
      if (!isStaff(account)) return (await own(account)).find((patient) => patient.id === id);
      return (await search(account, 'Patient', [['_id', id]])).map(listed)[0];
    },
    async encounters(account, patient) {
      const ctx = contextOf(account, base);
      const asked: QueryPairs = [
        ['patient', patient],
        ['_count', String(MAX_FOUND)],
      ];
      const theirs = isStaff(account) ? undefined : await own(account);
      if (theirs && !theirs.some(({ id }) => id === patient)) return [];
      // A record that an account may open is open with its encounters.
      const by = theirs ? ownRecords(ctx) : ctx;
      return (await matches<Encounter>(engine, by, 'Encounter', asked)).map(listedEncounter);
    },
  };
}

function ownRecords(ctx: Ctx): Ctx {
  return asSystem(ctx, 'whose records an account may open is found out before an application has any right');
}

function isStaff({ fhirUser }: Account): boolean {
  return fhirUser?.startsWith('Practitioner/') === true;
}

/** This person, with the rights to see patients that everybody has as far as the county's policy goes. */
function contextOf({ id, name, fhirUser }: Account, base: string): Ctx {
  return {
    actor: { client: 'system', display: name, user: id, ...(fhirUser === undefined ? {} : { fhirUser }) },
    access: accessOf('user/Patient.rs user/Encounter.rs'),
    now: new Date(),
    requestId: 'sign-in',
    lang: 'zh',
    base,
  };
}

async function matches<T>(engine: Engine, ctx: Ctx, type: string, query: QueryPairs): Promise<T[]> {
  const found = await searchType(engine, ctx, { type, query, lenient: false }).catch((error: unknown) => {
    // Who may not search finds nobody.
    if (error instanceof FhirError && error.category === 'forbidden') return { matches: [] };
    throw error;
  });
  return found.matches.map(({ content }) => JSON.parse(content ?? '{}') as T);
}

async function patientsOf(engine: Engine, ctx: Ctx, account: Account): Promise<ListedPatient[]> {
  const [type, id] = account.fhirUser?.split('/') ?? [];
  if (id === undefined || (type !== 'Patient' && type !== 'RelatedPerson')) return [];
  const system = ownRecords(ctx);
  const find = <T>(of: string, ...query: QueryPairs) => matches<T>(engine, system, of, query);
  const [person] = await find<Patient & RelatedPerson>(type, ['_id', id]);
  if (!person) return [];
  const numbers = (person.identifier ?? []).filter((i) => i.system === RESIDENT_ID_SYSTEM && i.value);
  const same = numbers.map((i) => `${i.system}|${i.value}`).join(',');
  const related =
    same === ''
      ? []
      : await find<RelatedPerson>('RelatedPerson', ['identifier', same], ['_count', String(MAX_WARDS)]);
  const others = type === 'RelatedPerson' ? [person, ...related] : related;
  const wards = others
    .filter((relation) => actsFor(relation, ctx.now))
    .flatMap(({ patient }) => localReference(patient.reference ?? '', ctx.base)?.id ?? []);
  const ids = [...new Set(type === 'Patient' ? [id, ...wards] : wards)].slice(0, MAX_WARDS);
  if (ids.length === 0) return [];
  const patients = await find<Patient>('Patient', ['_id', ids.join(',')], ['_count', String(MAX_WARDS)]);
  return patients.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)).map(listed);
}

function actsFor({ active, relationship, period }: RelatedPerson, now: Date): boolean {
  const today = now.toISOString();
  const begun = period?.start === undefined || period.start.slice(0, 10) <= today.slice(0, 10);
  const over =
    period?.end !== undefined && period.end.slice(0, 10) < today.slice(0, period.end.slice(0, 10).length);
  const codes = (relationship ?? []).flatMap(({ coding = [] }) => coding.map(({ code }) => code ?? ''));
  return active !== false && begun && !over && codes.some((code) => GUARDIANS.includes(code));
}

function listed(patient: Patient): ListedPatient {
  const [name] = patient.name ?? [];
  const number = patient.identifier?.find(({ system }) => system === RESIDENT_ID_SYSTEM)?.value;
  return {
    id: patient.id,
    name: name?.text ?? `${name?.family ?? ''}${name?.given?.join('') ?? ''}`,
    ...(patient.birthDate === undefined ? {} : { birthDate: patient.birthDate }),
    ...(patient.gender === undefined ? {} : { gender: patient.gender }),
    ...(number === undefined ? {} : { identifier: `…${number.slice(-4)}` }),
  };
}

function listedEncounter(encounter: Encounter): ListedEncounter {
  const kind = encounter.type?.[0]?.text ?? encounter.class?.display ?? encounter.class?.code;
  const parts = [kind, encounter.serviceProvider?.display].filter((part) => part !== undefined);
  return {
    id: encounter.id,
    name: parts.join(' · ') || encounter.id,
    status: encounter.status,
    ...(encounter.period?.start === undefined ? {} : { start: encounter.period.start }),
  };
}
