/** Tables as they lie in folders. `terminology/README.md` has the format. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeSystem } from '@medplum/fhirtypes';
import type { SystemHeader } from '../concept-store.ts';
import { checkTable } from './checks.ts';
import { readerOf, type TableConcept } from './columns.ts';
import { csvRows } from './csv.ts';
import { TableFault } from './fault.ts';

/** Something that can be loaded. */
export interface Table {
  /** Where it is from, for messages. */
  readonly place: string;
  readonly header: SystemHeader;
  /** Where it is from and under what licence, in its own words. */
  readonly provenance?: string;
  /** Of all that it is made of. */
  sha256(): Promise<string>;
  /** Every concept, checked. Throws TableFault. */
  concepts(): Promise<readonly TableConcept[]>;
}

/** Grows when the same files give other rows than before. */
const FORMAT = '1';

/** The folders with a `system.json`, at most three levels below a folder, or the folder itself; by name. */
export async function tableFolders(folder: string, depth = 3): Promise<string[]> {
  if (existsSync(join(folder, 'system.json'))) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter(
    (e) => e.isDirectory() && !e.name.startsWith('.') && e.name !== 'node_modules',
  );
  const found = await Promise.all(folders.map((e) => tableFolders(join(folder, e.name), depth - 1)));
  return found.flat().sort();
}

/** Throws TableFault for a folder that is no table. */
export async function readTable(folder: string): Promise<Table> {
  const headerFile = join(folder, 'system.json');
  const header = headerOf(headerFile, await readFile(headerFile, 'utf8'));
  const file = ['concepts.csv', 'concepts.csv.gz'].map((name) => join(folder, name)).find(existsSync);
  if (file === undefined) {
    throw new TableFault(folder, undefined, {
      en: 'There is no concepts.csv or concepts.csv.gz beside system.json.',
      zh: 'system.json 旁没有 concepts.csv 或 concepts.csv.gz。',
    });
  }
  const source = join(folder, 'SOURCE.md');
  const provenance = existsSync(source) ? await readFile(source, 'utf8') : undefined;
  return {
    place: folder,
    header,
    provenance,
    async sha256() {
      const hash = createHash('sha256')
        .update(FORMAT)
        .update(JSON.stringify([header, provenance]));
      return (await hashed(file, hash)).digest('hex');
    },
    concepts: () => conceptsIn(file, header),
  };
}

async function conceptsIn(file: string, header: CodeSystem): Promise<TableConcept[]> {
  const concepts: TableConcept[] = [];
  let read: ReturnType<typeof readerOf> | undefined;
  for await (const row of csvRows(file)) {
    if (read) concepts.push(read(row));
    else read = readerOf(file, row, header);
  }
  checkTable(file, concepts, header.content === 'fragment' || header.content === 'example');
  return concepts;
}

export async function hashed(file: string, hash: Hash): Promise<Hash> {
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash;
}

/** A table without a size limit of its own is complete unless it says that it is a part. */
function headerOf(file: string, text: string): SystemHeader {
  let value: CodeSystem | undefined;
  try {
    value = JSON.parse(text) as CodeSystem;
  } catch (error) {
    throw new TableFault(file, undefined, {
      en: `This is not JSON: ${(error as Error).message}`,
      zh: `不是 JSON:${(error as Error).message}`,
    });
  }
  if (value?.resourceType !== 'CodeSystem' || !value.url || !value.id) {
    throw new TableFault(file, undefined, {
      en: 'This must be a CodeSystem with an id and a url.',
      zh: '此文件应为带有 id 与 url 的 CodeSystem。',
    });
  }
  const { concept: _, ...header } = value;
  const content = header.content === 'not-present' ? 'complete' : (header.content ?? 'complete');
  return { ...header, url: value.url, content };
}

/** Whether a path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
