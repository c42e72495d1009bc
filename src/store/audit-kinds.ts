/** Kinds of audit: written and indexed at their first use. */
import { createHash } from 'node:crypto';
import type { AuditKind } from '../audit/audit-entry.ts';
import type { Db } from '../kernel/ctx.ts';
import type { IndexRowsOf } from '../search/index-rows.ts';
import type { CodeSystems } from './code-systems.ts';
import { IndexColumns, indexInserts } from './index-columns.ts';
import { createOnce, type Once } from './once.ts';

const ids = new WeakMap<AuditKind, string>();

/** The key of a kind: int8 as text, negative, so that it meets no resource's. */
export function auditKindId(kind: AuditKind): string {
  let id = ids.get(kind);
  if (id === undefined) {
    const hash = createHash('sha256').update(kind.name).digest().readBigUInt64BE();
    id = String(-(hash >> 1n) - 1n);
    ids.set(kind, id);
  }
  return id;
}

/** The date that a kind's index rows carry. */
const KIND_DATE = 0;

const INSERT = `with kind as (
  insert into audit_kind (id, head, outcome, agent)
  select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
  on conflict do nothing returning id as key
), ${indexInserts('kind', 5, 'changed', 'kind')}
select key from kind`;

export function createAuditKinds(
  pool: Db,
  indexRows: IndexRowsOf,
  codeSystems: CodeSystems,
): Once<AuditKind> {
  return createOnce(
    pool,
    (kind) => kind.name,
    async (db, kinds) => {
      const index = new IndexColumns();
      const rows = kinds.map(({ event }) => indexRows({ ...event }));
      await codeSystems.ensure(db, rows);
      kinds.forEach((kind, i) => {
        index.add(auditKindId(kind), rows[i]!, KIND_DATE);
      });
      const events = kinds.map(({ event }) => event);
      await db.query({
        name: 'audit.kinds',
        text: INSERT,
        values: [
          kinds.map(auditKindId),
          events.map(({ type, subtype, action, purposeOfEvent }) =>
            JSON.stringify({ type, subtype, action, purposeOfEvent }).slice(1, -1),
          ),
          events.map(({ outcome }) => outcome),
          // The address follows.
          events.map(({ agent }) => JSON.stringify(agent[0]).slice(0, -1)),
          ...index.bindings(),
        ],
      });
    },
  );
}
