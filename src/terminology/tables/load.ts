/**
 * Loads tables into the database: checked as a whole, then swapped in one transaction, so that nobody ever sees a
 * part. What is there by its hash is left alone. Two that load the same at once come one after the other, and the
 * second finds nothing to do; whoever dies leaves nothing behind.
 */
import type { Database, Db } from '../../kernel/ctx.ts';
import { flatConcept, withAncestors } from '../concept-rows.ts';
import { insertRows, replaceHeader } from '../concept-store.ts';
import type { Table } from './table.ts';

export interface LoadReport {
  readonly url: string;
  readonly version?: string;
  readonly concepts: number;
  /** It was there already. */
  readonly unchanged: boolean;
}

export interface LoadOptions {
  /** Concepts written so far, of all. */
  readonly progress?: (done: number, all: number) => void;
  /** Called in the transaction that puts the table in place. */
  readonly within?: (db: Db, concepts: number) => Promise<void>;
}

const CHUNK = 2_000;

/** Throws TableFault, and has changed nothing then. */
export async function loadTable(
  database: Database,
  table: Table,
  { progress = () => {}, within = async () => {} }: LoadOptions = {},
): Promise<LoadReport> {
  const { header, provenance } = table;
  const { url, version } = header;
  const source = `table:${url}|${version ?? ''}`;
  const sha256 = await table.sha256();
  const there = await loaded(database, source, sha256);
  if (there !== undefined) return { url, version, concepts: there, unchanged: true };
  // Read outside of the transaction: it is short, and a fault costs nobody a lock.
  const described = await table.concepts();
  const rows = withAncestors(described.map(({ concept, parents }) => flatConcept(concept, parents)));
  return database.tx(async (db) => {
    await db.query({ text: 'select pg_advisory_xact_lock(hashtextextended($1, 15))', values: [source] });
    const meanwhile = await loaded(db, source, sha256);
    if (meanwhile !== undefined) return { url, version, concepts: meanwhile, unchanged: true };
    const key = await replaceHeader(db, source, header, sha256, rows.length, provenance);
    for (let at = 0; at < rows.length; at += CHUNK) {
      await insertRows(db, key, at, rows.slice(at, at + CHUNK));
      progress(Math.min(at + CHUNK, rows.length), rows.length);
    }
    await within(db, rows.length);
    return { url, version, concepts: rows.length, unchanged: false };
  });
}

async function loaded(db: Db, source: string, sha256: string): Promise<number | undefined> {
  const { rows } = await db.query<{ count: number }>({
    name: 'terminology.loaded',
    text: 'select count from concept_system where source = $1 and sha256 = $2',
    values: [source, sha256],
  });
  return rows[0]?.count;
}
