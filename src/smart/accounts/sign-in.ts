/** Signing in with a password, and changing it: the same answer and the same work whether a login exists or not. */
import type { Db } from '../../kernel/ctx.ts';
import type { Text } from '../../kernel/issue.ts';
import { type Account, findByLogin, keepPassword, noteSignIn } from './account.ts';
import { attemptSucceeded, beginAttempt } from './attempts.ts';
import { forgetDevicesOf, isKnownDevice, knowDevice } from './known-devices.ts';
import { checkPassword, hashPassword } from './password.ts';
import { passwordFault } from './password-rules.ts';

/** Why somebody was not let in. `inactive` is said only to who knows the password. */
export interface Refusal {
  readonly refusal: 'wrong' | 'locked' | 'inactive';
  readonly retryAfterSeconds?: number;
}

/** Where somebody signs in. */
export interface Place {
  readonly address: string;
  /** As its cookie calls it. */
  readonly device?: string;
}

/** Who it is, or why not. Failures are counted by where they come from: `attempts.ts`. */
export async function signIn(
  db: Db,
  login: string,
  password: string,
  { address, device }: Place,
  now: Date,
): Promise<{ readonly account: Account } | Refusal> {
  const isKnown = device !== undefined && (await isKnownDevice(db, login, device));
  const source = isKnown ? { address, knownDevice: device } : { address };
  const locked = await beginAttempt(db, login, source, now);
  if (locked) return { refusal: 'locked', retryAfterSeconds: locked.lockedForSeconds };
  const found = await findByLogin(db, login);
  const { right, outdated } = await checkPassword(found?.passwordHash, password);
  if (!found || !right) return { refusal: 'wrong' };
  await attemptSucceeded(db, login, source);
  const { account, passwordHash } = found;
  if (!account.active) return { refusal: 'inactive' };
  await noteSignIn(
    db,
    account.id,
    now,
    outdated ? { before: passwordHash!, after: await hashPassword(password) } : undefined,
  );
  // Not before the one-time password is changed: others have seen that.
  if (device !== undefined && !account.mustChangePassword) await knowDevice(db, account.id, device, now);
  return { account };
}

/** Changes a password for who knows it. `fault` says what the new one should be instead. */
export async function changePassword(
  db: Db,
  login: string,
  current: string,
  next: string,
  place: Place,
  now: Date,
): Promise<{ readonly account: Account } | Refusal | { readonly fault: Text }> {
  const signedIn = await signIn(db, login, current, place, now);
  if (!('account' in signedIn)) return signedIn;
  const { account } = signedIn;
  const fault = next.normalize('NFKC') === current.normalize('NFKC') ? SAME : passwordFault(next, account);
  if (fault) return { fault };
  await keepPassword(db, account.id, await hashPassword(next), false);
  // Whoever knew the old one may have signed in elsewhere.
  await forgetDevicesOf(db, account.id);
  if (place.device !== undefined) await knowDevice(db, account.id, place.device, now);
  return { account: { ...account, mustChangePassword: false } };
}

const SAME: Text = {
  en: 'The new password is the old one. Choose another.',
  zh: '新密码与原密码相同,请换一个密码。',
};
