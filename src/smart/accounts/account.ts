/** Accounts of people: who they are, whether they may sign in. What is known of the password stays in these files. */
import { randomUUID } from 'node:crypto';
import type { Db } from '../../kernel/ctx.ts';

/** A person who may sign in. */
export interface Account {
  /** Opaque; the subject of tokens. */
  readonly id: string;
  /** As compared: see `normalLogin`. */
  readonly login: string;
  /** For people. */
  readonly name: string;
  /** `Practitioner/x`, `Patient/x` or `RelatedPerson/x`; an operator may be none of them. */
  readonly fhirUser?: string;
  readonly active: boolean;
  /** May keep accounts and clients. */
  readonly administrator: boolean;
  /** The password is one that somebody else has seen: nothing is done for this person before it is changed. */
  readonly mustChangePassword: boolean;
}

/** What is said of an account when it is made. */
export interface AccountDetails {
  readonly login: string;
  readonly name: string;
  readonly fhirUser?: string;
  readonly administrator?: boolean;
  /** Who the county's own login says it is. */
  readonly upstream?: { readonly issuer: string; readonly subject: string };
}

/** An account as an administrator sees it. */
export interface ListedAccount extends Account {
  /** RFC 3339. */
  readonly created: string;
  readonly lastSignIn?: string;
}

interface AccountRow {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly fhir_user: string | null;
  readonly administrator: boolean;
  readonly active: boolean;
  readonly must_change: boolean;
}

/** With what only sign-in needs. */
export interface KeptAccount {
  readonly account: Account;
  readonly passwordHash?: string;
}

const COLUMNS = 'id, login, name, fhir_user, administrator, active, must_change';

/** A login, however it was typed: full-width letters, capitals and spaces around it make no other. */
export function normalLogin(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase();
}

/**
 * Makes an account; undefined when there is one of that login. `passwordHash` belongs to a password that has to be
 * changed at the first sign-in.
 */
export async function createAccount(
  db: Db,
  details: AccountDetails,
  passwordHash: string | undefined,
): Promise<Account | undefined> {
  const { rows } = await db.query<AccountRow>({
    name: 'accounts.create',
    text: `insert into account (id, login, name, fhir_user, administrator, password_hash, must_change, upstream_issuer, upstream_subject)
values ($1, $2, $3, $4, $5, $6::text, $6 is not null, $7, $8) on conflict do nothing returning ${COLUMNS}`,
    values: [
      randomUUID(),
      normalLogin(details.login),
      details.name.trim(),
      details.fhirUser ?? null,
      details.administrator ?? false,
      passwordHash ?? null,
      details.upstream?.issuer ?? null,
      details.upstream?.subject ?? null,
    ],
  });
  return rows[0] && accountOf(rows[0]);
}

/** An account by its id, active or not. */
export async function findAccount(db: Db, id: string): Promise<Account | undefined> {
  const { rows } = await db.query<AccountRow>({
    name: 'accounts.find',
    text: `select ${COLUMNS} from account where id = $1`,
    values: [id],
  });
  return rows[0] && accountOf(rows[0]);
}

/** An account by what was typed as its login. */
export async function findByLogin(db: Db, login: string): Promise<KeptAccount | undefined> {
  const { rows } = await db.query<AccountRow & { password_hash: string | null }>({
    name: 'accounts.findByLogin',
    text: `select ${COLUMNS}, password_hash from account where login = $1`,
    values: [normalLogin(login)],
  });
  return rows[0] && { account: accountOf(rows[0]), passwordHash: rows[0].password_hash ?? undefined };
}

/** The account that the county's own login means. */
export async function findByUpstream(db: Db, issuer: string, subject: string): Promise<Account | undefined> {
  const { rows } = await db.query<AccountRow>({
    name: 'accounts.findByUpstream',
    text: `select ${COLUMNS} from account where upstream_issuer = $1 and upstream_subject = $2`,
    values: [issuer, subject],
  });
  return rows[0] && accountOf(rows[0]);
}

