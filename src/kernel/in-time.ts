/** Computing that stops in time, whatever it is doing: a regular expression, a loop. */
import { createContext, Script } from 'node:vm';

const CALL = new Script('work()');

/** It took longer than it may. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/**
 * What `work` answers; throws OutOfTime when that takes more than so many milliseconds. Beginning costs some tenths of
 * a millisecond, so `work` is the whole and not each step of it; it is cut off anywhere, so it changes nothing.
 */
export function inTime<T>(milliseconds: number, work: () => T): T {
  let answer: T | undefined;
  const context = createContext({
    work: () => {
      answer = work();
    },
  });
  try {
    CALL.runInContext(context, { timeout: Math.max(1, Math.ceil(milliseconds)) });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new OutOfTime();
    throw error;
  }
  return answer as T;
}
