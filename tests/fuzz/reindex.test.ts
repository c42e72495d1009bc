/**
 * Writers in two servers, parameters that come and go, and reindexing, all at once and in any order: at the end
 * the index rows are those that the content makes. `FUZZ_SEED` is heard.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { BASE, startBeside, startTestApp, type TestApp } from '../support/app.ts';
import { inconsistencies, settled } from './consistency.ts';
import { type Random, random, seedOf } from './random.ts';

const ROUNDS = 3;
const WRITERS = 6;
const WRITES = 60;
const CHANGES = 14;
/** Few, so that writers meet; more than a slice, so that a reindex has several. */
const IDS = 40;
const STILL = 600;

const ROOT = join(import.meta.dirname, '../..');
const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);

let servers: readonly [TestApp, TestApp];
beforeAll(async () => {
  const first = await startTestApp();
  servers = [first, await startBeside(first)];
});
afterAll(async () => {
  for (const server of servers.toReversed()) await server.close();
});

const WORDS = ['east', 'west', 'south', '北'];

function patient(r: Random, id: string): object {
  return {
    resourceType: 'Patient',
    id,
    ...(r.below(2) ? { gender: r.pick(['male', 'female', 'other']) } : {}),
    name: [{ family: r.pick(WORDS), text: r.pick(WORDS) }],
    birthDate: `19${10 + r.below(90)}-01-0${1 + r.below(9)}`,
    extension: Array.from({ length: 1 + r.below(3) }, () =>
      r.pick<() => object>([
        () => ({ url: 'urn:t', valueCode: r.pick(WORDS) }),
        () => ({ url: 'urn:s', valueString: r.pick(WORDS) }),
        () => ({ url: 'urn:n', valueDecimal: r.below(20) / 4 }),
        () => ({ url: 'urn:d', valueDate: `20${10 + r.below(20)}` }),
      ])(),
    ),
  };
}

const PARAMETERS = [
  { code: 'p-token', type: 'token', expression: "Patient.extension('urn:t').value" },
  { code: 'p-string', type: 'string', expression: "Patient.extension('urn:s').value" },
  { code: 'p-number', type: 'number', expression: "Patient.extension('urn:n').value" },
  { code: 'p-date', type: 'date', expression: "Patient.extension('urn:d').value" },
  { code: 'p-token', type: 'token', expression: 'Patient.gender' },
  { code: 'p-string', type: 'string', expression: "Patient.extension('urn:t').value | Patient.name.text" },
];

async function writeSomething(r: Random): Promise<void> {
  const server = r.pick(servers);
  const id = `p${r.below(IDS)}`;
  const kind = r.below(10);
  if (kind < 5) await answered(server.call('PUT', `Patient/${id}`, patient(r, id)));
  else if (kind < 7) await answered(server.call('DELETE', `Patient/${id}`));
  else if (kind < 8) await answered(server.call('POST', 'Patient', patient(r, 'any')));
  else {
    const ids = new Set(Array.from({ length: 4 }, () => `p${r.below(IDS)}`));
    const entry = [...ids].map((one) =>
      r.below(4)
        ? { resource: patient(r, one), request: { method: 'PUT', url: `Patient/${one}` } }
        : { request: { method: 'DELETE', url: `Patient/${one}` } },
    );
    await answered(server.call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry }));
  }
}

/** A writer that is refused for a moment (503) is refused in order; nobody else is refused. */
async function answered(call: ReturnType<TestApp['call']>): Promise<void> {
  const { status, text } = await call;
  expect([200, 201, 204, 503], text.slice(0, 500)).toContain(status);
}

async function changeSomething(r: Random): Promise<void> {
  const server = r.pick(servers);
  const chosen = r.pick(PARAMETERS);
  const id = chosen.code;
  const kind = r.below(6);
  if (kind === 0) await server.call('DELETE', `SearchParameter/${id}`);
  else if (kind === 1) await server.call('POST', 'Patient/$reindex', { resourceType: 'Parameters' });
  else {
    await server.call('PUT', `SearchParameter/${id}`, {
      resourceType: 'SearchParameter',
      id,
      url: `urn:${id}`,
      name: 'p',
      description: 'd',
      status: kind === 2 ? 'retired' : 'active',
      base: ['Patient'],
      ...chosen,
    });
  }
}

async function load(r: Random): Promise<void> {
  const entry = Array.from({ length: STILL }, (_, i) => ({
    resource: patient(r, `still${i}`),
    request: { method: 'PUT', url: `Patient/still${i}` },
  }));
  const loaded = await servers[0].call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  expect(loaded.status).toBe(200);
}

test('whatever writers, parameters and reindexing do at once, the index is that of the content', async () => {
  const r = random(seedOf('reindex'));
  await load(r);
  for (let round = 0; round < ROUNDS; round++) {
    const writer = async () => {
      for (let i = 0; i < WRITES; i++) await writeSomething(r);
    };
    const changer = async () => {
      for (let i = 0; i < CHANGES; i++) {
        await changeSomething(r);
        // The writers go on in between.
        for (let writes = r.below(4); writes > 0; writes--) await writeSomething(r);
      }
    };
    await Promise.all([...Array.from({ length: WRITERS }, writer), changer()]);
    const indexRows = await settled(servers[0].database, definitions, BASE);
    expect(await inconsistencies(servers[0].database, indexRows)).toEqual([]);
  }
});
