/** The engine as a caller sees it: its database shows what the caller reaches, whoever asks it for what. */
import type { Views } from '../db/reader.ts';
import { viewWithin, wholeOf } from '../db/reader.ts';
import type { Ctx, Database, Db, Reach, Rows, Sql } from '../kernel/ctx.ts';
import { keepMembers, parseExactly } from '../kernel/json-text.ts';
import { type MaskedField, masked as maskedResource } from '../kernel/mask.ts';
import type { Engine } from './engine.ts';

const known = new WeakMap<Views, WeakMap<Database, Engine>>();

/**
 * The engine that serves `ctx`: the whole one for who reaches everything, the server itself included (`asSystem`).
 * Inside of a transaction it stays inside.
 */
export function engineFor(engine: Engine, { access }: Pick<Ctx, 'access'>): Engine {
  const { reach } = access;
  if (reach === engine.reach) return engine;
  const whole = engine.whole ?? engine;
  if (!reach) return whole;
  const view = whole.views(JSON.stringify(shown(reach)));
  const engines = known.get(whole.views) ?? new WeakMap<Database, Engine>();
  known.set(whole.views, engines);
  const before = engines.get(view);
  if (before) return before;
  const database = masked(view, reach);
  const { writer } = whole;
  const seen: Engine = {
    ...whole,
    reach,
    whole,
    database,
    // What the caller does not see is not there for its references either.
    validate: (ctx, resource, more) => whole.validate(ctx, resource, { db: database, ...more }),
    writer: {
      ...writer,
      within: (db, writes) => writer.within(wholeOf(db), writes),
      readAudited: (read, db) => writer.readAudited(read, db ?? database),
    },
  };
  engines.set(view, seen);
  return seen;
}

/** The database as `ctx` sees it, be it one of a transaction. */
export function dbFor(db: Db, { access }: Pick<Ctx, 'access'>): Db {
  return access.reach ? db : wholeOf(db);
}

/** The transaction of `db` as `ctx` sees it, whoever it was opened for. */
export function viewFor(db: Db, { access: { reach } }: Pick<Ctx, 'access'>): Db {
  return reach ? viewWithin(wholeOf(db), JSON.stringify(shown(reach))) : wholeOf(db);
}

/** What decides about reading: who reaches the same shares a view. */
const NOT_SHOWN = ['writes', 'adds', 'reserved', 'narrowWrites', 'identifies'];

function shown(reach: Reach): Partial<Reach> {
  return Object.fromEntries(Object.entries(reach).filter(([name]) => !NOT_SHOWN.includes(name)));
}

/** The rows of whatever statement without what is not shown of them, or not shown at all. */
function masked(database: Database, reach: Reach): Database {
  const { elements, masks, countsFrom, open } = reach;
  if (!elements && !masks && countsFrom === undefined) return database;
  const isShown = (row: unknown) => {
    const { type, content } = row as { type?: unknown; content?: unknown };
    if (typeof content !== 'string') return true;
    // Of what nobody says what it is, nobody knows what to leave out.
    return countsFrom === undefined ? typeof type === 'string' : open.includes(String(type));
  };
  const cut = <R>({ rows, count }: Rows<R>): Rows<R> => ({
    count,
    rows: rows.filter(isShown).map((row) => partOf(row, reach)),
  });
  const within = ({ together: _, ...db }: Db): Db => ({
    ...db,
    query: async <R>(sql: Sql) => cut(await db.query<R>(sql)),
  });
  return { ...within(database), tx: (fn) => database.tx((db) => fn(within(db))) };
}

const ALWAYS = ['resourceType', 'id', 'meta'];

function partOf<R>(row: R, { elements = {}, masks = {} }: Reach): R {
  const { type, content } = row as { type?: unknown; content?: unknown };
  if (typeof type !== 'string' || typeof content !== 'string') return row;
  const names = elements[type];
  const fields = masks[type];
  if (!names && !fields) return row;
  const keep = (key: string) => ALWAYS.includes(key) || names?.includes(key.replace(/^_/, ''));
  const part = names ? keepMembers(content, (key) => keep(key) === true) : content;
  return { ...row, content: fields ? maskedContent(part, fields) : part };
}

function maskedContent(content: string, fields: readonly MaskedField[]): string {
  return JSON.stringify(maskedResource(parseExactly(content) as object, new Set(fields)));
}
