/** Messages as they came, and what each says of which record. */
import { wholeOf } from '../../../db/reader.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Db } from '../../../kernel/ctx.ts';

export interface Kept {
  /** `senderKey` */
  readonly from: string;
  readonly id: string;
  /** Milliseconds, by the sender's clock. */
  readonly sent: number;
  readonly status: 'done' | 'held';
  readonly hash: string;
  /** JSON text of the Bundle. */
  readonly content: string;
  /** JSON text of the response. */
  readonly answer: string | null;
  readonly problems: readonly string[] | null;
}

type Row = Omit<Kept, 'sent'> & { sent: Date };

const COLUMNS = 'source as "from", id, sent, status, hash, content, answer, problems';

export async function keptMessage(db: Db, from: string, id: string): Promise<Kept | undefined> {
  const { rows } = await wholeOf(db).query<Row>({
    name: 'record.message',
    text: `select ${COLUMNS} from message where source = $1 and id = $2`,
    values: [from, id],
  });
  return rows[0] && keptOf(rows[0]);
}

/** In the order in which they were sent: those of a sender, or of whoever names an endpoint as the source. */
export async function heldMessages(
  db: Db,
  {
    from,
    source,
    id,
    limit,
  }: { readonly from?: string; readonly source?: string; readonly id?: string; readonly limit: number },
): Promise<Kept[]> {
  const { rows } = await wholeOf(db).query<Row>({
    name: 'record.heldMessages',
    text: `select ${COLUMNS} from message
where status = 'held' and ($1::text is null or source = $1)
  and ($2::text is null or source = $2 or right(source, length($2) + 1) = ' ' || $2) and ($3::text is null or id = $3)
order by sent, source, id limit $4`,
    values: [from ?? null, source ?? null, id ?? null, limit],
  });
  return rows.map(keptOf);
}

export async function keepMessage(db: Db, kept: Kept, now: Date): Promise<void> {
  await wholeOf(db).query({
    name: 'record.keepMessage',
    text: `insert into message (source, id, sent, received, status, hash, content, answer, problems)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (source, id) do update set status = excluded.status, answer = excluded.answer, problems = excluded.problems`,
    values: [
      kept.from,
      kept.id,
      new Date(kept.sent),
      now,
      kept.status,
      kept.hash,
      kept.content,
      kept.answer,
      kept.problems,
    ],
  });
}

/** What one message says of a record. */
export interface Said {
  /** `Type|system|value` */
  readonly record: string;
  readonly source: string;
  readonly id: string;
  readonly sent: number;
  readonly resource: Resource;
}

/** What was said of some records so far. */
export async function saidOf(db: Db, records: readonly string[]): Promise<Said[]> {
  const { rows } = await wholeOf(db).query<Omit<Said, 'sent' | 'resource'> & { sent: Date; content: string }>(
    {
      name: 'record.saidOf',
      text: 'select record, source, id, sent, content from message_record where record = any ($1::text[])',
      values: [records],
    },
  );
  return rows.map(({ content, sent, ...said }) => ({
    ...said,
    sent: sent.getTime(),
    resource: JSON.parse(content) as Resource,
  }));
}

export async function say(db: Db, said: readonly Said[]): Promise<void> {
  if (said.length === 0) return;
  await wholeOf(db).query({
    name: 'record.say',
    text: `insert into message_record (record, source, id, sent, content)
select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
on conflict (record, source, id) do nothing`,
    values: [
      said.map((s) => s.record),
      said.map((s) => s.source),
      said.map((s) => s.id),
      said.map((s) => new Date(s.sent)),
      said.map((s) => JSON.stringify(s.resource)),
    ],
  });
}

function keptOf(row: Row): Kept {
  return { ...row, sent: row.sent.getTime() };
}
