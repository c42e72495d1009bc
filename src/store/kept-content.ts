/** Which contents some version has, and the end of those that none has. */
import type { ContentStore } from '../contents/content-store.ts';
import type { Db } from '../kernel/ctx.ts';

/** Names that are asked about at a time. */
const SLICE = 500;
/** A request that received something is over long before. */
const MOST_WAIT_MS = 24 * 3_600_000;

/** Removes what was received and never came into a version: its request failed, or the process died. */
export async function sweepContents(db: Db, store: ContentStore, now: Date): Promise<number> {
  let removed = 0;
  let names: string[] = [];
  const sweep = async () => {
    const kept = await keptAmong(db, names);
    for (const name of names.filter((n) => !kept.has(n))) {
      await store.remove(name);
      removed++;
    }
    names = [];
  };
  for await (const name of store.olderThan(new Date(now.getTime() - MOST_WAIT_MS))) {
    names.push(name);
    if (names.length === SLICE) await sweep();
  }
  if (names.length > 0) await sweep();
  return removed;
}

async function keptAmong(db: Db, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ name: string }>({
    name: 'store.keptAmong',
    text: 'select name from kept_content where name = any($1::text[])',
    values: [names],
  });
  return new Set(rows.map((r) => r.name));
}
