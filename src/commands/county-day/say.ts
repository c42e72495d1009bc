/** The lines that the script says, in one of the county's languages. */
import type { Language, Text } from '../../kernel/issue.ts';

/** Sentences by name. `{value}` is filled in when it is said, in both languages. */
export type Words = Readonly<Record<string, Text>>;
export type Values = Readonly<Record<string, string | number>>;

/** A sentence with its values filled in. */
export function fill(text: Text, lang: Language, values: Values = {}): string {
  return text[lang].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`));
}

/** The lines of the script. */
export class Say {
  readonly lang: Language;
  readonly #write: (text: string) => void;

  constructor(lang: Language, write: (text: string) => void) {
    this.lang = lang;
    this.#write = write;
  }

  text(text: Text, values?: Values): string {
    return fill(text, this.lang, values);
  }

  heading(text: Text, values?: Values): void {
    this.#write(`${this.text(text, values)}\n`);
  }

  chapter(number: number, heading: Text): void {
    this.#write(`\n${number}. ${this.text(heading)}\n`);
  }

  /** A request and its answer, then what the answer means. */
  exchange(client: string, request: string, status: number): void {
    this.#write(`   ${client.padEnd(13)}${request}  ${status}\n`);
  }

  meaning(text: Text, values?: Values): void {
    this.#write(`${' '.repeat(16)}${this.text(text, values)}\n`);
  }

  line(text: Text, values?: Values): void {
    this.#write(`${' '.repeat(18)}${this.text(text, values)}\n`);
  }
}
