/** Loads files into a server: a few requests at a time, files in their order, refusals collected. */
import { stat } from 'node:fs/promises';
import type { Language } from '../../kernel/issue.ts';
import { type Answer, send, type Target } from './send.ts';
import type { Progress } from './show.ts';
import { enter, enterUnusable, newTally, stored, type Tally, wantsAnother } from './tally.ts';
import { groupsOf, type Unit, unitsOf } from './units.ts';

const AT_A_TIME = 4;

export async function load(
  files: readonly string[],
  target: Target,
  progressFor: (bytes: number) => Progress,
): Promise<Tally> {
  const tally = newTally();
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const progress = progressFor(sizes.reduce((sum, size) => sum + size, 0));
  const ask = untilGone(target);
  let waiting: Held[] = [];
  for (const group of groupsOf(files))
    waiting.push(...(await loadGroup(group, ask, tally, progress, target.lang)));
  // Whatever was refused for want of something another file brings is tried again while that helps.
  // A refusal stored nothing, so nothing can be stored twice.
  while (waiting.length > 0) {
    const before = stored(tally);
    const again: Held[] = [];
    await inParallel(waiting, async (held) => {
      const answer = await ask(held.unit);
      if (wantsAnother(answer)) again.push({ unit: held.unit, answer });
      else enter(tally, held.unit, answer, target.lang);
    });
    waiting = again;
    if (stored(tally) === before) break;
  }
  for (const { unit, answer } of waiting) enter(tally, unit, answer, target.lang);
  progress.end();
  return tally;
}

interface Held {
  readonly unit: Unit;
  readonly answer: Answer;
}

type Ask = (unit: Unit) => Promise<Answer>;

/** Once no server answers, the rest is not tried: waiting again for every resource would take hours. */
function untilGone(target: Target): Ask {
  let gone: Answer | undefined;
  return async (unit) => {
    if (gone) return gone;
    const answer = await send(target, unit);
    if (!('status' in answer) && answer.stored === 'no') gone = answer;
    return answer;
  };
}

/** Loads files that may go together; returns the requests to be tried once more when all else is there. */
async function loadGroup(
  files: readonly string[],
  ask: Ask,
  tally: Tally,
  progress: Progress,
  lang: Language,
): Promise<Held[]> {
  const held: Held[] = [];
  const left = new Map(files.map((file) => [file, 1]));
  const finish = (file: string) => {
    const rest = left.get(file)! - 1;
    left.set(file, rest);
    if (rest === 0) progress.fileDone(file, tally);
  };
  async function* all(): AsyncGenerator<Unit> {
    for (const file of files) {
      for await (const found of unitsOf(file)) {
        if ('unusable' in found) enterUnusable(tally, found.unusable, lang);
        else {
          left.set(file, left.get(file)! + 1);
          yield found.unit;
        }
      }
      finish(file);
    }
  }
  await inParallel(all(), async (unit) => {
    const answer = await ask(unit);
    if (wantsAnother(answer)) held.push({ unit, answer });
    else enter(tally, unit, answer, lang);
    progress.advance(Buffer.byteLength(unit.body), tally);
    finish(unit.file);
  });
  return held;
}

/** Takes from the source only as fast as the work goes. */
async function inParallel<T>(
  source: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of source) {
    const job = work(item).finally(() => running.delete(job));
    running.add(job);
    if (running.size >= AT_A_TIME) await Promise.race(running);
  }
  await Promise.all(running);
}
