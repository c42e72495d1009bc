/** Whose records a person may choose while signing on: found by the same reads and searches as everybody's. */
import type { Encounter, Patient, RelatedPerson } from '@medplum/fhirtypes';
import { asSystem } from '../access/as-system.ts';
import { accessOf } from '../access/scopes.ts';
import type { Engine } from '../interactions/engine.ts';
import { read } from '../interactions/read.ts';
import { searchType } from '../interactions/search.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';
import type { QueryPairs } from '../search/parse.ts';
import type { Account } from './accounts/account.ts';
import type { PatientChoice } from './pages/patient.ts';
import { type EncounterChoice, isResident, type Patients } from './people.ts';

/** What a page can show. */
const MOST = '20';
/** As much as choosing needs. */
const SCOPE = 'user/Patient.rs user/Encounter.rs';

export function createPatients(engine: Engine, base: string): Patients {
  async function own(person: Account): Promise<PatientChoice[]> {
    const [type, id] = person.fhirUser?.split('/') ?? [];
    const ctx = asSystem(contextOf(person, base), 'a resident sees their own record, and that of their ward');
    if (type === 'Patient') return patientAt(ctx, id!);
    if (type !== 'RelatedPerson') return [];
    const related = await found<RelatedPerson>(engine, ctx, 'RelatedPerson', id!);
    const [ward, wardId] = related?.patient.reference?.split('/') ?? [];
    if (!related || ward !== 'Patient' || related.active === false) return [];
    const { start, end } = related.period ?? {};
    const today = ctx.now.toISOString().slice(0, 10);
    if (
      (start !== undefined && start.slice(0, 10) > today) ||
      (end !== undefined && end.slice(0, 10) < today)
    )
      return [];
    return patientAt(ctx, wardId!);
  }

  async function patientAt(ctx: Ctx, id: string): Promise<PatientChoice[]> {
    const patient = await found<Patient>(engine, ctx, 'Patient', id);
    return patient && patient.active !== false ? [choiceOf(patient)] : [];
  }

  async function matches<R>(person: Account, type: string, query: QueryPairs): Promise<R[]> {
    const ctx = contextOf(person, base);
    const result = await searchType(engine, ctx, { type, query, lenient: false }).catch(nothingForbidden);
    return (result?.matches ?? []).flatMap(({ content }) =>
      content === null ? [] : [JSON.parse(content) as R],
    );
  }

  return {
    own,
    search: async (person, text) => {
      const by = /^[\dXx]{6,}$/.test(text) ? 'identifier' : 'name';
      const patients = await matches<Patient>(person, 'Patient', [
        [by, escaped(text)],
        ['_count', MOST],
      ]);
      return patients.map(choiceOf);
    },
    find: async (person, id) => {
      if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) return undefined;
      if (isResident(person)) return (await own(person)).find((choice) => choice.id === id);
      const patient = await found<Patient>(engine, contextOf(person, base), 'Patient', id);
      return patient && choiceOf(patient);
    },
    encounters: async (person, patient) => {
      const ctx = isResident(person) ? ownContext(person, base, patient) : contextOf(person, base);
      const result = await searchType(engine, ctx, {
        type: 'Encounter',
        query: [
          ['patient', patient],
          ['_sort', '-date'],
          ['_count', MOST],
        ],
        lenient: false,
      }).catch(nothingForbidden);
      return (result?.matches ?? []).flatMap(({ content }) =>
        content === null ? [] : [encounterOf(JSON.parse(content) as Encounter)],
      );
    },
  };
}

function contextOf(person: Account, base: string): Ctx {
  const { id, name, fhirUser } = person;
  return {
    actor: { client: 'sign-on', display: name, user: id, ...(fhirUser === undefined ? {} : { fhirUser }) },
    access: accessOf(SCOPE),
    now: new Date(),
    requestId: 'sign-on',
    lang: 'zh',
    base,
  };
}

/** As the server, for encounters of a record that was found to be this person's own. */
function ownContext(person: Account, base: string, _patient: string): Ctx {
  return asSystem(contextOf(person, base), 'a resident sees the encounters of their own record');
}

async function found<R>(engine: Engine, ctx: Ctx, type: string, id: string): Promise<R | undefined> {
  try {
    return JSON.parse((await read(engine, ctx, type, id)).content) as R;
  } catch (error) {
    if (error instanceof FhirError && ['not-found', 'gone', 'forbidden'].includes(error.category))
      return undefined;
    throw error;
  }
}

/** Who may not search finds nobody. */
function nothingForbidden(error: unknown): undefined {
  if (error instanceof FhirError && error.category === 'forbidden') return undefined;
  throw error;
}

/** https://hl7.org/fhir/R4/search.html#escaping */
function escaped(text: string): string {
  return text.replace(/[\\$,|]/g, '\\$&');
}

function choiceOf({ id, name, birthDate, gender, identifier }: Patient): PatientChoice {
  const first = name?.[0];
  const shown = first?.text ?? [first?.family, ...(first?.given ?? [])].filter(Boolean).join(' ');
  const number = identifier?.find(({ value }) => value !== undefined)?.value;
  return {
    id: id!,
    name: shown || id!,
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(gender === undefined ? {} : { gender }),
    ...(number === undefined ? {} : { identifier: masked(number) }),
  };
}

function encounterOf({ id, class: kind, type, period, status }: Encounter): EncounterChoice {
  const named = type?.[0]?.text ?? type?.[0]?.coding?.[0]?.display ?? kind.display ?? kind.code;
  return {
    id: id!,
    name: named ?? id!,
    status,
    ...(period?.start === undefined ? {} : { start: period.start }),
  };
}

/** Enough to tell two people apart, too little to be of use elsewhere. */
function masked(number: string): string {
  return number.length <= 6 ? '****' : `${number.slice(0, 2)}****${number.slice(-4)}`;
}
