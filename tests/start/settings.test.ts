/** What is set wrongly is said at once, all of it, before anything is touched. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { dataFolder, launch } from './support.ts';

test('the program refuses to serve everybody on an address that others reach', async () => {
  const folder = join(await dataFolder(), 'data');
  const program = launch({ AUTH: 'open', HOST: '0.0.0.0', PORT: '18999', DATA_DIR: folder });
  expect(await program.ended).toBe(2);
  expect(program.stdout()).toBe('');
  expect(program.stderr()).toContain('AUTH=open');
  expect(program.stderr()).toContain("HOST must be a loopback address, not '0.0.0.0'");
  expect(existsSync(folder)).toBe(false);
});

test('the program lists every setting that is wrong', async () => {
  const folder = join(await dataFolder(), 'data');
  const program = launch({
    PORT: '99999',
    AUTH: 'maybe',
    DEMO: 'yes',
    LOG_LEVEL: 'loud',
    UNKNOWN_PROFILES: 'perhaps',
    RATE_LIMIT: 'fast',
    PROVENANCE: 'never',
    CORS_ORIGINS: 'https://portal.example.cn, portal.example.cn/app',
    TRUST_PROXY: 'everybody',
    TLS_CERT: 'cert.pem',
    BASE_URL: 'example.org',
    DATA_DIR: folder,
  });
  expect(await program.ended).toBe(2);
  const lines = program.stderr().trim().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual([
    'PORT',
    'AUTH',
    'DEMO',
    'LOG_LEVEL',
    'UNKNOWN_PROFILES',
    'RATE_LIMIT',
    'PROVENANCE',
    'CORS_ORIGINS',
    'TRUST_PROXY',
    'TLS_CERT',
    'BASE_URL',
  ]);
  for (const value of [
    '99999',
    'maybe',
    'yes',
    'loud',
    'fast',
    'never',
    'portal.example.cn/app',
    'everybody',
    'example.org',
  ]) {
    expect(program.stderr()).toContain(`'${value}'`);
  }
  expect(existsSync(folder)).toBe(false);
});

test.each(['0', '-1', '80.5', 'http', '65536', ' '])('PORT=%j is no port', (PORT) => {
  expect(() => readConfig({ PORT })).toThrow(/^PORT must be/);
});

test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('AUTH=open may listen on %s', (HOST) => {
  expect(readConfig({ AUTH: 'open', HOST }).auth).toBe('open');
});

test.each(['0.0.0.0', '::', '192.168.1.5', 'his.example.cn', '127.0.0.1.example.cn', '1270.0.0.1'])(
  'AUTH=open may not listen on %s',
  (HOST) => {
    expect(() => readConfig({ AUTH: 'open', HOST })).toThrow(/loopback/);
  },
);

test('without any setting the program is closed, on loopback, with the demo county', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    base: 'http://127.0.0.1:8080/fhir',
    auth: 'smart',
    demo: true,
    databaseUrl: undefined,
  });
});

test('the base is what clients can reach, whatever the address listened on', () => {
  expect(readConfig({ HOST: '0.0.0.0' }).base).toBe('http://127.0.0.1:8080/fhir');
  expect(readConfig({ HOST: '::1', PORT: '81' }).base).toBe('http://[::1]:81/fhir');
  expect(readConfig({ BASE_URL: 'https://his.example.cn/fhir//' }).base).toBe('https://his.example.cn/fhir');
});

test.each([
  'https://his.example.cn/r4',
  'his.example.cn/fhir',
  'ftp://his.example.cn/fhir',
  'https://x/fhir?a=b',
])('BASE_URL=%s is no base', (BASE_URL) => {
  expect(() => readConfig({ BASE_URL })).toThrow(/^BASE_URL must be/);
});

test("the county's own login is set whole, or not at all", () => {
  expect(readConfig({}).upstream).toBeUndefined();
  const env = { UPSTREAM_ISSUER: 'https://login.example.cn/realm', UPSTREAM_CLIENT_ID: 'xiantong' };
  expect(readConfig(env).upstream).toMatchObject({
    issuer: 'https://login.example.cn/realm',
    clientId: 'xiantong',
    claim: 'sub',
  });
  expect(readConfig({ ...env, UPSTREAM_CLAIM: 'employee_number' }).upstream?.claim).toBe('employee_number');
  expect(readConfig({ ...env, UPSTREAM_ISSUER: 'http://127.0.0.1:9000' }).upstream).toBeDefined();
  expect(() => readConfig({ UPSTREAM_ISSUER: env.UPSTREAM_ISSUER })).toThrow(/^UPSTREAM_CLIENT_ID must be/);
  for (const UPSTREAM_ISSUER of ['', 'http://login.example.cn', 'https://x/?a=b', 'login.example.cn']) {
    expect(() => readConfig({ ...env, UPSTREAM_ISSUER })).toThrow(/^UPSTREAM_ISSUER must be/);
  }
});
