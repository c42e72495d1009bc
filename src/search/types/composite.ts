/** Several components at once, separated by `$`. https://hl7.org/fhir/R4/search.html#composite */
import { badParameter } from '../../kernel/fhir-error.ts';
import { bareToken } from '../bare-codes.ts';
import type { Composite } from '../composite.ts';
import { unsupportedModifier } from '../condition.ts';
import type { Typed } from '../expression.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter } from '../plan.ts';
import { Rows } from '../rows.ts';
import { codeToken, pairKey } from '../tokens.ts';
import { splitEscaped } from '../values.ts';
import { date } from './date.ts';
import { number, numberComparisons } from './number.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import type { Asked, SearchType } from './search-type.ts';
import { string } from './string.ts';
import { codingsOf, token } from './token.ts';
import { uri } from './uri.ts';

/** What a component may be. */
const components = { token, string, reference, date, number, quantity, uri };

/** Has no SQL of its own: its filters are those of its components. */
export const composite: Omit<SearchType, 'where'> = {
  index(rows, parameter, { value }, base) {
    if (parameter.composite?.how !== 'together') return;
    const { parts } = parameter.composite;
    const [first, ...rest] = value as Typed[][];
    const scratch = new Rows();
    for (const typed of first!) token.index(scratch, parts[0]!, typed, base);
    for (const system of scratch.systems.get('') ?? []) rows.system(parameter.key, system);
    for (const text of scratch.tokens) {
      const key = pairKey(parameter.key, text);
      if (rest.length === 2) indexSpan(rows, key, rest[0]!, rest[1]!);
      else for (const typed of rest[0]!) indexSecond(rows, { ...parts[1]!, key }, typed, base);
    }
  },

  parse(asked) {
    if (asked.modifier !== undefined) throw unsupportedModifier(asked.name, ['missing']);
    const filters = splitEscaped(asked.value, ',').map((v) => parseOne(asked, v));
    return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
  },
};

function typeOf({ kind }: Parameter): SearchType {
  return components[kind as keyof typeof components] as SearchType;
}

/** A code in the second place is found by itself, too: its systems beside each first code are not known. */
function indexSecond(rows: Rows, part: Parameter, typed: Typed, base: string): void {
  if (part.kind !== 'token') return typeOf(part).index(rows, part, typed, base);
  const scratch = new Rows();
  token.index(scratch, { ...part, key: '' }, typed, base);
  for (const text of scratch.tokens) rows.tokens.add(`${part.key}${text}`);
  for (const { code } of codingsOf(typed) ?? []) {
    if (code !== undefined) rows.tokens.add(codeToken(part.key, code));
  }
}

/** Start and end, which are compared each by its own. */
function indexSpan(rows: Rows, key: string, starts: readonly Typed[], ends: readonly Typed[]): void {
  const [start, end] = [starts[0]?.value, ends[0]?.value];
  if (typeof start === 'number' && typeof end === 'number') rows.interval(key, start, end);
}

function parseOne(asked: Asked, value: string): Filter {
  const compiled = asked.parameter.composite as Composite;
  const { parts } = compiled;
  const texts = splitEscaped(value, '$');
  if (texts.length !== parts.length || texts.includes('')) {
    const shape = parts.map((p) => p.code).join('$');
    throw badParameter(asked.name, {
      en: `'${value}' is not understood: '${asked.parameter.code}' takes ${parts.length} values separated by $, as in ${shape}. A $ inside a value is written \\$.`,
      zh: `无法识别“${value}”:“${asked.parameter.code}”需要以 $ 分隔的 ${parts.length} 个值,形如 ${shape}。值内的 $ 写作 \\$。`,
    });
  }
  if (compiled.how === 'together') return parseTogether(asked, parts, texts);
  const filters = parts.map((parameter, i) =>
    typeOf(parameter).parse({ ...asked, parameter, value: texts[i]! }),
  );
  if (compiled.where.length > 0) filters.push({ kind: 'present', paths: compiled.where });
  return { kind: 'all', filters };
}

function parseTogether(asked: Asked, parts: readonly Parameter[], texts: readonly string[]): Filter {
  const filters = textsOf(asked, parts[0]!, texts[0]!).map((text): Filter => {
    const key = pairKey(asked.parameter.key, text);
    if (parts.length === 3) {
      const [low, high] = texts.slice(1).map((v) => numberComparisons(key, asked.name, v)[0]!);
      return { kind: 'span', key, low: low!, high: high! };
    }
    const part = { ...parts[1]!, key };
    if (part.kind !== 'token') return typeOf(part).parse({ ...asked, parameter: part, value: texts[1]! });
    const seconds = textsOf(asked, parts[1]!, texts[1]!).map((second) =>
      second.startsWith(BARE) ? codeToken(key, second.slice(BARE.length)) : `${key}${second}`,
    );
    return { kind: 'token', texts: seconds, negate: false, rank: 1 };
  });
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}

/** The text of a code whose system is not said, without parameter and code. */
const BARE = bareToken('', '');

/** The texts of the tokens that a component asks for, without a parameter. */
function textsOf(asked: Asked, part: Parameter, value: string): readonly string[] {
  const filter = token.parse({ ...asked, parameter: { ...part, key: '' }, value });
  if (filter.kind === 'token') return filter.texts;
  throw badParameter(asked.name, {
    en: `'${value}' names a system without a code, which '${asked.parameter.code}' cannot search by. Write code or system|code.`,
    zh: `“${value}”只有 system 而无 code,“${asked.parameter.code}”不能据此检索。格式为 code 或 system|code。`,
  });
}
