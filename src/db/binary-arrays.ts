/**
 * Arrays as PostgreSQL's binary format has them, instead of text that has to be escaped here and parsed there:
 * most of what a group of writes says are arrays of texts and keys.
 * https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES, `array_recv`
 */
import type { Sql } from '../kernel/ctx.ts';

interface Element {
  /** https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
  readonly oid: number;
  /** Bytes of a value; undefined for text, which is as long as it is. */
  readonly size?: number;
  write(to: Buffer, value: never, at: number): void;
}

const INT8: Element = {
  oid: 20,
  size: 8,
  write: (to, value: string | number | bigint, at) => to.writeBigInt64BE(BigInt(value), at),
};
const ELEMENTS: Readonly<Record<string, Element>> = {
  text: { oid: 25, write: (to, value: unknown, at) => to.write(String(value), at) },
  bigint: INT8,
  int8: INT8,
  int: { oid: 23, size: 4, write: (to, value: string | number, at) => to.writeInt32BE(Number(value), at) },
  float8: {
    oid: 701,
    size: 8,
    write: (to, value: string | number, at) => to.writeDoubleBE(Number(value), at),
  },
};

const ARRAY_PARAMETER = /\$(\d+)::(text|bigint|int8|int|float8)\[\]/g;

/** Text of a statement -> the elements of its parameters that are arrays. Statements that have a name are few. */
const known = new Map<string, readonly (Element | undefined)[]>();

/** The values of a statement as the driver is to send them. Those of statements without a name stay as they are. */
export function sendable({ name, text, values }: Sql): unknown[] {
  if (name === undefined) return values as unknown[];
  let elements = known.get(text);
  if (!elements) {
    const found: Element[] = [];
    for (const [, number, type] of text.matchAll(ARRAY_PARAMETER))
      found[Number(number) - 1] = ELEMENTS[type!]!;
    elements = found;
    known.set(text, elements);
  }
  if (elements.length === 0) return values as unknown[];
  return values.map((value, i) => {
    const element = elements[i];
    return element !== undefined && Array.isArray(value) ? binaryArray(element, value) : value;
  });
}

const HEADER_BYTES = 20;
const EMPTY_BYTES = 12;

/** One dimension, numbered from 1. */
function binaryArray(element: Element, values: readonly unknown[]): Buffer {
  const { oid, size, write } = element;
  if (values.length === 0) {
    const empty = Buffer.alloc(EMPTY_BYTES);
    empty.writeInt32BE(oid, 8);
    return empty;
  }
  const sizes = values.map((v) =>
    v === null || v === undefined ? -1 : (size ?? Buffer.byteLength(String(v))),
  );
  const bytes = sizes.reduce((sum, s) => sum + 4 + Math.max(s, 0), HEADER_BYTES);
  const array = Buffer.allocUnsafe(bytes);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(sizes.includes(-1) ? 1 : 0, 4);
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  let at = HEADER_BYTES;
  for (let i = 0; i < values.length; i++) {
    const length = sizes[i]!;
    array.writeInt32BE(length, at);
    at += 4;
    if (length < 0) continue;
    write(array, values[i] as never, at);
    at += length;
  }
  return array;
}
