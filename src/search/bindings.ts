/** SQL under construction: values become bindings, and each text of a statement has one short name. */
import type { Sql } from '../kernel/ctx.ts';
import { hashArrayWithSystems, isBare } from './bare-codes.ts';

/** Names of prepared statements are bounded: past this many shapes, statements go unnamed. */
const MAX_NAMED = 500;
/** More texts than this are one binding: a value set would else make a statement of its own. */
const MAX_LISTED = 16;

const names = new Map<string, string>();

/** Sizes of pages that are asked for every day, and one more to know that there is a next one. */
const USUAL_LIMITS = new Set([2, 6, 11, 16, 21, 26, 31, 51, 101, 201, 501, 1001]);

export class Bindings {
  readonly values: unknown[] = [];
  /**
   * Whether an index already leaves few rows, each of which the other conditions are asked of one by one. A
   * planner that knows no value would rather read all that has a token, which grows with the county.
   */
  rowByRow = false;

  /** Whether that holds of what stands behind a link, too. */
  linksByRow = false;

  /** Whether a row of an index table is there: `from` names table and condition. */
  exists(from: string): string {
    return this.rowByRow
      ? `coalesce((select true from ${from} limit 1), false)`
      : `exists (select 1 from ${from})`;
  }

  /** The number of rows to read at most: written out, so that the planner knows, when it is a usual one. */
  limit(rows: number): string {
    return USUAL_LIMITS.has(rows) ? String(rows) : this.bind(rows, 'int');
  }

  bind(value: unknown, cast?: string): string {
    this.values.push(value);
    return cast ? `$${this.values.length}::${cast}` : `$${this.values.length}`;
  }

  hash(text: string): string {
    return `hashtextextended(${this.bind(text, 'text')}, 0)`;
  }

  /** `= …` or `in (…)` over the hashes of some texts. */
  hashes(texts: readonly string[]): string {
    if (texts.some(isBare)) return `= any(${hashArrayWithSystems(texts, this)})`;
    if (texts.length === 1) return `= ${this.hash(texts[0]!)}`;
    if (texts.length <= MAX_LISTED) return `in (${texts.map((t) => this.hash(t)).join(', ')})`;
    return `in (select hashtextextended(u.text, 0) from unnest(${this.bind(texts, 'text[]')}) u(text))`;
  }

  /** The hashes of some texts as an array. */
  hashArray(texts: readonly string[]): string {
    if (texts.some(isBare)) return hashArrayWithSystems(texts, this);
    if (texts.length <= MAX_LISTED) return `array[${texts.map((t) => this.hash(t)).join(', ')}]`;
    return `array(select hashtextextended(u.text, 0) from unnest(${this.bind(texts, 'text[]')}) u(text))`;
  }

  /** The statement of a text, prepared once on each connection. */
  statement(text: string): Sql {
    let name = names.get(text);
    if (name === undefined) {
      if (names.size >= MAX_NAMED) return { text, values: this.values };
      name = `search.${names.size}`;
      names.set(text, name);
    }
    return { name, text, values: this.values };
  }
}

/** Conditions of which one must hold; none holds when there are none. */
export function anyOf(conditions: readonly string[]): string {
  if (conditions.length === 0) return 'false';
  return conditions.length === 1 ? conditions[0]! : `(${conditions.join(' or ')})`;
}
