/** Chinese characters as a name is compared by: simplified ones. */
import { Converter } from 'opencc-js/t2cn';

const convert = Converter({ from: 't', to: 'cn' });
const known = new Map<string, string>();
const MOST_KNOWN = 20_000;

/** Traditional characters made simplified, one by one: the phrases of ordinary text are no names. */
export function simplified(text: string): string {
  let out = '';
  for (const character of text) out += known.get(character) ?? learnt(character);
  return out;
}

function learnt(character: string): string {
  const simple = String(convert(character));
  if (known.size < MOST_KNOWN) known.set(character, simple);
  return simple;
}
