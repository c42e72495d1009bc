/**
 * What shows that somebody works on the machine of the server itself: a secret in the data folder, for its owner's eyes.
 * By it who has lost every administrator's password gets in again.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from './private-file.ts';

/** Its name in the data folder. */
export const OPERATOR_FILE = 'operator-secret.txt';
/** In `Authorization`, before the secret. */
export const OPERATOR_SCHEME = 'Operator';

/** Draws the secret if there is none. Processes that start at once may each draw one: the last counts. */
export async function ensureOperatorSecret(dataDir: string): Promise<void> {
  const path = join(dataDir, OPERATOR_FILE);
  if ((await readFile(path, 'utf8').catch(absent)) !== undefined) return;
  await writePrivateFile(path, `${randomBytes(32).toString('base64url')}\n`);
}

/** Whether an `Authorization` header shows it. Looked up each time: a file that is removed lets nobody in. */
export async function isOperator(dataDir: string, authorization: string | undefined): Promise<boolean> {
  const shown = authorization?.startsWith(`${OPERATOR_SCHEME} `)
    ? authorization.slice(OPERATOR_SCHEME.length + 1).trim()
    : '';
  if (shown === '') return false;
  const kept = (await readFile(join(dataDir, OPERATOR_FILE), 'utf8').catch(absent))?.trim();
  return kept !== undefined && kept !== '' && timingSafeEqual(digest(shown), digest(kept));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
