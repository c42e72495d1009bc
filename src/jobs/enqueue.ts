/** Puts work behind a commit: the job is there if, and only if, what `db` writes is there. */
import type { Db } from '../kernel/ctx.ts';

/**
 * A job of this key that waits is replaced; one that runs already is left to end, and this one runs as well.
 * Work must bear being done twice. `delay` is in seconds.
 */
export async function enqueue(db: Db, kind: string, payload: object, key: string, delay = 0): Promise<void> {
  await db.query({
    name: 'jobs.enqueue',
    text: `select from graphile_worker.add_job($1, $2::json, job_key => $3, run_at => now() + make_interval(secs => $4))`,
    values: [kind, JSON.stringify(payload), key, delay],
  });
}
