/**
 * A process of its own that starts the embedded PostgreSQL, for tests that need another user, or that
 * end the process in ways a test cannot end itself. Says on standard output, a JSON line each, what it
 * logs and where the database is; `stop` on standard input stops it, `exit` ends it without stopping.
 */
import { createInterface } from 'node:readline';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';

const [dataDir, machineDirectory] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const logged = (log: string) => say({ log });

try {
  const server = await startEmbeddedPostgres({
    dataDir: dataDir ?? '',
    machineDirectory: machineDirectory || undefined,
    log: { debug() {}, info: logged, warn: logged },
    settings: { shared_buffers: '16MB' },
  });
  say({ connection: server.connection });
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === 'exit') process.exit();
    if (word === 'stop') break;
  }
  await server.stop();
  process.exit();
} catch (error) {
  say({ error: (error as Error).message });
  process.exit(1);
}
