/**
 * What a password must be: NIST SP 800-63B-4 §3.1.1.2 for a password that is the only factor. Length counts, and that it
 * is not one that is tried first; kinds of characters do not, nor does age. Pure.
 */
import type { Text } from '../../kernel/issue.ts';
import { GUESSABLE_WORDS } from './guessable-words.ts';
import { MAX_PASSWORD_LENGTH, normalPassword } from './password.ts';

/** In characters of Unicode. */
export const MIN_PASSWORD_LENGTH = 15;
/** What must be left of a password when words that anybody would try with this account are taken away. */
const MIN_OWN_CHARACTERS = 8;
/** Fewer different characters than this are a pattern. */
const MIN_DIFFERENT = 5;

/** Rows of a keyboard, and what is counted out. */
const SEQUENCES = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
].flatMap((row) => [row, [...row].reverse().join('')]);
const SEQUENCE_LENGTH = 4;

/** What is wrong with a password for somebody; undefined when nothing is. */
export function passwordFault(
  password: string,
  of: { readonly login: string; readonly name: string },
): Text | undefined {
  const text = normalPassword(password);
  const length = [...text].length;
  if (length < MIN_PASSWORD_LENGTH) {
    return {
      en: `The password has ${length} characters and needs at least ${MIN_PASSWORD_LENGTH}. A sentence that only you would say is easy to remember; spaces and Chinese characters count.`,
      zh: `密码共 ${length} 个字符,至少需要 ${MIN_PASSWORD_LENGTH} 个。建议使用只有您自己会说的一句话,空格和汉字均可。`,
    };
  }
  if (password.length > MAX_PASSWORD_LENGTH) {
    return {
      en: `The password is longer than ${MAX_PASSWORD_LENGTH} characters.`,
      zh: `密码超过 ${MAX_PASSWORD_LENGTH} 个字符。`,
    };
  }
  const plain = text.toLowerCase();
  if (new Set(plain).size < MIN_DIFFERENT || isRepetition(plain)) return EASY;
  const words = [of.login, of.name, 'xiantong', '县通', ...GUESSABLE_WORDS].map((w) => w.toLowerCase());
  const own = withoutSequences(
    words.reduce((rest, word) => (word ? rest.replaceAll(word, '') : rest), plain),
  );
  return [...own].length < MIN_OWN_CHARACTERS ? EASY : undefined;
}

const EASY: Text = {
  en: 'This password is one that is tried early: it consists of repetitions, of rows of the keyboard, of common passwords or of your own name. Choose another.',
  zh: '该密码容易被猜到:由重复、键盘顺序、常见密码或您的姓名、登录名组成。请换一个密码。',
};

/** A short piece, over and over. */
function isRepetition(text: string): boolean {
  for (let size = 1; size <= text.length / 3; size += 1) {
    if (text.slice(size) === text.slice(0, -size)) return true;
  }
  return false;
}

/** Takes away every run that follows a row. */
function withoutSequences(text: string): string {
  let rest = '';
  for (let at = 0; at < text.length; ) {
    const run = longestRun(text, at);
    if (run === 0) rest += text[at];
    at += run || 1;
  }
  return rest;
}

function longestRun(text: string, at: number): number {
  let longest = 0;
  for (const row of SEQUENCES) {
    let length = SEQUENCE_LENGTH;
    while (at + length <= text.length && row.includes(text.slice(at, at + length))) {
      longest = Math.max(longest, length);
      length += 1;
    }
  }
  return longest;
}
