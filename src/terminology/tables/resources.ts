/** ValueSets and ConceptMaps that lie beside tables: `value-sets/*.json`, `maps/*.json`, `maps/<name>/`. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConceptMap, ConceptMapGroup, ConceptMapGroupElementTarget, ValueSet } from '@medplum/fhirtypes';
import { csvRows } from './csv.ts';
import { TableFault } from './fault.ts';

export type Beside = (ValueSet | ConceptMap) & { readonly id: string };

/** Throws TableFault. */
export async function resourcesBeside(folder: string): Promise<Beside[]> {
  const found: Beside[] = [];
  for (const part of ['value-sets', 'maps']) {
    const place = join(folder, part);
    if (!existsSync(place)) continue;
    for (const entry of (await readdir(place, { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(place, entry.name);
      if (entry.isDirectory()) found.push(await mapIn(path));
      else if (entry.name.endsWith('.json')) found.push(await resourceIn(path));
    }
  }
  return found;
}

async function resourceIn(file: string): Promise<Beside> {
  const fault = {
    en: 'This must be a ValueSet or a ConceptMap with an id and a url.',
    zh: '此文件应为带有 id 与 url 的 ValueSet 或 ConceptMap。',
  };
  let value: Beside | undefined;
  try {
    value = JSON.parse(await readFile(file, 'utf8')) as Beside;
  } catch {
    throw new TableFault(file, undefined, fault);
  }
  const right = value?.resourceType === 'ValueSet' || value?.resourceType === 'ConceptMap';
  if (!right || !value?.id || !value.url) throw new TableFault(file, undefined, fault);
  return value;
}

const COLUMNS = ['source-system', 'source', 'target-system', 'target', 'equivalence', 'comment'] as const;

/** `map.json`, a ConceptMap without groups, and `pairs.csv`. */
async function mapIn(folder: string): Promise<Beside> {
  const map = (await resourceIn(join(folder, 'map.json'))) as ConceptMap & { id: string };
  const file = join(folder, 'pairs.csv');
  const groups = new Map<string, ConceptMapGroup & { element: NonNullable<ConceptMapGroup['element']> }>();
  let places: readonly number[] | undefined;
  for await (const { line, fields } of csvRows(file)) {
    if (!places) {
      const names = fields.map((f) => f.replace(/^\uFEFF/, '').trim());
      places = COLUMNS.map((column) => names.indexOf(column));
      if (places[1]! < 0 || places[4]! < 0) throw new TableFault(file, line, lacking);
      continue;
    }
    const [sourceSystem, source, targetSystem, target, equivalence, comment] = places.map(
      (place) => (place < 0 ? undefined : fields[place]?.trim()) || undefined,
    );
    if (!source || !equivalence) throw new TableFault(file, line, lacking);
    const from = sourceSystem ?? map.sourceUri;
    const to = targetSystem ?? map.targetUri;
    const key = JSON.stringify([from, to]);
    const group = groups.get(key) ?? { source: from, target: to, element: [] };
    groups.set(key, group);
    const before = group.element.find((e) => e.code === source);
    const element = before ?? { code: source, target: [] };
    if (!before) group.element.push(element);
    element.target!.push({
      ...(target === undefined ? {} : { code: target }),
      equivalence: equivalence as ConceptMapGroupElementTarget['equivalence'],
      ...(comment === undefined ? {} : { comment }),
    });
  }
  return { ...map, group: [...groups.values()] };
}

const lacking = {
  en: `The columns source and equivalence are required. Columns: ${COLUMNS.join(', ')}.`,
  zh: `source 与 equivalence 为必填列。可用:${COLUMNS.join('、')}。`,
};
