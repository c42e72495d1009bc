/** kill -9 in the middle of a night: the next start goes on, and no task is lost or made twice. */
import { expect, test } from 'vitest';
import {
  ask,
  call,
  countOf,
  dataFolder,
  freePort,
  type Json,
  type Program,
  start,
  until,
} from './support.ts';

/** Some slices, so that one is done while others are not. */
const RESIDENTS = 2500;
const TOGETHER = 500;

/** Forty years old: each is measured once a year, and nothing else is due. */
const resident = (n: number): Json => ({
  resourceType: 'Patient',
  id: `r${n}`,
  gender: 'female',
  birthDate: '1985-03-01',
  managingOrganization: { reference: 'Organization/centre' },
});

async function load(program: Program): Promise<void> {
  for (let from = 0; from < RESIDENTS; from += TOGETHER) {
    const entry = Array.from({ length: TOGETHER }, (_, i) => ({
      resource: resident(from + i),
      request: { method: 'PUT', url: `Patient/r${from + i}` },
    }));
    const body = { resourceType: 'Bundle', type: 'transaction', entry };
    expect((await call(program, 'POST', '', { body })).status).toBe(200);
  }
}

async function latest(program: Program): Promise<Json> {
  const { body } = await call(program, 'GET', 'PlanDefinition/$schedule-status');
  const parts = (body.parameter?.[0]?.part ?? []) as { name: string; [value: string]: unknown }[];
  return Object.fromEntries(parts.map(({ name, ...value }) => [name, Object.values(value)[0]]));
}

test('a night that is killed goes on where it was', { timeout: 180_000 }, async () => {
  const settings = { PORT: String(await freePort()), DATA_DIR: await dataFolder(), DEMO: '0', AUTH: 'open' };
  const program = await start({ ...settings, NIGHTLY: '0' });
  await load(program);
  const body = { resourceType: 'Parameters' };
  expect((await call(program, 'POST', 'PlanDefinition/$schedule', { body })).status).toBe(200);
  let done = 0;
  await until('a slice, and not all', async () => {
    const rows = await ask<{ done: string }>(settings.DATA_DIR, 'select done from programme_run');
    done = Number(rows?.[0]?.done ?? 0);
    return done > 0;
  });
  expect(done).toBeLessThan(RESIDENTS);
  expect(await program.stop('SIGKILL')).toBe('SIGKILL');
  expect(program.log().filter((line) => line.level >= 50)).toEqual([]);

  const again = await start({ ...settings, NIGHTLY: '1' });
  await until('the end of the night', async () => (await latest(again)).status === 'completed');
  expect(await latest(again)).toMatchObject({ done: RESIDENTS, total: RESIDENTS, created: RESIDENTS });
  expect(await countOf(again, 'Task?code=screening&status=ready')).toBe(RESIDENTS);
  const [tasks] = (await ask<{ n: string; patients: string }>(
    settings.DATA_DIR,
    `select count(*) as n, count(distinct patient) as patients from resource where type = 'Task'`,
  ))!;
  expect([Number(tasks!.n), Number(tasks!.patients)]).toEqual([RESIDENTS, RESIDENTS]);
  expect(await again.stop()).toBe(0);
});
