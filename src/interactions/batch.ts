/** A batch: every entry succeeds or fails by itself. https://hl7.org/fhir/R4/http.html#brules */
import type { Ctx } from '../kernel/ctx.ts';
import { type Failure, failureOf } from '../kernel/outcome.ts';
import { linksBetween } from './bundle-links.ts';
import type { Entry, UnreadableEntry } from './entry.ts';
import type { EntryResult } from './transaction.ts';

/** Entries at work at the same time: enough to share commits, few enough to leave others room. */
const CONCURRENCY = 8;

export type BatchResult = EntryResult | Failure;

/** Results in the order of the entries. `failed` hears of every request that failed, before it is answered. */
export async function batch(
  ctx: Ctx,
  entries: readonly (Entry | UnreadableEntry)[],
  run: (entry: Entry) => Promise<EntryResult>,
  failed: (entry: Entry, error: unknown) => Promise<void>,
): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  const fullUrls = new Set(entries.flatMap((e) => ('error' in e ? [] : (e.fullUrl ?? []))));
  let next = 0;
  const worker = async () => {
    while (next < entries.length) {
      const index = next++;
      const entry = entries[index]!;
      if ('error' in entry) {
        results[index] = failureOf(entry.error, ctx.lang, ctx.requestId);
        continue;
      }
      try {
        const linked = linksBetween(entry.body, entry.fullUrl, fullUrls);
        if (linked) throw linked;
        results[index] = await run(entry);
      } catch (error) {
        await failed(entry, error);
        results[index] = failureOf(error, ctx.lang, ctx.requestId);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, entries.length) }, worker));
  return results;
}
