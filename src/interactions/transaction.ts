/**
 * A transaction: all entries or none. https://hl7.org/fhir/R4/http.html#transaction
 *
 * Order of work, as https://hl7.org/fhir/R4/http.html#trules has it: deletions, creations, updates and patches,
 * reads. Conditions are decided under locks on their criteria, against what is stored once the deletions are
 * made; what the transaction itself writes must leave them true. Conditional references find what the transaction
 * writes. The outcome does not depend on the order of the entries.
 */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { malformed } from '../kernel/fhir-error.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Stored } from '../store/change.ts';
import { lockCriteria } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { engineFor } from './engine-for.ts';
import { type Entry, isRead } from './entry.ts';
import { inEntry, inEntryAsync } from './entry-errors.ts';
import { deletionOf, type Prepared } from './prepare.ts';
import { assertProvenance } from './provenance.ts';
import {
  assertApart,
  assertNoOverlap,
  conditionOf,
  lockNamed,
  type Planned,
  planDeletions,
  planOthers,
} from './transaction-plan.ts';
import { writePlanned } from './transaction-write.ts';
import { assertVersion } from './update.ts';
import { inWriteTransaction } from './write-transaction.ts';

/** What became of an entry. */
export interface EntryResult {
  /** HTTP status line number. */
  readonly status: number;
  /** The version written, found or read. */
  readonly stored?: Pick<Stored, 'type' | 'id' | 'version' | 'updated' | 'content'>;
  /** JSON text that answers a read or search. */
  readonly text?: string;
  /** Warnings to tell. */
  readonly issues?: readonly Issue[];
}

/** Answers an entry that writes nothing on the transaction's own view of the data. */
export type EntryReader = (ctx: Ctx, db: Db, entry: Entry) => Promise<EntryResult>;

/** What a transaction works on. */
export interface Work {
  readonly engine: Engine;
  readonly ctx: Ctx;
  readonly db: Db;
  /** The versions before, locked, by `Type/id`. */
  readonly before: Map<string, Stored>;
}

/**
 * Results in the order of the entries. Throws with the expression of the entry that failed; then nothing is
 * stored. `provenance` is that of everything the transaction writes, without its targets.
 */
export async function transaction(
  given: Engine,
  ctx: Ctx,
  entries: readonly Entry[],
  readEntry: EntryReader,
  provenance?: Body,
): Promise<EntryResult[]> {
  const engine = engineFor(given, ctx);
  const writes = entries.filter((e) => !isRead(e));
  assertNoOverlap(writes);
  for (const entry of writes) inEntry(entry, () => assertEntry(ctx, entry));
  assertProvenance(ctx, provenance);
  return inWriteTransaction(engine.database, async (db) => {
    const work: Work = { engine, ctx, db, before: new Map() };
    const conditions = writes.flatMap((e) => conditionOf(e) ?? []);
    await lockCriteria(engine, db, conditions);
    await lockNamed(work, writes);
    const deletes = writes.filter((e) => e.method === 'DELETE');
    const deletions = await planDeletions(work, deletes);
    const deleted = deletions.flatMap((p) => tombstone(work, p) ?? []);
    if (deleted.length > 0) await engine.writer.within(db, deleted);
    const planned = await planOthers(
      work,
      writes.filter((e) => e.method !== 'DELETE'),
    );
    assertApart([...deletions, ...planned]);
    const results = await writePlanned(work, planned, deleted, provenance);
    for (const { index } of deletes) results.set(index, { status: 204 });
    for (const entry of entries) {
      if (!results.has(entry.index))
        results.set(entry.index, await inEntryAsync(entry, () => readEntry(ctx, db, entry)));
    }
    return entries.map((e) => results.get(e.index)!);
  });
}

/** None for what is not there. */
function tombstone({ engine, ctx, before }: Work, { entry, type, id }: Planned): Prepared | undefined {
  return inEntry(entry, () => {
    const stored = before.get(`${type}/${id}`);
    if (entry.ifMatch !== undefined) assertVersion(type, id, stored, { ifMatch: entry.ifMatch });
    return stored && !stored.deleted ? deletionOf(engine, ctx, stored) : undefined;
  });
}

function assertEntry(ctx: Ctx, entry: Entry): void {
  const type = entry.path[0]!;
  if (entry.method === 'POST' && entry.path.length > 1) {
    throw malformed({
      en: `POST goes to 'Type', not '${entry.path.join('/')}'.`,
      zh: `POST 的地址应为“类型”,而不是“${entry.path.join('/')}”。`,
    });
  }
  assertMay(ctx, entry.method === 'POST' ? 'c' : entry.method === 'DELETE' ? 'd' : 'u', type);
}
