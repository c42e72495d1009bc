/** What is due of all programmes for some residents: read, decided and prepared together. */
import type { Body, Engine } from '../../../interactions/engine.ts';
import { acceptBody, changeOf, type Prepared } from '../../../interactions/prepare.ts';
import { sceneOn } from '../../../interactions/scene.ts';
import { bodyOf } from '../../../interactions/version-text.ts';
import { addDays } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx, Db } from '../../../kernel/ctx.ts';
import { FhirError } from '../../../kernel/fhir-error.ts';
import type { Stored } from '../../../store/change.ts';
import { ofPatients, type ProgrammeRun, patientsOf, setLooks } from '../../../store/programme-runs.ts';
import { lockTexts, readMany } from '../../../store/read.ts';
import { type Programme, VISITS } from './programme.ts';
import { type NewTasks, newTasks, programmesOn, servicesOf } from './record.ts';
import { codeOf, type TaskFields } from './task.ts';

const TYPES = ['EpisodeOfCare', 'Task', 'Immunization'] as const;

export interface Slice {
  /** New tasks, to be written. */
  readonly changes: readonly Prepared[];
  readonly unassigned: number;
  /** Those that break a rule, because what they rest on does; they are tried again the next night. */
  readonly refused: number;
}

/** Kinds of tasks that were found valid: `kindOf`. */
export type Accepted = Set<string>;

/**
 * Says also when each of the residents is to be looked at again. The caller holds them in the transaction. `accepted` is
 * added to.
 */
export async function makeTasks(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  run: ProgrammeRun,
  ids: readonly string[],
  accepted: Accepted,
): Promise<Slice> {
  const programmes = await programmesOn(sceneOn(engine, ctx, db), run.day);
  const made = await decided(db, ctx, run, programmes, ids);
  // A visit that is recorded meanwhile makes the next one itself: who records it and who plans wait for each other.
  const visited = [...made].filter(([, { tasks }]) => tasks.some((t) => VISITS.includes(codeOf(t))));
  const contested = visited.map(([id]) => id);
  await lockTexts(
    db,
    contested.map((id) => servicesOf(`Patient/${id}`)),
  );
  for (const [id, anew] of await decided(db, ctx, run, programmes, contested)) made.set(id, anew);
  const all = [...made.values()];
  const tasks = all.flatMap((m) => m.tasks);
  const { changes, refused } = await changesOf(engine, ctx, db, tasks, accepted);
  const again = new Set(refused.map((t) => t.for!.reference));
  const tomorrow = addDays(run.day, 1);
  const looks = [...made].map(([id, { unassigned, look }]): [string, string | null] => [
    id,
    unassigned > 0 || again.has(`Patient/${id}`) ? tomorrow : (look ?? null),
  ]);
  const gone = ids.filter((id) => !made.has(id));
  await setLooks(db, new Map(looks), gone);
  return { changes, unassigned: all.reduce((n, m) => n + m.unassigned, 0), refused: refused.length };
}

/** By id of the resident; without those that are gone. */
async function decided(
  db: Db,
  { now }: Ctx,
  { since, day }: ProgrammeRun,
  programmes: readonly Programme[],
  ids: readonly string[],
): Promise<Map<string, NewTasks>> {
  if (ids.length === 0) return new Map();
  const residents = await patientsOf(db, ids);
  const parts = Map.groupBy(await ofPatients(db, ids, TYPES), (s) => `${s.patient}/${s.type}`);
  const of = (id: string, type: string) => (parts.get(`${id}/${type}`) ?? []).map(resourceOf);
  return new Map(
    residents.map((resident) => {
      const { id } = resident;
      const record = {
        patient: resourceOf(resident),
        episodes: of(id, 'EpisodeOfCare'),
        tasks: of(id, 'Task'),
        immunizations: of(id, 'Immunization'),
      };
      return [id, newTasks(record, programmes, { since, today: day }, now)];
    }),
  );
}

/** Of tasks that are not there, be it as a tombstone. */
async function changesOf(engine: Engine, ctx: Ctx, db: Db, tasks: readonly TaskFields[], accepted: Accepted) {
  const there = await readMany(
    db,
    tasks.map(({ id }) => ({ type: 'Task', id })),
  );
  const known = new Set(there.map((s) => s.id));
  const refused: TaskFields[] = [];
  // At once, so that what they ask of the database is asked together.
  const changes = await Promise.all(
    tasks
      .filter((t) => !known.has(t.id))
      .map(async (task): Promise<Prepared | undefined> => {
        try {
          return changeOf(engine, ctx, await acceptedBody(engine, ctx, db, task, accepted), task.id, 'PUT');
        } catch (error) {
          if (!(error instanceof FhirError)) throw error;
          refused.push(task);
          return undefined;
        }
      }),
  );
  return { changes: changes.flatMap((c) => c ?? []), refused };
}

/** Validated unless one of its kind was, and nothing had to be said or changed about that. */
async function acceptedBody(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  task: TaskFields,
  accepted: Accepted,
): Promise<Body> {
  const sent = bodyOf(task);
  const kind = kindOf(task);
  if (accepted.has(kind)) return sent;
  const { body, issues } = await acceptBody(engine, ctx, 'Task', sent, { db });
  if (issues.length === 0 && body.text === sent.text) accepted.add(kind);
  return body;
}

/** The task without what tells one resident and one time from another: that it is right is right for all of them. */
function kindOf({
  id: _,
  identifier: __,
  for: ___,
  authoredOn,
  lastModified,
  restriction,
  ...kind
}: TaskFields) {
  return JSON.stringify(kind);
}

function resourceOf(stored: Stored): Resource {
  return JSON.parse(stored.content!) as Resource;
}
