import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTgz, type TarFile, writeTgz } from '../../../src/kernel/tar.ts';

const LIMITS = { bytes: 1_000_000, files: 10 };
const file = (path: string, text: string): TarFile => ({ path, bytes: Buffer.from(text) });
const texts = (tgz: Uint8Array, limits = LIMITS) =>
  readTgz(tgz, limits).map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')]);

/** A header and its content, as other programs write them. */
function block(name: string, kind: string, content: string, prefix = ''): Buffer {
  const header = Buffer.alloc(512);
  const bytes = Buffer.from(content);
  header.write(name, 0);
  header.write(`${bytes.length.toString(8).padStart(11, '0')} `, 124);
  header.write('        ', 148);
  header.write(kind, 156);
  header.write('ustar\u000000', 257, 'latin1');
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8)}\0`, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}
const archive = (...blocks: Buffer[]) => gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));

test('what is written is read again, and is the same bytes every time', () => {
  const files = [file('package/a.json', '{}'), file('package/县.json', '县通'), file('package/empty', '')];
  const tgz = writeTgz(files);
  expect(texts(tgz)).toEqual([
    ['package/a.json', '{}'],
    ['package/县.json', '县通'],
    ['package/empty', ''],
  ]);
  expect(Buffer.from(writeTgz(files)).equals(tgz)).toBe(true);
  expect(gunzipSync(tgz).length % 512).toBe(0);
});

describe('read are', () => {
  test('long names, in every way that they are written', () => {
    const long = `package/${'x'.repeat(120)}.json`;
    const pax = ` path=${long}\n`;
    const tgz = archive(
      block('short', 'x', `${pax.length + 3}${pax}`),
      block('cut', '0', 'pax'),
      block('@', 'L', `${long}\0`),
      block('cut', '0', 'gnu'),
      block('name.json', '0', 'prefix', 'package'),
      block('folder/', '5', ''),
      block('pax_global_header', 'g', '11 path=no\n'),
      block('last', '0', 'plain'),
    );
    expect(texts(tgz)).toEqual([
      [long, 'pax'],
      [long, 'gnu'],
      ['package/name.json', 'prefix'],
      ['last', 'plain'],
    ]);
  });
});

describe('refused is', () => {
  test('what is not compressed, no archive, or cut off', () => {
    expect(() => texts(Buffer.from('x'))).toThrow('gzip');
    expect(() => texts(gzipSync(Buffer.alloc(1024, 'x')))).toThrow('not a tar');
    const whole = gunzipSync(writeTgz([file('a', 'x'.repeat(2000))]));
    expect(() => texts(gzipSync(whole.subarray(0, 1024)))).toThrow('in the middle');
  });

  test('more than the limits allow', () => {
    const many = Array.from({ length: 11 }, (_, i) => file(`f${i}`, ''));
    expect(() => texts(writeTgz(many))).toThrow('10 files');
    expect(() => texts(writeTgz([file('big', 'x'.repeat(2_000_000))]))).toThrow('1 MB');
  });
});
