/**
 * Passwords as they are kept: argon2id (RFC 9106), with salt and parameters, in the PHC string format:
 * `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. The work is done by Node's threads, and not by the event loop.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { failure } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';

const derive = promisify(argon2);

interface Cost {
  /** In KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id */
const CURRENT: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** Each takes some 20 MB and a thread, of which Node has four for everything. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 200;

/** Longer ones are nobody's: NIST SP 800-63B asks for at least 64 to be accepted. */
export const MAX_PASSWORD_LENGTH = 256;

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A password as it is kept. Throws `transient` when too many wait for theirs. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const { memory, passes, parallelism } = CURRENT;
  const hash = await compute(password, salt, CURRENT, HASH_BYTES);
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

/**
 * Whether a password is the one that is kept, and whether it should be kept anew because the parameters are no
 * longer the current ones. Without a kept one it takes as long, and is wrong.
 */
export async function checkPassword(
  kept: string | undefined,
  password: string,
): Promise<{ readonly right: boolean; readonly outdated: boolean }> {
  const [, memory, passes, parallelism, salt, hash] = PHC.exec(kept ?? '') ?? [];
  if (salt === undefined || hash === undefined || password.length > MAX_PASSWORD_LENGTH) {
    await compute('', Buffer.alloc(SALT_BYTES), CURRENT, HASH_BYTES);
    return { right: false, outdated: false };
  }
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const expected = Buffer.from(hash, 'base64');
  const actual = await compute(password, Buffer.from(salt, 'base64'), cost, expected.length);
  const outdated =
    cost.memory !== CURRENT.memory ||
    cost.passes !== CURRENT.passes ||
    cost.parallelism !== CURRENT.parallelism ||
    expected.length !== HASH_BYTES;
  return { right: timingSafeEqual(expected, actual), outdated };
}

/** The same password, however it was typed: NIST SP 800-63B §3.1.1.2 asks for one normal form. */
export function normalPassword(password: string): string {
  return password.normalize('NFKC');
}

function compute(password: string, nonce: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  const message = Buffer.from(normalPassword(password), 'utf8');
  const parameters: Argon2Parameters = { message, nonce, tagLength, ...cost };
  return inTurn(() => derive('argon2id', parameters));
}

let atWork = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (atWork < MAX_AT_ONCE) atWork += 1;
  else if (waiting.length < MAX_WAITING) await new Promise<void>((begin) => waiting.push(begin));
  else throw crowded();
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else atWork -= 1;
  }
}

function crowded() {
  const text = {
    en: 'Too many people are signing in at this moment. Please try again shortly.',
    zh: '当前登录人数过多,请稍后重试。',
  };
  return failure('transient', [problem('transient', text)], { 'retry-after': '5' });
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
