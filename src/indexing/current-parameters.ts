/** Keeps this process's search parameters those of the database. */
import type { Db } from '../kernel/ctx.ts';
import { oneAtATime } from '../kernel/one-at-a-time.ts';
import type { ParameterSet } from '../search/parameters.ts';
import { readParameterSet } from '../store/parameter-set.ts';

/** Resolves when the process knows what the database held when this was called, or something later. */
export type LearnParameters = () => Promise<void>;

export function keepParameters(db: Db, parameters: ParameterSet): LearnParameters {
  return oneAtATime(async () => parameters.use(await readParameterSet(db)));
}
