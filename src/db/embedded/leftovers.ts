/** What an earlier run left when it was killed: a server without its master, or only its pid file. */
import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddedLog } from './log.ts';
import { isPostmasterOf, isTaken, processesOf, signal, waitUntilGone } from './process-identity.ts';

const FAST_MS = 20_000;
const IMMEDIATE_MS = 5_000;
const KILL_MS = 5_000;
/** Processes that lose their postmaster end by themselves; a busy one may take a moment. */
const ORPHANED_MS = 2_000;

/** Makes a cluster free to start: ends what still runs on it, and removes a pid file that names a stranger. */
export async function clearLeftovers(cluster: string, name: string, log: EmbeddedLog): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (await isPostmasterOf(pid, cluster)) {
    log.warn(`Stopping PostgreSQL (process ${pid}), which an earlier Xiantong left running`);
    await endServer(pid);
  }
  for (const left of await processesOf(cluster, name)) {
    if (await waitUntilGone(left, ORPHANED_MS)) continue;
    log.warn(`Stopping process ${left} of PostgreSQL, which has lost its server`);
    signal(left, 'SIGQUIT');
    if (!(await waitUntilGone(left, IMMEDIATE_MS))) signal(left, 'SIGKILL');
    await waitUntilGone(left, KILL_MS);
  }
  // PostgreSQL itself sees that a pid is free, but takes any other process, even a zombie, for its server.
  if (isTaken(pid) && !(await isPostmasterOf(pid, cluster))) {
    log.info(`Removing ${pidFile}: process ${pid} is not its server`);
    await unlink(pidFile).catch(() => {});
  }
}

/** Ends a server: fast, then immediately, then by force. */
export async function endServer(pid: number, fastMilliseconds = FAST_MS): Promise<void> {
  signal(pid, 'SIGINT');
  if (await waitUntilGone(pid, fastMilliseconds)) return;
  signal(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, IMMEDIATE_MS)) return;
  signal(pid, 'SIGKILL');
  await waitUntilGone(pid, KILL_MS);
}
