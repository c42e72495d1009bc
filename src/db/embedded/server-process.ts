/** One run of the server, from its start until it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Account, ENVIRONMENT } from './account.ts';
import { SUPERUSER } from './initialize-cluster.ts';
import { endServer } from './leftovers.ts';
import type { EmbeddedLog } from './log.ts';
import { type ServerSettings, settingArguments } from './server-settings.ts';
import { SOCKET_PORT } from './socket-directory.ts';

export interface ServerProcess {
  readonly pid: number;
  /** Settles when the server has ended, and says how. */
  readonly ended: Promise<string>;
  /** Waits until the server accepts connections; rejects with its last words when it does not. */
  ready(): Promise<void>;
  /** Ends the server, after it has written what it must. */
  stop(): Promise<void>;
}

export interface Launch {
  readonly program: string;
  readonly cluster: string;
  readonly socketDirectory: string;
  readonly settings: ServerSettings;
  readonly account: Account | undefined;
  readonly log: EmbeddedLog;
}

/** The server ended before it accepted a connection. */
export class ServerEnded extends Error {}

const READY_MS = 60_000;
const STOP_MS = 60_000;
const POLL_MS = 50;
const LAST_LINES = 20;

/** Starts the server. It is no part of our terminal's process group: Ctrl+C is for us to handle. */
export function launchServer(launch: Launch): ServerProcess {
  const { program, cluster, settings, account, log } = launch;
  const child = spawn(program, ['-D', cluster, ...settingArguments(settings)], {
    cwd: '/',
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    ...account,
  });
  const lines = followLines(child, log);
  let ending: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      ending ??= how;
      resolve(ending);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, name) => end(name ? `signal ${name}` : `exit code ${code}`));
  });
  // The server alone must not keep a process alive that has nothing left to do.
  child.unref();
  const pid = child.pid ?? 0;

  return {
    pid,
    ended,
    async ready() {
      const deadline = performance.now() + READY_MS;
      while (!(await accepts(launch.socketDirectory))) {
        if (ending !== undefined) {
          throw new ServerEnded(`PostgreSQL ended at its start (${ending}):\n${lines().join('\n')}`);
        }
        if (performance.now() > deadline) {
          throw new Error(
            `PostgreSQL accepts no connections after ${READY_MS / 1000} s:\n${lines().join('\n')}`,
          );
        }
        await sleep(POLL_MS);
      }
    },
    async stop() {
      if (pid === 0 || ending !== undefined) return;
      await endServer(pid, STOP_MS);
      await Promise.race([ended, sleep(POLL_MS)]);
    },
  };
}

/** Where the connections of a server with this socket directory go. */
export function connectionTo(socketDirectory: string, database: string) {
  return { host: socketDirectory, port: SOCKET_PORT, user: SUPERUSER, database, ssl: false } as const;
}

function followLines(child: ChildProcess, log: EmbeddedLog): () => string[] {
  const last: string[] = [];
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const complete = (rest + text).split('\n');
    rest = complete.pop() ?? '';
    for (const line of complete) {
      log.debug(line);
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
    }
  });
  child.stderr?.on('error', () => {});
  (child.stderr as { unref?(): void } | null)?.unref?.();
  return () => (rest === '' ? last : [...last, rest]);
}

async function accepts(socketDirectory: string): Promise<boolean> {
  const client = new pg.Client({
    ...connectionTo(socketDirectory, 'postgres'),
    connectionTimeoutMillis: 2_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
