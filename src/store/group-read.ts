/**
 * Reads by id that arrive while others are on their way share the next statement: most of what such a read
 * costs, here and in the database, is the statement and not the row.
 */
import { FhirError } from '../kernel/fhir-error.ts';
import type { Stored } from './change.ts';

/** Resources per statement. */
const MAX_GROUP = 128;
/** Statements in flight: while one is answered, the next gathers. */
const MAX_IN_FLIGHT = 2;

interface Asked {
  readonly type: string;
  readonly id: string;
}

interface Waiting extends Asked {
  readonly resolve: (found: Stored | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers the version that is current when it is asked, or later. */
export type GroupRead = (type: string, id: string) => Promise<Stored | undefined>;

export function createGroupRead(readMany: (asked: readonly Asked[]) => Promise<Stored[]>): GroupRead {
  const queue: Waiting[] = [];
  let inFlight = 0;

  function pump(): void {
    while (inFlight < MAX_IN_FLIGHT && queue.length > 0) {
      inFlight++;
      void answer(queue.splice(0, MAX_GROUP)).finally(() => {
        inFlight--;
        pump();
      });
    }
  }

  async function answer(group: readonly Waiting[]): Promise<void> {
    try {
      const found = new Map((await readMany(group)).map((s) => [`${s.type}/${s.id}`, s]));
      for (const w of group) w.resolve(found.get(`${w.type}/${w.id}`));
    } catch (error) {
      // Together they may be too much for one answer, though none is alone.
      const tooMuch = error instanceof FhirError && error.category === 'too-costly';
      if (tooMuch && group.length > 1) for (const w of group) await answer([w]);
      else for (const w of group) w.reject(error);
    }
  }

  return (type, id) =>
    new Promise((resolve, reject) => {
      queue.push({ type, id, resolve, reject });
      // Let the requests of this turn of the event loop join.
      if (queue.length === 1) setImmediate(pump);
    });
}
