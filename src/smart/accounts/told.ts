/** How an account is named where sign-ins are recorded. */
import type { SignIn } from '../../interactions/audit-sign-in.ts';
import type { Account } from './account.ts';

export function personIn({ login, fhirUser, name }: Account): Pick<SignIn, 'account' | 'person'> {
  return { account: login, ...(fhirUser === undefined ? {} : { person: { fhirUser, name } }) };
}
