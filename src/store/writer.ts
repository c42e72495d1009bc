/** The one way to write: alone inside a transaction, or together with whoever writes at the same time. */

import type { AuditEntry } from '../audit/audit-entry.ts';
import { isOutdatedRows } from '../db/errors.ts';
import { wholeOf } from '../db/reader.ts';
import type { Database, Db } from '../kernel/ctx.ts';
import type { IndexRowsOf } from '../search/index-rows.ts';
import { NO_ROWS } from '../search/rows.ts';
import { auditRow, insertAudits } from './audit-columns.ts';
import { openAuditJournal } from './audit-journal.ts';
import { createAuditKinds } from './audit-kinds.ts';
import { createAuditRecorder } from './audit-recorder.ts';
import { type AuditedRead, readAudited } from './audited-read.ts';
import { createBatched } from './batched.ts';
import type { Change, Stored } from './change.ts';
import { createCodeSystems } from './code-systems.ts';
import { createGroups, type GroupWrite } from './group-commit.ts';
import { createKeys } from './keys.ts';
import { isAudit, type Write, type Writing, write } from './write.ts';

export interface Writer {
  /**
   * Writes at once, in the transaction of `db`, which has locked the versions before of what it changes.
   */
  within(db: Db, writes: readonly Write[]): Promise<void>;
  /**
   * Writes in a commit shared with others; resolves when it is durable. All of `writes` or nothing. At most one
   * of them may change something that exists: answers false, and has written nothing, when that one is no longer
   * at the version before.
   */
  write(writes: readonly Write[]): Promise<boolean>;
  /** Records reads: see `audit-recorder.ts`. Rejects when that is not possible. */
  record(entries: readonly AuditEntry[]): Promise<void>;
  /** Resolves once what was recorded before is in the log, or a second has passed. */
  recorded(): Promise<void>;
  /** Reads a resource and records that, on `db` if given, else in a statement shared with others. */
  readAudited(read: AuditedRead, db?: Db): Promise<Stored | undefined>;
}

/** Statements in flight: while one waits for the disk, the next is prepared. */
const MAX_IN_FLIGHT = 2;

/** How often rows are made anew for one write: sets of parameters do not follow each other that fast. */
const MAX_REMAKES = 5;

/** Writes along with the versions of some types, in their transaction, what is made of them. */
export interface Follower {
  readonly types: ReadonlySet<string>;
  write(db: Db, changes: readonly Change[]): Promise<void>;
  /** It is committed. */
  written(): void;
}

/** What writes beside the requests: to be begun before there are any, and ended after them. */
export interface StartedWriter extends Writer {
  /** Brings into the log what processes left behind that were killed. */
  recover(): Promise<void>;
  stop(): Promise<void>;
}

export interface WriterOptions {
  /** Brings what `indexRows` works with up to date. */
  readonly learn?: () => Promise<void>;
  readonly follower?: Follower;
  /** Folder of the journal of reads; without one an answer waits until its reads are in the log. */
  readonly journal?: string;
}

export function createWriter(
  pool: Database,
  indexRows: IndexRowsOf,
  { learn = async () => {}, follower, journal }: WriterOptions = {},
): StartedWriter {
  const keys = createKeys();
  const codeSystems = createCodeSystems(pool);
  const kinds = createAuditKinds(pool, indexRows, codeSystems);

  const recorder = createAuditRecorder(
    journal === undefined ? undefined : openAuditJournal(journal),
    (rows) => insertAudits(pool, rows),
  );

  async function writeAll(db: Db, requests: readonly (readonly Write[])[]) {
    const writing = writingOf(requests);
    await kinds.ensure(
      db,
      writing.audits.map(({ entry }) => entry.audit),
    );
    await codeSystems.ensure(
      db,
      [...writing.fresh, ...writing.changed].map((c) => c.rows),
    );
    const taken = await keys.take(db, writing.fresh.length + writing.audits.length);
    const outdated = await write(db, writing, taken);
    const followed = followedIn(writing).filter((c) => !c.before || !outdated.has(c.before.stored.key));
    if (follower && followed.length > 0) {
      await follower.write(db, followed);
      db.onCommit?.(follower.written);
    }
    return outdated;
  }

  function followedIn({ fresh, changed }: Writing): Change[] {
    return follower ? [...fresh, ...changed].filter((c) => follower.types.has(c.type)) : [];
  }

  /** What somebody follows is more than one statement. */
  function writeGroup(requests: readonly (readonly Write[])[]) {
    return followedIn(writingOf(requests)).length === 0
      ? writeAll(pool, requests)
      : pool.tx((db) => writeAll(db, requests));
  }

  async function readAll(db: Db, asked: readonly AuditedRead[]) {
    await kinds.ensure(
      wholeOf(db),
      asked.flatMap((a) => [a.ofPatient.audit, a.ofNobody.audit]),
    );
    return readAudited(db, asked, await keys.take(wholeOf(db), asked.length));
  }
  const readTogether = createBatched((asked: readonly AuditedRead[]) => readAll(pool, asked));
  const views = new WeakMap<Db, (asked: AuditedRead) => Promise<Stored | undefined>>();

  /** Those who see the same share a statement, too. */
  function readSeen(asked: AuditedRead, view: Db): Promise<Stored | undefined> {
    const together = views.get(view) ?? createBatched((some: readonly AuditedRead[]) => readAll(view, some));
    views.set(view, together);
    return together(asked);
  }

  /** Writes with the index rows of now: those of a request may have been made just before they changed. */
  function remaking(group: GroupWrite): GroupWrite {
    return async (writes) => {
      for (let current = writes, remakes = 0; ; remakes++) {
        try {
          return await group(current);
        } catch (error) {
          if (remakes === MAX_REMAKES || !isOutdatedRows(error)) throw error;
          await learn();
          current = current.map((w) => (isAudit(w) ? w : remade(w)));
        }
      }
    };
  }

  function remade(change: Change): Change {
    const rowsOf = (content: string | null) =>
      content === null ? NO_ROWS : indexRows(JSON.parse(content) as Record<string, unknown>);
    const { before } = change;
    return {
      ...change,
      rows: rowsOf(change.content),
      ...(before ? { before: { stored: before.stored, rows: rowsOf(before.stored.content) } } : {}),
    };
  }

  return {
    async within(db, writes) {
      const outdated = await writeAll(db, [writes]);
      if (outdated.size > 0) throw new Error('A version was changed although it was locked');
    },
    write: remaking(createGroups(MAX_IN_FLIGHT, writeGroup)),
    async record(entries) {
      await kinds.ensure(
        pool,
        entries.map((e) => e.audit),
      );
      const taken = await keys.take(pool, entries.length);
      await recorder.record(entries.map((entry, i) => auditRow({ key: taken[i]!, entry, changed: null })));
    },
    recorded: recorder.settled,
    recover: recorder.recover,
    stop: recorder.stop,
    readAudited: (asked, db) => (db ? readSeen(asked, db) : readTogether(asked)),
  };
}

function writingOf(requests: readonly (readonly Write[])[]): Writing {
  const fresh: Change[] = [];
  const changed: Change[] = [];
  const audits: Writing['audits'][number][] = [];
  for (const writes of requests) {
    const before = changed.length;
    for (const w of writes) if (!isAudit(w)) (w.before ? changed : fresh).push(w);
    const depends = changed.length > before ? changed[before]!.before!.stored.key : null;
    for (const w of writes) if (isAudit(w)) audits.push({ entry: w, changed: depends });
  }
  return { fresh, changed, audits };
}
