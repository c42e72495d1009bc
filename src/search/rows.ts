/** The rows that make a resource findable: what the store keeps in the tables of the index. */
import { BEGINNING, type Range } from '../kernel/dates.ts';
import { foldedStart } from '../kernel/fold.ts';
import { sortable } from './sortable.ts';

/** The date of a resource whose main date is missing: before every date and every open period. */
export const UNDATED = BEGINNING - 1;

export interface IndexRows {
  /** Version of the set of parameters they were made with; undefined when that does not matter. */
  readonly parameters?: number;
  /** Id of the patient the resource is about, by its main patient reference. */
  readonly patient: string | null;
  /** What says whose it is: see `access/marks.ts`. */
  readonly marks: ReadonlySet<string>;
  /** Start and end of the main date in milliseconds; date is null when the type or the resource has none. */
  readonly date: Range | null;
  /** Whether the type has a main date: a resource without it stands behind all that have it. */
  readonly dated: boolean;
  /** Texts of tokens; the database hashes them. */
  readonly tokens: ReadonlySet<string>;
  /** parameter key -> the systems of its codes, '' for none: see `bare-codes.ts` */
  readonly systems: ReadonlyMap<string, ReadonlySet<string>>;
  /** parameter key -> folded values */
  readonly strings: ReadonlyMap<string, ReadonlySet<string>>;
  /** parameter (and unit) key -> `value` or `value,canonical`: what it is in canonical units, by which it sorts */
  readonly numbers: ReadonlyMap<string, ReadonlySet<string>>;
  /** parameter key -> `lo,hi`: milliseconds, or numbers as `sortable` writes them */
  readonly dates: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The rows of one resource while they are collected. */
export class Rows implements IndexRows {
  parameters?: number;
  patient: string | null = null;
  marks: ReadonlySet<string> = new Set();
  date: Range | null = null;
  dated = false;
  /** Values whose Latin readings were added. */
  readAloud = 0;
  readonly tokens = new Set<string>();
  readonly systems = new Map<string, Set<string>>();
  readonly strings = new Map<string, Set<string>>();
  readonly numbers = new Map<string, Set<string>>();
  readonly dates = new Map<string, Set<string>>();

  string(key: string, value: string): void {
    const folded = foldedStart(value);
    if (folded !== '') add(this.strings, key, folded);
  }

  system(key: string, system: string): void {
    add(this.systems, key, system);
  }

  number(key: string, value: number, canonical = value): void {
    add(this.numbers, key, canonical === value ? String(value) : `${value},${canonical}`);
  }

  range(key: string, { lo, hi }: Range): void {
    add(this.dates, key, `${lo},${hi}`);
  }

  /** Numbers from `low` to `high`. */
  interval(key: string, low: number, high: number): void {
    add(this.dates, key, `${sortable(low)},${sortable(high)}`);
  }
}

function add<V>(map: Map<string, Set<V>>, key: string, value: V): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

/** Nothing to index: a deleted resource. */
export const NO_ROWS: IndexRows = new Rows();
