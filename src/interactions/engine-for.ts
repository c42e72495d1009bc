/** The engine as a caller sees it: its database shows what the caller reaches, whoever asks it for what. */
import type { Views } from '../db/reader.ts';
import { viewWithin, wholeOf } from '../db/reader.ts';
import type { Ctx, Database, Db, Reach, Rows, Sql } from '../kernel/ctx.ts';
import { keepMembers } from '../kernel/json-text.ts';
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
function shown({ writes: _, narrowWrites: __, identifies: ___, ...seen }: Reach): Partial<Reach> {
  return seen;
}

/** The rows of whatever statement without what is not shown of them, or not shown at all. */
function masked(database: Database, { elements, countsFrom, open }: Reach): Database {
  if (!elements && countsFrom === undefined) return database;
  const isShown = (row: unknown) => {
    const { type, content } = row as { type?: unknown; content?: unknown };
    return countsFrom === undefined || typeof content !== 'string' || open.includes(String(type));
  };
  const cut = <R>({ rows, count }: Rows<R>): Rows<R> => ({
    count,
    rows: rows.filter(isShown).map((row) => (elements ? maskedRow(row, elements) : row)),
  });
  const within = ({ together: _, ...db }: Db): Db => ({
    ...db,
    query: async <R>(sql: Sql) => cut(await db.query<R>(sql)),
  });
  return { ...within(database), tx: (fn) => database.tx((db) => fn(within(db))) };
}

const ALWAYS = ['resourceType', 'id', 'meta'];

function maskedRow<R>(row: R, elements: NonNullable<Reach['elements']>): R {
  const { type, content } = row as { type?: unknown; content?: unknown };
  const names = typeof type === 'string' ? elements[type] : undefined;
  if (!names || typeof content !== 'string') return row;
  const keep = (key: string) => ALWAYS.includes(key) || names.includes(key.replace(/^_/, ''));
  return { ...row, content: keepMembers(content, keep) };
}
