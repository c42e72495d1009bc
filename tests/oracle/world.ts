/** Puts the generated resources into a server, with updates and deletions, and tells what should be there. */
import { expect } from 'vitest';
import { BASE, type TestApp } from '../support/app.ts';
import { keyOf, Oracle } from './evaluate.ts';
import { COUNTS, Generator, idOf } from './generate.ts';
import { TERMINOLOGY } from './modifiers.ts';
import { type Json, TYPES } from './parameters.ts';
import type { Random } from './random.ts';

export interface World {
  readonly oracle: Oracle;
  /** Every version ever, for values that queries ask for. */
  readonly versions: readonly Json[];
}

const SIZE_OF_TRANSACTION = 60;

export async function makeWorld(app: TestApp, random: Random, known: ReadonlySet<string>): Promise<World> {
  const generator = new Generator(random);
  const keys = Object.entries(COUNTS).flatMap(([type, count]) =>
    Array.from({ length: count }, (_, i) => [type, idOf(i)] as const),
  );
  const versions: Json[] = [];
  const current = new Map<string, Json>();
  const put = async (resources: readonly Json[]) => {
    for (let i = 0; i < resources.length; i += SIZE_OF_TRANSACTION) {
      await transact(app, resources.slice(i, i + SIZE_OF_TRANSACTION));
    }
    for (const resource of resources) current.set(keyOf(resource), resource);
    versions.push(...resources);
  };

  // What the server brings along: the profiles and value sets of the county.
  for (const type of TYPES) {
    const { body } = await app.call('GET', `${type}?_count=1000`);
    for (const { resource } of body.entry ?? []) current.set(keyOf(resource), resource);
  }
  await put(TERMINOLOGY);
  await put(keys.map(([type, id]) => generator.resource(type, id)));
  await put(keys.filter(() => random.chance(0.25)).map(([type, id]) => generator.resource(type, id)));
  const doomed = keys.filter(() => random.chance(0.08));
  for (const [type, id] of doomed) {
    expect((await app.call('DELETE', `${type}/${id}`)).status).toBeLessThan(300);
    current.delete(`${type}/${id}`);
  }
  const back = doomed.filter(() => random.chance(0.3)).map(([type, id]) => generator.resource(type, id));
  await put(back);

  const resources = await withTimes(app, [...current.values()]);
  return { oracle: new Oracle(resources, BASE, known), versions: [...versions, ...resources] };
}

/** Stores resources by their ids, and gives them as they are stored. */
export async function load(app: TestApp, resources: readonly Json[]): Promise<Json[]> {
  await transact(app, resources);
  return withTimes(app, resources);
}

/** When a version was written, only the server knows. */
async function withTimes(app: TestApp, resources: readonly Json[]): Promise<Json[]> {
  const stored: Json[] = [];
  for (const resource of resources) {
    const { body } = await app.call('GET', keyOf(resource));
    stored.push({ ...resource, meta: { ...resource.meta, lastUpdated: body.meta.lastUpdated } });
  }
  return stored;
}

/** In a transaction; what refers to a uuid that leads nowhere, which a transaction refuses, in a batch. */
async function transact(app: TestApp, resources: readonly Json[]): Promise<void> {
  const types = Object.groupBy(resources, (resource) =>
    JSON.stringify(resource).includes('"urn:uuid:') ? 'batch' : 'transaction',
  );
  for (const [type, some] of Object.entries(types)) {
    const entry = some.map((resource) => ({ resource, request: { method: 'PUT', url: keyOf(resource) } }));
    const answer = await app.call('POST', '', { resourceType: 'Bundle', type, entry });
    expect(answer.status, answer.text.slice(0, 3000)).toBe(200);
    const refused = answer.body.entry.filter((e: Json) => !e.response.status.startsWith('2'));
    expect(refused).toEqual([]);
  }
}
