/** One Xiantong per data directory: a lock file that names its holder. */
import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { link, mkdir, open, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startOf } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  readonly start: string;
  /** Inode of the lock file itself: a lock that was copied along with its directory is nobody's. */
  readonly inode: number;
}

export interface InstanceLock {
  release(): void;
}

const LOCK_FILE = 'instance.lock';
/** Clearing a stale lock takes microseconds; whoever has been at it for this long has died over it. */
const CLEARING_MS = 5_000;
const PAUSE_MS = 20;

/** Takes the lock of a data directory, or says who holds it. What a dead process left is taken over. */
export async function takeInstanceLock(dataDir: string): Promise<InstanceLock> {
  const path = join(dataDir, LOCK_FILE);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeDraft(draft);
  try {
    while (!(await linked(draft, path))) {
      const holder = await findHolder(path);
      if (holder) throw inUse(dataDir, holder);
      await clearStale(path);
    }
  } finally {
    await unlink(draft).catch(() => {});
  }
  return {
    release() {
      try {
        unlinkSync(path);
      } catch {
        // Gone with its directory: nothing holds it any more.
      }
    },
  };
}

async function writeDraft(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    const { ino: inode } = await file.stat();
    const own: Holder = { pid: process.pid, start: (await startOf(process.pid)) ?? '', inode };
    await file.writeFile(JSON.stringify(own));
  } finally {
    await file.close();
  }
}

/** A link appears with its content, at once, and only when there is none yet. */
async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a stale lock, one process at a time, so that none removes the fresh lock of another. */
async function clearStale(path: string): Promise<void> {
  const turn = `${path}.clearing`;
  try {
    await mkdir(turn);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const since = await stat(turn).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (since > CLEARING_MS) await rmdir(turn).catch(() => {});
    await sleep(PAUSE_MS);
    return;
  }
  try {
    if (!(await findHolder(path))) await unlink(path).catch(() => {});
  } finally {
    await rmdir(turn).catch(() => {});
  }
}

/** The living process that holds the lock, if any. */
async function findHolder(path: string): Promise<Holder | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { ino } = await file.stat();
    const holder = parseHolder(await file.readFile('utf8'));
    return holder?.inode === ino && (await isHeld(holder)) ? holder : undefined;
  } finally {
    await file.close();
  }
}

/** Nobody writes half a lock; a crash of the whole machine may leave one. */
function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

async function isHeld({ pid, start }: Holder): Promise<boolean> {
  return (await isAlive(pid)) && (await startOf(pid)) === start;
}

function inUse(dataDir: string, { pid }: Holder): Error {
  return new Error(
    `The data directory ${dataDir} is in use by another Xiantong (process ${pid}). Stop that one, or set DATA_DIR to another directory.`,
  );
}
