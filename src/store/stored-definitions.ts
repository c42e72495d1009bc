/** The StructureDefinitions that are stored as resources. See `../packages/README.md`. */
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Db } from '../kernel/ctx.ts';

/** Notified with the id of each that has changed. */
export const DEFINITIONS_CHANNEL = 'xiantong_definitions';

/** Characters of JSON. */
const MOST_TEXT = 2_000_000;
/** In one answer of the database. */
const AT_ONCE = 200;

/** Ids of all that are there. */
export async function listDefinitions(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'store.listDefinitions',
    text: `select id from resource where type = 'StructureDefinition' and not deleted`,
    values: [],
  });
  return rows.map((r) => r.id);
}

/** Those of these that are there and not too large, some at a time. */
export async function* readDefinitions(
  db: Db,
  ids: readonly string[],
): AsyncIterable<StructureDefinition & { readonly id: string }> {
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const { rows } = await db.query<{ content: string }>({
      name: 'store.readDefinitions',
      text: `select content from resource
where type = 'StructureDefinition' and id = any($1::text[]) and not deleted and length(content) <= $2::int`,
      values: [ids.slice(i, i + AT_ONCE), MOST_TEXT],
    });
    for (const { content } of rows) yield JSON.parse(content) as StructureDefinition & { id: string };
  }
}
