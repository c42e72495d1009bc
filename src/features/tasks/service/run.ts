/**
 * The nightly making of tasks: the residents for whom time or a change may have made something due, in slices, each
 * a transaction of its own that also says when to look at them again. Whatever dies, the next slice goes on; made
 * twice, a task is one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../../interactions/engine.ts';
import { sceneOn } from '../../../interactions/scene.ts';
import { auditOf } from '../../../interactions/write-along.ts';
import { inWriteTransaction } from '../../../interactions/write-transaction.ts';
import { enqueue } from '../../../jobs/enqueue.ts';
import type { JobKind } from '../../../jobs/run.ts';
import { dayOf } from '../../../kernel/calendar.ts';
import type { Ctx, Db } from '../../../kernel/ctx.ts';
import {
  advanceRun,
  beginRun,
  endRun,
  readRun,
  takeResidents,
  unendedRuns,
} from '../../../store/programme-runs.ts';
import { digestOf } from './programme.ts';
import { recalculateAll } from './recalculate.ts';
import { programmesOn } from './record.ts';
import { type Accepted, makeTasks } from './slice.ts';

const KIND = 'programmes';
const POPULATIONS = 'key-populations';
/** Residents of a slice. */
const SLICE = 500;
/** Slices at work at once: while one waits for the database, another computes; and for processes beside this one. */
const CHAINS = 4;
/** Kinds of tasks that are remembered: some hundred bytes each. */
const MOST_ACCEPTED = 20_000;
/** How long to wait for slices that others have. */
const PAUSE_MS = 50;

export type ContextAt = (now: Date) => Ctx;

/** Begins the run of the day in the background, unless it was begun. `again`: also when it has ended. */
export async function startRun(engine: Engine, ctx: Ctx, again = false): Promise<boolean> {
  return engine.database.tx(async (db) => {
    const begun = await begin(engine, ctx, db, again);
    if (begun) await enqueueRun(db, dayOf(ctx.now), ctx.now);
    return begun;
  });
}

/** Goes on with what a process left that died. */
export async function resumeRuns(engine: Engine, now: Date): Promise<void> {
  for (const day of await unendedRuns(engine.database)) await enqueueRun(engine.database, day, now);
}

/** Runs to the end, and answers then. */
export async function runNow(engine: Engine, ctx: Ctx): Promise<void> {
  const day = dayOf(ctx.now);
  await engine.database.tx((db) => begin(engine, ctx, db, true));
  const accepted: Accepted = new Set();
  const work = async () => {
    while ((await readRun(engine.database, day))?.ended === undefined) {
      const left = await runSlice(engine, ctx, day, accepted, async () => {});
      if (left === 'taken') await sleep(PAUSE_MS);
    }
  };
  await Promise.all([work(), work()]);
  await recalculateAll(engine, ctx);
}

async function begin(engine: Engine, ctx: Ctx, db: Db, again: boolean): Promise<boolean> {
  const day = dayOf(ctx.now);
  return beginRun(db, day, ctx.now, digestOf(await programmesOn(sceneOn(engine, ctx, db), day)), again);
}

/** What runs in the background: a slice of a run, and the key populations when a run has ended. */
export function programmeJobs(engine: Engine, contextAt: ContextAt): JobKind[] {
  const accepted = acceptedByRun();
  return [
    {
      name: KIND,
      run: async (payload) => {
        const { day, now, chain } = payload as { day: string; now: string; chain: number };
        const at = new Date(now);
        const left = await runSlice(engine, contextAt(at), day, accepted(`${day} ${now}`), (db) =>
          enqueue(db, POPULATIONS, { now }, `${POPULATIONS}-${day}`),
        );
        if (left === 'more') await enqueueChain(engine.database, day, at, chain);
      },
    },
    {
      name: POPULATIONS,
      run: (payload) => recalculateAll(engine, contextAt(new Date((payload as { now: string }).now))),
    },
  ];
}

async function enqueueRun(db: Db, day: string, now: Date): Promise<void> {
  for (let chain = 0; chain < CHAINS; chain++) await enqueueChain(db, day, now, chain);
}

/** For one run: what is valid may change until the next. */
function acceptedByRun(): (run: string) => Accepted {
  let latest: { readonly run: string; readonly accepted: Accepted } | undefined;
  return (run) => {
    if (latest?.run !== run || latest.accepted.size > MOST_ACCEPTED) latest = { run, accepted: new Set() };
    return latest.accepted;
  };
}

function enqueueChain(db: Db, day: string, now: Date, chain: number): Promise<void> {
  return enqueue(db, KIND, { day, now: now.toISOString(), chain }, `${KIND}-${day}-${chain}`);
}

/** `taken`: nothing is left but what others are at; whoever of them comes last ends the run. */
async function runSlice(
  engine: Engine,
  ctx: Ctx,
  day: string,
  accepted: Accepted,
  onEnd: (db: Db) => Promise<void>,
): Promise<'more' | 'taken' | 'ended'> {
  return inWriteTransaction(engine.database, async (db) => {
    const run = await readRun(db, day);
    if (!run || run.ended) return 'ended';
    const residents = await takeResidents(db, day, SLICE);
    if (residents.length === 0) {
      if (!(await endRun(db, day, ctx.now))) return 'taken';
      await onEnd(db);
      return 'ended';
    }
    const { changes, unassigned, refused } = await makeTasks(engine, ctx, db, run, residents, accepted);
    if (changes.length > 0) {
      await engine.writer.within(db, [...changes, ...auditOf(engine, ctx, 'operation', changes)]);
    }
    await advanceRun(db, day, { done: residents.length, created: changes.length, unassigned, refused });
    return 'more';
  });
}
