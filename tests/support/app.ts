/** The whole server on a database of its own, for tests through HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import pino, { type Logger } from 'pino';
import { inject } from 'vitest';
import { compose } from '../../src/compose.ts';
import type { Config } from '../../src/config.ts';
import type { PooledDatabase } from '../../src/db/pool.ts';
import type { Engine } from '../../src/interactions/engine.ts';
import type { Contribution } from '../../src/kernel/contribution.ts';
import { ensureStarted, STARTED } from './started-template.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export const BASE = 'http://127.0.0.1:8080/fhir';

export interface TestApp {
  readonly app: FastifyInstance;
  /** For looking behind the server, or breaking what it stands on. */
  readonly database: PooledDatabase;
  readonly connection: TestDatabase['connection'];
  readonly dataDir: string;
  /** What the operator was told. */
  readonly said: readonly string[];
  /** Sends a request below the FHIR base; a body is sent as JSON unless it is text. */
  call(method: Method, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As sent. */
  readonly text: string;
  /** Parsed, when it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/**
 * Starts with an empty database, open to everybody, unless told otherwise. `also`: workflows of the test's own.
 * Call `close` in `afterAll`.
 */
export async function startTestApp(
  settings: Partial<Config> = {},
  also: readonly Contribution<Engine>[] = [],
  log?: Logger,
): Promise<TestApp> {
  const { template, ...address } = inject('postgres');
  await ensureStarted(address, template, configOf('', {}));
  const { database, connection, drop } = await createTestDatabase({ template: STARTED });
  return startOn(database, connection, drop, settings, also, log);
}

/** One more server on the database of another, as a second process would be. Close it before that one. */
export function startBeside(
  other: TestApp,
  settings: Partial<Config> = {},
  also: readonly Contribution<Engine>[] = [],
): Promise<TestApp> {
  return startOn(other.database, other.connection, async () => {}, settings, also);
}

async function startOn(
  database: PooledDatabase,
  connection: TestDatabase['connection'],
  drop: () => Promise<void>,
  settings: Partial<Config>,
  also: readonly Contribution<Engine>[] = [],
  log: Logger = pino({ level: settings.logLevel ?? 'silent' }),
): Promise<TestApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'xiantong-test-'));
  const config = configOf(dataDir, settings);
  const said: string[] = [];
  const composed = await compose(config, connection, log, also, (line) => said.push(line));
  const { app } = composed;
  return {
    app,
    database: {
      ...database,
      async query(sql) {
        await composed.recorded();
        return database.query(sql);
      },
    },
    connection,
    dataDir,
    said,
    async call(method, path, body, headers = {}) {
      const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const response = await app.inject({
        method,
        url: path.startsWith('/') ? `/fhir${path}` : `/fhir/${path}`,
        headers: {
          ...(payload === undefined ? {} : { 'content-type': 'application/fhir+json' }),
          ...headers,
        },
        payload: payload as string | undefined,
      });
      return {
        status: response.statusCode,
        headers: response.headers as Answer['headers'],
        text: response.body,
        body: parsed(response.body),
      };
    },
    async close() {
      await composed.close();
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function configOf(dataDir: string, settings: Partial<Config>): Config {
  return {
    host: '127.0.0.1',
    port: 8080,
    base: BASE,
    dataDir,
    auth: 'open',
    demo: false,
    logLevel: 'silent',
    unknownProfiles: 'warn',
    rateLimit: 0,
    provenance: 'always',
    corsOrigins: ['*'],
    proxies: [],
    recognitionMarks: 'strip',
    criticalValueMinutes: 15,
    clock: 'real',
    signInFailures: 100_000,
    nightly: false,
    workers: 1,
    ...settings,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
