/**
 * Contents as files: `<folder>/ab/cd/<name>`, by the first letters of the name. What is being written lies in
 * `<folder>/incoming` and gets its place by a rename, after it and before its folder are on the disk.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ContentStore } from './content-store.ts';

const INCOMING = 'incoming';

/** The folder is made when something is put into it. */
export function createFileStore(folder: string): ContentStore {
  const incoming = (name: string) => join(folder, INCOMING, name);
  const shelf = (name: string) => join(folder, name.slice(0, 2), name.slice(2, 4));
  const place = (name: string) => join(shelf(name), name);

  return {
    async put(name, content) {
      await mkdir(join(folder, INCOMING), { recursive: true, mode: 0o700 });
      try {
        // `flush`: fsync before the file is closed.
        await pipeline(content, createWriteStream(incoming(name), { flags: 'wx', flush: true, mode: 0o600 }));
        await mkdir(shelf(name), { recursive: true, mode: 0o700 });
        await rename(incoming(name), place(name));
      } catch (error) {
        await rm(incoming(name), { force: true });
        throw error;
      }
      // A folder that is new stands in the folder above it.
      for (const path of [shelf(name), join(folder, name.slice(0, 2)), folder]) await flushFolder(path);
    },

    async get(name, range) {
      const file = await open(place(name));
      return file.createReadStream(range ? { start: range.first, end: range.last } : {}) satisfies Readable;
    },

    async remove(name) {
      await rm(incoming(name), { force: true });
      await rm(place(name), { force: true });
    },

    async *olderThan(before) {
      for (const first of await foldersIn(folder)) {
        const shelves = first === INCOMING ? [''] : await foldersIn(join(folder, first));
        for (const second of shelves) {
          const path = join(folder, first, second);
          for (const name of await readdir(path)) {
            const written = await stat(join(path, name)).catch(() => undefined);
            if (written && written.mtime < before) yield name;
          }
        }
      }
    },
  };
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((e) => e.isDirectory()).map((e) => e.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
