/** Processor time of processes, from Linux's /proc: steadier than a rate when the machine is shared. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second, as /proc has them on every Linux that Node runs on. */
const TICKS = 100;

interface Stat {
  readonly parent: number;
  readonly seconds: number;
}

/** Seconds that a process has used so far, with its children that have ended; undefined where that is not told. */
export function cpuSeconds(pid: number): number | undefined {
  return statOf(pid)?.seconds;
}

/** The same for a process and those that it started: PostgreSQL and its backends. */
export function familySeconds(pid: number): number | undefined {
  const own = cpuSeconds(pid);
  if (own === undefined) return undefined;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, stat) => sum + stat!.seconds, own);
}

/** A process and those that it started and that run now. */
export function familyOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return [pid, ...all.map(Number).filter((one) => statOf(one)?.parent === pid)];
}

/**
 * Milliseconds of processor that processes have used, in the threads that run now: fine enough for the difference of
 * two to be one request's (https://docs.kernel.org/scheduler/sched-stats.html). NaN where that is not told.
 */
export function processorMilliseconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + runMilliseconds(pid), 0);
}

function runMilliseconds(pid: number): number {
  try {
    const run = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return run.reduce((sum, n) => sum + n, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; what follows it does not.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, n) => sum + n, 0);
    return { parent: fields[1]!, seconds: ticks / TICKS };
  } catch {
    return undefined;
  }
}
