import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { DEMO_ACCOUNTS } from '../../../src/smart/accounts/demo-accounts.ts';

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/county');

test('the demo accounts are people of the demo county, by their names', () => {
  const names = new Map<string, string>();
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
    const { entry } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
      entry: { resource: { resourceType: string; id: string; name?: { text: string }[] } }[];
    };
    for (const { resource } of entry) {
      const name = Array.isArray(resource.name) ? resource.name[0]?.text : undefined;
      if (name) names.set(`${resource.resourceType}/${resource.id}`, name);
    }
  }
  for (const { fhirUser, name } of DEMO_ACCOUNTS) expect(names.get(fhirUser!), fhirUser).toBe(name);
});
