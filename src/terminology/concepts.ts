/** Single concepts, as they stand in the tables. */
import type { CodeSystemConceptDesignation, CodeSystemConceptProperty } from '@medplum/fhirtypes';
import type { SystemHeader } from '../kernel/code-table.ts';
import type { System } from './systems.ts';
import type { Terminology } from './terminology.ts';

export interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly inactive: boolean;
  readonly abstract: boolean;
  readonly parents: readonly string[];
  readonly ancestors: readonly string[];
  readonly properties: readonly CodeSystemConceptProperty[];
  readonly designations: readonly CodeSystemConceptDesignation[];
}

type Row = Omit<Concept, 'display'> & { readonly display: string | null };

/** Concepts of a system by their codes; those it does not have are left out. */
export async function readConcepts(
  { db }: Terminology,
  system: System,
  codes: readonly string[],
): Promise<ReadonlyMap<string, Concept>> {
  const { rows } = await db.query<Row>({
    name: 'terminology.read',
    text: `select code, display, inactive, abstract, parents, ancestors, properties, designations
from concept where system = $1 and code = any($2::text[])`,
    values: [system.key, codes],
  });
  return new Map(rows.map((r) => [r.code, { ...r, display: r.display ?? undefined }]));
}

/** Codes of the concepts directly below one, in the order of the system. */
export async function readChildren({ db }: Terminology, system: System, code: string): Promise<string[]> {
  const { rows } = await db.query<{ code: string }>({
    name: 'terminology.children',
    text: `select code from concept where system = $1 and ancestors @> array[$2::text] and $2::text = any(parents) order by place`,
    values: [system.key, code],
  });
  return rows.map((r) => r.code);
}

/** What the system says of itself. */
export async function readHeader({ db }: Terminology, system: System): Promise<SystemHeader> {
  const { rows } = await db.query<{ header: string }>({
    name: 'terminology.header',
    text: 'select header from concept_system where key = $1',
    values: [system.key],
  });
  return JSON.parse(rows[0]?.header ?? '{}') as SystemHeader;
}

/** The text of a concept in a language, else its display: `zh` finds `zh-CN`. */
export function displayIn(
  { display, designations }: Pick<Concept, 'display' | 'designations'>,
  language: string | undefined,
): string | undefined {
  if (language === undefined) return display;
  const wanted = language.toLowerCase();
  const primary = wanted.split('-')[0]!;
  const of = (matches: (l: string) => boolean) =>
    designations.find((d) => d.language !== undefined && matches(d.language.toLowerCase()))?.value;
  return of((l) => l === wanted) ?? of((l) => l.split('-')[0] === primary) ?? display;
}
