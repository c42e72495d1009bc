/**
 * Places for requests, shared fairly among those who ask. While there is room everybody gets a place at once; when
 * there is none, the next goes to whoever has the fewest, so that a client that asks a thousand things at a time
 * waits for itself and not others for it.
 */

export interface FairRoom {
  /**
   * Takes a place for `who` as soon as there is one; undefined when there was none in time. What it returns gives
   * the place back, once.
   */
  take(who: string, milliseconds: number): Promise<(() => void) | undefined>;
}

interface Waiting {
  readonly granted: (giveBack: (() => void) | undefined) => void;
}

/** `maxEach`: places that one may have at most, so that there always is one for somebody else soon. */
export function createFairRoom(max: number, maxEach: number): FairRoom {
  let taken = 0;
  const atWork = new Map<string, number>();
  /** In the order in which they were last given a place: of equals, the first has waited longest. */
  const queues = new Map<string, Waiting[]>();

  const countOf = (who: string) => atWork.get(who) ?? 0;
  const fits = (who: string) => taken < max && countOf(who) < maxEach;

  function grant(who: string): () => void {
    taken++;
    atWork.set(who, countOf(who) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      taken--;
      const left = countOf(who) - 1;
      if (left === 0) atWork.delete(who);
      else atWork.set(who, left);
      letIn();
    };
  }

  function letIn(): void {
    for (let who = nextOf(); who !== undefined; who = nextOf()) {
      const queue = queues.get(who)!;
      const next = queue.shift()!;
      queues.delete(who);
      if (queue.length > 0) queues.set(who, queue);
      next.granted(grant(who));
    }
  }

  /** Whoever waits and has the fewest places. */
  function nextOf(): string | undefined {
    let next: string | undefined;
    for (const who of queues.keys()) {
      if (fits(who) && (next === undefined || countOf(who) < countOf(next))) next = who;
    }
    return next;
  }

  function leave(who: string, entry: Waiting): void {
    const queue = queues.get(who);
    if (!queue) return;
    queue.splice(queue.indexOf(entry), 1);
    if (queue.length === 0) queues.delete(who);
  }

  return {
    take(who, milliseconds) {
      if (!queues.has(who) && fits(who)) return Promise.resolve(grant(who));
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          leave(who, entry);
          resolve(undefined);
        }, milliseconds);
        const entry: Waiting = {
          granted: (giveBack) => {
            clearTimeout(timer);
            resolve(giveBack);
          },
        };
        const queue = queues.get(who);
        if (queue) queue.push(entry);
        else queues.set(who, [entry]);
      });
    },
  };
}
