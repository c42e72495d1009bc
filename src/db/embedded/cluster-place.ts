/** Where the cluster of a data directory lives, and as whom it runs. Two data directories never share one. */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Account, canEnter, findAccount, giveTo, isRoot } from './account.ts';
import type { EmbeddedLog } from './log.ts';
import { openMachineStore } from './machine-store.ts';

export interface ClusterPlace {
  /** Directory of the cluster; made by initdb when it is not there yet. */
  readonly cluster: string;
  /** Name that no other cluster of this machine has; names the socket directory and the processes. */
  readonly name: string;
  /** Whom PostgreSQL runs as; undefined for ourselves. */
  readonly account: Account | undefined;
}

/** `DATA_DIR/postgres.json`: who this data directory is, and where its cluster lives when elsewhere. */
interface Instance {
  readonly id: string;
  /** Real path that the data directory had when it was last used. */
  readonly dataDir: string;
  /** Home of the cluster, outside of the data directory. */
  readonly home?: string;
}

const INSTANCE_FILE = 'postgres.json';
/** In a home outside of the data directory: which data directory it belongs to. */
const OWNER_FILE = 'owner.json';
const CLUSTER = 'postgres';

/** Finds or chooses the place. The caller holds the lock of the data directory. */
export async function findClusterPlace(
  dataDir: string,
  machineDirectory: string,
  log: EmbeddedLog,
): Promise<ClusterPlace> {
  const real = await realpath(dataDir);
  const known = await readRecord<Instance>(join(real, INSTANCE_FILE));
  const instance = known ? await settle(known, real, log) : { id: newId(), dataDir: real };
  const placed = isRoot()
    ? await placeForRoot(instance, real, machineDirectory, log)
    : await placeForUser(instance, real);
  await writeRecord(join(real, INSTANCE_FILE), placed.instance);
  const name = createHash('sha256').update(`${instance.id}\0${real}`).digest('hex').slice(0, 16);
  return { cluster: placed.cluster, name: `xiantong-${name}`, account: placed.account };
}

interface Placed {
  readonly instance: Instance;
  readonly cluster: string;
  readonly account: Account | undefined;
}

/**
 * Tells a data directory that was moved, which keeps its cluster, from one that was copied, which must
 * not use the cluster of its original. The home itself says whose it is: a note in the data directory
 * would be copied along.
 */
async function settle(known: Instance, real: string, log: EmbeddedLog): Promise<Instance> {
  if (known.home === undefined) return { id: known.id, dataDir: real };
  const owner = await readRecord<Instance>(join(known.home, OWNER_FILE));
  if (owner && owner.dataDir !== real) {
    const original = await readRecord<Instance>(join(owner.dataDir, INSTANCE_FILE)).catch(() => undefined);
    if (original?.id === known.id) {
      log.warn(
        `The data directory ${real} is a copy of ${owner.dataDir}, whose database lives outside of it and stays with the original. This copy gets an empty database of its own.`,
      );
      return { id: newId(), dataDir: real };
    }
  }
  return { ...known, dataDir: real };
}

async function placeForUser(instance: Instance, real: string): Promise<Placed> {
  const cluster = join(instance.home ?? real, CLUSTER);
  const found = await lstat(cluster).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && instance.home === undefined) return undefined;
    throw notOurs(cluster, error);
  });
  if (found && found.uid !== process.getuid?.()) throw notOurs(cluster);
  return { instance, cluster, account: undefined };
}

async function placeForRoot(
  instance: Instance,
  real: string,
  machineDirectory: string,
  log: EmbeddedLog,
): Promise<Placed> {
  const inside = join(real, CLUSTER);
  const cluster = instance.home === undefined ? inside : join(instance.home, CLUSTER);
  const found = await lstat(cluster).catch(() => undefined);
  if (found && !found.isDirectory()) throw new Error(`${cluster} is not a directory`);
  // An ordinary user's cluster keeps running as that user.
  const account = found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : await findAccount();
  if (instance.home === undefined && (await canEnter(account, real))) {
    if (found?.uid === 0) await giveTo(account, inside);
    return { instance, cluster, account };
  }
  const home = instance.home ?? (await openHome(machineDirectory, account, instance.id));
  await mkdir(home, { recursive: true });
  await chmod(home, 0o711);
  await writeRecord(join(home, OWNER_FILE), { id: instance.id, dataDir: real });
  const outside = join(home, CLUSTER);
  if (instance.home === undefined && found) {
    log.info(`Moving the database from ${inside} to ${outside}, where PostgreSQL's account may reach it`);
    await move(inside, outside);
  } else if (instance.home !== undefined && !found) {
    log.warn(`The database of ${real} is no longer in ${outside}; an empty one is made there`);
  }
  if (await lstat(outside).catch(() => undefined)) await giveTo(account, outside);
  return { instance: { ...instance, home }, cluster: outside, account };
}

async function openHome(machineDirectory: string, account: Account, id: string): Promise<string> {
  const store = await openMachineStore(
    machineDirectory,
    account,
    'The account of PostgreSQL may not enter DATA_DIR',
  );
  return join(store, id);
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const draft = `${to}.new-moved`;
    await rm(draft, { recursive: true, force: true });
    await cp(from, draft, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(draft, to);
    await rm(from, { recursive: true, force: true });
  }
}

async function readRecord<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw code === 'EACCES' ? notOurs(dirname(path), error) : error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`${path} cannot be understood. It says where the database is: restore it.`, { cause });
  }
}

async function writeRecord(path: string, record: unknown): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
}

function newId(): string {
  return randomBytes(12).toString('hex');
}

function notOurs(path: string, cause?: unknown): Error {
  return new Error(
    `The database in ${path} belongs to another user. Start Xiantong as the user that made it, or set DATA_DIR to another directory.`,
    { cause },
  );
}
