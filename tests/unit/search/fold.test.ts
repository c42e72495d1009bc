import { expect, test } from 'vitest';
import { fold, latinReadings } from '../../../src/kernel/fold.ts';
import { generator } from '../kernel/generator.ts';

test.each([
  ['Müller', 'muller'],
  ['MU\u0308LLER', 'muller'],
  ['  a \t\n b  ', 'a b'],
  ['ＡＢＣ１２３', 'abc123'],
  ['ﾊﾝ', fold('ハン')],
  ['张三', '张三'],
  ['É\u0301', 'e'],
  ['', ''],
  ['\u3000', ''],
  ['ﬁ', 'fi'],
])('folds %j to %j', (text, expected) => {
  expect(fold(text)).toBe(expected);
});

test('folding what is folded changes nothing', () => {
  const random = generator(11);
  const letters = 'aÄéß İıÅﬁ张三　Ａ\u0301\u200d😀𠮷Ω①㎏½';
  for (let i = 0; i < 3000; i++) {
    const text = Array.from(
      { length: 8 },
      () => [...letters][Math.floor(random() * [...letters].length)],
    ).join('');
    const once = fold(text);
    expect(fold(once), text).toBe(once);
    expect(once).toBe(once.trim());
  }
});

test.each([
  ['张三', ['zhangsan', 'zs']],
  ['单雄信', ['shanxiongxin', 'sxx']],
  ['吕布', ['lvbu', 'lb']],
  ['欧阳修', ['ouyangxiu', 'oyx']],
  ['张 三', ['zhangsan', 'zs']],
  ['阿依古丽·买买提', ['ayigulimaimaiti']],
])('reads %s as %j', (text, expected) => {
  expect(latinReadings(text)).toEqual(expect.arrayContaining(expected));
});

test('reads only what has Chinese characters, and never as nothing', () => {
  expect(latinReadings('Smith')).toEqual([]);
  expect(latinReadings('')).toEqual([]);
  for (const text of ['张', '〇', '𠮷野', '张A1', '三3']) expect(latinReadings(text)).not.toContain('');
});

test('readings are folded, so that they are found', () => {
  for (const text of ['张三', '吕布', '女娲', '单于', '曾国藩', '仇英', '解缙', '𠮷野家']) {
    for (const reading of latinReadings(text)) expect(fold(reading)).toBe(reading);
  }
});
