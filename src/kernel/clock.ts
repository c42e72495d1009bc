/** The time that requests and deadlines live in: the real one, or one that is moved on by hand to try things out. */

export interface Clock {
  now(): Date;
}

export interface MovableClock extends Clock {
  /** By how much it has been moved, in milliseconds. */
  ahead(): number;
  /** Moves on; never back, since versions and deadlines follow each other. */
  moveTo(at: Date): void;
}

export const realClock: Clock = { now: () => new Date() };

/** Goes on by itself from wherever it was moved to. */
export function movableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    ahead: () => ahead,
    moveTo: (at) => {
      ahead = Math.max(ahead, at.getTime() - Date.now());
    },
  };
}
