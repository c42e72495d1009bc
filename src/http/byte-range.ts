/** `Range` and `If-Range`. RFC 9110 §13.1.5, §14.2 */
import type { ByteRange } from '../contents/content-store.ts';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';

/**
 * The part of `size` bytes that is asked for; undefined when all is to be answered: for no range, several at once, or
 * what is none. Throws range (416) when nothing of it is there.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, from, to] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') return atLeastOne(Math.max(size - Number(to), 0), size - 1, size);
  const last = to === '' ? size - 1 : Number(to);
  if (last < Number(from) && to !== '') return undefined;
  return atLeastOne(Number(from), Math.min(last, size - 1), size);
}

function atLeastOne(first: number, last: number, size: number): ByteRange {
  if (first <= last) return { first, last };
  throw failure(
    'range',
    [
      problem(
        'value',
        {
          en: `The content has ${size} bytes, and nothing of the range that is asked for.`,
          zh: `内容共 ${size} 字节,不含所请求的范围。`,
        },
        { expression: 'Range' },
      ),
    ],
    { 'content-range': `bytes */${size}` },
  );
}

/**
 * Whether a client that has a part already has it of this very version. Entity tags here are weak, as FHIR has them,
 * and a weak one proves nothing; an HTTP date does for the first version, which none can precede within its second.
 */
export function isSameStill(
  header: string | undefined,
  { version, updated }: { readonly version: number; readonly updated: number },
): boolean {
  if (header === undefined) return true;
  return version === 1 && Date.parse(header) === Math.floor(updated / 1000) * 1000;
}
