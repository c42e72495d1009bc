/**
 * Group commit: writes that arrive while another is on its way share the next statement and the next commit.
 * Each waits for its own data to be durable; a failure inside a group is retried alone, so that nobody fails
 * for a neighbour.
 */
import { isRetryable } from '../db/errors.ts';
import { isAudit, type Write } from './write.ts';

/** Writes per statement: enough to amortise a commit, small enough to keep its latency low. */
const MAX_GROUP = 128;
/** How often a group that met a deadlock or a serialization failure is tried. */
const MAX_ATTEMPTS = 5;

interface Waiting {
  readonly writes: readonly Write[];
  /** Key of the resource that it changes. */
  readonly changes: string | undefined;
  readonly resolve: (written: boolean) => void;
  readonly reject: (error: unknown) => void;
}

/** See `Writer.write`. */
export type GroupWrite = (writes: readonly Write[]) => Promise<boolean>;

/** `write` writes the requests of a group, and answers the keys of what was not at its version any more. */
export function createGroups(
  maxInFlight: number,
  write: (requests: readonly (readonly Write[])[]) => Promise<ReadonlySet<string>>,
): GroupWrite {
  const queue: Waiting[] = [];
  let inFlight = 0;

  function pump(): void {
    while (inFlight < maxInFlight && queue.length > 0) {
      inFlight++;
      void commit(nextGroup(queue)).finally(() => {
        inFlight--;
        pump();
      });
    }
  }

  async function commit(group: readonly Waiting[], attempt = 1): Promise<void> {
    try {
      const outdated = await write(group.map((w) => w.writes));
      for (const w of group) w.resolve(w.changes === undefined || !outdated.has(w.changes));
    } catch (error) {
      // The statement was atomic: nothing of the group is there.
      if (isRetryable(error) && attempt < MAX_ATTEMPTS) await commit(group, attempt + 1);
      else if (group.length > 1 && isOwnFault(error)) for (const w of group) await commit([w]);
      else for (const w of group) w.reject(error);
    }
  }

  return (writes) =>
    new Promise((resolve, reject) => {
      queue.push({ writes, changes: changedKey(writes), resolve, reject });
      // Let the requests of this turn of the event loop join.
      if (queue.length === 1) setImmediate(pump);
    });
}

/** Takes what fits into one statement off the queue: one change at most of each resource. */
function nextGroup(queue: Waiting[]): Waiting[] {
  const changed = new Set<string>();
  let size = 0;
  let count = 0;
  for (const { writes, changes } of queue) {
    if (count > 0 && size + writes.length > MAX_GROUP) break;
    if (changes !== undefined) {
      if (changed.has(changes)) break;
      changed.add(changes);
    }
    size += writes.length;
    count++;
  }
  return queue.splice(0, count);
}

function changedKey(writes: readonly Write[]): string | undefined {
  const keys = writes.flatMap((w) => (isAudit(w) || !w.before ? [] : [w.before.stored.key]));
  if (keys.length > 1 || (keys.length === 1 && writes.some((w) => !isAudit(w) && !w.before))) {
    throw new Error('Outside a transaction a change is written alone');
  }
  return keys[0];
}

/** Constraint violations and unstorable data (SQLSTATE classes 22, 23, 54), not a database that is away. */
function isOwnFault(error: unknown): boolean {
  const code = (error as { code?: string } | undefined)?.code ?? '';
  return /^(22|23|54)/.test(code);
}
