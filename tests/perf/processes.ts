/** The processes that the benchmark measures, each of its own, and how they end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EmbeddedPostgres } from '../../src/db/embedded.ts';

export type Connection = EmbeddedPostgres['connection'];

export interface Target {
  /** Where requests go, without a slash at the end. */
  readonly base: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** As in the `start` script. */
const FLAGS = ['--max-semi-space-size=16', '--heap-growing-percent=100'];

/** The real server of a checkout, open to everybody on loopback, on a database that exists; `more` settings. */
export async function startServer(
  checkout: string,
  connection: Connection,
  profileFolder: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Promise<Target> {
  const port = await freePort();
  const { host, user, database, port: databasePort } = connection;
  const databaseUrl = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=${databasePort}&sslmode=disable`;
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(process.execPath, [...profiling, ...FLAGS, join(checkout, 'src/main.ts')], {
    cwd: checkout,
    env: {
      HOST: '127.0.0.1',
      PORT: String(port),
      AUTH: 'open',
      DEMO: '0',
      DATABASE_URL: databaseUrl,
      DATA_DIR: '/nonexistent',
      ...more,
    },
    // Logs are written as they always are, to where they cost little.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await firstLine(child, /^Xiantong ready/);
  return { base: `http://127.0.0.1:${port}/fhir`, pid: child.pid!, stop: () => stop(child) };
}

export async function startFloor(connection: Connection): Promise<Target> {
  const script = join(import.meta.dirname, 'floor.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(connection)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { base: await firstLine(child, /^http/), pid: child.pid!, stop: () => stop(child) };
}

async function firstLine(child: ChildProcess, wanted: RegExp): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (wanted.test(line)) return line;
  }
  throw new Error('The process ended without being ready');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
