/** Where clients' keys are fetched from, and where never. */
import { describe, expect, it } from 'vitest';
import { fetchKeys, isKeysAddress } from '../../../src/smart/fetch-keys.ts';

describe('the address of a client’s keys', () => {
  it.each([
    'https://his.example.cn/jwks',
    'https://10.3.0.7:8443/jwks',
    'http://127.0.0.1:9000/jwks',
    'http://localhost/jwks',
    'http://[::1]/jwks',
  ])('may be %s', (address) => {
    expect(isKeysAddress(address)).toBe(true);
  });

  it.each([
    'http://his.example.cn/jwks',
    'http://10.3.0.7/jwks',
    'http://127.0.0.1.example/jwks',
    'http://localhost.example/jwks',
    'https://user:secret@his.example.cn/jwks',
    'https://his.example.cn/jwks#x',
    'ftp://his.example.cn/jwks',
    'file:///etc/passwd',
    'jwks',
    '',
  ])('cannot be %j', (address) => {
    expect(isKeysAddress(address)).toBe(false);
  });

  it.each([
    'https://169.254.169.254/latest/meta-data',
    'https://0.0.0.0/jwks',
    'https://[fe80::1]/jwks',
    'https://[::ffff:169.254.169.254]/jwks',
    'https://[::]/jwks',
    'https://[64:ff9b::169.254.169.254]/jwks',
    'https://[2002:a9fe:a9fe::1]/jwks',
    'https://224.0.0.1/jwks',
    // The same in other spellings, which URLs have many of.
    'https://2852039166/jwks',
    'https://0xa9.0xfe.0xa9.0xfe/jwks',
  ])('%s is where nobody’s keys are', async (address) => {
    await expect(fetchKeys(address)).rejects.toThrow('no address of a client');
  });

  it('in the clear is this machine, whatever its name says', async () => {
    await expect(fetchKeys('http://127.0.0.1:1/jwks')).rejects.toThrow('ECONNREFUSED');
    await expect(fetchKeys('http://his.example.cn/jwks')).rejects.toThrow('neither HTTPS nor loopback');
  });
});
