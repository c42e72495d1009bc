/** Sign-ins and sign-outs with a record of each, of those that failed as well: nobody is signed in without one. */
import type { Db } from '../../kernel/ctx.ts';
import type { Account } from './account.ts';
import { changePassword, type Place, type Refusal, signIn } from './sign-in.ts';

/** What is told of a sign-in or sign-out. */
export interface SignInFacts {
  readonly what: 'login' | 'logout';
  /** For what somebody signed in. */
  readonly client: { readonly id: string; readonly name: string };
  /** Known once the person is who they say. */
  readonly person?: { readonly fhirUser: string; readonly name: string };
  /** The login that was typed, or that of the person. Never what was typed as a password. */
  readonly account: string;
  /** Why not, when it was refused. */
  readonly refusal?: string;
  readonly address: string;
  readonly requestId: string;
}

/** Keeps them. Resolves once they are kept. */
export type RecordSignIn = (facts: SignInFacts) => Promise<void>;

/** Of the request. */
export type Where = Pick<SignInFacts, 'client' | 'address' | 'requestId'>;

/** Of a request of somebody with a password; `device`: what the browser's cookie is to be called. */
export interface WhereTyped extends Where {
  readonly device?: string;
}

export interface SignIns {
  /** As `signIn`. */
  enter(login: string, password: string, where: WhereTyped): ReturnType<typeof signIn>;
  /** As `changePassword`. */
  change(login: string, current: string, next: string, where: WhereTyped): ReturnType<typeof changePassword>;
  /** Somebody else said who it is. */
  vouched(account: Account, where: Where): Promise<void>;
  left(account: Account, where: Where): Promise<void>;
}

/** A login is no longer than this; what is longer was meant for another field. */
const MAX_LOGIN = 64;

export function createSignIns(db: Db, record: RecordSignIn): SignIns {
  const told = (
    what: SignInFacts['what'],
    { login, name, fhirUser }: Account,
    where: Where,
    refusal?: string,
  ) =>
    record({
      ...where,
      what,
      account: login,
      ...(fhirUser === undefined ? {} : { person: { fhirUser, name } }),
      ...(refusal === undefined ? {} : { refusal }),
    });
  const refused = (login: string, { refusal }: Refusal, where: Where) =>
    record({ ...where, what: 'login', account: login.slice(0, MAX_LOGIN), refusal: REFUSALS[refusal] });
  return {
    async enter(login, password, { device, ...where }) {
      const result = await signIn(db, login, password, placeOf(where, device), new Date());
      if ('refusal' in result) await refused(login, result, where);
      else
        await told(
          'login',
          result.account,
          where,
          result.account.mustChangePassword ? MUST_CHANGE : undefined,
        );
      return result;
    },
    async change(login, current, next, { device, ...where }) {
      const place = placeOf(where, device);
      const result = await changePassword(db, login, current, next, place, new Date());
      if ('refusal' in result) await refused(login, result, where);
      if ('account' in result) await told('login', result.account, where);
      return result;
    },
    vouched: (account, where) => told('login', account, where),
    left: (account, where) => told('logout', account, where),
  };
}

function placeOf({ address }: Where, device: string | undefined): Place {
  return { address, ...(device === undefined ? {} : { device }) };
}

const REFUSALS: Readonly<Record<Refusal['refusal'], string>> = {
  wrong: 'login or password is wrong',
  locked: 'locked after too many failures',
  inactive: 'the account is not active',
};
const MUST_CHANGE = 'the one-time password has to be changed first';
