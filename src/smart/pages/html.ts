/** HTML that is escaped by construction: a text that comes into a template is text, whatever is in it. */

const MARK = Symbol('html');

/** A piece of HTML. Made by `html` alone. */
export interface Html {
  readonly [MARK]: string;
}

/** What may stand in a template. Nothing stands for `undefined` and `false`. */
export type Part = Html | readonly Html[] | string | number | undefined | false;

/** A template: parts stand between tags, or in an attribute's value between quotation marks. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  parts.forEach((part, at) => {
    text += rendered(part) + (strings[at + 1] ?? '');
  });
  return { [MARK]: text };
}

/** What goes to the browser. */
export function textOf(piece: Html): string {
  return piece[MARK];
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  if (MARK in part) return part[MARK];
  return part.map(textOf).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