/** Accounts in the order of their logins, from behind `after` on. */
export async function listAccounts(db: Db, after: string, count: number): Promise<ListedAccount[]> {
  const { rows } = await db.query<AccountRow & { created: Date; last_sign_in: Date | null }>({
    name: 'accounts.list',
    text: `select ${COLUMNS}, created, last_sign_in from account where login > $1 order by login limit $2`,
    values: [after, count],
  });
  return rows.map((row) => ({
    ...accountOf(row),
    created: new Date(row.created).toISOString(),
    ...(row.last_sign_in === null ? {} : { lastSignIn: new Date(row.last_sign_in).toISOString() }),
  }));
}

/** What can be changed of an account besides its password. A member that is not there stays as it is. */
export type AccountChanges = Partial<Omit<AccountDetails, 'login'>> & { readonly active?: boolean };

/**
 * Changes an account. `last-administrator` when nobody could keep accounts any more: two who shut each other out at
 * once take turns.
 */
export async function changeAccount(
  db: Db,
  id: string,
  changes: AccountChanges,
): Promise<Account | 'none' | 'last-administrator'> {
  const { rows } = await db.query<AccountRow>({
    name: 'accounts.change',
    text: `with administrators as materialized (
select id from account where administrator and active order by id for update)
update account set name = coalesce($2, name), fhir_user = coalesce($3, fhir_user),
administrator = coalesce($4, administrator), active = coalesce($5, active),
upstream_issuer = coalesce($6, upstream_issuer), upstream_subject = coalesce($7, upstream_subject)
where id = $1 and (coalesce($4, administrator) and coalesce($5, active)
  or exists (select from administrators a where a.id <> $1)
  or not exists (select from administrators a where a.id = $1))
returning ${COLUMNS}`,
    values: [
      id,
      changes.name?.trim() ?? null,
      changes.fhirUser ?? null,
      changes.administrator ?? null,
      changes.active ?? null,
      changes.upstream?.issuer ?? null,
      changes.upstream?.subject ?? null,
    ],
  });
  if (rows[0]) return accountOf(rows[0]);
  return (await findAccount(db, id)) ? 'last-administrator' : 'none';
}

/** Keeps another password, which has to be changed at the next sign-in when somebody else has seen it. */
export async function keepPassword(
  db: Db,
  id: string,
  passwordHash: string,
  mustChange: boolean,
): Promise<void> {
  await db.query({
    name: 'accounts.keepPassword',
    text: 'update account set password_hash = $2, must_change = $3 where id = $1',
    values: [id, passwordHash, mustChange],
  });
}

/** Notes a sign-in, and keeps the same password by today's parameters unless it was changed meanwhile. */
export async function noteSignIn(
  db: Db,
  id: string,
  now: Date,
  rehashed?: { readonly before: string; readonly after: string },
): Promise<void> {
  await db.query({
    name: 'accounts.noteSignIn',
    text: `update account set last_sign_in = $2,
password_hash = case when password_hash = $3 then $4 else password_hash end where id = $1`,
    values: [id, now, rehashed?.before ?? null, rehashed?.after ?? null],
  });
}

/** Notes a sign-in by another provider. A one-time password that was not used by then is of no use any more. */
export async function noteUpstreamSignIn(db: Db, id: string, now: Date): Promise<void> {
  await db.query({
    name: 'accounts.noteUpstreamSignIn',
    text: `update account set last_sign_in = $2, must_change = false,
password_hash = case when must_change then null else password_hash end where id = $1`,
    values: [id, now],
  });
}

function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    login: row.login,
    name: row.name,
    ...(row.fhir_user === null ? {} : { fhirUser: row.fhir_user }),
    active: row.active,
    administrator: row.administrator,
    mustChangePassword: row.must_change,
  };
}
