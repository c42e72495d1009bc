/** Kinds of audit: written and indexed at their first use. */
import { createHash } from 'node:crypto';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { AuditKind } from '../audit/audit-kind.ts';
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

const PARTS = ['meta', 'head', 'outcome', 'purpose', 'agent', 'others', 'person', 'data', 'source'] as const;

const INSERT = `with kind as (
  insert into audit_kind (id, ${PARTS.join(', ')})
  select * from unnest($1::bigint[], ${PARTS.map((_, i) => `$${i + 2}::text[]`).join(', ')})
  on conflict do nothing returning id as key
), ${indexInserts('kind', PARTS.length + 2, 'changed', 'kind')}
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
      const names = await organizationNames(db, kinds);
      const parts = kinds.map((kind) => partsOf(kind, names));
      await db.query({
        name: 'audit.kinds',
        text: INSERT,
        values: [
          kinds.map(auditKindId),
          ...PARTS.map((part) => parts.map((p) => p[part])),
          ...index.bindings(),
        ],
      });
    },
  );
}

/** The texts that the view `audit_event` puts together. What differs between entries comes where a text ends. */
function partsOf(
  { event, hasPerson }: AuditKind,
  names: ReadonlyMap<string, string>,
): Record<(typeof PARTS)[number], string | null> {
  const { meta, type, subtype, action, outcome, purposeOfEvent, source, entity } = event;
  const [client, ...others] = event.agent;
  const person = hasPerson ? others.pop() : { requestor: true };
  const data = entity?.find(({ role }) => role?.code === '4')?.type;
  return {
    meta: meta ? `,${inside(meta)}` : '',
    head: inside({ type, subtype, action }),
    outcome: outcome!,
    purpose: purposeOfEvent ? JSON.stringify(purposeOfEvent[0]!.coding![0]) : null,
    agent: open(client),
    others: others.map((agent) => `,${JSON.stringify(named(agent, names))}`).join(''),
    person: open(person),
    data: data ? `"type":${JSON.stringify(data)},` : '',
    source: JSON.stringify(source),
  };
}

/** An object's members, without its braces. */
function inside(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}

/** An object that is not ended yet. */
function open(value: object | undefined): string {
  return JSON.stringify(value).slice(0, -1);
}

function named(agent: AuditEvent['agent'][number], names: ReadonlyMap<string, string>) {
  const display = names.get(agent.who?.reference ?? '');
  return display === undefined ? agent : { ...agent, who: { ...agent.who, display }, name: display };
}

/** Names of the kinds' organisations as they are now, by reference. */
async function organizationNames(db: Db, kinds: readonly AuditKind[]): Promise<Map<string, string>> {
  const references = [...new Set(kinds.flatMap(({ organization }) => organization ?? []))];
  if (references.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; name: string | null }>({
    name: 'audit.organizationNames',
    text: `select id, content::jsonb ->> 'name' as name from resource
where type = 'Organization' and id = any($1::text[]) and not deleted`,
    values: [references.map((r) => r.replace(/^Organization\//, ''))],
  });
  return new Map(
    rows.flatMap(({ id, name }) => (name === null ? [] : [[`Organization/${id}`, name] as const])),
  );
}
