/** What administrators do with accounts. Each throws FhirError. */
import type { Database } from '../../kernel/ctx.ts';
import { conflict, failure, unprocessable } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import {
  type Account,
  type AccountDetails,
  changeAccount,
  createAccount,
  findAccount,
  keepPassword,
} from './account.ts';
import { accountChanges, newAccountDetails } from './account-details.ts';
import { unlock } from './attempts.ts';
import { forgetDevicesOf } from './known-devices.ts';
import { oneTimePassword } from './one-time-password.ts';
import { hashPassword } from './password.ts';
import { endSessionsOf } from './sessions.ts';

/** A new account with the password to tell its person; without one when another provider signs them in. */
export interface NewAccount {
  readonly account: Account;
  readonly oneTimePassword?: string;
}

/** Makes an account out of JSON. */
export async function openAccount(db: Database, body: unknown): Promise<NewAccount> {
  const details = newAccountDetails(body);
  if (Array.isArray(details)) throw unprocessable(details);
  const made = await accountWithPassword(db, details);
  if (!made) throw isTaken();
  return made;
}

/** Makes an account; undefined when there is one of that login. */
export async function accountWithPassword(
  db: Pick<Database, 'query'>,
  details: AccountDetails,
): Promise<NewAccount | undefined> {
  const password = details.upstream ? undefined : oneTimePassword();
  const hash = password === undefined ? undefined : await hashPassword(password);
  const account = await createAccount(db, details, hash);
  return account && { account, ...(password === undefined ? {} : { oneTimePassword: password }) };
}

/** Changes an account out of JSON. Who is shut out, or becomes somebody else, is signed out everywhere. */
export async function alterAccount(db: Database, id: string, body: unknown): Promise<Account> {
  const changes = accountChanges(body);
  if (Array.isArray(changes)) throw unprocessable(changes);
  return db.tx(async (tx) => {
    const account = await changeAccount(tx, id, changes).catch(taken);
    if (account === 'none') throw noAccount(id);
    if (account === 'last-administrator') {
      throw conflict({
        en: 'This is the last administrator. Make another one first.',
        zh: '这是最后一位管理员。请先设置另一位管理员。',
      });
    }
    if (!account.active || changes.fhirUser !== undefined) await endSessionsOf(tx, id);
    return account;
  });
}

/** Gives an account another one-time password, takes away its lock, and signs it out everywhere. */
export async function resetPassword(db: Database, id: string): Promise<NewAccount> {
  const account = await findAccount(db, id);
  if (!account) throw noAccount(id);
  const password = oneTimePassword();
  const hash = await hashPassword(password);
  await db.tx(async (tx) => {
    await keepPassword(tx, id, hash, true);
    await unlock(tx, account.login);
    await forgetDevicesOf(tx, id);
    await endSessionsOf(tx, id);
  });
  return { account: { ...account, mustChangePassword: true }, oneTimePassword: password };
}

/** Lets a person try again who was locked out. */
export async function unlockAccount(db: Database, id: string): Promise<void> {
  const account = await findAccount(db, id);
  if (!account) throw noAccount(id);
  await unlock(db, account.login);
}

/** An account by its id. */
export async function accountById(db: Database, id: string): Promise<Account> {
  const account = await findAccount(db, id);
  if (!account) throw noAccount(id);
  return account;
}

function isTaken() {
  return conflict({
    en: 'There is an account of this login, or of this person of the other provider.',
    zh: '该登录名或上级身份系统中的该人员已有账号。',
  });
}

/** PostgreSQL's unique_violation. */
function taken(error: unknown): never {
  throw (error as { code?: string }).code === '23505' ? isTaken() : error;
}

function noAccount(id: string) {
  return failure('not-found', [
    problem('not-found', { en: `There is no account ${id}.`, zh: `没有账号 ${id}。` }),
  ]);
}
