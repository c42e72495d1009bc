/** The people who sign on, as the authorization server needs to know them. */
import type { Account as ModelAccount } from 'oidc-provider';
import type { Account } from './accounts/account.ts';

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
