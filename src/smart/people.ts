/** The people who sign on, as the authorization server needs to know them. */
import type { Account as ModelAccount } from 'oidc-provider';
import type { Account } from './accounts/account.ts';
import type { PatientChoice } from './pages/patient.ts';

/** An encounter to choose. */
export interface EncounterChoice {
  readonly id: string;
  /** What distinguishes it, for people: its kind and where it was. */
  readonly name: string;
  /** RFC 3339, or a date. */
  readonly start?: string;
  /** https://hl7.org/fhir/R4/valueset-encounter-status.html */
  readonly status: string;
}

/** Whose records a person may work with. Answers what that person may see, and nothing else. */
export interface Patients {
  /** Of a resident: their own record and those of their wards. Nobody for others, who search. */
  own(account: Account): Promise<readonly PatientChoice[]>;
  /** By name or ID number; the first ones. */
  search(account: Account, text: string): Promise<readonly PatientChoice[]>;
  /** One of them, if this person may. */
  find(account: Account, id: string): Promise<PatientChoice | undefined>;
  /** Encounters of such a patient, the latest first. */
  encounters(account: Account, patient: string): Promise<readonly EncounterChoice[]>;
}

/** Whether a person is a resident, who has a record of their own. */
export function isResident({ fhirUser }: Pick<Account, 'fhirUser'>): boolean {
  return /^(Patient|RelatedPerson)\//.test(fhirUser ?? '');
}

/** An account as oidc-provider wants to have it: `person` is ours. */
export interface PersonModel extends ModelAccount {
  readonly person: Account;
}

/** Claims of id tokens: `fhirUser` as the absolute URL that SMART recommends. */
export function personModel(person: Account, fhirBase: string): PersonModel {
  return {
    accountId: person.id,
    person,
    claims: () => ({
      sub: person.id,
      name: person.name,
      ...(person.fhirUser === undefined ? {} : { fhirUser: `${fhirBase}/${person.fhirUser}` }),
    }),
  };
}

/** The person of the request at hand, once known. */
export function personOf(account: ModelAccount | undefined): Account | undefined {
  return (account as PersonModel | undefined)?.person;
}
