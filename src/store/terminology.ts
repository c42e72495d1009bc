/** Stored code systems, value sets and concept maps by their canonicals. */
import type { ConceptMap, Resource } from '@medplum/fhirtypes';
import type { Db } from '../kernel/ctx.ts';
import { parameterKey, uriToken } from '../search/tokens.ts';

/** Versions of one canonical that are looked at. */
const MAX_VERSIONS = 50;
const MAX_MAPS = 1_000;

type Canonical = Resource & { readonly version?: string; readonly status?: string };

/** By `url`, `url|version` or `Type/id`; the active one that was updated last where several say they are it. */
export async function findCanonical(db: Db, type: string, name: string): Promise<Resource | undefined> {
  const [url, version] = name.split('|') as [string, string?];
  const { rows } = await db.query<{ content: string }>({
    name: 'store.canonical',
    text: `select content from resource
where type = $1 and not deleted and ($1 || '/' || id = $2 or key in (select key from token where hash = hashtextextended($3, 0)))
order by updated desc, key desc limit ${MAX_VERSIONS}`,
    values: [type, url, uriToken(parameterKey(type, 'url'), url)],
  });
  const found = rows.map((r) => JSON.parse(r.content) as Canonical);
  const matching = version === undefined ? found : found.filter((r) => r.version === version);
  return matching.find((r) => r.status === 'active') ?? matching[0];
}

/** Concept maps that are in use, newest first. */
export async function readConceptMaps(db: Db): Promise<ConceptMap[]> {
  const { rows } = await db.query<{ content: string }>({
    name: 'store.conceptMaps',
    text: `select content from resource where type = 'ConceptMap' and not deleted order by updated desc, key desc limit ${MAX_MAPS}`,
    values: [],
  });
  const maps = rows.map((r) => JSON.parse(r.content) as ConceptMap);
  return maps.filter((m) => m.status !== 'retired');
}
