/** What every process does beside answering: deadlines, the work of the night, sweeping, jobs. */
import type { Logger } from 'pino';
import type { ContentStore } from './contents/content-store.ts';
import type { Connection } from './db/pool.ts';
import { type Fire, fireDue } from './interactions/deadlines.ts';
import { repeat } from './jobs/repeat.ts';
import { type JobKind, startJobs } from './jobs/run.ts';
import type { Clock } from './kernel/clock.ts';
import type { Nightly } from './kernel/contribution.ts';
import type { Database } from './kernel/ctx.ts';
import { sweepContents } from './store/kept-content.ts';

/** How late a deadline may be noticed. */
const DEADLINE_PAUSE_MS = 1_000;

/** How late the work of a new day may begin. */
const NIGHTLY_PAUSE_MS = 300_000;

/** How late contents go that no version has. */
const SWEEP_PAUSE_MS = 3_600_000;

interface Background {
  readonly connection: Connection;
  readonly database: Database;
  readonly fire: Fire;
  readonly clock: Clock;
  /** What begins with a new day; none where this process leaves it to others. */
  readonly nightly: readonly Nightly[];
  readonly store: ContentStore;
  readonly kinds: readonly JobKind[];
  readonly log: Logger;
}

/** `stop` resolves when nothing of it runs any more. */
export function startBackground({
  connection,
  database,
  fire,
  clock,
  nightly,
  store,
  kinds,
  log,
}: Background): {
  stop(): Promise<void>;
} {
  const deadlines = repeat(
    DEADLINE_PAUSE_MS,
    () => fireDue(fire, clock.now()),
    (err) => log.debug({ err }, 'deadlines could not be looked for'),
  );
  const nights = repeat(
    NIGHTLY_PAUSE_MS,
    async () => {
      for (const work of nightly) await work.start(fire.contextAt(clock.now()));
    },
    (err) => log.warn({ err }, 'the work of the night could not be begun'),
  );
  const sweeps = repeat(
    SWEEP_PAUSE_MS,
    () => sweepContents(database, store, new Date()),
    (err) => log.warn({ err }, 'contents that no version has could not be removed'),
  );
  const jobs = startJobs(connection, database, kinds, log);
  return {
    stop: async () => {
      for (const part of [deadlines, nights, sweeps, jobs]) await part.stop();
    },
  };
}
