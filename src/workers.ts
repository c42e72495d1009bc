/** Several processes that serve one port: forks them, replaces one that dies, gathers their metrics. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import type { Connection } from './db/pool.ts';
import { ANSWER, CONNECTION, isMessage, type Message, QUESTION, READY } from './kernel/primary.ts';

export interface Workers {
  /** Tells every worker to finish what it has, and waits for their ends. */
  stop(): Promise<void>;
}

/**
 * A worker that dies is replaced after this long: what killed it may do so again. Connections go to the workers in
 * turn; one that is being handed over in the moment of a worker's death is lost with it.
 */
const REPLACE_PAUSE_MS = 1_000;

/** The start failed, and the worker has said why. */
export class WorkerFailed extends Error {}

/**
 * Resolves when all serve. The first one migrates and seeds the database before the others are forked. Throws
 * WorkerFailed when one of them ends before.
 */
export async function startWorkers(
  count: number,
  connection: Connection,
  log: Logger,
  onStop: (stop: Workers['stop']) => void,
): Promise<void> {
  const metrics = new AggregatorRegistry();
  const running = new Set<Worker>();
  let stopping = false;

  function fork(): Worker {
    const worker = cluster.fork();
    running.add(worker);
    worker.once('exit', () => running.delete(worker));
    worker.on('message', (message: unknown) => {
      if (isMessage(message, QUESTION)) void answer(worker, message);
    });
    worker.once('online', () => tell(worker, { type: CONNECTION, value: connection }));
    return worker;
  }

  async function answer(worker: Worker, { number }: Message): Promise<void> {
    const value = await metrics.clusterMetrics().catch(() => undefined);
    if (value !== undefined) tell(worker, { type: ANSWER, number, value });
  }

  async function forkAndWait(): Promise<void> {
    if (stopping) return;
    const worker = fork();
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: unknown) => {
        if (isMessage(message, READY)) resolve();
      });
      worker.once('exit', () => reject(new WorkerFailed(`worker ${worker.id} ended while it started`)));
    });
    worker.once('exit', (code: number, signal: string) => void replace(worker, code, signal));
  }

  async function replace(worker: Worker, code: number, signal: string): Promise<void> {
    let gone: object = { worker: worker.id, code, signal };
    while (!stopping) {
      log.error(gone, 'a worker ended and is replaced');
      await sleep(REPLACE_PAUSE_MS);
      try {
        return await forkAndWait();
      } catch (err) {
        gone = { err };
      }
    }
  }

  onStop(async () => {
    stopping = true;
    await Promise.all([...running].map(end));
  });
  await forkAndWait();
  await Promise.all(Array.from({ length: count - 1 }, forkAndWait));
}

async function end(worker: Worker): Promise<void> {
  if (worker.isDead()) return;
  const ended = once(worker, 'exit');
  worker.process.kill('SIGTERM');
  await ended;
}

/** A worker that is gone needs to be told nothing. */
function tell(worker: Worker, message: Message): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
