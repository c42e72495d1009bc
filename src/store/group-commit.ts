/**
 * Group commit: new resources that arrive while a write is on its way share the next statement and the next
 * commit. Each waits for its own data to be durable; a failure inside a group is retried alone, so that
 * nobody fails for a neighbour.
 */
import type { Db } from '../kernel/ctx.ts';
import type { Change } from './change.ts';
import type { Keys } from './keys.ts';
import { writeChanges, writeWithoutFlush } from './write.ts';

/** Resources per statement: enough to amortise a commit, small enough to keep its latency low. */
const MAX_GROUP = 128;
/** Statements in flight: while one waits for the disk, the next is prepared. */
const MAX_IN_FLIGHT = 4;

interface Waiting {
  readonly changes: readonly Change[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  /** Writes new resources (changes without a version before) atomically; resolves when they are durable. */
  write(changes: readonly Change[]): Promise<void>;
}

export function createGroupCommit(db: Db, keys: Keys): GroupCommit {
  return createGroups(MAX_IN_FLIGHT, (changes) => writeChanges(db, keys, changes));
}

/**
 * The same for what may be lost with the database in its last moments. Nothing waits for the disk, so one
 * statement at a time gathers the most.
 */
export function createUnflushedGroupCommit(db: Db, keys: Keys): GroupCommit {
  return createGroups(1, (changes) => writeWithoutFlush(db, keys, changes));
}

function createGroups(
  maxInFlight: number,
  write: (changes: readonly Change[]) => Promise<void>,
): GroupCommit {
  const queue: Waiting[] = [];
  let inFlight = 0;

  function pump(): void {
    while (inFlight < maxInFlight && queue.length > 0) {
      const group: Waiting[] = [];
      let size = 0;
      while (queue.length > 0 && (size === 0 || size + queue[0]!.changes.length <= MAX_GROUP)) {
        const next = queue.shift()!;
        group.push(next);
        size += next.changes.length;
      }
      inFlight++;
      void commit(group).finally(() => {
        inFlight--;
        pump();
      });
    }
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      await write(group.flatMap((w) => w.changes));
      for (const w of group) w.resolve();
    } catch (error) {
      // The statement was atomic: nothing of the group is there. Only content can be one member's own fault.
      if (group.length === 1 || !isOwnFault(error)) {
        for (const w of group) w.reject(error);
      } else {
        for (const w of group) await commit([w]);
      }
    }
  }

  return {
    write: (changes) =>
      new Promise((resolve, reject) => {
        queue.push({ changes, resolve, reject });
        // Let the requests of this turn of the event loop join.
        if (queue.length === 1) setImmediate(pump);
      }),
  };
}

/** Constraint violations and unstorable data (SQLSTATE classes 22, 23, 54), not a database that is away. */
function isOwnFault(error: unknown): boolean {
  const code = (error as { code?: string } | undefined)?.code ?? '';
  return /^(22|23|54)/.test(code);
}
