/** The account that PostgreSQL runs as: our own, unless that is root, which PostgreSQL refuses to be. */
import { execFile } from 'node:child_process';
import { chown, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A fixed environment: PG* variables of the caller must not reach the server. */
export const ENVIRONMENT = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C', TZ: 'UTC' };

const CANDIDATES = ['postgres', 'nobody'];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** An existing unprivileged account for a process of root's. */
export async function findAccount(): Promise<Account> {
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Error(
    `PostgreSQL does not run as root, and there is neither an account '${CANDIDATES.join("' nor '")}' that it could run as. Start Xiantong as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Runs a program as the account (as ourselves when there is none), away from any directory of ours. */
export async function runAs(account: Account | undefined, program: string, args: readonly string[]) {
  return execute(program, args, { cwd: '/', env: ENVIRONMENT, ...account });
}

/** Whether the account may pass through a directory and all that lead to it. */
export async function canEnter(account: Account | undefined, directory: string): Promise<boolean> {
  return runAs(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory]).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.syscall?.startsWith('spawn') && error.code === 'EPERM') throw cannotSwitch(error);
      return false;
    },
  );
}

/** Gives a directory and everything in it to the account. Links are given, never followed. */
export async function giveTo(account: Account, path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return lchown(path, account.uid, account.gid);
  if (found.isDirectory()) {
    for (const name of await readdir(path)) await giveTo(account, join(path, name));
  }
  await chown(path, account.uid, account.gid);
}

async function idOf(option: string, name: string): Promise<number | undefined> {
  const { stdout } = await execute('id', [option, name], { env: ENVIRONMENT }).catch(() => ({ stdout: '' }));
  const id = Number.parseInt(stdout, 10);
  return Number.isNaN(id) ? undefined : id;
}

function cannotSwitch(cause: Error): Error {
  return new Error(
    'PostgreSQL does not run as root, and this process may not change to another account. Start Xiantong as an ordinary user, or set DATABASE_URL.',
    { cause },
  );
}
