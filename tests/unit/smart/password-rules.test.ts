import { expect, test } from 'vitest';
import { passwordFault } from '../../../src/smart/accounts/password-rules.ts';

const shen = { login: 'shen.mingyuan', name: '沈明远' };

test.each([
  'purple tractors sing at dawn',
  '下雨天柳树村的鸭子都很开心呀哈',
  'VxK2m!9dLq#7tRz',
  `${'a b c d e f g h '.repeat(4)}and then some`,
])('%j is a good password: kinds of characters are not asked for, nor is a limit below 64', (password) => {
  expect(passwordFault(password, shen)).toBeUndefined();
});

test.each([
  ['', 'needs at least 15'],
  ['VxK2m!9dLq#7tR', 'needs at least 15'],
  ['下雨天柳树村的鸭子都很开心呀', 'needs at least 15'],
  ['x'.repeat(300), 'longer than 256'],
  ['aaaaaaaaaaaaaaaaaa', 'tried early'],
  ['abc1abc1abc1abc1abc1', 'tried early'],
  ['123456789012345', 'tried early'],
  ['qwertyuiopasdfgh', 'tried early'],
  ['1qaz2wsx3edc4rfv', 'tried early'],
  ['PasswordPassword1', 'tried early'],
  ['Admin123456789!', 'tried early'],
  ['shen.mingyuan1980', 'tried early'],
  ['沈明远沈明远沈明远1949101', 'tried early'],
  ['xiantong12345678', 'tried early'],
])('%j is refused, and it is said why', (password, reason) => {
  const fault = passwordFault(password, shen);
  expect(fault?.en).toContain(reason);
  expect(fault?.zh).toMatch(/密码/);
});

test('characters are counted as people count them', () => {
  expect(passwordFault('𠮷'.repeat(14), shen)?.en).toContain('has 14 characters');
});
