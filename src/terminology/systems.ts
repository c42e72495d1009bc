/** The code systems that are known here, without their concepts: a line for each, so they are kept in memory. */
import type { Db } from '../kernel/ctx.ts';

export interface System {
  /** int8 as text. */
  readonly key: string;
  readonly url: string;
  readonly version?: string;
  readonly status: string;
  readonly content: string;
  readonly count: number;
  /** Canonical of the value set of all its codes. */
  readonly valueSet?: string;
}

/** By url, the one that a url without version means first. */
export type Systems = ReadonlyMap<string, readonly System[]>;

export async function readSystems(db: Db): Promise<Systems> {
  const { rows } = await db.query<
    Omit<System, 'version' | 'valueSet'> & { version: string | null; valueSet: string | null }
  >({
    name: 'terminology.systems',
    text: `select key, url, version, status, content, count, value_set as "valueSet" from concept_system
order by url, status = 'active' desc, content = 'complete' desc, string_to_array(regexp_replace(coalesce(version, ''), '[^0-9.]', '', 'g'), '.') desc, loaded desc, key desc`,
    values: [],
  });
  return Map.groupBy(
    rows.map((r) => ({ ...r, version: r.version ?? undefined, valueSet: r.valueSet ?? undefined })),
    (s) => s.url,
  );
}

/** `version`: also a beginning of it, `2024` for `2024-09`. */
export function systemOf(systems: Systems, url: string, version?: string): System | undefined {
  const all = systems.get(url);
  if (version === undefined) return all?.[0];
  return all?.find((s) => s.version === version) ?? all?.find((s) => s.version?.startsWith(version));
}

/** Whether what is not among its concepts is not in the system. */
export function isComplete({ content }: System): boolean {
  return content === 'complete';
}
