/**
 * A code table on disk: `system.json` (the CodeSystem without concepts) beside `concepts.csv` or
 * `concepts.csv.gz`. Columns: code, display, display:<language>, parent (several separated by `|`), status,
 * prop:<name>, designation:<language>. See `terminology/README.md`.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { CodeSystem, CodeSystemConcept, CodeSystemProperty } from '@medplum/fhirtypes';
import { parse } from 'csv-parse';

/** A CodeSystem without its concepts. */
export type SystemHeader = Omit<CodeSystem, 'concept'> & { readonly url: string };

export interface Table {
  readonly header: SystemHeader;
  readonly sha256: string;
  /** Flat: what stands above is in the property `parent`. */
  readonly concepts: readonly CodeSystemConcept[];
}

/** What is wrong with a table, line by line. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

const MAX_FAULTS = 20;

/** Throws TableError with everything that is wrong, at most some of it. */
export async function readTable(folder: string): Promise<Table> {
  const { header, sha256 } = await readTableHead(folder);
  const file = conceptsOf(folder);
  const source = createReadStream(file);
  const text = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  const rows = text.pipe(parse({ columns: true, bom: true, skip_empty_lines: true, trim: true, info: true }));
  const concepts: CodeSystemConcept[] = [];
  const lines: number[] = [];
  try {
    for await (const { record, info } of rows as AsyncIterable<{
      record: Readonly<Record<string, string>>;
      info: { lines: number };
    }>) {
      concepts.push(conceptOf(record, header.property ?? []));
      lines.push(info.lines);
    }
  } catch (error) {
    throw new TableError(`${file}: ${(error as Error).message}`);
  }
  const faults = faultsOf(concepts);
  if (faults.length > 0) {
    const list = faults.slice(0, MAX_FAULTS).map(({ at, text: what }) => `line ${lines[at]}: ${what}`);
    throw new TableError(`${file}:\n${list.join('\n')}`);
  }
  return { header, sha256, concepts };
}

/** A table without its concepts: enough to know whether it has changed. */
export async function readTableHead(folder: string): Promise<Omit<Table, 'concepts'>> {
  const header = await readHeader(folder);
  const hash = createHash('sha256').update(JSON.stringify(header));
  for await (const chunk of createReadStream(conceptsOf(folder))) hash.update(chunk as Buffer);
  return { header, sha256: hash.digest('hex') };
}

/** The folders of tables below a folder: those with a `system.json`. */
export async function tableFolders(root: string): Promise<string[]> {
  const files = await readdir(root, { recursive: true });
  return files
    .filter((f) => basename(f) === 'system.json')
    .map((f) => join(root, dirname(f)))
    .sort();
}

function conceptsOf(folder: string): string {
  const file = [join(folder, 'concepts.csv'), join(folder, 'concepts.csv.gz')].find((f) => existsSync(f));
  if (!file) throw new TableError(`${folder} has no concepts.csv or concepts.csv.gz`);
  return file;
}

async function readHeader(folder: string): Promise<SystemHeader> {
  const file = join(folder, 'system.json');
  const header = JSON.parse(await readFile(file, 'utf8')) as SystemHeader;
  if (header.resourceType !== 'CodeSystem' || !header.url) {
    throw new TableError(`${file} must be a CodeSystem with a url`);
  }
  return header;
}

function conceptOf(
  record: Readonly<Record<string, string>>,
  properties: readonly CodeSystemProperty[],
): CodeSystemConcept {
  const property: NonNullable<CodeSystemConcept['property']> = [];
  const designation: NonNullable<CodeSystemConcept['designation']> = [];
  for (const [column, value] of Object.entries(record)) {
    if (value === '') continue;
    const [kind, name] = column.split(':') as [string, string?];
    if (kind === 'parent') {
      for (const code of value.split('|')) property.push({ code: 'parent', valueCode: code.trim() });
    } else if (kind === 'status') property.push({ code: 'status', valueCode: value });
    else if (kind === 'prop' && name) property.push(typed(name, value, properties));
    else if ((kind === 'designation' || kind === 'display') && name)
      designation.push({ language: name, value });
  }
  return {
    code: record.code ?? '',
    ...(record.display ? { display: record.display } : {}),
    ...(designation.length > 0 ? { designation } : {}),
    ...(property.length > 0 ? { property } : {}),
  };
}

function typed(code: string, value: string, properties: readonly CodeSystemProperty[]) {
  switch (properties.find((p) => p.code === code)?.type) {
    case 'boolean':
      return { code, valueBoolean: value === 'true' || value === '1' };
    case 'integer':
      return { code, valueInteger: Number(value) };
    case 'decimal':
      return { code, valueDecimal: Number(value) };
    case 'code':
      return { code, valueCode: value };
    case 'dateTime':
      return { code, valueDateTime: value };
    default:
      return { code, valueString: value };
  }
}

export interface Fault {
  /** Which concept. */
  readonly at: number;
  readonly text: string;
}

/** Codes that are missing or there twice, parents that are not there, circles. */
export function faultsOf(concepts: readonly CodeSystemConcept[]): Fault[] {
  const places = new Map<string, number>();
  const faults: Fault[] = [];
  concepts.forEach(({ code }, at) => {
    if (!code) faults.push({ at, text: 'no code' });
    else if (places.has(code)) faults.push({ at, text: `the code '${code}' is there twice` });
    else places.set(code, at);
  });
  const parentsOf = (at: number) =>
    (concepts[at]!.property ?? []).filter((p) => p.code === 'parent').map((p) => p.valueCode ?? '');
  const done = new Uint8Array(concepts.length);
  for (let start = 0; start < concepts.length; start++) {
    for (const parent of parentsOf(start)) {
      if (!places.has(parent)) faults.push({ at: start, text: `the parent '${parent}' is not in the table` });
    }
    const path: number[] = [start];
    // Up to the top, marking what is on the way (1) and what leads to no circle (2).
    while (path.length > 0) {
      const at = path.at(-1)!;
      if (done[at] === 0) done[at] = 1;
      const next = parentsOf(at)
        .map((p) => places.get(p))
        .find((p) => p !== undefined && done[p] !== 2);
      if (next === undefined) {
        done[at] = 2;
        path.pop();
      } else if (done[next] === 1) {
        faults.push({ at: next, text: `'${concepts[next]!.code}' stands above itself` });
        for (const p of path) done[p] = 2;
        path.length = 0;
      } else path.push(next);
    }
  }
  return faults;
}
