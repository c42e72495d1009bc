/** https://hl7.org/fhir/R4/http.html#create, with https://hl7.org/fhir/R4/http.html#ccreate */
import { assertMay, may } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { newId } from '../kernel/ids.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Change, Stored } from '../store/change.ts';
import { auditRead } from './audit-read.ts';
import { isSettled } from './consequences.ts';
import { type Criteria, findOne, lockCriteria, lockOne } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { acceptBody, changeOf } from './prepare.ts';
import { assertProvenance, provenanceOf } from './provenance.ts';
import { quarantineTask } from './quarantine.ts';
import { within } from './within.ts';
import { auditOf, lastOf, settle, writeAlong } from './write-along.ts';
import { inWriteTransaction } from './write-transaction.ts';

export interface WriteResult {
  readonly status: 200 | 201;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Milliseconds. */
  readonly updated: number;
  /** JSON text of the version; undefined when the caller may not see what was there before. */
  readonly text?: string;
  /** Warnings to tell. */
  readonly issues: readonly Issue[];
}

/** The result of writing a change. */
export function written(change: Change, status: 200 | 201, issues: readonly Issue[]): WriteResult {
  const { type, id, version, updated } = change;
  return { status, type, id, version, updated, text: change.content!, issues };
}

export interface CreateInput {
  readonly type: string;
  readonly body: Body;
  /** Criteria of `If-None-Exist`: `identifier=system|value`. */
  readonly ifNoneExist?: string;
  /** Provenance of the write, without its target. */
  readonly provenance?: Body;
}

export async function create(engine: Engine, ctx: Ctx, input: CreateInput): Promise<WriteResult> {
  assertMay(ctx, 'c', input.type);
  assertProvenance(ctx, input.provenance);
  const { body, issues } = await acceptBody(engine, ctx, input.type, input.body);
  if (input.ifNoneExist === undefined) {
    let made = await prepared(newId());
    const { change } = made;
    if (!(await isSettled(engine, ctx, change, 'before'))) {
      let again = false;
      return inWriteTransaction(engine.database, async (db) => {
        // Search parameters may have changed since: the rows of now are those that a second run must bring.
        if (again) made = await prepared(change.id, db);
        again = true;
        const along = await writeAlong(engine, ctx, db, 'create', [made.change], made.beside);
        return written(lastOf(made.change, along), 201, issues);
      });
    }
    await engine.writer.write([change, ...made.beside, ...auditOf(engine, ctx, 'create', [change])]);
    return written(lastOf(change, await settle(engine, ctx, 'create', change)), 201, issues);
  }
  const condition = { type: input.type, criteria: input.ifNoneExist };
  // A message that is sent again finds what it made the first time, and need not wait for anybody.
  const there = await findOne(engine, ctx, condition);
  if (there) return existing(engine, ctx, condition, there, issues);
  return inWriteTransaction(engine.database, async (db) => {
    // Everybody with the same criteria waits here, so that the search sees what the others created.
    await lockCriteria(engine, db, [condition]);
    const found = await lockOne(engine, ctx, db, condition);
    if (found) return existing(within(engine, db), ctx, condition, found, issues);
    const { change, beside } = await prepared(newId(), db);
    const along = await writeAlong(engine, ctx, db, 'create', [change], beside);
    return written(lastOf(change, along), 201, issues);
  });

  /** What is to be written, with its index rows, and what is written beside it. */
  async function prepared(id: string, db?: Db) {
    const change = changeOf(engine, ctx, body, id, 'POST');
    const provenance = await provenanceOf(engine, ctx, input.provenance, [change], db);
    return { change, beside: [...quarantineTask(engine, ctx, body, change), ...provenance] };
  }
}

/** The answer when the one that the condition means is there already. */
async function existing(
  engine: Engine,
  ctx: Ctx,
  { type, criteria }: Criteria,
  found: Stored,
  issues: readonly Issue[],
): Promise<WriteResult> {
  await auditRead(engine, ctx, {
    interaction: 'create',
    targets: [`${type}/${found.id}`],
    found: [found],
    query: `${type}?${criteria}`,
  });
  // Whoever may not read learns that it is there, as the condition says, and no more.
  const text = may(ctx.access, type, 'r') ? found.content! : undefined;
  return { status: 200, ...found, text, issues };
}
