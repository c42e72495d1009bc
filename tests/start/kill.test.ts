/** kill -9, at the worst moments: what was acknowledged stays, and what was begun is finished. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import {
  ask,
  call,
  countOf,
  dataFolder,
  freePort,
  type Json,
  launch,
  postgresOf,
  start,
  until,
} from './support.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/county');
const fresh = async (demo: '0' | '1') => ({
  PORT: String(await freePort()),
  DATA_DIR: await dataFolder(),
  DEMO: demo,
  AUTH: 'open',
});

/** How many resources of each type the demo county has, and with which ids. */
function county(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of readdirSync(FIXTURES).filter((f) => f.endsWith('.json'))) {
    for (const { resource } of JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')).entry as Json[]) {
      const ids = found.get(resource.resourceType) ?? new Set();
      found.set(resource.resourceType, ids.add(resource.id));
    }
  }
  return found;
}

const WRITERS = 6;
const ENOUGH = 300;

test('after kill -9 in the midst of writing, all that was acknowledged is there, to the letter', async () => {
  const settings = await fresh('0');
  const program = await start(settings);
  /** Address of a version -> its text. */
  const acknowledged = new Map<string, string>();
  const keep = (text: string, resource: Json) =>
    acknowledged.set(`${resource.resourceType}/${resource.id}/_history/${resource.meta.versionId}`, text);
  let killed = false;
  const writer = async (n: number) => {
    for (let i = 0; !killed; i++) {
      const observation = {
        resourceType: 'Observation',
        status: 'final',
        code: { text: `结果 ${n}-${i}` },
        subject: { reference: `Patient/p${n}` },
        valueQuantity: { value: i + 0.5 },
      };
      if (i % 3 === 0) {
        const answer = await call(program, 'POST', 'Observation', { body: observation });
        if (answer.status === 201) keep(answer.text, answer.body);
      } else if (i % 3 === 1) {
        const body = { resourceType: 'Patient', id: `p${n}`, name: [{ text: `第 ${i} 版` }] };
        const answer = await call(program, 'PUT', `Patient/p${n}`, { body });
        if (answer.status < 300) keep(answer.text, answer.body);
      } else {
        const entry = [0, 1, 2].map((e) => ({
          resource: { ...observation, valueQuantity: { value: e } },
          request: { method: 'POST', url: 'Observation' },
        }));
        const body = { resourceType: 'Bundle', type: 'transaction', entry };
        const answer = await call(program, 'POST', '', { body });
        if (answer.status === 200)
          for (const { resource } of answer.body.entry) keep(JSON.stringify(resource), resource);
      }
    }
  };
  const writers = Array.from({ length: WRITERS }, (_, n) => writer(n).catch(() => {}));
  await until('enough writes', () => acknowledged.size >= ENOUGH);
  const how = program.stop('SIGKILL');
  await how;
  killed = true;
  await Promise.all(writers);
  expect(await how).toBe('SIGKILL');
  expect((await postgresOf(settings.DATA_DIR)).length, 'PostgreSQL outlives its master').toBeGreaterThan(0);

  const again = await start(settings);
  for (const [address, text] of acknowledged) {
    const answer = await call(again, 'GET', address);
    expect(answer.status, address).toBe(200);
    expect(JSON.parse(answer.text), address).toEqual(JSON.parse(text));
  }
  for (let n = 0; n < WRITERS; n++) {
    const versions = [...acknowledged.keys()].filter((a) => a.startsWith(`Patient/p${n}/`)).length;
    const { body } = await call(again, 'GET', `Patient/p${n}`);
    expect(Number(body.meta.versionId)).toBeGreaterThanOrEqual(versions);
  }
  expect(await again.stop()).toBe(0);
});

test('kill -9 during the first seeding leaves a part, which the next start makes whole', async () => {
  const settings = await fresh('1');
  const program = launch(settings);
  const residents = county().get('Patient')!.size;
  const patients = async () =>
    Number(
      (
        await ask<{ n: string }>(
          settings.DATA_DIR,
          `select count(*) as n from resource where type = 'Patient'`,
        )
      )?.[0]?.n ?? 0,
    );
  let seen = 0;
  await until('some residents, and not all', async () => {
    seen = await patients();
    return seen > 0;
  });
  expect(seen).toBeLessThan(residents);
  expect(await program.stop('SIGKILL')).toBe('SIGKILL');
  expect(program.stdout()).toBe('');

  const again = await start(settings);
  for (const [type, ids] of county()) expect(await countOf(again, type), type).toBe(ids.size);
  const versions = await ask<{ type: string; id: string; n: string }>(
    settings.DATA_DIR,
    `select type, id, count(*) as n from resource group by type, id having count(*) > 1`,
  );
  expect(versions).toEqual([]);
  expect(await again.stop()).toBe(0);

  const third = await start(settings);
  for (const [type, ids] of county()) expect(await countOf(third, type), type).toBe(ids.size);
  expect(third.log().find((line) => line.msg === 'loaded')).toMatchObject({ published: 0, seeded: 0 });
});
