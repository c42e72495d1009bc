/** Cursors of connections: the search and a place in it, so that a later request needs nothing else. They are no right. */
import { badParameter } from '../kernel/fhir-error.ts';
import type { QueryPairs } from '../search/parse.ts';

export interface Cursor {
  readonly query: QueryPairs;
  /** Cursor of the search; undefined is the first page. */
  readonly place?: string;
}

export function encodeConnection(type: string, { query, place }: Cursor): string {
  return Buffer.from(JSON.stringify([type, query, place])).toString('base64url');
}

/** Throws bad-parameter for what is no cursor of this type's connection, and when it does not stand alone. */
export function decodeConnection(text: string, type: string, hasOthers: boolean): Cursor {
  if (hasOthers) {
    throw badParameter('_cursor', {
      en: 'A _cursor stands alone: it carries the search, whose arguments cannot be changed.',
      zh: '_cursor 须单独使用:它已包含检索条件,不能另加参数。',
    });
  }
  try {
    const [of, query, place]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (of === type && isQuery(query) && (typeof place === 'string' || place === null))
      return { query, place: place ?? undefined };
  } catch {
    // said below
  }
  throw badParameter('_cursor', {
    en: `This cursor is none of ${type}Connection. Use 'first' or 'next' of an answer unchanged.`,
    zh: `该游标不属于 ${type}Connection。请原样使用应答中的 first 或 next。`,
  });
}

function isQuery(value: unknown): value is QueryPairs {
  return (
    Array.isArray(value) &&
    value.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'),
    )
  );
}
