/** https://hl7.org/fhir/R4/valueset.html#expansion */
import { randomUUID } from 'node:crypto';
import type {
  CodeSystemConceptDesignation,
  ValueSetExpansion,
  ValueSetExpansionContains,
} from '@medplum/fhirtypes';
import { tooCostly } from '../kernel/fhir-error.ts';
import { fold } from '../kernel/fold.ts';
import type { Composed, Part } from './compose.ts';
import { isDesignation } from './concept-rows.ts';
import { displayIn } from './concepts.ts';
import { rowsOf } from './members.ts';
import type { Terminology } from './terminology.ts';
import { Values } from './values.ts';

export interface ExpandOptions {
  /** Text that displays, designations, their pinyin or initials have: all of its words. */
  readonly filter?: string;
  readonly offset?: number;
  readonly count?: number;
  readonly activeOnly?: boolean;
  readonly includeDesignations?: boolean;
  /** Languages or uses (`system|code`) of the designations to include; all when empty. */
  readonly designations?: readonly string[];
  readonly excludeNested?: boolean;
  readonly displayLanguage?: string;
}

/** What one expansion lists at the most; more comes in pages. */
export const MAX_EXPANSION = 5_000;

interface Row {
  readonly url: string;
  readonly version: string | null;
  readonly code: string;
  readonly display: string | null;
  /** The display that the value set itself gives. */
  readonly listed: string | null;
  readonly designations: CodeSystemConceptDesignation[];
  readonly inactive: boolean;
  readonly abstract: boolean;
  readonly parents: string[];
}

/**
 * Lists a value set, or a page of it. Throws `unprocessable` when it cannot be listed, `too-costly` when it is
 * too long to be listed at once and no page was asked for.
 */
export async function expand(
  { db }: Terminology,
  set: Composed,
  options: ExpandOptions,
): Promise<ValueSetExpansion> {
  const { offset, count } = options;
  const paged = offset !== undefined || count !== undefined;
  const most = Math.min(count ?? MAX_EXPANSION, MAX_EXPANSION);
  const total = await db.query<{ total: string }>(countOf(set, options));
  const all = Number(total.rows[0]!.total);
  if (!paged && all > MAX_EXPANSION) throw tooLong(all);
  const { rows } = most === 0 ? { rows: [] } : await db.query<Row>(pageOf(set, options, most, offset ?? 0));
  const contains = rows.map((row) => entryOf(row, options));
  const nested = !paged && options.filter === undefined && options.excludeNested !== true;
  return {
    identifier: `urn:uuid:${randomUUID()}`,
    timestamp: new Date().toISOString(),
    total: all,
    ...(paged ? { offset: offset ?? 0 } : {}),
    parameter: parametersOf(set, options),
    ...(contains.length > 0 ? { contains: nested ? nest(rows, contains) : contains } : {}),
  };
}

function countOf(set: Composed, options: ExpandOptions) {
  const v = new Values();
  return { text: `select count(*) as total from (${matching(set, options, v)}) m`, values: v.list };
}

function pageOf(set: Composed, options: ExpandOptions, limit: number, offset: number) {
  const v = new Values();
  const text = `select url, version, code, display, listed, designations, inactive, abstract, parents
from (${matching(set, options, v)}) m order by part, place limit ${v.bind(limit, 'int')} offset ${v.bind(offset, 'int')}`;
  return { text, values: v.list };
}

/** Each code once, where it comes first. */
function matching(set: Composed, { filter, activeOnly }: ExpandOptions, v: Values): string {
  const conditions = (filter === undefined ? [] : fold(filter).split(' '))
    .filter((word) => word !== '')
    .map((word) => `x.words like ${v.bind(`%${word.replace(/[\\%_]/g, '\\$&')}%`, 'text')}`);
  if (activeOnly) conditions.push('not x.inactive');
  const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  const rows = rowsOf(set, v);
  return isOnce(set)
    ? `select * from (${rows}) x${where}`
    : `select distinct on (url, code) * from (${rows}) x${where} order by url, code, part, place`;
}

/** Whether nothing can be in it twice. */
function isOnce({ include }: Composed): boolean {
  const [only, ...others] = include;
  if (only === undefined || others.length > 0) return false;
  return only.url !== undefined ? only.listed === undefined : isOnce(only.sets[0] ?? EMPTY);
}

