/** Keeps this process's search parameters those of the database. */

import { type Listener, listen } from '../db/listen.ts';
import type { Connection } from '../db/pool.ts';
import type { Db } from '../kernel/ctx.ts';
import type { ParameterSet } from '../search/parameters.ts';
import { PARAMETERS_CHANNEL, readParameterSet } from '../store/parameter-set.ts';

export interface CurrentParameters {
  /** Resolves when the process knows what the database held when this was called, or something later. */
  learn(): Promise<void>;
  /** Learns whenever another process, or this one, has changed something. */
  follow(connection: Connection, onError: (error: unknown) => void): Promise<Listener>;
}

export function keepParameters(db: Db, parameters: ParameterSet): CurrentParameters {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function read(): Promise<void> {
    parameters.use(await readParameterSet(db));
  }

  /** One question at a time; who asks while one is on its way waits for the next. */
  function learn(): Promise<void> {
    if (!running) {
      running = read().finally(() => {
        running = undefined;
      });
      return running;
    }
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return learn();
      });
    return next;
  }

  return {
    learn,
    follow: (connection, onError) =>
      listen(connection, PARAMETERS_CHANNEL, () => void learn().catch(onError), onError),
  };
}
