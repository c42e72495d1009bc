/** Writes the concepts of code systems: a system is replaced as a whole, in the transaction of `db`. */
import { createHash } from 'node:crypto';
import type { CodeSystem } from '@medplum/fhirtypes';
import type { SystemHeader } from '../kernel/code-table.ts';
import type { Db } from '../kernel/ctx.ts';
import { type ConceptRow, conceptRows } from './concept-rows.ts';
import type { Terminology } from './terminology.ts';

/** Rows of one statement. */
const CHUNK = 2_000;

/** Replaces what `source` had. Nobody sees a part of it. */
export async function replaceSystem(
  db: Db,
  source: string,
  header: SystemHeader,
  sha256: string,
  rows: readonly ConceptRow[],
): Promise<void> {
  const key = await replaceHeader(db, source, header, sha256, rows.length);
  for (let at = 0; at < rows.length; at += CHUNK) await insertRows(db, key, at, rows.slice(at, at + CHUNK));
}

/** Makes room for the concepts of a source; answers the key of its system. */
export async function replaceHeader(
  db: Db,
  source: string,
  header: SystemHeader,
  sha256: string,
  count: number,
): Promise<string> {
  await removeSystem(db, source);
  const { rows } = await db.query<{ key: string }>({
    name: 'terminology.system',
    text: `insert into concept_system (source, url, version, status, content, value_set, header, sha256, count)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning key`,
    values: [
      source,
      header.url,
      header.version ?? null,
      header.status ?? 'unknown',
      header.content ?? 'not-present',
      header.valueSet ?? null,
      JSON.stringify(header),
      sha256,
      count,
    ],
  });
  return rows[0]!.key;
}

export async function removeSystem(db: Db, source: string): Promise<void> {
  await db.query({
    name: 'terminology.removeSystem',
    text: 'delete from concept_system where source = $1',
    values: [source],
  });
}

export async function insertRows(
  db: Db,
  system: string,
  first: number,
  rows: readonly ConceptRow[],
): Promise<void> {
  await db.query({
    name: 'terminology.concepts',
    text: `insert into concept (system, code, place, display, inactive, abstract, parents, ancestors, facts, properties, designations, words)
select $1::bigint, u.code, $2::int + u.n::int - 1, u.display, u.flags like '%i%', u.flags like '%a%',
  array(select jsonb_array_elements_text(u.parents::jsonb)), array(select jsonb_array_elements_text(u.ancestors::jsonb)),
  u.facts::jsonb, u.properties::jsonb, u.designations::jsonb, u.words
from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
  with ordinality u(code, display, flags, parents, ancestors, facts, properties, designations, words, n)`,
    values: [
      system,
      first,
      rows.map((r) => r.code),
      rows.map((r) => r.display ?? null),
      rows.map((r) => `${r.inactive ? 'i' : ''}${r.abstract ? 'a' : ''}`),
      rows.map((r) => JSON.stringify(r.parents)),
      rows.map((r) => JSON.stringify(r.ancestors)),
      rows.map((r) => JSON.stringify(r.facts)),
      rows.map((r) => JSON.stringify(r.properties)),
      rows.map((r) => JSON.stringify(r.designations)),
      rows.map((r) => r.words),
    ],
  });
}

/** A version of a CodeSystem, or its tombstone. */
interface Written {
  readonly id: string;
  readonly content: string | null;
}

/** Keeps the concepts of stored CodeSystems what these say, in the transaction that writes them. */
export function followCodeSystems({ forget, setApart }: Pick<Terminology, 'forget' | 'setApart'>) {
  return {
    types: new Set(['CodeSystem', 'ValueSet', 'ConceptMap']),
    written: forget,
    async write(db: Db, changes: readonly (Written & { readonly type: string })[]): Promise<void> {
      setApart(db);
      for (const { type, id, content } of changes) {
        if (type !== 'CodeSystem') continue;
        await follow(db, id, content === null ? undefined : (JSON.parse(content) as CodeSystem));
      }
    },
  };
}

async function follow(db: Db, id: string, resource: CodeSystem | undefined): Promise<void> {
  const source = `CodeSystem/${id}`;
  if (!resource?.url || !resource.concept?.length) return removeSystem(db, source);
  const { concept, ...header } = resource;
  const rows = conceptRows({ concept });
  await replaceSystem(db, source, { ...header, url: resource.url }, hashOf(resource), rows);
}

/**
 * Brings the code systems that the definitions hold, but nobody stored, to what they say now. Answers how many
 * were written: none at a second start.
 */
export async function keepDefinitions(db: Db, systems: readonly CodeSystem[]): Promise<number> {
  const { rows: known } = await db.query<{ source: string; sha256: string }>({
    text: `select source, sha256 from concept_system where source like 'definition:%'`,
    values: [],
  });
  const hashes = new Map(known.map((k) => [k.source, k.sha256]));
  let written = 0;
  for (const system of systems) {
    const { concept, ...header } = system;
    if (!system.url || !concept?.length) continue;
    const source = `definition:${system.url}`;
    const sha256 = hashOf(system);
    if (hashes.get(source) !== sha256) {
      await replaceSystem(db, source, { ...header, url: system.url }, sha256, conceptRows({ concept }));
      written++;
    }
    hashes.delete(source);
  }
  for (const source of hashes.keys()) await removeSystem(db, source);
  return written;
}

/** Takes in stored CodeSystems whose concepts nobody took in when they were written. Answers how many there were. */
export async function takeInStored(db: Db): Promise<number> {
  const { rows } = await db.query<{ id: string; content: string }>({
    text: `select id, content from resource r where type = 'CodeSystem' and not deleted
  and not exists (select 1 from concept_system s where s.source = 'CodeSystem/' || r.id)`,
    values: [],
  });
  for (const { id, content } of rows) await follow(db, id, JSON.parse(content) as CodeSystem);
  return rows.length;
}

function hashOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