const EMPTY: Composed = { include: [], exclude: [], activeOnly: false };

function entryOf(row: Row, options: ExpandOptions): ValueSetExpansionContains {
  const { url, code, inactive, abstract, designations } = row;
  const display =
    row.listed !== null && options.displayLanguage === undefined
      ? row.listed
      : displayIn({ display: row.display ?? undefined, designations }, options.displayLanguage);
  const shown = options.includeDesignations
    ? designations.filter((d) => isDesignation(d) && isWanted(d, options.designations))
    : [];
  return {
    system: url,
    ...(abstract ? { abstract } : {}),
    ...(inactive ? { inactive } : {}),
    code,
    ...(display === undefined || display === null ? {} : { display }),
    ...(shown.length > 0 ? { designation: shown as ValueSetExpansionContains['designation'] } : {}),
  };
}

function isWanted({ language, use }: Row['designations'][number], wanted: readonly string[] = []): boolean {
  if (wanted.length === 0) return true;
  return wanted.some(
    (w) =>
      w === language ||
      w === `${use?.system ?? ''}|${use?.code ?? ''}` ||
      w === `urn:ietf:bcp:47|${language}`,
  );
}

/** Below its first parent that is there too. */
function nest(
  rows: readonly Row[],
  contains: readonly ValueSetExpansionContains[],
): ValueSetExpansionContains[] {
  const byCode = new Map(rows.map((row, i) => [`${row.url}|${row.code}`, contains[i]!]));
  const top: ValueSetExpansionContains[] = [];
  const placed = new Map<ValueSetExpansionContains, ValueSetExpansionContains>();
  rows.forEach((row, i) => {
    const entry = contains[i]!;
    const above = row.parents
      .map((p) => byCode.get(`${row.url}|${p}`))
      .find((p) => p && !isBelow(p, entry, placed));
    if (!above) {
      top.push(entry);
      return;
    }
    placed.set(entry, above);
    above.contains ??= [];
    above.contains.push(entry);
  });
  return top;
}

function isBelow(
  entry: ValueSetExpansionContains,
  other: ValueSetExpansionContains,
  placed: ReadonlyMap<ValueSetExpansionContains, ValueSetExpansionContains>,
): boolean {
  for (let at: ValueSetExpansionContains | undefined = entry; at; at = placed.get(at))
    if (at === other) return true;
  return false;
}

function parametersOf(set: Composed, options: ExpandOptions): ValueSetExpansion['parameter'] {
  const { filter, offset, count, activeOnly, includeDesignations, excludeNested, displayLanguage } = options;
  const versions = new Set(systemsOf(set).map(([url, version]) => `${url}|${version}`));
  return [
    ...[...versions].map((valueUri) => ({ name: 'version', valueUri })),
    ...(filter === undefined ? [] : [{ name: 'filter', valueString: filter }]),
    ...(offset === undefined ? [] : [{ name: 'offset', valueInteger: offset }]),
    ...(count === undefined ? [] : [{ name: 'count', valueInteger: Math.min(count, MAX_EXPANSION) }]),
    ...(activeOnly === undefined ? [] : [{ name: 'activeOnly', valueBoolean: activeOnly }]),
    ...(includeDesignations === undefined
      ? []
      : [{ name: 'includeDesignations', valueBoolean: includeDesignations }]),
    ...(excludeNested === undefined ? [] : [{ name: 'excludeNested', valueBoolean: excludeNested }]),
    ...(displayLanguage === undefined ? [] : [{ name: 'displayLanguage', valueCode: displayLanguage }]),
  ];
}

function systemsOf({ include }: Composed): [string, string][] {
  return include.flatMap((part: Part) => [
    ...(part.system?.version === undefined
      ? []
      : [[part.system.url, part.system.version] as [string, string]]),
    ...part.sets.flatMap(systemsOf),
  ]);
}

function tooLong(total: number) {
  return tooCostly({
    en: `The value set has ${total} codes; at most ${MAX_EXPANSION} are listed at once. Give a filter, or count and offset.`,
    zh: `该值集有 ${total} 个编码,一次最多列出 ${MAX_EXPANSION} 个。请使用 filter,或用 count 与 offset 分页。`,
  });
}
