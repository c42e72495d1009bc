/** Reads are recorded in a journal first, and in the log soon after. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuditRow, openAuditJournal } from '../../../src/store/audit-journal.ts';
import { createAuditRecorder } from '../../../src/store/audit-recorder.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'xiantong-journal-')), 'audit-journal');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const row = (n: number): AuditRow => [1, String(n), 'kind', null, `request-${n}`];
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n));

/** A log that can be away. */
function logOf() {
  const log = { rows: [] as AuditRow[], statements: 0, away: false };
  const insert = async (some: readonly AuditRow[]) => {
    log.statements++;
    if (log.away) throw new Error('away');
    for (const r of some) if (!log.rows.some((there) => there[1] === r[1])) log.rows.push(r);
  };
  return { log, insert };
}

describe('A recorder', () => {
  test('resolves once a row is in the journal, and brings many into the log at once', async () => {
    const { log, insert } = logOf();
    const recorder = createAuditRecorder(openAuditJournal(folder), insert);
    for (const r of rows(1200)) await recorder.record([r]);
    expect(log.rows).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(1);
    await recorder.settled();
    expect(log.rows).toEqual(rows(1200));
    expect(log.statements).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('keeps what the log does not take, and brings it in when the log is back', async () => {
    const { log, insert } = logOf();
    const recorder = createAuditRecorder(openAuditJournal(folder), insert);
    log.away = true;
    await recorder.record([row(1)]);
    await recorder.settled();
    await recorder.record([row(2)]);
    await recorder.settled();
    expect(log.rows).toEqual([]);
    log.away = false;
    await recorder.stop();
    expect(log.rows).toEqual([row(1), row(2)]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('waits for the log where no journal can be written, and fails with it', async () => {
    const { log, insert } = logOf();
    writeFileSync(folder, 'a file, where the folder should be');
    const recorder = createAuditRecorder(openAuditJournal(folder), insert);
    await recorder.record([row(1)]);
    expect(log.rows).toEqual([row(1)]);
    log.away = true;
    await expect(recorder.record([row(2)])).rejects.toThrow('away');
  });

  test('brings in what a process left behind, though it was in the log already or cut off', async () => {
    const { log, insert } = logOf();
    openAuditJournal(folder).append([row(1), row(2)]);
    const [name] = readdirSync(folder);
    writeFileSync(join(folder, name!), '[1,"3","kind",null,"requ', { flag: 'a' });
    log.rows.push(row(1));
    const other = createAuditRecorder(openAuditJournal(folder), insert);
    await other.recover();
    expect(log.rows, 'the process lives, and may yet do it itself').toEqual([row(1)]);
    utimesSync(join(folder, name!), new Date(0), new Date(0));
    await other.recover();
    expect(log.rows).toEqual([row(1), row(2)]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
