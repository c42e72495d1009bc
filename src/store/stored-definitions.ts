/** The definitions that are stored as resources. See `../packages/README.md`. */
import { DEFINING_TYPES, type Defining } from '../definitions/slim.ts';
import type { Db } from '../kernel/ctx.ts';

/** Notified with `Type/id` for each that has changed. */
export const DEFINITIONS_CHANNEL = 'xiantong_definitions';

/** Characters of JSON: a larger code system is asked for code by code, and not kept in memory. */
const MOST_TEXT = 2_000_000;
/** In one answer of the database. */
const AT_ONCE = 200;

export interface StoredDefinition {
  /** `Type/id`. */
  readonly name: string;
  readonly definition: Defining;
}

/** `Type/id` of all that are there. */
export async function listDefinitions(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>({
    name: 'store.listDefinitions',
    text: `select type || '/' || id as name from resource where type = any($1::text[]) and not deleted`,
    values: [DEFINING_TYPES],
  });
  return rows.map((r) => r.name);
}

/** Those of these that are there and not too large, some at a time. */
export async function* readDefinitions(db: Db, names: readonly string[]): AsyncIterable<StoredDefinition> {
  for (let i = 0; i < names.length; i += AT_ONCE) {
    const { rows } = await db.query<{ name: string; content: string }>({
      name: 'store.readDefinitions',
      text: `select r.type || '/' || r.id as name, r.content
from unnest($1::text[]) n join resource r on r.type = split_part(n, '/', 1) and r.id = split_part(n, '/', 2)
where not r.deleted and length(r.content) <= $2::int`,
      values: [names.slice(i, i + AT_ONCE), MOST_TEXT],
    });
    for (const { name, content } of rows) yield { name, definition: JSON.parse(content) as Defining };
  }
}
