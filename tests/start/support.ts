/** The program itself as a process: `node src/main.ts`, with a port and a data folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFinished } from 'vitest';
import { SUPERUSER } from '../../src/db/embedded/initialize-cluster.ts';
import { processesOf } from '../../src/db/embedded/process-identity.ts';
import { createDatabase } from '../../src/db/pool.ts';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createParameters } from '../../src/search/parameters.ts';
import { countyIndexRows, inconsistencies } from '../fuzz/consistency.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const POLL_MS = 25;
/** Only so that a test that cannot succeed ends with its own words instead of the runner's. */
const PATIENCE_MS = 50_000;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Json = any;
export type Settings = Readonly<Record<string, string>>;

export interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** FHIR base, from the port it was given. */
  readonly base: string;
  readonly origin: string;
  stdout(): string;
  stderr(): string;
  /** Its log: the lines of stderr that are JSON. */
  log(): Json[];
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** The lines of stdout after those that say who may sign in: that it is ready, and nothing else. */
  announced(): string;
  /** Waits for the line that says it is ready. Throws with its last words when it ends instead. */
  ready(): Promise<void>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** A folder for one test, which PostgreSQL's own account may enter. Removed when the test is done. */
export async function dataFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'xiantong-start-')));
  await chmod(folder, 0o755);
  cleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Cleans up after the test, or, outside of one, when `cleaned` is awaited. */
const later: (() => Promise<unknown>)[] = [];
function cleanUp(step: () => Promise<unknown>): void {
  try {
    onTestFinished(async () => {
      await step();
    });
  } catch {
    later.push(step);
  }
}

/** For `afterAll`: undoes what was begun in `beforeAll`, last things first. */
export async function cleaned(): Promise<void> {
  for (const step of later.splice(0).reverse()) await step();
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The environment of this process without any setting of Xiantong or PostgreSQL. */
function environment(settings: Settings): NodeJS.ProcessEnv {
  const OWN =
    /^(PORT|HOST|DATABASE_URL|DATA_DIR|AUTH|DEMO|LOG_LEVEL|UNKNOWN_PROFILES|WORKERS|RATE_LIMIT|PROVENANCE|CORS_ORIGINS|TRUST_PROXY|TLS_CERT|TLS_KEY|BASE_URL|UPSTREAM_[A-Z_]+|TOKEN|PG[A-Z]+|VITEST.*|NODE_OPTIONS|NODE_ENV)$/;
  const kept = Object.entries(process.env).filter(([name]) => !OWN.test(name));
  return { ...Object.fromEntries(kept), ...settings };
}

/** Starts the program. `group`: in a process group of its own, as a terminal does. */
export function launch(settings: Settings, { group = false } = {}): Program {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
  });
  const out: string[] = [];
  const err: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  let over: number | string | undefined;
  void ended.then((how) => {
    over = how;
  });
  const origin = `http://127.0.0.1:${settings.PORT}`;
  const program: Program = {
    child,
    pid: child.pid!,
    base: `${origin}/fhir`,
    origin,
    stdout: () => out.join(''),
    stderr: () => err.join(''),
    log: () =>
      err
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Json),
    ended,
    announced: () =>
      out
        .join('')
        .split(/(?<=\n)/)
        .filter((line) => !/^(Administrator|Demo accounts)\b/.test(line))
        .join(''),
    ready: () =>
      until('the program to be ready', () => {
        if (over !== undefined) throw new Error(`The program ended (${over}):\n${err.join('')}`);
        return out.join('').includes('Xiantong ready');
      }),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
  cleanUp(async () => {
    if (over === undefined) await program.stop('SIGTERM');
    if (settings.DATA_DIR) await endPostgres(settings.DATA_DIR);
  });
  return program;
}

/** Starts the program and waits until it is ready. */
export async function start(settings: Settings, options?: { group?: boolean }): Promise<Program> {
  const program = launch(settings, options);
  await program.ready();
  return program;
}

/** Runs one of the commands, as its npm script does. */
export async function command(
  name: string,
  args: readonly string[],
  settings: Settings,
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [`src/commands/${name}.ts`, ...args], {
    cwd: ROOT,
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { code: code ?? signal, stdout, stderr };
}

/** Waits for a condition. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
}

/** Processes of PostgreSQL that work on the cluster of a data folder. */
export async function postgresOf(dataDir: string): Promise<number[]> {
  return processesOf(join(dataDir, 'postgres'), 'no other name');
}

/** What a killed program leaves behind, and a test must not. */
async function endPostgres(dataDir: string): Promise<void> {
  for (const pid of await postgresOf(dataDir)) {
    try {
      process.kill(pid, 'SIGQUIT');
    } catch {
      // It ended by itself.
    }
  }
  await until('PostgreSQL to end', async () => (await postgresOf(dataDir)).length === 0);
}

/** A connection to the database of a data folder, past the program; undefined while there is no such database. */
export async function connectTo(dataDir: string): Promise<pg.Client | undefined> {
  const note = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const [, , , port, host] = note.split('\n');
  if (!port || !host) return undefined;
  const client = new pg.Client({ host, port: Number(port), user: SUPERUSER, database: 'xiantong' });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
}

/** One query on that database. */
export async function ask<T>(dataDir: string, text: string): Promise<T[] | undefined> {
  const client = await connectTo(dataDir);
  try {
    return (await client?.query(text))?.rows as T[] | undefined;
  } catch {
    return undefined;
  } finally {
    await client?.end().catch(() => {});
  }
}

/** What does not hold together in the database of a data folder; empty when all is well. */
export async function inconsistenciesOf(dataDir: string, base: string): Promise<string[]> {
  const [, , , port, host] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split(
    '\n',
  );
  const user = SUPERUSER;
  const database = createDatabase({ host, port: Number(port), user, database: 'xiantong', ssl: false });
  const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
  try {
    return await inconsistencies(database, countyIndexRows(createParameters(definitions), base));
  } finally {
    await database.close();
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Json;
}

/** A request of its own connection: below the FHIR base, or at `url` when that is one. */
export async function call(
  program: Pick<Program, 'base'>,
  method: string,
  path: string,
  { body, token, headers = {} }: { body?: Json; token?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(path.startsWith('http') ? path : `${program.base}/${path}`, {
    method,
    headers: {
      connection: 'close',
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  let parsed: Json;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** How many resources of a type the program has. */
export async function countOf(program: Program, type: string, token?: string): Promise<number> {
  const answer = await call(program, 'GET', `${type}${type.includes('?') ? '&' : '?'}_summary=count`, {
    token,
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.total as number;
}

/** The superuser of the embedded cluster. */
export function databaseUrl({ host, port, user, database }: Readonly<Record<string, Json>>): string {
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}
