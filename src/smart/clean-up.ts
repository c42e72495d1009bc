/** Forgets what has ended: once an hour, by whichever process gets the job. */
import { enqueue } from '../jobs/enqueue.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Database } from '../kernel/ctx.ts';
import { forgetAttempts } from './accounts/attempts.ts';
import { forgetDevices } from './accounts/known-devices.ts';
import { forgetRetiredKeys } from './keys.ts';
import { forgetPending } from './registration.ts';
import { forgetEndedState } from './state.ts';

const CLEAN_UP_JOB = 'authorization-clean-up';
const EVERY_SECONDS = 3600;

export function cleanUpJob(db: Database): JobKind {
  return {
    name: CLEAN_UP_JOB,
    run: async () => {
      await forgetEndedState(db);
      await forgetAttempts(db, new Date());
      await forgetDevices(db, new Date());
      await forgetRetiredKeys(db);
      await forgetPending(db);
      await enqueueCleanUp(db);
    },
  };
}

/** The next time, however often it is asked for. */
export function enqueueCleanUp(db: Database): Promise<void> {
  return enqueue(db, CLEAN_UP_JOB, {}, CLEAN_UP_JOB, EVERY_SECONDS);
}
