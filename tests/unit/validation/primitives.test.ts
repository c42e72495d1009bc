import { expect, test } from 'vitest';
import { PRIMITIVES } from '../../../src/validation/primitives.ts';

const ok = (type: string, ...values: unknown[]) => {
  for (const value of values) expect([value, PRIMITIVES[type]!(value)?.en]).toEqual([value, undefined]);
};
const wrong = (type: string, ...values: unknown[]) => {
  for (const value of values) expect(PRIMITIVES[type]!(value), JSON.stringify(value)).toBeDefined();
};

test('boolean', () => {
  ok('boolean', true, false);
  wrong('boolean', 'true', 0, 1);
});

test('integer, unsignedInt and positiveInt are 32 bit whole numbers', () => {
  ok('integer', 0, -2147483648, 2147483647);
  wrong('integer', 1.5, 2147483648, '1', 1e20);
  ok('unsignedInt', 0, 5);
  wrong('unsignedInt', -1);
  ok('positiveInt', 1);
  wrong('positiveInt', 0);
});

test('decimal is any finite JSON number', () => {
  ok('decimal', 0, -1.5, 1e-7);
  wrong('decimal', '1.5', Number.POSITIVE_INFINITY);
});

test('date is a real date, down to a year', () => {
  ok('date', '2023', '2023-02', '2023-02-28', '2024-02-29', '2000-02-29');
  wrong(
    'date',
    '2023-02-30',
    '2023-02-29',
    '1900-02-29',
    '2023-13',
    '2023-00',
    '2023-04-31',
    '23',
    '2023-2-1',
  );
  wrong('date', '2023-02-01T00:00:00Z', '0000', '2023/01/01', 20230101, '');
  expect(PRIMITIVES.date!('2023-02-30')?.en).toContain('28 days');
});

test('dateTime with a time needs seconds and a zone', () => {
  ok('dateTime', '2023', '2023-02', '2023-02-28', '2023-02-28T23:59:59Z', '2023-02-28T23:59:60.123+08:00');
  wrong(
    'dateTime',
    '2023-02-28T10:00',
    '2023-02-28T10:00:00',
    '2023-02-30T10:00:00Z',
    '2023-02-28T24:00:00Z',
  );
  wrong('dateTime', '2023-02-28 10:00:00Z', '2023-02-28T10:00:00+15:00', '2023-02-28T');
});

test('instant is complete', () => {
  ok('instant', '2023-02-28T10:00:00.000+08:00', '2023-02-28T10:00:00-14:00');
  wrong('instant', '2023-02-28', '2023-02-30T10:00:00Z', '2023-02-28T10:00:00');
});

test('time has seconds and no zone', () => {
  ok('time', '10:00:00', '23:59:59.5');
  wrong('time', '10:00', '10:00:00Z', '24:00:00', 'T10:00:00');
});

test('id', () => {
  ok('id', 'a', 'A-1.b', 'x'.repeat(64));
  wrong('id', '', 'x'.repeat(65), 'a_b', 'a b', '张');
});

test('code has no blanks at its ends and none doubled', () => {
  ok('code', 'a', 'a b', '高血压');
  wrong('code', '', ' a', 'a ', 'a  b');
});

test('uri, url and canonical have no blanks', () => {
  ok('uri', 'http://x.example/y|1', 'urn:oid:1.2', '#a');
  wrong('uri', '', 'http://x.example/a b');
  wrong('canonical', 'http://x.example/ ');
  wrong('url', 5);
});

test('oid and uuid', () => {
  ok('oid', 'urn:oid:2.16.156.10011');
  wrong('oid', '2.16.156', 'urn:oid:3.1', 'urn:oid:1.02');
  ok('uuid', 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520');
  wrong('uuid', 'c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:x');
});

test('base64Binary is padded', () => {
  ok('base64Binary', 'YQ==', 'YWJj', 'YW\nJj');
  wrong('base64Binary', 'YQ', 'Y$==', '');
});

test('string and markdown hold text of at most a mebibyte, without control characters', () => {
  ok('string', 'x', '多行\n文本\t', 'x'.repeat(1024 * 1024));
  wrong('string', '', 'x'.repeat(1024 * 1024 + 1), 'a\u0000b', 5);
  wrong('markdown', '', '\u0007');
});

test('xhtml is a div of text formatting', () => {
  ok('xhtml', '<div xmlns="http://www.w3.org/1999/xhtml"><p>好</p></div>', '<div><img src="a.png"/></div>');
  ok('xhtml', '<div><table><tr><td style="x">1 &lt; 2</td></tr></table><!-- a comment --></div>');
  wrong('xhtml', 'text', '<p>x</p>', '<div></div>', '<div> \n</div>', '<div>x', '');
  wrong('xhtml', '<div>x<script>alert(1)</script></div>', '<div>x<SCRIPT src=a></SCRIPT></div>');
  wrong('xhtml', '<div><p onclick="x()">x</p></div>', '<div><a href="javascript:x()">x</a></div>');
  wrong('xhtml', '<div><iframe src="a">x</iframe></div>', '<div>x<form>y</form></div>');
});

test('no text takes more than time in proportion to its length', () => {
  const n = 400_000;
  const texts = [
    `<div>${'<'.repeat(n)}</div>`,
    `<div><${' '.repeat(n)}</div>`,
    `<div>${' <p on'.repeat(n / 6)}</div>`,
    `<div><a href=${' '.repeat(n)}</div>`,
    `<div>${' '.repeat(n)}</div>`,
    `a${' '.repeat(n)}`,
    'a '.repeat(n / 2),
    '='.repeat(n),
  ];
  const start = performance.now();
  for (const text of texts) for (const check of Object.values(PRIMITIVES)) check(text);
  expect(performance.now() - start).toBeLessThan(2000);
});
