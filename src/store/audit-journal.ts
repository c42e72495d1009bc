/**
 * Files that keep rows of the audit log until they are in the database, so that a process that is killed loses none.
 * What is appended is with the operating system when the call returns: the end of the process does not reach it. That
 * of the machine may take the last moments, as it may of every entry about a read (see `write.ts`).
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A row of the log, in the order of `AUDIT_COLUMNS`. */
export type AuditRow = readonly unknown[];

/** What was appended between two rotations. */
export interface Segment {
  /** Its rows are in the database. */
  drop(): void;
}

export interface AuditJournal {
  /** Throws when the file cannot be written: the rows are not kept then. */
  append(rows: readonly AuditRow[]): void;
  /** Ends the segment; undefined when nothing was appended since the last one. */
  rotate(): Segment | undefined;
  /** Segments that processes left behind which ended before they could drop them. */
  leftBehind(): readonly (Segment & { readonly rows: readonly AuditRow[] })[];
}

/** A process that lives writes its rows long before. */
const ABANDONED_MS = 10_000;
/** Host, process, and what tells two of one process apart. */
const NAME = /^(.+)~(\d+)~[\w-]+\.rows$/;

/** `folder` is made when it is not there. */
export function openAuditJournal(folder: string): AuditJournal {
  const own = `${hostname()}~${process.pid}~`;
  let current: { readonly path: string; readonly fd: number } | undefined;
  const names = new Set<string>();

  function begin() {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = `${own}${randomUUID()}.rows`;
    names.add(name);
    const path = join(folder, name);
    return { path, fd: openSync(path, 'ax', 0o600) };
  }

  return {
    append(rows) {
      current ??= begin();
      const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      for (let at = 0; at < bytes.length; ) at += writeSync(current.fd, bytes, at);
    },
    rotate() {
      if (!current) return undefined;
      const { path, fd } = current;
      current = undefined;
      closeSync(fd);
      return { drop: () => rmSync(path, { force: true }) };
    },
    leftBehind() {
      return namesIn(folder).flatMap((name) => {
        const path = join(folder, name);
        return names.has(name) || !isAbandoned(name, path)
          ? []
          : [{ rows: rowsOf(path), drop: () => rmSync(path, { force: true }) }];
      });
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}

function isAbandoned(name: string, path: string): boolean {
  const [, host, pid] = NAME.exec(name)!;
  if (host === hostname() && !isAlive(Number(pid))) return true;
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > ABANDONED_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A last line that was cut off belongs to an answer that never went out. */
function rowsOf(path: string): AuditRow[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditRow);
}
