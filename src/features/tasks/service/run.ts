/**
 * The nightly making of tasks: all residents in slices, each in a transaction of its own that also says how far it
 * is. Whatever dies, the next slice goes on; made twice, a task is one.
 */
import type { Engine } from '../../../interactions/engine.ts';
import { acceptBody, changeOf, type Prepared } from '../../../interactions/prepare.ts';
import { sceneOn } from '../../../interactions/scene.ts';
import { bodyOf } from '../../../interactions/version-text.ts';
import { auditOf } from '../../../interactions/write-along.ts';
import { inWriteTransaction } from '../../../interactions/write-transaction.ts';
import { enqueue } from '../../../jobs/enqueue.ts';
import type { JobKind } from '../../../jobs/run.ts';
import { dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx, Db } from '../../../kernel/ctx.ts';
import type { Stored } from '../../../store/change.ts';
import {
  advanceRun,
  beginRun,
  endRun,
  lockRun,
  ofPatients,
  type ProgrammeRun,
  patientsAfter,
  unendedRuns,
} from '../../../store/programme-runs.ts';
import { readMany } from '../../../store/read.ts';
import { recalculateAll } from './recalculate.ts';
import { newTasks, programmesOn } from './record.ts';
import type { TaskFields } from './task.ts';

const KIND = 'programmes';
/** Residents of a slice. */
const SLICE = 500;
const TYPES = ['EpisodeOfCare', 'Task', 'Immunization'] as const;

export type ContextAt = (now: Date) => Ctx;

/** Begins the run of the day in the background, unless it was begun. `again`: also when it has ended. */
export async function startRun(engine: Engine, now: Date, again = false): Promise<boolean> {
  const day = dayOf(now);
  return engine.database.tx(async (db) => {
    const begun = await beginRun(db, day, now, again);
    if (begun) await enqueueSlice(db, day, now);
    return begun;
  });
}

/** Goes on with what a process left that died. */
export async function resumeRuns(engine: Engine, now: Date): Promise<void> {
  for (const day of await unendedRuns(engine.database)) await enqueueSlice(engine.database, day, now);
}

/** Runs to the end, and answers then. */
export async function runNow(engine: Engine, ctx: Ctx): Promise<void> {
  const day = dayOf(ctx.now);
  await beginRun(engine.database, day, ctx.now, true);
  while (!(await runSlice(engine, ctx, day))) {}
  await recalculateAll(engine, ctx);
}

export function programmeJob(engine: Engine, contextAt: ContextAt): JobKind {
  return {
    name: KIND,
    run: async (payload) => {
      const { day, now } = payload as { day: string; now: string };
      const ctx = contextAt(new Date(now));
      if (await runSlice(engine, ctx, day)) await recalculateAll(engine, ctx);
      else await enqueueSlice(engine.database, day, new Date(now));
    },
  };
}

function enqueueSlice(db: Db, day: string, now: Date): Promise<void> {
  return enqueue(db, KIND, { day, now: now.toISOString() }, `${KIND}-${day}`);
}

/** True when there is nothing left to do. */
async function runSlice(engine: Engine, ctx: Ctx, day: string): Promise<boolean> {
  return inWriteTransaction(engine.database, async (db) => {
    const run = await lockRun(db, day);
    if (!run || run.ended) return true;
    const residents = await patientsAfter(db, run.last, SLICE);
    if (residents.length === 0) {
      await endRun(db, day, ctx.now);
      return true;
    }
    const { tasks, unassigned } = await tasksFor(engine, ctx, db, run, residents);
    const changes = await changesOf(engine, ctx, db, tasks);
    if (changes.length > 0) {
      await engine.writer.within(db, [...changes, ...auditOf(engine, ctx, 'operation', changes)]);
    }
    const last = residents.at(-1)!.id;
    await advanceRun(db, day, { last, done: residents.length, created: changes.length, unassigned });
    return false;
  });
}

async function tasksFor(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  { since, day }: ProgrammeRun,
  residents: readonly Stored[],
): Promise<{ tasks: TaskFields[]; unassigned: number }> {
  const programmes = await programmesOn(sceneOn(engine, ctx, db), day);
  const ids = residents.map((r) => r.id);
  const parts = Map.groupBy(await ofPatients(db, ids, TYPES), (s) => `${s.patient}/${s.type}`);
  const of = (id: string, type: string) => (parts.get(`${id}/${type}`) ?? []).map(resourceOf);
  const made = residents.map((resident) =>
    newTasks(
      {
        patient: resourceOf(resident),
        episodes: of(resident.id, 'EpisodeOfCare'),
        tasks: of(resident.id, 'Task'),
        immunizations: of(resident.id, 'Immunization'),
      },
      programmes,
      { since, today: day },
      ctx.now,
    ),
  );
  return {
    tasks: made.flatMap((m) => m.tasks),
    unassigned: made.reduce((n, m) => n + m.unassigned, 0),
  };
}

/** Of tasks that are not there, be it as a tombstone. */
async function changesOf(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  tasks: readonly TaskFields[],
): Promise<Prepared[]> {
  const there = await readMany(
    db,
    tasks.map(({ id }) => ({ type: 'Task', id })),
  );
  const known = new Set(there.map((s) => s.id));
  const changes: Prepared[] = [];
  for (const task of tasks.filter((t) => !known.has(t.id))) {
    const { body } = await acceptBody(engine, ctx, 'Task', bodyOf(task), { db });
    changes.push(changeOf(engine, ctx, body, task.id, 'PUT'));
  }
  return changes;
}

function resourceOf(stored: Stored): Resource {
  return JSON.parse(stored.content!) as Resource;
}
