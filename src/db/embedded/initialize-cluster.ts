/** A new cluster: complete, or not there at all. */
import { chmod, chown, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Account, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { EmbeddedLog } from './log.ts';

/** The superuser of the cluster, and of our connections. */
export const SUPERUSER = 'xiantong';

/** Initializes the cluster when there is none; refuses one that another major version made. */
export async function initializeCluster(
  cluster: string,
  binaries: Binaries,
  account: Account | undefined,
  log: EmbeddedLog,
): Promise<void> {
  await removeDrafts(cluster);
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(absent);
  if (version !== undefined) {
    if (version.trim() === binaries.major) return;
    throw new Error(
      `The database in ${cluster} was made by PostgreSQL ${version.trim()}, and this is PostgreSQL ${binaries.major}. Export it with the earlier version of Xiantong, and import it into a new DATA_DIR.`,
    );
  }
  if ((await readdir(cluster).catch(absent))?.length) {
    throw new Error(`${cluster} is not empty, and not a database either. Move it away.`);
  }
  log.info(`Making a new database in ${cluster}`);
  const draft = `${cluster}.new-${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  await chmod(draft, 0o700);
  if (account) await chown(draft, account.uid, account.gid);
  try {
    await initdb(draft, binaries, account);
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Text sorts by code point everywhere, whatever the machine's language. The C library's character
 * classes must be those of UTF-8, or trigrams would not see Chinese; where it has none, C has to do.
 */
async function initdb(directory: string, binaries: Binaries, account: Account | undefined): Promise<void> {
  const args = [
    ...['-D', directory, '-U', SUPERUSER, '--encoding=UTF8'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--lc-messages=C'],
    ...['--auth-local=trust', '--auth-host=reject', '--no-sync', '--no-instructions'],
  ];
  try {
    await runAs(account, binaries.initdb, [...args, '--locale=C.UTF-8']);
  } catch (error) {
    if (!/invalid locale name/.test(said(error))) throw failed(error);
    for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
    await runAs(account, binaries.initdb, [...args, '--locale=C']).catch((again) => {
      throw failed(again);
    });
  }
}

/** What an initdb that died in the middle left behind. */
async function removeDrafts(cluster: string): Promise<void> {
  const parent = dirname(cluster);
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${basename(cluster)}.new-`)) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function said(error: unknown): string {
  return (error as { stderr?: string }).stderr ?? '';
}

function failed(cause: unknown): Error {
  return new Error(`initdb failed: ${said(cause).trim() || (cause as Error).message}`, { cause });
}
