/** Codes of value sets and hierarchies for searches, as long as they are not too many to be named one by one. */
import { FhirError } from '../kernel/fhir-error.ts';
import type { Composed, Part } from './compose.ts';
import { rowsOf } from './members.ts';
import type { System } from './systems.ts';
import type { Terminology } from './terminology.ts';
import { Values } from './values.ts';

export type Codes = ReadonlyMap<string, ReadonlySet<string>>;

/** System -> codes; `too many` for more than `most`; undefined when they cannot be listed. */
export async function listCodes(
  { db }: Terminology,
  set: Composed,
  most: number,
): Promise<Codes | 'too many' | undefined> {
  const v = new Values();
  let text: string;
  try {
    text = rowsOf(set, v);
  } catch (error) {
    if (error instanceof FhirError && error.category === 'unprocessable') return undefined;
    throw error;
  }
  const { rows } = await db.query<{ url: string; code: string }>({
    text: `select url, code from (${text}) x limit ${v.bind(most + 1, 'int')}`,
    values: v.list,
  });
  if (rows.length > most) return 'too many';
  const codes = new Map<string, Set<string>>();
  for (const { url, code } of rows) {
    const known = codes.get(url);
    if (known) known.add(code);
    else codes.set(url, new Set([code]));
  }
  return codes;
}

/** What subsumes a code, or what it subsumes, as a value set; the code itself included. */
export function hierarchyOf(system: System, code: string, direction: 'above' | 'below'): Composed {
  const op = direction === 'above' ? 'generalizes' : 'is-a';
  const part: Part = {
    url: system.url,
    system,
    filters: [{ property: 'concept', op, value: code }],
    sets: [],
    unknown: [],
  };
  // A code that the system does not list is related to itself.
  const itself: Part = { url: system.url, system, listed: [{ code }], filters: [], sets: [], unknown: [] };
  return { include: [part, itself], exclude: [], activeOnly: false };
}
