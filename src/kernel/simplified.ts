/** Chinese characters as names are compared by: simplified ones. */
import { Converter } from 'opencc-js/t2cn';

const convert = Converter({ from: 't', to: 'cn' });
const known = new Map<string, string>();
/** More characters than names are written with. */
const MOST_KNOWN = 20_000;

/** Traditional characters made simplified, one by one: the phrases of ordinary text are no names. */
export function simplified(text: string): string {
  let out = '';
  for (const character of text)
    out += character < '\u3400' ? character : (known.get(character) ?? learnt(character));
  return out;
}

function learnt(character: string): string {
  const simple = String(convert(character));
  if (known.size < MOST_KNOWN) known.set(character, simple);
  return simple;
}
