/** SQL under construction: values become bindings, and each text of a statement has one short name. */
import type { Sql } from '../kernel/ctx.ts';
import { hashesWithSystems, isBare } from './bare-codes.ts';

/** Names of prepared statements are bounded: past this many shapes, statements go unnamed. */
const MAX_NAMED = 500;
const names = new Map<string, string>();

export class Bindings {
  readonly values: unknown[] = [];

  bind(value: unknown, cast?: string): string {
    this.values.push(value);
    return cast ? `$${this.values.length}::${cast}` : `$${this.values.length}`;
  }

  hash(text: string): string {
    return `hashtextextended(${this.bind(text, 'text')}, 0)`;
  }

  /** `in (…)` or `= …` over the hashes of some texts. */
  hashes(texts: readonly string[]): string {
    if (texts.some(isBare)) return hashesWithSystems(texts, this);
    return texts.length === 1
      ? `= ${this.hash(texts[0]!)}`
      : `in (${texts.map((t) => this.hash(t)).join(', ')})`;
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
