/** One section of a summary, with its narrative. Pure. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Item } from './gather.ts';
import { table } from './words.ts';

const LOINC = 'http://loinc.org';
export const FIRST_PAGE = `${CANONICAL}/CodeSystem/first-page-section`;

export interface Section {
  readonly title: string;
  readonly system: string;
  readonly code: string;
  readonly display?: string;
  /** Inside of the narrative's div. */
  readonly xhtml: string;
  readonly entries: readonly Item[];
  /** Why there are no entries: https://hl7.org/fhir/R4/valueset-list-empty-reason.html */
  readonly empty?: 'unavailable' | 'withheld' | 'nilknown';
}

export type Heading = readonly [title: string, code: string, display: string];

export interface Table {
  readonly head: readonly string[];
  row(item: Item): readonly string[];
}

export function loinc([title, code, display]: Heading) {
  return { title, system: LOINC, code, display };
}

/** A section that must be there even when there is nothing to say. */
export function required(heading: Heading, items: readonly Item[] | undefined, shape: Table): Section {
  const there = optional(heading, items, shape);
  if (there) return there;
  const empty = items ? 'unavailable' : 'withheld';
  const words = items ? '档案中没有相关记录。' : '当前权限不能查看此栏目。';
  return { ...loinc(heading), xhtml: `<p>${words}</p>`, entries: [], empty };
}

export function optional(
  heading: Heading,
  items: readonly Item[] | undefined,
  { head, row }: Table,
): Section | undefined {
  if (!items || items.length === 0) return undefined;
  return {
    ...loinc(heading),
    xhtml: table(
      head,
      items.map((item) => named(row(item))),
    ),
    entries: items,
  };
}

/** What has no name shows that it has none. */
function named([name, ...others]: readonly string[]): readonly string[] {
  return [name || '名称不详', ...others];
}

export function divOf(inner: string): string {
  return `<div xmlns="http://www.w3.org/1999/xhtml" lang="zh-CN" xml:lang="zh-CN">${inner}</div>`;
}
