/** What is in a file, as the requests that load it. Bodies keep the text of the file wherever they can. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Text } from '../../kernel/issue.ts';

/** One request to make. */
export interface Unit {
  /** The file it comes from, as it was named. */
  readonly file: string;
  /** Where in the file: `entry[3]`, `line 12`, or empty for the whole of it. */
  readonly place: string;
  readonly method: 'POST' | 'PUT';
  /** Below the FHIR base; empty for the base itself. */
  readonly path: string;
  readonly body: string;
  /** Resource types in the order of the Bundle's entries; one for a single resource. Empty for a read or delete. */
  readonly types: readonly string[];
  /** Set when the body is a batch or transaction, which is answered entry by entry. */
  readonly bundle: boolean;
}

/** A place in a file that cannot be turned into a request. */
export interface Unusable {
  readonly file: string;
  readonly place: string;
  readonly reason: Text;
}

export type Found = { readonly unit: Unit } | { readonly unusable: Unusable };

/** Bundles that are a package of separate resources, to be loaded one at a time. */
const PACKAGES = new Set(['collection', 'searchset', 'history']);

interface Json {
  readonly resourceType?: unknown;
  readonly id?: unknown;
  readonly type?: unknown;
  readonly entry?: unknown;
}

interface Entry {
  readonly resource?: Json;
  readonly request?: { readonly method?: string };
}

/** The files behind the arguments: a file is itself, a folder is every .json and .ndjson below it, by name. */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) files.push(path);
    else {
      const names = await readdir(path, { recursive: true });
      files.push(
        ...names
          .filter((name) => /\.(json|ndjson)$/.test(name) && !name.includes('node_modules'))
          .sort()
          .map((name) => join(path, name)),
      );
    }
  }
  return files;
}

/**
 * Files that may go at the same time. A number and a hyphen before a file's name order it: everything of
 * `01-…` is answered before `02-…` begins. Files without, or with the same number, go together.
 */
export function groupsOf(files: readonly string[]): string[][] {
  const groups: string[][] = [];
  let last: string | undefined;
  for (const file of files) {
    const number = /^(\d+)-/.exec(basename(file))?.[1] ?? '';
    if (number === last) groups.at(-1)!.push(file);
    else groups.push([file]);
    last = number;
  }
  return groups;
}

/** Every request a file asks for. */
export async function* unitsOf(file: string): AsyncGenerator<Found> {
  if (file.endsWith('.ndjson')) yield* linesOf(file);
  else yield* resourcesOf(file, await readFile(file, 'utf8'));
}

async function* linesOf(file: string): AsyncGenerator<Found> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    const found = parse(file, `line ${line}`, text);
    yield 'unusable' in found ? found : single(file, `line ${line}`, found.json, text);
  }
}

function* resourcesOf(file: string, text: string): Generator<Found> {
  const found = parse(file, '', text);
  if ('unusable' in found) {
    yield found;
    return;
  }
  const { json } = found;
  if (json.resourceType !== 'Bundle') {
    yield single(file, '', json, text);
    return;
  }
  const entries: readonly Entry[] = Array.isArray(json.entry) ? json.entry : [];
  if (json.type === 'transaction' || json.type === 'batch') {
    yield {
      unit: { file, place: '', method: 'POST', path: '', body: text, types: typesOf(entries), bundle: true },
    };
  } else if (PACKAGES.has(String(json.type))) {
    for (const [index, entry] of entries.entries()) {
      if (entry.resource) yield single(file, `entry[${index}]`, entry.resource, exactText(entry.resource));
    }
  } else {
    // A document or message is one resource: its parts belong together.
    yield single(file, '', json, text);
  }
}

/** Types by entry; an entry that writes nothing is an empty text, so that positions keep their meaning. */
function typesOf(entries: readonly Entry[]): string[] {
  return entries.map((entry) => {
    const method = entry.request?.method ?? 'POST';
    const writes = method === 'POST' || method === 'PUT';
    return writes && typeof entry.resource?.resourceType === 'string' ? entry.resource.resourceType : '';
  });
}

function single(file: string, place: string, json: Json, body: string): Found {
  const type = json.resourceType;
  if (typeof type !== 'string' || !/^[A-Z][A-Za-z]+$/.test(type)) {
    const reason = {
      en: 'There is no FHIR resource here: resourceType is missing.',
      zh: '此处不是 FHIR 资源:缺少 resourceType。',
    };
    return { unusable: { file, place, reason } };
  }
  const known = typeof json.id === 'string' && json.id !== '';
  const path = known ? `${type}/${json.id}` : type;
  return { unit: { file, place, method: known ? 'PUT' : 'POST', path, body, types: [type], bundle: false } };
}

function parse(file: string, place: string, text: string): { json: Json } | { unusable: Unusable } {
  try {
    // Numbers keep their digits, so that a resource written out again says 1.50 where the file did.
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''), keepDigits);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { json };
    return {
      unusable: { file, place, reason: { en: 'This is no JSON object.', zh: '此处不是 JSON 对象。' } },
    };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      unusable: { file, place, reason: { en: `This is no JSON: ${said}`, zh: `此处不是 JSON:${said}` } },
    };
  }
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && source !== String(value)
    ? rawJSON(source)
    : value;
}

function exactText(resource: Json): string {
  return JSON.stringify(resource);
}
