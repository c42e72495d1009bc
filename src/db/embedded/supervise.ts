/** Keeps a server running: when it dies it is started again, at growing intervals. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedLog } from './log.ts';
import { ServerEnded, type ServerProcess } from './server-process.ts';

export interface ServerExit {
  /** How it ended: `exit code 1`, `signal SIGKILL`. */
  readonly how: string;
}

export interface Supervised {
  stop(): Promise<void>;
  onExit(callback: (exit: ServerExit) => void): void;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A server that lived for this long has earned a quick start again. */
const STEADY_MS = 60_000;
const FIRST_ATTEMPTS = 3;

/** Starts a server and watches it. Rejects when it cannot be started at first; later it never gives up. */
export async function supervise(start: () => Promise<ServerProcess>, log: EmbeddedLog): Promise<Supervised> {
  const callbacks: ((exit: ServerExit) => void)[] = [];
  const stopping = new AbortController();
  let current: ServerProcess | undefined;

  // The last resort when the process ends without stop(): only what is synchronous still happens.
  const atExit = () => {
    try {
      if (current && current.pid > 0) process.kill(current.pid, 'SIGINT');
    } catch {
      // It is gone already.
    }
  };
  process.on('exit', atExit);

  async function startReady(): Promise<void> {
    const server = await start();
    current = server;
    let asked = false;
    void server.ended.then((how) => {
      if (current === server) current = undefined;
      if (asked || stopping.signal.aborted) return;
      for (const callback of callbacks) callback({ how });
    });
    try {
      if (stopping.signal.aborted) throw new Error('Stopped before it was ready');
      await server.ready();
    } catch (error) {
      asked = true;
      await server.stop();
      throw error;
    }
  }

  async function startFirst(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await startReady();
      } catch (error) {
        if (attempt === FIRST_ATTEMPTS || !(error instanceof ServerEnded)) throw error;
        log.debug(`PostgreSQL did not start: ${(error as Error).message}`);
        await sleep(FIRST_PAUSE_MS * attempt);
      }
    }
  }

  async function watch(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      if (current) {
        const how = await current.ended;
        if (stopping.signal.aborted) return;
        log.warn(`PostgreSQL ended (${how}); it is started again`);
      }
      pause = performance.now() - since > STEADY_MS ? FIRST_PAUSE_MS : pause;
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      try {
        await startReady();
        log.info('PostgreSQL is back');
      } catch (error) {
        log.warn(`PostgreSQL does not start again: ${(error as Error).message}`);
      }
    }
  }

  try {
    await startFirst();
  } catch (error) {
    process.off('exit', atExit);
    throw error;
  }
  const watching = watch();

  return {
    async stop() {
      stopping.abort();
      await current?.stop();
      await watching;
      await current?.stop();
      process.off('exit', atExit);
    },
    onExit(callback) {
      callbacks.push(callback);
    },
  };
}
