/**
 * Worklists: what is still to be done, in the order in which it is due. An open Task has rows of its own for that, one
 * for itself and one for each that it is a list of: a list then reads what it answers, however much was done before and
 * however large the county is. Nothing but the time: what else is asked is asked of each Task.
 */
import { bareToken } from './bare-codes.ts';
import { anyOf, type Bindings } from './bindings.ts';
import type { Filter, Sort } from './plan.ts';
import type { Rows } from './rows.ts';
import { codeToken, pairKey, parameterKey } from './tokens.ts';
import { dateCondition } from './types/date.ts';

interface Worklist {
  readonly state: string;
  /** Codes of the states in which there is something to do. */
  readonly open: readonly string[];
  /** Whose lists there are, the shortest first. */
  readonly of: readonly string[];
  /** The last day, of which a resource has one at most; and the time that ends with it. */
  readonly until: string;
  readonly window: string;
}

const WORKLISTS: Readonly<{ [type: string]: Worklist }> = {
  Task: {
    state: 'status',
    open: ['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold'],
    of: ['area', 'owner', 'programme'],
    until: 'due-end',
    window: 'due',
  },
};

const DAY_MS = 86_400_000;

/** Marks the rows of those whose last day is no day, but a month or a year. */
const LONG = 'long:';

/** Stands for a time without an end: behind all that have one, as in `sort.ts`. */
const ENDLESS = 9_000_000_000_000_000;

/** Adds the rows of the worklists, once all other rows are there. */
export function indexOpenWork(rows: Rows, type: string): void {
  const list = WORKLISTS[type];
  if (!list) return;
  const key = (code: string) => parameterKey(type, code);
  const states = list.open.map((code) => codeToken(key(list.state), code)).filter((t) => rows.tokens.has(t));
  if (states.length === 0) return;
  const of = list.of.map(key);
  const lists = [...rows.tokens].filter((text) => of.some((k) => text.startsWith(k)));
  const [until] = rows.dates.get(key(list.until)) ?? [];
  const [lo, hi] = until?.split(',').map(Number) ?? [];
  const range = { lo: lo ?? ENDLESS, hi: hi ?? ENDLESS };
  for (const state of states) {
    for (const text of ['', ...lists]) {
      rows.range(pairKey(key(list.until), state + text), range);
      if (range.hi - range.lo > DAY_MS) rows.range(pairKey(key(list.until), LONG + state + text), range);
    }
  }
}

/** A search that a worklist answers. */
export interface OpenWork {
  /** Of its rows. */
  readonly key: string;
  /** What need not be asked of each resource. */
  readonly answered: ReadonlySet<Filter>;
  /** SQL over the row `w0`. */
  conditions(b: Bindings): string[];
}

/** Undefined when the search is no worklist, or another index is the better start. */
export function openWorkOf(
  type: string,
  filters: readonly Filter[],
  sort: readonly Sort[],
): OpenWork | undefined {
  const list = WORKLISTS[type];
  if (!list) return undefined;
  const untilKey = parameterKey(type, list.until);
  const windowKey = parameterKey(type, list.window);
  const state = filters.find((f) => isOpenState(type, list, f));
  if (!state) return undefined;
  const whose = list.of
    .map((code) => filters.find((f) => textOf(f)?.startsWith(parameterKey(type, code)) === true))
    .find((f) => f !== undefined);
  if (!whose && !isByUntil(sort, untilKey)) return undefined;
  const timed = (key: string) =>
    filters.flatMap((f) => (f.kind === 'date' && typeof f.on === 'object' && f.on.key === key ? f : []));
  const until = timed(untilKey);
  const answered = new Set<Filter>([state, ...until, ...(whose ? [whose] : [])]);
  const text = textOf(state)! + (whose ? textOf(whose) : '');
  const longs = pairKey(untilKey, LONG + text);
  return {
    key: pairKey(untilKey, text),
    answered,
    conditions: (b) => [
      ...until.flatMap(({ any }) => [
        `w0.lo < ${ENDLESS}`,
        anyOf(any.map((c) => dateCondition(c, 'w0.lo', 'w0.hi', b))),
      ]),
      // The time ends with the last day: what is over is not looked at.
      ...timed(windowKey).flatMap(({ any: [first, ...more] }) =>
        first?.prefix === 'gt' && more.length === 0 ? endsAfter(first.range.hi, longs, b) : [],
      ),
    ],
  };
}

/**
 * Nor are rows read that are over: whatever ends later has a last day that begins a day before at the earliest, unless it
 * is a longer time.
 */
function endsAfter(time: number, longs: string, b: Bindings): string[] {
  const bound = b.bind(time, 'bigint');
  const first = `select min(l.lo) from date_range l where l.hash = ${b.hash(longs)} and l.hi > ${bound}`;
  return [`w0.hi > ${bound}`, `w0.lo >= least(${bound} - ${DAY_MS}, (${first}))`];
}

/** Worklists come in the order in which they are due, unless another is asked for. */
export function workOrder(type: string, filters: readonly Filter[]): readonly Sort[] | undefined {
  const list = WORKLISTS[type];
  if (!list || !filters.some((f) => isOpenState(type, list, f, bareToken))) return undefined;
  const keys = [list.until, list.window].map((code) => parameterKey(type, code));
  const isTimed = filters.some(
    (f) => f.kind === 'date' && typeof f.on === 'object' && keys.includes(f.on.key),
  );
  return isTimed ? [{ by: { kind: 'date_range', keys: [keys[0]!] }, descending: false }] : undefined;
}

/** Whether the rows of the worklist are in the order that is asked for. */
export function isByUntil([first, ...more]: readonly Sort[], key: string): boolean {
  const by = first?.by;
  return (
    more.length === 0 &&
    first?.descending === false &&
    typeof by === 'object' &&
    by.kind === 'date_range' &&
    by.keys.length === 1 &&
    by.keys[0] === key
  );
}

/** Of the last days of a type: what `isByUntil` asks for. */
export function untilKeyOf(type: string): string | undefined {
  const list = WORKLISTS[type];
  return list && parameterKey(type, list.until);
}

/** `token`: how the code stands in the filter; as it was asked for, a code has no system yet. */
function isOpenState(
  type: string,
  { state, open }: Worklist,
  filter: Filter,
  token: (key: string, code: string) => string = codeToken,
): boolean {
  const key = parameterKey(type, state);
  return open.some((code) => textOf(filter) === token(key, code));
}

/** The one token that a filter asks for. */
function textOf(filter: Filter): string | undefined {
  if (filter.kind === 'reference' && filter.patientIds.length > 0) return undefined;
  const isOne = filter.kind === 'reference' || (filter.kind === 'token' && !filter.negate);
  return isOne && filter.texts.length === 1 ? filter.texts[0] : undefined;
}
