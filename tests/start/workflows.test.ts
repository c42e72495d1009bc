/** kill -9 in the midst of the county's workflows: every step is whole or was not made, and every deadline is there. */
import { expect, test } from 'vitest';
import { DEADLINES } from '../features/deadlines.ts';
import * as diagnosis from '../features/diagnosis/chance.ts';
import * as recognition from '../features/recognition/chance.ts';
import * as identities from '../features/record/chance.ts';
import { anyEvent, anyReferral, faults } from '../features/referrals/chance.ts';
import { consent, type Json, load, places, slot } from '../features/referrals/story.ts';
import type { Call } from '../features/tokens.ts';
import { type Random, random, seedOf } from '../fuzz/random.ts';
import { ask, call, dataFolder, freePort, type Program, start, until } from './support.ts';

/** Steps of each workflow that were answered before the kill. */
const ENOUGH = 30;
const EXAMINED = ['chance-0', 'chance-1', 'chance-2'];

test('a server that is killed between steps leaves no half of one', { timeout: 180_000 }, async () => {
  const settings = {
    PORT: String(await freePort()),
    DATA_DIR: await dataFolder(),
    DEMO: '1',
    AUTH: 'open',
  };
  const program = await start(settings);
  const on =
    (p: Program): Call =>
    async (method, path, body, headers) =>
      (await call(p, method, path, { body, headers })) as never;
  const first = on(program);
  const free = Array.from({ length: 6 }, () => slot(Date.now()));
  await load(first, [
    ...places,
    consent('c-up'),
    consent('c-all', { provision: { type: 'permit' } }),
    ...free,
  ]);
  for (const order of EXAMINED) await diagnosis.begin(first, order);
  await recognition.begin(first);
  await identities.begin(first);

  const slots = free.map((s) => `Slot/${s.id}`);
  const referrals = (): ((r: Random) => Promise<unknown>) => {
    const tasks: Json[] = [];
    return async (r) => {
      if (tasks.length < 4) tasks.push((await first('POST', 'ServiceRequest/$refer', anyReferral(r))).body);
      await anyEvent(r, first, tasks, slots);
    };
  };
  const workers: Readonly<Record<string, (r: Random) => Promise<unknown>>> = {
    'referrals 1': referrals(),
    'referrals 2': referrals(),
    'referrals 3': referrals(),
    'diagnosis 1': (r) => diagnosis.anyEvent(r, first, EXAMINED),
    'diagnosis 2': (r) => diagnosis.anyEvent(r, first, EXAMINED),
    'recognition 1': (r) => recognition.anyEvent(r, first),
    'recognition 2': (r) => recognition.anyEvent(r, first),
    'identities 1': (r) => identities.anyEvent(r, first),
    'identities 2': (r) => identities.anyEvent(r, first),
  };
  const seed = seedOf('killed workflows');
  const answered = new Map<string, number>();
  let ended = false;
  const work = async (name: string, step: (r: Random) => Promise<unknown>, n: number): Promise<void> => {
    const r = random(seed + n);
    while (!ended) {
      await step(r);
      const workflow = name.split(' ')[0]!;
      answered.set(workflow, (answered.get(workflow) ?? 0) + 1);
    }
  };
  const working = Object.entries(workers).map(([name, step], n) => work(name, step, n).catch(() => {}));
  await until('enough steps', () => answered.size === 4 && [...answered.values()].every((n) => n >= ENOUGH));
  expect(await program.stop('SIGKILL')).toBe('SIGKILL');
  ended = true;
  await Promise.all(working);

  const again = await start(settings);
  const rows = await ask<{ name: string }>(settings.DATA_DIR, DEADLINES);
  const deadlines = new Set(rows?.map((row) => row.name));
  expect(await faults(on(again), deadlines)).toEqual([]);
  expect(await diagnosis.faults(on(again), EXAMINED, deadlines)).toEqual([]);
  expect(await recognition.faults(on(again))).toEqual([]);
  expect(await identities.faults(on(again))).toEqual([]);
  expect(await again.stop()).toBe(0);
});
