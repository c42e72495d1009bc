/** JSON Pointer. https://www.rfc-editor.org/rfc/rfc6901 */

/** `/name/0/given` -> its tokens, unescaped; undefined when the text is no pointer. */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The index a token names in an array of this length; undefined when it names none. */
export function arrayIndex(token: string, length: number): number | undefined {
  if (!/^(0|[1-9]\d{0,9})$/.test(token)) return undefined;
  const index = Number(token);
  return index < length ? index : undefined;
}
