/** Whose records a person may open: their own, those of their wards, or, for staff, whom they find and may see. */
import type { Encounter, Patient } from '@medplum/fhirtypes';
import { accessOf } from '../../access/scopes.ts';
import type { Admit } from '../../interactions/admission.ts';
import type { Engine } from '../../interactions/engine.ts';
import { searchType } from '../../interactions/search.ts';
import { RESIDENT_ID_SYSTEM } from '../../kernel/canonical.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { halfWidth } from '../../kernel/half-width.ts';
import { isId } from '../../kernel/ids.ts';
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

/** An encounter of which one is chosen. */
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

/** More wards than anybody has, and as long a list as is still looked through. */
const MAX_FOUND = '20';

/** `base` is the FHIR base of this server as clients see it. */
export function createPatients(engine: Engine, base: string, admit: Admit): Patients {
  async function found<T>(account: Account, type: string, ...query: QueryPairs): Promise<T[]> {
    if (account.fhirUser === undefined) return [];
    const ctx = await admit(contextOf(account, base));
    const pairs: QueryPairs = [...query, ['_count', MAX_FOUND]];
    const { matches } = await searchType(engine, ctx, { type, query: pairs, lenient: false });
    return matches.flatMap(({ content }) => (content === null ? [] : [JSON.parse(content) as T]));
  }

  return {
    async own(account) {
      if (isStaff(account)) return [];
      const patients = await found<Patient>(account, 'Patient');
      const isSelf = ({ id }: Patient) => account.fhirUser === `Patient/${id}`;
      return patients.sort((a, b) => Number(isSelf(b)) - Number(isSelf(a))).map(listed);
    },
    async search(account, text) {
      const wanted = halfWidth(text).trim();
      if (wanted === '' || !isStaff(account)) return [];
      const by = /^[\dA-Za-z-]*\d[\dA-Za-z-]*$/.test(wanted) ? 'identifier' : 'name';
      // https://hl7.org/fhir/R4/search.html#escaping
      return (await found<Patient>(account, 'Patient', [by, wanted.replace(/[\\,$|]/g, '\\$&')])).map(listed);
    },
    async find(account, id) {
      if (!isId(id)) return undefined;
      return (await found<Patient>(account, 'Patient', ['_id', id])).map(listed)[0];
    },
    async encounters(account, patient) {
      return (await found<Encounter>(account, 'Encounter', ['patient', patient])).map(listedEncounter);
    },
  };
}

function isStaff({ fhirUser }: Account): boolean {
  return fhirUser?.startsWith('Practitioner/') === true;
}

/** This person, asking for what choosing needs. */
function contextOf({ id, name, fhirUser }: Account, base: string): Ctx {
  return {
    actor: { client: 'sign-in', display: name, user: id, ...(fhirUser === undefined ? {} : { fhirUser }) },
    access: accessOf('user/Patient.rs user/Encounter.rs'),
    now: new Date(),
    requestId: 'sign-in',
    lang: 'zh',
    base,
  };
}

function listed({ id, name, birthDate, gender, identifier }: Patient): ListedPatient {
  const [first] = name ?? [];
  const number = identifier?.find(({ system }) => system === RESIDENT_ID_SYSTEM)?.value;
  return {
    id: id!,
    name: (first?.text ?? `${first?.family ?? ''}${first?.given?.join('') ?? ''}`) || id!,
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(gender === undefined ? {} : { gender }),
    ...(number === undefined ? {} : { identifier: `…${number.slice(-4)}` }),
  };
}

function listedEncounter({
  id,
  type,
  class: kind,
  serviceProvider,
  period,
  status,
}: Encounter): ListedEncounter {
  const parts = [type?.[0]?.text ?? kind.display ?? kind.code, serviceProvider?.display];
  return {
    id: id!,
    name: parts.filter((part) => part !== undefined).join(' · ') || id!,
    status,
    ...(period?.start === undefined ? {} : { start: period.start }),
  };
}
