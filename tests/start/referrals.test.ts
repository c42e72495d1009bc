/** kill -9 in the midst of referrals: every step is whole or was not made, and every deadline is there. */
import { expect, test } from 'vitest';
import { anyEvent, anyReferral, faults } from '../features/referrals/chance.ts';
import { consent, type Json, load, places, slot } from '../features/referrals/story.ts';
import type { Call } from '../features/tokens.ts';
import { random, seedOf } from '../fuzz/random.ts';
import { ask, call, dataFolder, freePort, inconsistenciesOf, type Program, start, until } from './support.ts';

const WORKERS = 5;
/** Steps that were answered before the kill. */
const ENOUGH = 60;

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
  const slots = Array.from({ length: 6 }, () => slot(Date.now()));
  await load(first, [
    ...places,
    consent('c-up'),
    consent('c-all', { provision: { type: 'permit' } }),
    ...slots,
  ]);

  const seed = seedOf('killed referrals');
  let answered = 0;
  let ended = false;
  const work = async (n: number): Promise<void> => {
    const r = random(seed + n);
    const tasks: Json[] = [];
    while (!ended) {
      const referred = tasks.length < 4 && (await first('POST', 'ServiceRequest/$refer', anyReferral(r)));
      if (referred) tasks.push(referred.body);
      await anyEvent(
        r,
        first,
        tasks,
        slots.map((s) => `Slot/${s.id}`),
      );
      answered++;
    }
  };
  const workers = Array.from({ length: WORKERS }, (_, n) => work(n).catch(() => {}));
  await until('enough steps', () => answered >= ENOUGH);
  expect(await program.stop('SIGKILL')).toBe('SIGKILL');
  ended = true;
  await Promise.all(workers);

  const again = await start(settings);
  const rows = await ask<{ name: string }>(
    settings.DATA_DIR,
    `select holder || ' ' || name as name from deadline`,
  );
  expect(await faults(on(again), new Set(rows?.map((row) => row.name)))).toEqual([]);
  expect(await inconsistenciesOf(settings.DATA_DIR, again.base)).toEqual([]);
  expect(await again.stop()).toBe(0);
});
