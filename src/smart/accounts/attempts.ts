/**
 * Lock-out with back-off, kept in the database: every process knows it, and a restart forgets nothing. An attempt
 * counts as failed from before the password is looked at, in one statement: however many come at once, no more are let
 * through than one after the other. A login is counted whether it exists or not.
 *
 * Whoever knows a login must not be able to lock its person out by guessing (OWASP Authentication Cheat Sheet, Account
 * Lockout). So a failure counts where it comes from: for a device on which the person signed in before, for that
 * device alone; for everybody else, for the login at that address, and, where many addresses guess together, for the
 * login. https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#account-lockout
 */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Db } from '../../kernel/ctx.ts';
import { normalLogin } from './account.ts';
import { deviceKey } from './known-devices.ts';

interface Patience {
  /** Failures in a row after which every further one locks. */
  readonly failures: number;
  /** Failures are forgotten when there was none for so long. */
  readonly forgetAfterSeconds: number;
  /** Failures in a row after which only an administrator unlocks. */
  readonly end: number;
}

/** Of a login on a device that its person knows. NIST SP 800-63B §3.2.2: no more than 100 failures in a row. */
const OF_DEVICE: Patience = { failures: 5, forgetAfterSeconds: 24 * 3600, end: 100 };
/** Of a login at one address: no address alone comes to the limit of the login. */
const OF_SOURCE: Patience = { failures: 5, forgetAfterSeconds: 24 * 3600, end: 20 };
/** Of a login, by all strangers together. */
const OF_LOGIN: Patience = { failures: 25, forgetAfterSeconds: 24 * 3600, end: 100 };
/** A clinic has one address for all its people. */
const OF_ADDRESS: Patience = { failures: 50, forgetAfterSeconds: 3600, end: 2 ** 31 - 1 };

/** The first lock; each further failure doubles it, to an hour at the most. */
const FIRST_LOCK_SECONDS = 30;
const LONGEST_LOCK_SECONDS = 3600;

/** Where an attempt comes from. */
export interface Source {
  readonly address: string;
  /** The device, when the person of the login is known to use it. */
  readonly knownDevice?: string;
}

/** Counts an attempt of a login. Answers the seconds to wait when it may not be made. */
export async function beginAttempt(
  db: Db,
  login: string,
  { address, knownDevice }: Source,
  now: Date,
): Promise<{ readonly lockedForSeconds: number } | undefined> {
  const of = loginKey(login);
  if (knownDevice !== undefined) {
    return count(db, Buffer.concat([of, deviceKey(knownDevice)]), OF_DEVICE, now);
  }
  return (
    (await count(db, addressKey(address), OF_ADDRESS, now)) ??
    (await count(db, Buffer.concat([of, addressKey(address)]), OF_SOURCE, now)) ??
    (await count(db, of, OF_LOGIN, now))
  );
}

/** The attempt succeeded: the login is free of failures, and the address of this one. */
export async function attemptSucceeded(
  db: Db,
  login: string,
  { address, knownDevice }: Source,
): Promise<void> {
  await unlock(db, login);
  if (knownDevice !== undefined) return;
  await db.query({
    name: 'accounts.takeBackAttempt',
    text: `update sign_in_attempt set failures = failures - 1, locked_until = least(locked_until, last) where key = $1`,
    values: [addressKey(address)],
  });
}

/** Forgets the failures of a login, wherever they came from: their keys begin with its own. */
export async function unlock(db: Db, login: string): Promise<void> {
  const key = loginKey(login);
  await db.query({
    name: 'accounts.unlock',
    text: 'delete from sign_in_attempt where key between $1 and $2',
    values: [key, Buffer.concat([key, Buffer.alloc(key.length, 0xff)])],
  });
}

/** Drops what no lock needs any more. */
export async function forgetAttempts(db: Db, now: Date): Promise<void> {
  await db.query({
    name: 'accounts.forgetAttempts',
    text: `delete from sign_in_attempt where last < $1::timestamptz - make_interval(secs => $2) and locked_until < $1`,
    values: [now, OF_LOGIN.forgetAfterSeconds],
  });
}

async function count(db: Db, key: Buffer, patience: Patience, now: Date) {
  const { rows } = await db.query<{ counted: boolean; seconds: number }>({
    name: 'accounts.countAttempt',
    text: COUNT,
    values: [key, now, patience.failures, patience.forgetAfterSeconds, patience.end],
  });
  const row = rows[0];
  return row && !row.counted ? { lockedForSeconds: Math.max(1, Math.ceil(row.seconds)) } : undefined;
}

/** The lock that comes with the n-th failure. */
const LOCK = (n: string) =>
  `case when ${n} >= $5 then 'infinity'::timestamptz
when ${n} < $3 then $2::timestamptz
else $2::timestamptz + make_interval(secs => least(${LONGEST_LOCK_SECONDS}, ${FIRST_LOCK_SECONDS} * 2.0 ^ least(${n} - $3, 20))) end`;

const NEXT = `(case when a.last < $2::timestamptz - make_interval(secs => $4) then 1 else a.failures + 1 end)`;

const COUNT = `with counted as (
insert into sign_in_attempt as a (key, failures, last, locked_until) values ($1, 1, $2, $2)
on conflict (key) do update set failures = ${NEXT}, last = $2, locked_until = ${LOCK(NEXT)}
where a.locked_until <= $2
returning key)
select exists (select from counted) as counted,
coalesce((select least(extract(epoch from locked_until) - extract(epoch from $2::timestamptz), ${LONGEST_LOCK_SECONDS}) from sign_in_attempt where key = $1), 1)::float8 as seconds`;

function loginKey(login: string): Buffer {
  return createHash('sha256')
    .update(`login ${normalLogin(login)}`)
    .digest();
}

/** A household or an institution has 64 bits of IPv6 addresses to change among. */
function addressKey(address: string): Buffer {
  const of =
    isIPv6(address) && !address.includes('.') ? firstHalf(address) : address.replace(/^::ffff:/i, '');
  return createHash('sha256').update(`address ${of}`).digest();
}

function firstHalf(address: string): string {
  const [before = '', after] = (address.split('%')[0] ?? '').split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = Array.from({ length: after === undefined ? 0 : 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...zeros, ...tail];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
