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
import { readMany } from '../../../store/read.ts';
import { newTasks, programmesOn } from './record.ts';
import type { TaskFields } from './task.ts';

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
  { since, day }: ProgrammeRun,
  ids: readonly string[],
  accepted: Accepted,
): Promise<Slice> {
  const [programmes, residents, parts] = [
    await programmesOn(sceneOn(engine, ctx, db), day),
    await patientsOf(db, ids),
    Map.groupBy(await ofPatients(db, ids, TYPES), (s) => `${s.patient}/${s.type}`),
  ];
  const of = (id: string, type: string) => (parts.get(`${id}/${type}`) ?? []).map(resourceOf);
  const tomorrow = addDays(day, 1);
  const looks = new Map<string, string | null>();
  const tasks: TaskFields[] = [];
  let unassigned = 0;
  for (const resident of residents) {
    const { id } = resident;
    const record = {
      patient: resourceOf(resident),
      episodes: of(id, 'EpisodeOfCare'),
      tasks: of(id, 'Task'),
      immunizations: of(id, 'Immunization'),
    };
    const made = newTasks(record, programmes, { since, today: day }, ctx.now);
    tasks.push(...made.tasks);
    unassigned += made.unassigned;
    looks.set(id, made.unassigned > 0 ? tomorrow : (made.look ?? null));
  }
  const { changes, refused } = await changesOf(engine, ctx, db, tasks, accepted);
  for (const { for: resident } of refused) looks.set(resident!.reference!.split('/')[1]!, tomorrow);
  await setLooks(
    db,
    looks,
    ids.filter((id) => !looks.has(id)),
  );
  return { changes, unassigned, refused: refused.length };
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
