import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { may } from '../../../src/access/decide.ts';
import { accessOf, registrableScope, splitScopes } from '../../../src/access/scopes.ts';
import { findClient, secretMatches, setClientActive } from '../../../src/smart/clients.ts';
import {
  DEMO_ORGANIZATIONS,
  demoClients,
  readDemoSecrets,
  seedDemoClients,
} from '../../../src/smart/demo-clients.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let test: TestDatabase;
let dataDir: string;

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(() => test.drop());

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'xiantong-demo-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true });
  await test.database.query({ text: 'delete from oauth_client', values: [] });
});

const file = () => join(dataDir, 'demo-clients.json');

/** The secret of each client in the file; every one must be the one that works. */
async function workingSecrets(): Promise<string[]> {
  const secrets = (await readDemoSecrets(dataDir)) ?? [];
  for (const { id, secret, scope } of secrets) {
    const client = await findClient(test.database, id);
    expect(secretMatches(client!.secretHash, secret)).toBe(true);
    expect(client!.scope).toBe(scope);
  }
  expect(secrets.map(({ id }) => id)).toEqual([
    'township-his',
    'county-his',
    'cdc',
    'platform',
    'laboratory',
  ]);
  return secrets.map(({ secret }) => secret);
}

describe('the demo clients', () => {
  const access = (id: string) =>
    accessOf(demoClients(DEMO_ORGANIZATIONS).find((client) => client.id === id)?.scope ?? '');

  it('ask only for what can be granted', () => {
    for (const { scope } of demoClients(DEMO_ORGANIZATIONS)) {
      for (const part of splitScopes(scope)) expect(registrableScope(part)).not.toHaveProperty('reason');
    }
  });

  it('belong to the organisations they are given', () => {
    const organizations = { ...DEMO_ORGANIZATIONS, township: 'another-centre' };
    expect(demoClients(organizations)[0]?.organization).toBe('Organization/another-centre');
  });

  it('store documents and what they lead to', () => {
    for (const type of ['DocumentReference', 'Binary', 'Bundle'])
      for (const id of ['township-his', 'county-his']) expect(may(access(id), type, 'c')).toBe(true);
  });

  it('keep laboratory data from disease control, and audit records from a township', () => {
    expect(may(access('cdc'), 'Immunization', 's')).toBe(true);
    for (const type of ['Observation', 'DiagnosticReport', 'Specimen', 'Encounter']) {
      expect(may(access('cdc'), type, 'r') || may(access('cdc'), type, 's')).toBe(false);
    }
    expect(may(access('cdc'), 'Immunization', 'c')).toBe(false);
    expect(may(access('county-his'), 'AuditEvent', 's')).toBe(true);
    expect(may(access('county-his'), 'AuditEvent', 'c')).toBe(false);
    expect(may(access('township-his'), 'AuditEvent', 's')).toBe(false);
    expect(may(access('township-his'), 'Organization', 'u')).toBe(false);
    expect(may(access('laboratory'), 'Condition', 'r')).toBe(false);
    expect(may(access('platform'), 'AuditEvent', 'd')).toBe(true);
  });
});

describe('seedDemoClients', () => {
  it('registers them and writes their secrets for the owner alone', async () => {
    await seedDemoClients(test.database, dataDir);
    const secrets = await workingSecrets();
    expect(new Set(secrets).size).toBe(5);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['demo-clients.json']);
  });

  it('leaves alone what is right', async () => {
    await seedDemoClients(test.database, dataDir);
    const [secrets, text] = [await workingSecrets(), await readFile(file(), 'utf8')];
    await setClientActive(test.database, 'cdc', false);
    await seedDemoClients(test.database, dataDir);
    expect(await workingSecrets()).toEqual(secrets);
    expect(await readFile(file(), 'utf8')).toBe(text);
    expect((await findClient(test.database, 'cdc'))?.active).toBe(false);
  });

  it('issues new secrets when the file is gone', async () => {
    await seedDemoClients(test.database, dataDir);
    const before = await workingSecrets();
    await rm(file());
    await seedDemoClients(test.database, dataDir);
    for (const secret of await workingSecrets()) expect(before).not.toContain(secret);
  });

  it.each(['', '{', '[]', '{"clients": 1}', '{"clients": [null, {"id": "cdc"}]}'])(
    'writes a broken file anew: %s',
    async (text) => {
      await seedDemoClients(test.database, dataDir);
      await writeFile(file(), text);
      await chmod(file(), 0o644);
      await seedDemoClients(test.database, dataDir);
      await workingSecrets();
      expect((await stat(file())).mode & 0o777).toBe(0o600);
    },
  );

  it('replaces only the secrets that do not work', async () => {
    await seedDemoClients(test.database, dataDir);
    const before = await workingSecrets();
    await test.database.query({ text: `delete from oauth_client where id = 'cdc'`, values: [] });
    await seedDemoClients(test.database, dataDir);
    const after = await workingSecrets();
    expect(after.filter((secret) => before.includes(secret))).toHaveLength(4);
  });

  it('lets processes that start at once agree', async () => {
    const connected = { text: 'select pg_sleep(0.1)', values: [] };
    await Promise.all(Array.from({ length: 4 }, () => test.database.query(connected)));
    await Promise.all(Array.from({ length: 4 }, () => seedDemoClients(test.database, dataDir)));
    await workingSecrets();
    expect(await readdir(dataDir)).toEqual(['demo-clients.json']);
  });
});
