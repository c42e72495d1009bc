/**
 * PostgreSQL's row-level security, told who reads. Statements that say a `reach` are asked in the role
 * `xiantong_reader`, whose policies (migration 0020) show no row that it does not reach; a reader who says nothing is
 * shown nothing. Reads outside of transactions have connections of their own, in that role from the beginning.
 */
import type { Database, Db, Rows, Sql } from '../kernel/ctx.ts';
import { createTogether } from './together.ts';

/** Of the database; has no rights but to read, and to record that. */
export const READER = 'xiantong_reader';

/** On a connection that is always the reader's. */
export function sayReach(reach: string): Sql {
  return { name: 'reader.say', text: 'select access_say($1::jsonb, false)', values: [reach] };
}

/** In a transaction: as the reader, or (without a reach) as the server again. */
export function changeRole(reach: string | undefined): Sql {
  return reach === undefined
    ? { name: 'reader.leave', text: `select set_config('role', 'none', true)`, values: [] }
    : {
        name: 'reader.enter',
        text: `select set_config('role', '${READER}', true), access_say($1::jsonb, true)`,
        values: [reach],
      };
}

/** How many readers keep their view; one more pushes out who asked longest ago. */
const MAX_VIEWS = 256;

/** Views of a database, each as somebody sees it. Who reaches the same shares a view. */
export type Views = (reach: string) => Database;

/** `whole` begins the transactions; `readers` has connections of the reader. */
export function createViews(whole: Database, readers: Db): Views {
  const views = new Map<string, Database>();
  return (reach) => {
    const view = views.get(reach) ?? viewOf(whole, readers, reach);
    views.delete(reach);
    views.set(reach, view);
    if (views.size > MAX_VIEWS) views.delete(views.keys().next().value!);
    return view;
  };
}

function viewOf(whole: Database, readers: Db, reach: string): Database {
  const query = <R>(sql: Sql) => readers.query<R>({ ...sql, reach });
  const together = createTogether(query);
  return {
    query,
    together: <R>(sql: Sql) => together(sql) as Promise<Rows<R>>,
    tx: (fn) => whole.tx((db) => fn(viewWithin(db, reach))),
    whole,
  };
}

/** The transaction of `db` as somebody sees it. */
export function viewWithin(db: Db, reach: string): Database {
  const view: Database = {
    query: (sql) => db.query({ ...sql, reach }),
    tx: (fn) => fn(view),
    ...(db.onCommit ? { onCommit: db.onCommit } : {}),
    whole: db,
  };
  return view;
}

/** The same database in the role of the server: for writing, and for what is nobody's. */
export function wholeOf(db: Db): Db {
  return db.whole ?? db;
}
