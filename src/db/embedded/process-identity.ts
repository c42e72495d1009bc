/** What the operating system knows about a process, so that a reused pid is not taken for its predecessor. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const LINUX = process.platform === 'linux';
const POLL_MS = 50;

/** Whether a process with this pid exists and has not ended (a zombie has). */
export async function isAlive(pid: number): Promise<boolean> {
  return isTaken(pid) && (!LINUX || (await statOf(pid))?.state !== 'Z');
}

/** Whether the pid is taken, be it by a zombie. */
export function isTaken(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When the process started, in words that only equal themselves; undefined when there is none. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (LINUX) {
    const stat = await statOf(pid);
    if (!stat) return undefined;
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    return `${boot.trim()} ${stat.start}`;
  }
  const { stdout } = await execute('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim() || undefined;
}

/** The postmaster of a cluster is known by its working directory, or else by its command line. */
export async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (!LINUX) {
    const { stdout } = await execute('ps', ['-o', 'command=', '-ww', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }));
    return /postgres/.test(stdout) && stdout.includes(` -D ${cluster} `);
  }
  const command = await commandOf(pid);
  if (!basename(command[0] ?? '').startsWith('postgres')) return false;
  const directory = await workingDirectoryOf(pid);
  return directory === undefined ? command.includes(cluster) : directory === cluster;
}

/** Processes of a cluster, whether or not their postmaster is still there. Linux only; empty elsewhere. */
export async function processesOf(cluster: string, clusterName: string): Promise<number[]> {
  if (!LINUX) return [];
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isSafeInteger(pid) || pid === process.pid) continue;
    const title = (await commandOf(pid))[0] ?? '';
    if (!basename(title.split(' ')[0] ?? '').startsWith('postgres')) continue;
    const directory = await workingDirectoryOf(pid);
    const ours =
      directory === undefined ? title.startsWith(`postgres: ${clusterName}: `) : directory === cluster;
    if (ours && (await isAlive(pid))) found.push(pid);
  }
  return found;
}

/** Waits until the process is gone; false when it is still there after the given time. */
export async function waitUntilGone(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (await isAlive(pid)) {
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Sends a signal; a process that is gone already is no failure. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function statOf(pid: number): Promise<{ state: string; start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name stands in parentheses and may itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state && start ? { state, start } : undefined;
}

async function commandOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').filter((part) => part !== '');
}

async function workingDirectoryOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
