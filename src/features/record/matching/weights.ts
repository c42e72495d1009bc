/** The weights that records are compared by: data, see `weights.json`. */
import data from './weights.json' with { type: 'json' };

/** How often a field compares so among records of one person, and among records of two. */
export interface Odds {
  readonly m: number;
  readonly u: number;
}

export const WEIGHTS = data;

/** What a level says for one person (above 0) or for two (below). */
export function bits({ m, u }: Odds): number {
  return Math.log2(m / u);
}
