/** Rebuilds the index rows of types of resources, slice by slice, each in a job and a transaction of its own. */
import { enqueue } from '../jobs/enqueue.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Database, Db } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';
import type { IndexRowsOf } from '../search/index-rows.ts';
import type { Parameters } from '../search/parameters.ts';
import type { CodeSystems } from '../store/code-systems.ts';
import { holdParameters, lockParameterSet, notifyParameters } from '../store/parameter-set.ts';
import {
  addReindex,
  advanceReindex,
  beginReindex,
  completeReindex,
  endReindex,
  lockReindex,
  type Place,
  type Reindex,
  reindexSlice,
  repeatReindex,
  unendedReindexes,
} from '../store/reindex.ts';

const KIND = 'reindex';
/** Resources of a slice: some tens of milliseconds during which nobody can change them. */
const SLICE = 500;
/** A slice that fails this often has a reason that does not go away. */
const MAX_ATTEMPTS = 5;
const RETRY_SECONDS = 1;

/** Adds a reindex to what is to be done, in the transaction of `db`. */
export async function requestReindex(db: Db, types: readonly string[]): Promise<Reindex> {
  const added = await addReindex(db, types);
  await enqueueSlice(db, added.id);
  return added;
}

/** Ends a reindex where it is; undefined when there is none of this id. */
export async function cancelReindex(db: Db, id: string): Promise<Reindex | undefined> {
  const ended = await endReindex(db, id, 'cancelled');
  await notifyParameters(db);
  return ended;
}

/** Goes on with what a process left that died. */
export async function resumeReindexes(db: Db): Promise<void> {
  for (const id of await unendedReindexes(db)) await enqueueSlice(db, id);
}

function enqueueSlice(db: Db, id: string, delay = 0): Promise<void> {
  return enqueue(db, KIND, { id }, `${KIND}-${id}`, delay);
}

export interface ReindexWork {
  readonly database: Database;
  readonly parameters: Parameters;
  readonly indexRows: IndexRowsOf;
  readonly codeSystems: CodeSystems;
}

export function reindexJob(work: ReindexWork): JobKind {
  return {
    name: KIND,
    run: async (payload, attempt) => {
      const { id } = payload as { id: string };
      try {
        await work.database.tx((db) => step(work, db, id));
      } catch (error) {
        // Somebody holds a resource, or the database is away: soon again. A resource that cannot be indexed stays so.
        if (error instanceof FhirError) return enqueueSlice(work.database, id, RETRY_SECONDS);
        if (attempt < MAX_ATTEMPTS) throw error;
        await endReindex(work.database, id, 'failed', (error as Error).message);
      }
    },
  };
}

/** The next thing to do, and the job for what comes after it. */
async function step(work: ReindexWork, db: Db, id: string): Promise<void> {
  const place = await lockReindex(db, id);
  if (!place || (place.status !== 'queued' && place.status !== 'running')) return;
  if (place.status === 'queued') await beginReindex(db, id, place.types);
  else if (await nextSlice(work, db, id, place)) {
    // There is more of this pass.
  } else if (place.changedSince === null) {
    // Whoever writes now began before the first pass ended, or will see all that it wrote.
    await lockParameterSet(db);
    await repeatReindex(db, id);
  } else {
    await completeReindex(db, id);
    return notifyParameters(db);
  }
  await enqueueSlice(db, id);
  await notifyParameters(db);
}

/** Whether there was a slice to do. */
async function nextSlice(work: ReindexWork, db: Db, id: string, place: Place): Promise<boolean> {
  await holdParameters(db, work.parameters.version);
  const slice = await reindexSlice(db, work.indexRows, work.codeSystems, place, SLICE);
  if (slice.count > 0) await advanceReindex(db, id, slice);
  return slice.count > 0;
}
