/** Full-width ASCII (U+FF01 to U+FF5E) and the ideographic space, as Chinese keyboards type them, made half-width. */
export function halfWidth(text: string): string {
  return text
    .replace(/[\uFF01-\uFF5E]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ');
}
