/**
 * JSON as text with positions. Xiantong stores the text that a client sent and splices into it, so that
 * `1.50` stays `1.50` (https://hl7.org/fhir/R4/json.html#decimal) and nothing is serialised twice.
 *
 * Every function here expects text that `JSON.parse` has accepted; only `shapeOf` may be asked before that.
 */

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** One member of an object: `text.slice(start, end)` is its value, exactly as written. */
export interface Member {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function skipSpace(text: string, at: number): number {
  let i = at;
  while (isSpace(text.charCodeAt(i))) i++;
  return i;
}

/** Position after the closing quote of the string that opens at `at`. */
function stringEnd(text: string, at: number): number {
  let i = at + 1;
  for (;;) {
    const quote = text.indexOf('"', i);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

/** Position after the value that starts at `at`. */
function valueEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return stringEnd(text, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) {
    let level = 0;
    let i = at;
    while (i < text.length) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) {
        i = stringEnd(text, i);
        continue;
      }
      if (c === OPEN_BRACE || c === OPEN_BRACKET) level++;
      else if ((c === CLOSE_BRACE || c === CLOSE_BRACKET) && --level === 0) return i + 1;
      i++;
    }
    return i;
  }
  let i = at;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET || isSpace(c)) return i;
    i++;
  }
  return i;
}

/** The position after the bracket at `at`. Throws when something else stands there: a bug of the caller. */
function inside(text: string, at: number, bracket: number): number {
  const i = skipSpace(text, at);
  if (text.charCodeAt(i) !== bracket) throw new TypeError(`no '${String.fromCharCode(bracket)}' at ${i}`);
  return i + 1;
}

/** The members of the object that starts at `at` (white space before it is skipped). */
export function members(text: string, at = 0): Member[] {
  const found: Member[] = [];
  let i = inside(text, at, OPEN_BRACE);
  for (;;) {
    i = skipSpace(text, i);
    if (text.charCodeAt(i) !== QUOTE) return found;
    const keyEnd = stringEnd(text, i);
    const raw = text.slice(i + 1, keyEnd - 1);
    const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    i = skipSpace(text, keyEnd);
    if (text.charCodeAt(i) === COLON) i = skipSpace(text, i + 1);
    const end = valueEnd(text, i);
    found.push({ key, start: i, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) i++;
  }
}

/** Start and end of each element of the array that starts at `at`. */
export function elements(text: string, at: number): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let i = inside(text, at, OPEN_BRACKET);
  for (;;) {
    i = skipSpace(text, i);
    const c = text.charCodeAt(i);
    if (c === CLOSE_BRACKET || Number.isNaN(c)) return found;
    const end = valueEnd(text, i);
    found.push({ start: i, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) i++;
  }
}

/**
 * Whether an escape of the text stands for no character: NUL, which PostgreSQL does not hold and no FHIR
 * string has (https://hl7.org/fhir/R4/datatypes.html#string), or half of a surrogate pair, which UTF-8 cannot
 * say, so that what is stored and what is indexed would differ.
 */
export function hasFalseEscape(text: string): boolean {
  if (!/\\u(?:0000|[dD][89a-fA-F])/.test(text)) return false;
  /** Where the second half of a pair must follow; -1 when none is begun. */
  let second = -1;
  for (const { 0: written, index } of text.matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/gs)) {
    const unit = written.length === 6 ? Number.parseInt(written.slice(2), 16) : -1;
    const isSecond = unit >= 0xdc00 && unit <= 0xdfff;
    if (unit === 0 || (isSecond ? second !== index : second >= 0)) return true;
    second = unit >= 0xd800 && unit <= 0xdbff ? index + written.length : -1;
  }
  return second >= 0;
}

/** What reading a text would run into. */
export interface Shape {
  /** The deepest nesting of objects and arrays. */
  readonly depth: number;
  /**
   * A key that occurs twice in one object. Readers disagree about its value, and what was validated must be
   * what everybody reads.
   */
  readonly duplicate?: string;
}

/** Looks at any text, valid JSON or not, in one pass and without recursion. */
export function shapeOf(text: string): Shape {
  const open: Set<string>[] = [];
  let depth = 0;
  let duplicate: string | undefined;
  let i = 0;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      const end = stringEnd(text, i);
      const keys = open.at(-1);
      if (keys && duplicate === undefined && text.charCodeAt(skipSpace(text, end)) === COLON) {
        const raw = text.slice(i + 1, end - 1);
        const key = raw.includes('\\') ? unescaped(raw) : raw;
        if (keys.has(key)) duplicate = key;
        else keys.add(key);
      }
      i = end;
      continue;
    }
    if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      open.push(new Set());
      if (open.length > depth) depth = open.length;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) open.pop();
    i++;
  }
  return { depth, duplicate };
}

/** A key as it reads; as it is written, when it is no valid JSON string. */
function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

/** The same JSON without white space between its tokens. */
export function minify(text: string): string {
  if (!/[ \n\r\t]/.test(text)) return text;
  let out = '';
  let copied = 0;
  let i = 0;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = stringEnd(text, i);
    } else if (isSpace(c)) {
      out += text.slice(copied, i);
      i = skipSpace(text, i);
      copied = i;
    } else i++;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/**
 * Replaces string values: `replace` gets the key a string stands under (or the key of the array that
 * holds it) and its value, and returns the new value, or undefined to keep the text as it is.
 */
export function replaceStrings(
  text: string,
  replace: (key: string, value: string) => string | undefined,
): string {
  let out = '';
  let copied = 0;
  let key = '';
  const keys: string[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      const end = stringEnd(text, i);
      const after = skipSpace(text, end);
      if (text.charCodeAt(after) === COLON) {
        key = text.slice(i + 1, end - 1);
        i = after + 1;
        continue;
      }
      const raw = text.slice(i + 1, end - 1);
      const value = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
      const next = replace(key, value);
      if (next !== undefined) {
        out += text.slice(copied, i) + JSON.stringify(next);
        copied = end;
      }
      i = end;
      continue;
    }
    if (c === OPEN_BRACE || c === OPEN_BRACKET) keys.push(key);
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) key = keys.pop() ?? '';
    i++;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

/** The object with only those members whose key is kept. */
export function keepMembers(text: string, keep: (key: string) => boolean): string {
  const kept = members(text).filter((m) => keep(m.key));
  return `{${kept.map((m) => `${JSON.stringify(m.key)}:${text.slice(m.start, m.end)}`).join(',')}}`;
}

/**
 * Parses, keeping every number that JavaScript would write differently (`1.50`, `1e400`) as raw text, so
 * that `JSON.stringify` of the result writes it back to the digit. Slower than `JSON.parse`: for the paths
 * that must rebuild a resource.
 */
export function parseExactly(text: string): unknown {
  type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
  const reviver: Reviver = (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined && context.source !== String(value)
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source)
      : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}
