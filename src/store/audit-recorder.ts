/**
 * Records reads: an answer goes out once its entries are in the journal, and they are in the log a fraction of a second
 * later, many in one statement. Where no journal can be written the answer waits for the log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditJournal, AuditRow, Segment } from './audit-journal.ts';

/** https://profiles.ihe.net/ITI/BALP/ wants the log soon; who looks into it here waits for what is on its way. */
const EVERY_MS = 200;
/** Rows per statement. */
const MAX_ROWS = 500;
/** Rows on their way; more wait, and their answers with them. */
const MAX_PENDING = 10_000;
const RETRY_MS = 500;
/** Who looks into the log waits no longer for what is on its way. */
const MAX_WAIT_MS = 1_000;

export interface AuditRecorder {
  /** Resolves once the rows survive the end of this process. */
  record(rows: readonly AuditRow[]): Promise<void>;
  /** Resolves once what was recorded before is in the log, or does not get there in time. */
  settled(): Promise<void>;
  /** Brings into the log what processes left behind. */
  recover(): Promise<void>;
  stop(): Promise<void>;
}

/** `insert` puts rows into the log, and leaves alone those that are there. */
export function createAuditRecorder(
  journal: AuditJournal | undefined,
  insert: (rows: readonly AuditRow[]) => Promise<void>,
): AuditRecorder {
  let pending: AuditRow[] = [];
  let segments: Segment[] = [];
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** Everything that is pending now; who comes while another does so waits for that one first. */
  async function flush(): Promise<void> {
    await flushing?.catch(() => {});
    flushing ??= flushPending().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function flushPending(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const rows = pending;
    const segment = journal?.rotate();
    if (segment) segments.push(segment);
    const covering = segments;
    pending = [];
    segments = [];
    try {
      await insertAll(rows);
      for (const { drop } of covering) drop();
    } catch (error) {
      pending = [...rows, ...pending];
      segments = [...covering, ...segments];
      soon(RETRY_MS);
      throw error;
    }
  }

  async function insertAll(rows: readonly AuditRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += MAX_ROWS) await insert(rows.slice(at, at + MAX_ROWS));
  }

  function keep(rows: readonly AuditRow[]): boolean {
    try {
      journal?.append(rows);
      return journal !== undefined;
    } catch {
      return false;
    }
  }

  function soon(ms: number): void {
    if (!stopped) timer ??= setTimeout(() => void flush().catch(() => {}), ms).unref();
  }

  return {
    async record(rows) {
      pending.push(...rows);
      const kept = keep(rows);
      if (!kept || pending.length > MAX_PENDING) await flush();
      else soon(EVERY_MS);
    },
    async settled() {
      if (pending.length === 0 && !flushing) return;
      await Promise.race([flush().catch(() => {}), sleep(MAX_WAIT_MS, undefined, { ref: false })]);
    },
    async recover() {
      for (const { rows, drop } of journal?.leftBehind() ?? []) {
        await insertAll(rows);
        drop();
      }
    },
    async stop() {
      stopped = true;
      await flush().catch(() => {});
    },
  };
}
