/** kill -9, at the worst moments: what was acknowledged stays, and what was begun is finished. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import {
  ask,
  countOf,
  dataFolder,
  freePort,
  inconsistenciesOf,
  type Json,
  launch,
  type Program,
  postgresOf,
  start,
  until,
} from './support.ts';
import { writeLoad } from './write-load.ts';

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

/** How many of some are there: the packages bring resources of the same types. */
async function countAmong(program: Program, type: string, ids: Set<string>): Promise<number> {
  const all = [...ids];
  let count = 0;
  for (let i = 0; i < all.length; i += 100)
    count += await countOf(program, `${type}?_id=${all.slice(i, i + 100).join(',')}`);
  return count;
}

const SLOW = { timeout: 180_000 };
/** Versions that are acknowledged before the fault, and again after it. */
const ENOUGH = 150;

test(
  'after kill -9 in the midst of writing, all that was acknowledged is there, to the letter',
  SLOW,
  async () => {
    const settings = await fresh('0');
    const program = await start(settings);
    const load = writeLoad(program);
    await until('enough writes', () => load.count() >= ENOUGH);
    expect(await program.stop('SIGKILL')).toBe('SIGKILL');
    await load.end();
    expect((await postgresOf(settings.DATA_DIR)).length, 'PostgreSQL outlives its master').toBeGreaterThan(0);

    const again = await start(settings);
    await load.expectKept(again);
    expect(await inconsistenciesOf(settings.DATA_DIR, again.base)).toEqual([]);
    expect(await again.stop()).toBe(0);
  },
);

test('after kill -9 in the midst of searches, each that was answered is in the audit log', SLOW, async () => {
  const settings = await fresh('0');
  const program = await start(settings);
  const answered: string[] = [];
  let going = true;
  const search = async (client: number) => {
    for (let n = 0; going; n++) {
      const request = `search-${client}-${n}`;
      const answer = await fetch(`${program.base}/Observation?patient=Patient/p${client}`, {
        headers: { 'x-request-id': request },
      }).catch(() => undefined);
      if (answer?.ok) answered.push(request);
    }
  };
  const clients = [1, 2, 3, 4].map(search);
  await until('enough answers', () => answered.length >= ENOUGH);
  expect(await program.stop('SIGKILL')).toBe('SIGKILL');
  going = false;
  await Promise.all(clients);

  const again = await start(settings);
  const rows = await ask<{ request: string }>(
    settings.DATA_DIR,
    `select request from audit_log where request like 'search-%'`,
  );
  const logged = rows!.map(({ request }) => request);
  expect(answered.filter((request) => !logged.includes(request))).toEqual([]);
  expect(new Set(logged).size).toBe(logged.length);
  expect(readdirSync(join(settings.DATA_DIR, 'audit-journal'))).toEqual([]);
  expect(await again.stop()).toBe(0);
});

test(
  'the database survives kill -9 of one of its processes, and of itself, in the midst of writing',
  SLOW,
  async () => {
    const settings = await fresh('0');
    const program = await start(settings);
    const load = writeLoad(program);
    for (const victim of [backendOf, postmasterOf]) {
      const before = load.count();
      await until('enough writes', () => load.count() >= before + ENOUGH);
      load.refused.clear();
      process.kill(await victim(settings.DATA_DIR), 'SIGKILL');
      await until('it to be noticed', () => load.refused.size > 0);
      await until('the program to write again', () => load.count() >= before + 2 * ENOUGH);
      expect([...load.refused.keys()], [...load.refused.values()].join('\n')).toEqual([503]);
    }
    await load.end();
    await load.expectKept(program);
    expect(await inconsistenciesOf(settings.DATA_DIR, program.base)).toEqual([]);
    expect(await program.stop()).toBe(0);
  },
);

/** A process of PostgreSQL that works for the program. */
async function backendOf(dataDir: string): Promise<number> {
  const found = await ask<{ pid: number }>(
    dataDir,
    `select pid from pg_stat_activity where application_name = 'xiantong' order by state = 'active' desc limit 1`,
  );
  return found![0]!.pid;
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

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
  for (const [type, ids] of county()) expect(await countAmong(again, type, ids), type).toBe(ids.size);
  const versions = await ask<{ type: string; id: string; n: string }>(
    settings.DATA_DIR,
    `select type, id, count(*) as n from resource group by type, id having count(*) > 1`,
  );
  expect(versions).toEqual([]);
  expect(await again.stop()).toBe(0);

  const third = await start(settings);
  for (const [type, ids] of county()) expect(await countAmong(third, type, ids), type).toBe(ids.size);
  expect(third.log().find((line) => line.msg === 'loaded')).toMatchObject({ published: 0, seeded: 0 });
});
