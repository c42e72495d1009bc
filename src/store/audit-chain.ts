/**
 * The chain over the audit log: what is settled is sealed with a hash over the seal before, so that a change or a
 * gap shows. `0021-chain-audit-log.sql` says how.
 */
import type { Database, Db } from '../kernel/ctx.ts';

/** Seals the entries of transactions older than every open one. Answers how many; 0 when another process is at it. */
export async function sealAudit(db: Db, now: number): Promise<number> {
  const { rows } = await db.query<{ entries: string }>({
    name: 'audit.seal',
    text: 'select audit_seal_settled($1::bigint) as entries',
    values: [now],
  });
  return Number(rows[0]!.entries);
}

/** Makes the partitions of this month and the next, unless they are there. Gives way to whoever holds the log. */
export async function makeAuditParts(database: Database, now: number): Promise<void> {
  const { rows } = await database.query<{ moment: string }>({
    name: 'audit.missingParts',
    text: `select m.moment from unnest(array[$1::bigint, audit_next_month($1::bigint)]) m(moment)
where not exists (select from audit_part p where p.lo <= m.moment and p.hi > m.moment)`,
    values: [now],
  });
  for (const { moment } of rows) {
    await database.tx(async (db) => {
      await db.query({ text: `set local lock_timeout = '2s'`, values: [] });
      await db.query({ text: 'call audit_make_part($1::bigint)', values: [moment] });
    });
  }
}

/** For a log that was restored into another cluster: goes on above what it has. */
export async function settleAuditIn(db: Db): Promise<void> {
  await db.query({ text: 'select audit_settle_in()', values: [] });
}

export interface Dropped {
  /** First millisecond of the first month, and of the month after the last (UTC). */
  readonly lo: number;
  readonly hi: number;
  readonly entries: number;
  /** When, in milliseconds. */
  readonly at: number;
}

interface DroppedRow {
  lo: string;
  hi: string;
  entries: string;
  at: string;
}

/** Drops the months that end before `moment`; whoever calls records it in the same transaction. */
export async function dropAuditBefore(db: Db, moment: number, now: number): Promise<Dropped[]> {
  const { rows } = await db.query<DroppedRow>({
    text: 'select lo, hi, entries, at from audit_drop_before($1::bigint, $2::bigint)',
    values: [moment, now],
  });
  return rows.map(droppedOf);
}

/** What was dropped so far; `recorded` tells whether the log itself says so. */
export async function readDropped(db: Db): Promise<(Dropped & { recorded: boolean })[]> {
  const { rows } = await db.query<DroppedRow & { recorded: boolean }>({
    name: 'audit.dropped',
    text: `select d.lo, d.hi, d.entries, d.at,
  exists (select from audit_log l join audit_kind k on k.id = l.kind where l.at = d.at and k.head like '%"110101"%') as recorded
from audit_dropped d order by d.lo, d.at`,
    values: [],
  });
  return rows.map((row) => ({ ...droppedOf(row), recorded: row.recorded }));
}

function droppedOf({ lo, hi, entries, at }: DroppedRow): Dropped {
  return { lo: Number(lo), hi: Number(hi), entries: Number(entries), at: Number(at) };
}

export interface CheckedSeal {
  readonly number: number;
  /** First millisecond of the month whose entries it seals. */
  readonly month: number;
  readonly entries: number;
  /** When it was made, in milliseconds. */
  readonly sealed: number;
  readonly hash: string;
  /** Whether the seal before is there, ends where this begins, and is in its hash. */
  readonly chained: boolean;
  /** Whether the entries are what was sealed; undefined when their month was dropped. */
  readonly intact?: boolean;
  /** Entries that no seal of its span has. */
  readonly more: number;
}

/** Looks at the seals after `number`, in their order, entries and all. */
export async function checkSeals(db: Db, number: number, limit: number): Promise<CheckedSeal[]> {
  const { rows } = await db.query<{
    number: string;
    month: string;
    entries: string;
    sealed: string;
    hash: string;
    chained: boolean;
    intact: boolean | null;
    more: string | null;
  }>({
    name: 'audit.checkSeals',
    text: CHECK,
    values: [number, limit],
  });
  return rows.map((row) => ({
    ...row,
    number: Number(row.number),
    month: Number(row.month),
    entries: Number(row.entries),
    sealed: Number(row.sealed),
    intact: row.intact ?? undefined,
    more: Number(row.more ?? 0),
  }));
}

const CHECK = `select s.number, s.month, s.entries, s.sealed, encode(s.hash, 'hex') as hash,
  s.hash = audit_hash(p.hash, s.number, s.month, s.from_position, s.to_position, s.entries, s.digest, s.sealed)
    and case when p.number is null then s.number = 1 and s.from_position = 0
      else (s.from_position = p.to_position or (s.from_position, s.to_position) = (p.from_position, p.to_position)) end as chained,
  case when not d.gone then (select f.entries = s.entries and f.digest = s.digest
    from audit_digest(s.from_position, s.to_position, s.month) f) end as intact,
  case when p.to_position is distinct from s.to_position then (
    select count(*) from audit_log l where l.position >= s.from_position and l.position < s.to_position
      and not exists (select from audit_seal b where b.from_position = s.from_position and b.month = audit_month(l.at))
  ) end as more
from audit_seal s left join audit_seal p on p.number = s.number - 1
cross join lateral (select exists (select from audit_dropped d where s.month >= d.lo and s.month < d.hi) as gone) d
where s.number > $1 order by s.number limit $2`;

export interface ChainEnd {
  readonly number: number;
  readonly hash: string;
  /** When it was made, in milliseconds. */
  readonly sealed: number;
}

/** The last seal, how many entries wait for the next, and whether `known` is the hash of any seal. */
export async function readChainEnd(
  db: Db,
  known?: string,
): Promise<{ end?: ChainEnd; unsealed: number; knows: boolean }> {
  const { rows } = await db.query<{
    number: string | null;
    hash: string | null;
    sealed: string | null;
    unsealed: string;
    knows: boolean;
  }>({
    name: 'audit.chainEnd',
    text: `select s.number, encode(s.hash, 'hex') as hash, s.sealed,
  (select count(*) from audit_log l where l.position >= coalesce(s.to_position, 0)) as unsealed,
  $1::text is null or exists (select from audit_seal k where encode(k.hash, 'hex') = lower($1)) as knows
from (select 1) one left join (select * from audit_seal order by number desc limit 1) s on true`,
    values: [known ?? null],
  });
  const { number, hash, sealed, unsealed, knows } = rows[0]!;
  const end = number === null ? undefined : { number: Number(number), hash: hash!, sealed: Number(sealed) };
  return { end, unsealed: Number(unsealed), knows };
}
