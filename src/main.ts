/** The process: starts, says that it is ready, and stops with grace. */
import pino from 'pino';
import { compose } from './compose.ts';
import { type Config, readConfig } from './config.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';

/** How long requests in flight may take once the process was told to stop. */
const GRACE_MS = 20_000;

function configured(): Config {
  try {
    return readConfig();
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

const config = configured();
// Logs go to stderr: stdout is for the one line that says where the server is.
const log = pino(
  { level: config.logLevel, base: undefined, serializers: { err: errorForLog } },
  // A line alone costs a call of the operating system: they go out together, soon.
  pino.destination({ fd: 2, sync: false, minLength: 16_000, periodicFlush: 250 }),
);

/** What of an error may be logged: a database's detail quotes rows, and rows are patient data. */
function errorForLog(err: Error): object {
  const { name, message, stack, cause } = err;
  const { code } = err as { code?: string };
  return { name, message, code, stack, ...(cause instanceof Error ? { cause: errorForLog(cause) } : {}) };
}

/** The operating system's words for the commonest mistake help nobody. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code !== 'EADDRINUSE') return message;
  return `Port ${config.port} of ${config.host} is in use by another program. Stop that one, or set PORT to another port.`;
}

const undo: (() => Promise<unknown>)[] = [];
let stopping: Promise<never> | undefined;

function stop(code: number): Promise<never> {
  stopping ??= (async () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref();
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

try {
  const embedded = config.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  if (embedded) undo.push(() => embedded.stop());
  const composed = await compose(config, config.databaseUrl ?? embedded!.connection, log);
  undo.push(() => composed.close());
  await composed.app.listen({ host: config.host, port: config.port });
  console.log(`Xiantong ready: ${config.base}`);
} catch (err) {
  log.fatal({ err }, 'could not start');
  console.error(`Xiantong could not start: ${reasonOf(err as NodeJS.ErrnoException)}`);
  await stop(1);
}
