import type { Language, Text } from '../../kernel/issue.ts';

/** What is wrong with a table, and where. Nothing of it was loaded. */
export class TableFault extends Error {
  override readonly name = 'TableFault';
  readonly text: Text;
  readonly #place: string;

  constructor(file: string, line: number | undefined, text: Text) {
    const place = line === undefined ? file : `${file}:${line}`;
    super(`${place}: ${text.en}`);
    this.text = text;
    this.#place = place;
  }

  in(lang: Language): string {
    return `${this.#place}: ${this.text[lang]}`;
  }
}
