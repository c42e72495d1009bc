/** Sequences of events by chance, several at once, the clock moved between them: nothing undefined comes of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, random, seedOf } from '../../fuzz/random.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { openDeadlines } from '../deadlines.ts';
import type { Call } from '../tokens.ts';
import { anyEvent, anyReferral, faults } from './chance.ts';
import { advance, consent, done, HOUR, type Json, load, places, search, slot } from './story.ts';

const REFERRALS = 12;
const ROUNDS = 24;
/** Events at once. */
const TOGETHER = 6;

let app: TestApp;
let call: Call;
let now = Date.now();

beforeAll(async () => {
  app = await startTestApp({ demo: true, clock: 'movable' });
  call = (...request) => app.call(...request);
  const everybody = { provision: { type: 'permit' } };
  await load(call, [...places, consent('c-up'), consent('c-all', everybody)]);
});
afterAll(() => app.close());

/** A new referral; beside a draft of the same, which the refusal names, that is gone on with. */
async function begin(r: Random): Promise<void> {
  const made = await call('POST', 'ServiceRequest/$refer', anyReferral(r));
  const draft = made.status === 409 && /POST (ServiceRequest\/[\w-]+\/\$refer)/.exec(made.text)?.[1];
  done(draft ? await call('POST', draft, anyReferral(r)) : made);
}

test('no sequence of events leads a referral astray', async () => {
  const r = random(seedOf('referrals'));
  const free = Array.from({ length: 6 }, (_, i) => slot(now + i * 72 * HOUR));
  await load(call, free);
  const slots = free.map((s) => `Slot/${s.id}`);
  for (let i = 0; i < REFERRALS; i++) await begin(r);
  const statuses = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    if (r.chance(0.3)) await begin(r);
    const tasks: Json[] = await search(
      call,
      'Task?code=referral,referral-follow-up&status:not=completed,cancelled&_count=200',
    );
    const answers = await Promise.all(
      Array.from({ length: TOGETHER }, () => anyEvent(r, call, tasks, slots)),
    );
    for (const { status, text } of answers) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect([200, 201, 400, 403, 409, 422], text).toContain(status);
    }
    if (r.chance(0.1)) {
      now += (1 + r.below(60)) * HOUR;
      await advance(app, Math.max(now, Date.now()));
    }
    if (round % 8 === 7) expect(await faults(call, await openDeadlines(app)), `round ${round}`).toEqual([]);
  }
  expect(statuses.get(200), 'some of it was legal').toBeGreaterThan(20);
  expect(statuses.get(422), 'and some was not').toBeGreaterThan(10);
});
