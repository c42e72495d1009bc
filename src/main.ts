/** The process: starts, says that it is ready, and stops with grace. */
import cluster from 'node:cluster';
import pino from 'pino';
import { type Config, readConfig } from './config.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import type { Connection } from './db/pool.ts';
import { CONNECTION, fromPrimary, type Message, READY } from './kernel/primary.ts';
import { createLog } from './log.ts';
import { startWorkers, WorkerFailed } from './workers.ts';

/** How long requests in flight may take once the process was told to stop. */
const GRACE_MS = 20_000;
/** The workers end before the process that waits for them. */
const WORKERS_GRACE_MS = 25_000;
/** Of the embedded database, for each worker: its pool, its listener, its jobs. */
const CONNECTIONS_PER_WORKER = 30;
const CONNECTIONS_BESIDE = 16;

function configured(): Config {
  try {
    return readConfig(undefined, process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

const config = configured();
// Logs go to stderr: stdout is for the one line that says where the server is.
const log = createLog(
  config.logLevel,
  // A line alone costs a call of the operating system: they go out together, soon.
  pino.destination({ fd: 2, sync: false, minLength: 16_000, periodicFlush: 250 }),
  cluster.isWorker ? cluster.worker?.id : undefined,
);

/** The operating system's words for the commonest mistake help nobody. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code !== 'EADDRINUSE') return message;
  return `Port ${config.port} of ${config.host} is in use by another program. Stop that one, or set PORT to another port.`;
}

/** Whether this process serves nobody itself. */
const forks = cluster.isPrimary && config.workers > 1;
const undo: (() => Promise<unknown>)[] = [];
let stopping: Promise<never> | undefined;

function stop(code: number): Promise<never> {
  stopping ??= (async () => {
    setTimeout(() => process.exit(1), forks ? WORKERS_GRACE_MS : GRACE_MS).unref();
    for (const step of undo.splice(0).reverse()) {
      await step().catch((err: unknown) => log.error({ err }, 'while stopping'));
    }
    log.info('stopped');
    process.exit(code);
  })();
  return stopping;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void stop(0));
}

/** Where the database is, which is started first when it is ours. */
async function findDatabase(): Promise<Connection> {
  if (config.databaseUrl) return config.databaseUrl;
  const max = CONNECTIONS_BESIDE + config.workers * CONNECTIONS_PER_WORKER;
  const embedded = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log,
    ...(forks ? { settings: { max_connections: String(max) } } : {}),
  });
  undo.push(() => embedded.stop());
  return embedded.connection;
}

async function serve(connection: Connection): Promise<void> {
  // Loaded here, for a process that only forks others needs none of it.
  const { compose } = await import('./compose.ts');
  const composed = await compose(config, connection, log);
  undo.push(() => composed.close());
  await composed.app.listen({ host: config.host, port: config.port });
}

try {
  if (cluster.isWorker) {
    await serve((await fromPrimary(CONNECTION)) as Connection);
    process.send?.({ type: READY } satisfies Message);
  } else {
    const connection = await findDatabase();
    if (forks) await startWorkers(config.workers, connection, log, (end) => undo.push(end));
    else await serve(connection);
    if (!stopping) console.log(`Xiantong ready: ${config.base}`);
  }
} catch (err) {
  if (!(err instanceof WorkerFailed)) {
    log.fatal({ err }, 'could not start');
    console.error(`Xiantong could not start: ${reasonOf(err as NodeJS.ErrnoException)}`);
  }
  await stop(1);
}
