import { describe, expect, test } from 'vitest';
import {
  elements,
  hasFalseEscape,
  keepMembers,
  members,
  minify,
  parseExactly,
  replaceStrings,
  shapeOf,
} from '../../../src/kernel/json-text.ts';
import { generator } from './generator.ts';

const NASTY = [
  '',
  '"',
  '\\',
  '\\"',
  '\\\\',
  '\\\\"',
  '{"a":1}',
  '}],{[',
  '": "',
  ', ',
  '\n\r\t',
  '\u0000\u001f',
  '\u2028\u2029\ufeff',
  '张三😀𠮷',
  '\ud800',
  'a/b\\/c',
  '\\u0022',
  ' '.repeat(50),
];

/** JSON.parse of V8 13.6 takes the key `x"` for `x\` when it has seen that one at the same place. */
const KEYS = NASTY.filter((text) => !text.includes('\\'));

/** Random JSON text with random white space, from a seed. */
function jsonText(random: () => number, level = 0): string {
  const space = () => ['', '', ' ', '\n', '\t\r\n '][Math.floor(random() * 5)]!;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const text = () => {
    const value = pick(NASTY) + pick(NASTY);
    const written = JSON.stringify(value);
    return random() < 0.3
      ? written.replace(
          /[a-z\u0080-\uffff](?![0-9a-f]{0,3}")/g,
          (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
        )
      : written;
  };
  const kind = random();
  if (level > 4 || kind < 0.4) {
    return pick([
      text,
      () => pick(['1.50', '0.010', '1e2', '-0.0', '12345678901234567890.123', '1e400', '7']),
      () => pick(['true', 'false', 'null']),
    ])();
  }
  const size = Math.floor(random() * 5);
  const items = Array.from({ length: size }, (_, i) => {
    const value = jsonText(random, level + 1);
    const key = JSON.stringify(`${i}${pick(KEYS)}`);
    return kind < 0.7
      ? `${space()}${value}${space()}`
      : `${space()}${key}${space()}:${space()}${value}${space()}`;
  });
  const inside = items.join(',') || space();
  return kind < 0.7 ? `[${inside}]` : `{${inside}}`;
}

/** JSON texts that cannot be broken by escapes in the generator. */
function validTexts(count: number): string[] {
  const random = generator(20240501);
  const found: string[] = [];
  while (found.length < count) {
    const text = jsonText(random);
    try {
      JSON.parse(text);
      found.push(text);
    } catch {
      // an escape was cut in two
    }
  }
  return found;
}

const TEXTS = validTexts(3000);

describe('members', () => {
  test('finds every member with its value exactly as written', () => {
    for (const text of TEXTS.filter((t) => t.startsWith('{'))) {
      const value = JSON.parse(text) as Record<string, unknown>;
      const found = members(text);
      expect(found.map((m) => m.key)).toEqual(expect.arrayContaining(Object.keys(value)));
      expect(new Set(found.map((m) => m.key)).size).toBe(Object.keys(value).length);
      for (const m of found) expect(JSON.parse(text.slice(m.start, m.end)), text).toEqual(value[m.key]);
    }
  });

  test('reads escaped keys and starts where it is told', () => {
    const text = ' [ {"\\u0061":1}, { "b\\"\\\\" : [1,"]"] } ]';
    const [first, second] = elements(text, 0);
    expect(members(text, first!.start).map((m) => m.key)).toEqual(['a']);
    const [b] = members(text, second!.start);
    expect(b!.key).toBe('b"\\');
    expect(text.slice(b!.start, b!.end)).toBe('[1,"]"]');
  });

  test('finds nothing in an empty object', () => {
    expect(members('{}')).toEqual([]);
    expect(members(' { } ')).toEqual([]);
  });
});

test('elements finds every element of an array', () => {
  for (const text of TEXTS.filter((t) => t.startsWith('['))) {
    const value = JSON.parse(text) as unknown[];
    expect(
      elements(text, 0).map(({ start, end }) => JSON.parse(text.slice(start, end))),
      text,
    ).toEqual(value);
  }
});

describe('minify', () => {
  test('leaves the same JSON without white space between tokens', () => {
    for (const text of TEXTS) {
      const small = minify(text);
      expect(JSON.parse(small)).toEqual(JSON.parse(text));
      expect(small.replace(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(/\s/);
      expect(minify(small)).toBe(small);
    }
  });

  test('keeps numbers, escapes and white space inside strings as they are written', () => {
    expect(minify('{ "a" : 1.50 ,\n"b":[ 1e2 , "x \\" \\\\" ], "c\\u0020":" , : " }')).toBe(
      '{"a":1.50,"b":[1e2,"x \\" \\\\"],"c\\u0020":" , : "}',
    );
  });

  test('takes strings of any length', () => {
    const long = 'x'.repeat(20_000_000);
    expect(minify(`{\n"a": "${long}"}`)).toHaveLength(long.length + 8);
  });
});

describe('replaceStrings', () => {
  test('changes nothing when nothing is to be replaced', () => {
    for (const text of TEXTS) expect(replaceStrings(text, () => undefined)).toBe(text);
  });

  test('shows each string value once, with the key it stands under', () => {
    for (const text of TEXTS) {
      const seen: string[] = [];
      replaceStrings(text, (_key, value) => {
        seen.push(value);
        return undefined;
      });
      const expected: string[] = [];
      JSON.parse(text, (_key, value) => {
        if (typeof value === 'string') expected.push(value);
        return value;
      });
      expect([...seen].sort()).toEqual(expected.sort());
    }
  });

  test('replaces a value by its key, in arrays and behind nested objects too', () => {
    const text = '{ "a":"x", "b":["x",{"a":"x","c":{"d":"x"}},"x"], "e":{"a":["x"]}, "f":"x" }';
    expect(
      replaceStrings(text, (key, value) => (key === 'a' || key === 'b' ? `${value}${key}"` : undefined)),
    ).toBe(
      '{ "a":"xa\\"", "b":["xb\\"",{"a":"xa\\"","c":{"d":"x"}},"xb\\""], "e":{"a":["xa\\""]}, "f":"x" }',
    );
  });

  test('never touches keys, numbers and words', () => {
    const text = '{"x":1.50,"y":[true,null,1e2],"z":"x"}';
    expect(replaceStrings(text, () => 'n')).toBe('{"x":1.50,"y":[true,null,1e2],"z":"n"}');
  });
});

describe('parseExactly', () => {
  test('writes back what it read, to the digit', () => {
    for (const text of TEXTS) {
      const written = JSON.stringify(parseExactly(text));
      expect(JSON.parse(written)).toEqual(JSON.parse(text));
      const numbers = (t: string) =>
        t
          .replace(/"(?:[^"\\]|\\.)*"/g, '')
          .match(/-?\d[\d.eE+-]*/g)
          ?.sort();
      expect(numbers(written)).toEqual(numbers(text));
    }
  });

  test.each([
    '1.50',
    '0.010',
    '1e2',
    '1E+2',
    '-0',
    '-0.0',
    '12345678901234567890.123',
    '1e400',
    '5e-324',
    '0.1',
  ])('keeps %s', (number) => {
    expect(JSON.stringify(parseExactly(`{"a":[${number}]}`))).toBe(`{"a":[${number}]}`);
  });
});

describe('the depth of a shape', () => {
  test.each([
    ['1', 0],
    ['"[[["', 0],
    ['{}', 1],
    ['[[],[[]]]', 3],
    ['{"a":"\\"{{{"}', 1],
    ['[[[[', 4],
    ['"[', 0],
  ])('of %j is %i', (text, expected) => {
    expect(shapeOf(text).depth).toBe(expected);
  });
});

describe('the duplicate key of a shape', () => {
  test.each([
    ['{"a":1,"b":2}', undefined],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"x":[{"a":1},{"a":2}]}', undefined],
    ['{"x":{"y":[{"a":"a","a":2}]}}', 'a'],
    ['{"a":{"a":{"a":1}}}', undefined],
    ['{"a":["b","b"]}', undefined],
  ])('of %j is %j', (text, expected) => {
    expect(shapeOf(text).duplicate).toBe(expected);
  });
});

test('keepMembers keeps some members as they are written', () => {
  expect(keepMembers('{ "a" : 1.50, "b": [ 1 ], "c":"x" }', (k) => k !== 'b')).toBe('{"a":1.50,"c":"x"}');
  expect(keepMembers('{"a":1}', () => false)).toBe('{}');
});

test.each([
  ['{"a":"x"}', false],
  [String.raw`{"a":"\\u0000"}`, false],
  [String.raw`{"a":"\\\u0000"}`, true],
  [String.raw`{"a":"\ud83d\ude00"}`, false],
  [String.raw`{"a":"\uD83D\uDE00\n\ud83d\ude00"}`, false],
  [String.raw`{"a":"\ud83d"}`, true],
  [String.raw`{"a":"\ude00"}`, true],
  [String.raw`{"a":"\ud83d x\ude00"}`, true],
  [String.raw`{"a":"\ud83d\n"}`, true],
  [String.raw`{"a":"\ud83d\ud83d\ude00"}`, true],
  [String.raw`{"a":"\\ud83d"}`, false],
  [String.raw`{"\u0000":1}`, true],
])('whether an escape in %s stands for no character: %s', (text, expected) => {
  expect(hasFalseEscape(text)).toBe(expected);
});
