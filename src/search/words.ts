/**
 * `_text` (the narrative) and `_content` (every text): words, read in the stored text of what the other
 * parameters leave. https://hl7.org/fhir/R4/search.html#text
 *
 *     bone liver · bone AND liver     both               "bone marrow"   these words, whole, in this order
 *     bone OR liver · bone,liver      one of them        NOT bone        not this one
 *     (bone OR liver) AND metastases
 *
 * AND binds tighter than OR; both are read in any case. Text and words are folded as strings are. A word that
 * starts with a Latin letter or digit is found where such a word starts (`bone` in `bones`, not in
 * `trombone`); Chinese, which has no spaces, is found anywhere.
 */
import { badParameter, tooCostly } from '../kernel/fhir-error.ts';
import { fold } from '../kernel/fold.ts';
import { anyOf, type Bindings } from './bindings.ts';
import type { ParseSpecial } from './condition.ts';
import type { Words } from './plan.ts';
import type { FilterOf } from './types/search-type.ts';
import { splitEscaped, unescaped } from './values.ts';

/** Each word is looked for in each text. */
const MAX_WORDS = 50;
const MAX_DEPTH = 20;

/** Throws `not-supported` for Bundle, Binary and Parameters. */
export const textWords: ParseSpecial = ({ condition: { type, name, value } }) => {
  if (!hasNarrative(type)) {
    throw badParameter(
      name,
      { en: `A ${type} has no narrative. Use _content.`, zh: `${type} 没有叙述文本。请使用 _content。` },
      false,
    );
  }
  return { kind: 'words', in: 'narrative', words: parseWords(name, value) };
};

/** Every type of R4 but these is a DomainResource. https://hl7.org/fhir/R4/domainresource.html */
const WITHOUT_NARRATIVE = new Set(['Binary', 'Bundle', 'Parameters']);

export function hasNarrative(type: string): boolean {
  return !WITHOUT_NARRATIVE.has(type);
}

export const contentWords: ParseSpecial = ({ condition: { name, value } }) => ({
  kind: 'words',
  in: 'content',
  words: parseWords(name, value),
});

/** Throws `bad-parameter`; `name` is that of the parameter. */
export function parseWords(name: string, value: string): Words {
  const parts = splitEscaped(value, ',').map((v) => new WordParser(name, lexed(unescaped(v))).all());
  const words: Words = parts.length === 1 ? parts[0]! : { op: 'or', parts };
  if (countOf(words) > MAX_WORDS) {
    throw tooCostly(
      {
        en: `${name} may have at most ${MAX_WORDS} words.`,
        zh: `${name} 最多可有 ${MAX_WORDS} 个词。`,
      },
      name,
    );
  }
  return words;
}

function countOf(words: Words): number {
  if ('word' in words) return 1;
  if ('not' in words) return countOf(words.not);
  return words.parts.reduce((sum, part) => sum + countOf(part), 0);
}

/** `(`, `)`, words, and phrases with their quotes. */
function lexed(text: string): string[] {
  return text.match(/"[^"]*"|[()]|[^\s()"]+|"/g) ?? [];
}

class WordParser {
  readonly #name: string;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(name: string, tokens: readonly string[]) {
    this.#name = name;
    this.#tokens = tokens;
  }

  all(): Words {
    const words = this.#or(0);
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return words;
  }

  #or(depth: number): Words {
    const parts = [this.#and(depth)];
    while (this.#takes('or')) parts.push(this.#and(depth));
    return parts.length === 1 ? parts[0]! : { op: 'or', parts };
  }

  #and(depth: number): Words {
    const parts = [this.#one(depth)];
    for (;;) {
      const next = this.#tokens[this.#at]?.toLowerCase();
      if (next === undefined || next === 'or' || next === ')') break;
      this.#takes('and');
      parts.push(this.#one(depth));
    }
    return parts.length === 1 ? parts[0]! : { op: 'and', parts };
  }

  #one(depth: number): Words {
    if (depth > MAX_DEPTH) throw this.#unexpected();
    if (this.#takes('not')) return { not: this.#one(depth + 1) };
    if (this.#takes('(')) {
      const words = this.#or(depth + 1);
      if (!this.#takes(')')) throw this.#unexpected();
      return words;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || /^(and|or|\)|")$/i.test(token)) throw this.#unexpected();
    this.#at++;
    return { word: token.startsWith('"') ? phrasePattern(token) : wordPattern(token) };
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #unexpected() {
    const token = this.#tokens[this.#at];
    return badParameter(this.#name, {
      en: `${this.#name} is not understood at ${token === undefined ? 'its end' : `'${token}'`}. Write words, "phrases", AND, OR, NOT and parentheses, as in (bone OR liver) AND metastases.`,
      zh: `${this.#name} 在${token === undefined ? '结尾' : `“${token}”`}处无法识别。可使用词语、"短语"、AND、OR、NOT 和括号,例如 (骨 OR 肝) AND 转移。`,
    });
  }
}

/** What folds to nothing is in no text. */
const NOWHERE = '(?!)';

function wordPattern(word: string): string {
  const folded = fold(word);
  if (folded === '') return NOWHERE;
  return `${startOf(folded)}${literal(folded)}`;
}

function phrasePattern(quoted: string): string {
  const folded = fold(quoted.slice(1, -1));
  if (folded === '') return NOWHERE;
  return `${startOf(folded)}${literal(folded)}${/[a-z0-9]$/.test(folded) ? '(?![a-z0-9])' : ''}`;
}

function startOf(folded: string): string {
  return /^[a-z0-9]/.test(folded) ? '(?<![a-z0-9])' : '';
}

function literal(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}-]/g, '\\$&');
}

export function wordsWhere(filter: FilterOf<'words'>, r: string, b: Bindings): string {
  const text = filter.in === 'narrative' ? 'narrative_of' : 'text_of';
  // A subquery of its own, so that the text is made once, and behind what an index answers.
  return `exists (select 1 from (select coalesce(fold(${text}(resource_json(${r}.content))), '') as text offset 0) w where ${condition(filter.words, b)})`;
}

function condition(words: Words, b: Bindings): string {
  if ('word' in words) return `w.text ~ ${b.bind(words.word, 'text')}`;
  if ('not' in words) return `not (${condition(words.not, b)})`;
  const parts = words.parts.map((part) => condition(part, b));
  return words.op === 'or' ? anyOf(parts) : `(${parts.join(' and ')})`;
}
