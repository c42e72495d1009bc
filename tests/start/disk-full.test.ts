/** The disk of the database is full, to the last byte: nothing acknowledged is lost, and room is all it takes. */
import { execFile } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { ask, call, dataFolder, freePort, inconsistenciesOf, start, until } from './support.ts';
import { writeLoad } from './write-load.ts';

const execute = promisify(execFile);
const MEGABYTE = 2 ** 20;
const DISK_MB = 192;
/** Versions that are acknowledged before the disk is full, and again after it. */
const ENOUGH = 50;
/** Characters that are 3 bytes each: some hundred writes fill what is left. */
const PADDING = 20_000;

const NEXT_WAL_FILE = `select pg_logical_emit_message(true, 'test', 'x'), pg_switch_wal()`;

/** Makes the folder a disk of its own. Says why it cannot, where it cannot. */
async function mountSmallDisk(folder: string): Promise<string | undefined> {
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=755`, 'small-disk', folder]);
  } catch (error) {
    return `A small disk cannot be mounted here: ${(error as Error).message.trim()}`;
  }
  onTestFinished(async () => {
    await execute('umount', ['-l', folder]);
  });
  return undefined;
}

/** Takes the room of a disk but for some, or all of it when others take it meanwhile. */
async function fill(file: string, leftBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file));
  await writeFile(file, Buffer.alloc(bavail * bsize - leftBytes)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') throw error;
  });
}

test('when tables and log find the disk full, writers are told so, and go on once there is room', {
  timeout: 180_000,
}, async (context) => {
  const folder = await dataFolder();
  const cannot = await mountSmallDisk(folder);
  if (cannot) {
    console.log(`disk full: skipped. ${cannot}`);
    context.skip(cannot);
  }
  const program = await start({
    PORT: String(await freePort()),
    DATA_DIR: folder,
    DEMO: '0',
    AUTH: 'open',
  });
  const load = writeLoad(program, { padding: PADDING });
  const ballast = join(folder, 'ballast');
  await until('some writes', () => load.count() >= ENOUGH);
  await fill(ballast, 8 * MEGABYTE);
  await until('the disk to be full', () => load.refused.size > 0);
  // Without room for a new file of its write-ahead log PostgreSQL ends, and cannot start either.
  await until('the write-ahead log to be full', async () => !(await ask(folder, NEXT_WAL_FILE)));
  await until('PostgreSQL to end', () => program.log().some(({ msg }) => msg.startsWith('PostgreSQL ended')));
  const search = await call(program, 'GET', 'Patient?_count=1');
  expect(search.status, search.text).toBe(503);
  await rm(ballast);
  const then = load.count();
  await until('the program to write again', () => load.count() >= then + ENOUGH);
  await load.end();
  expect([...load.refused.keys()], [...load.refused.values()].join('\n')).toEqual([503]);
  await load.expectKept(program);
  expect(await inconsistenciesOf(folder, program.base)).toEqual([]);
  expect(program.log().filter(({ level }) => level >= 60)).toEqual([]);
  expect(await program.stop()).toBe(0);
});
