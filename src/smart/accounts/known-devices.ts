/**
 * Browsers in which a person has signed in before, told by a cookie. Who guesses at a login from elsewhere locks out
 * strangers, and not the person. https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 *
 * The cookie says nothing and permits nothing: it is random, kept as a digest, and one for all who share a computer.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../../kernel/ctx.ts';
import { normalLogin } from './account.ts';
import { cookieOf, setCookie } from './cookies.ts';

export const DEVICE_COOKIE = 'xiantong_device';
/** https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis: no cookie lasts longer. */
const DEVICE_SECONDS = 400 * 86_400;

/** What the device is called that sends these cookies. */
export function deviceOf(cookies: string | undefined): string | undefined {
  return cookieOf(cookies, DEVICE_COOKIE);
}

/** The cookie for a browser in which somebody signed in: the one that it has, for longer, or a new one. */
export function deviceFor(shown: string | undefined): string {
  return shown ?? randomBytes(32).toString('base64url');
}

/** `Set-Cookie` of a device. */
export function deviceCookie(device: string, origin: string): string {
  return setCookie(DEVICE_COOKIE, device, origin, DEVICE_SECONDS);
}

/** As it is kept. */
export function deviceKey(device: string): Buffer {
  return createHash('sha256').update(`device ${device}`).digest();
}

/** Whether the person of this login signed in on the device before. */
export async function isKnownDevice(db: Db, login: string, device: string): Promise<boolean> {
  const { count } = await db.query({
    name: 'accounts.isKnownDevice',
    text: `select from known_device d join account a on a.id = d.account where a.login = $1 and d.device = $2`,
    values: [normalLogin(login), deviceKey(device)],
  });
  return count > 0;
}

/** The person signed in on the device. */
export async function knowDevice(db: Db, account: string, device: string, now: Date): Promise<void> {
  await db.query({
    name: 'accounts.knowDevice',
    text: `insert into known_device (device, account, last) values ($1, $2, $3)
on conflict (account, device) do update set last = $3`,
    values: [deviceKey(device), account, now],
  });
}

/** From now on every device is a stranger's: somebody else may have the password, and the computer. */
export async function forgetDevicesOf(db: Db, account: string): Promise<void> {
  await db.query({
    name: 'accounts.forgetDevicesOf',
    text: 'delete from known_device where account = $1',
    values: [account],
  });
}

/** Drops those whose cookie is over. */
export async function forgetDevices(db: Db, now: Date): Promise<void> {
  await db.query({
    name: 'accounts.forgetDevices',
    text: 'delete from known_device where last < $1::timestamptz - make_interval(secs => $2)',
    values: [now, DEVICE_SECONDS],
  });
}
