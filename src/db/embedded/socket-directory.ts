/** The private directory of the Unix socket. Whoever can enter it is trusted, so nobody else may. */
import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rmdir, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, canEnter } from './account.ts';

/** Named after a port, though no port is opened. */
export const SOCKET_PORT = 5432;

const SOCKET = `.s.PGSQL.${SOCKET_PORT}`;
/** What the narrowest of the systems allows for the address of a socket, its closing zero included. */
const MAX_ADDRESS_BYTES = 104;

/** Makes the directory, or takes over the one that an earlier run of the same cluster left. */
export async function openSocketDirectory(name: string, account: Account | undefined): Promise<string> {
  const parent = await findParent(name, account);
  const path = join(parent, name);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (await isPrivate(path, account)) return path;
    // Somebody else sits on the name: take one that cannot be foreseen.
    return own(await mkdtemp(join(parent, 'xt-')), account);
  }
  return own(path, account);
}

/** Removes what a killed server left: its note names a pid that may by now be another process's. */
export async function clearSocketDirectory(path: string): Promise<void> {
  for (const name of [SOCKET, `${SOCKET}.lock`]) await unlink(join(path, name)).catch(() => {});
}

/** Removes the directory after the server has ended; anything unexpected in it stays. */
export async function removeSocketDirectory(path: string): Promise<void> {
  await clearSocketDirectory(path);
  await rmdir(path).catch(() => {});
}

async function findParent(name: string, account: Account | undefined): Promise<string> {
  for (const candidate of [tmpdir(), '/tmp', '/var/tmp']) {
    const parent = await realpath(candidate).catch(() => undefined);
    if (parent === undefined) continue;
    const fits = Buffer.byteLength(join(parent, name, SOCKET)) < MAX_ADDRESS_BYTES;
    if (fits && (await canEnter(account, parent))) return parent;
  }
  throw new Error(
    'There is no directory for temporary files that is short enough in name, and open, for the socket of PostgreSQL. Set TMPDIR to one such as /tmp.',
  );
}

async function own(path: string, account: Account | undefined): Promise<string> {
  await chmod(path, 0o700);
  if (account) await chown(path, account.uid, account.gid);
  return path;
}

async function isPrivate(path: string, account: Account | undefined): Promise<boolean> {
  const found = await lstat(path);
  const owner = account?.uid ?? process.getuid?.();
  return found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0;
}
