/** https://hl7.org/fhir/R4/http.html#update, upsert included, and https://hl7.org/fhir/R4/http.html#cond-update */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { malformed, preconditionFailed } from '../kernel/fhir-error.ts';
import { etagsMatch, isId, newId } from '../kernel/ids.ts';
import type { Stored } from '../store/change.ts';
import { lockMany, readCurrent } from '../store/read.ts';
import { isSettled } from './consequences.ts';
import { namesContributor } from './contributor.ts';
import { type WriteResult, written } from './create.ts';
import { lockCriteria, lockOne } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { acceptBody, changeOf } from './prepare.ts';
import { assertProvenance, provenanceOf } from './provenance.ts';
import { quarantineTasks } from './quarantine.ts';
import { isQuarantined } from './quarantine-tag.ts';
import { auditOf, lastOf, settle, writeAlong } from './write-along.ts';
import { assertMayChoose, inWriteTransaction } from './write-transaction.ts';

export interface UpdateInput {
  readonly type: string;
  readonly id: string;
  readonly body: Body;
  /** Entity tags of `If-Match`. */
  readonly ifMatch?: string;
  /** `If-None-Match: *`: only create. */
  readonly ifNoneMatch?: boolean;
  /** Provenance of the write, without its target. */
  readonly provenance?: Body;
}

export async function update(engine: Engine, ctx: Ctx, sent: UpdateInput): Promise<WriteResult> {
  assertMay(ctx, 'u', sent.type);
  assertProvenance(ctx, sent.provenance);
  assertBodyId(sent.body, sent.id);
  const { body, issues } = await acceptBody(engine, ctx, sent.type, sent.body, { id: sent.id });
  const input = { ...sent, body };
  return (
    (await updateUnlocked(engine, ctx, input, issues)) ??
    inWriteTransaction(engine.database, async (db) => {
      const [before] = await lockMany(db, [input]);
      assertVersion(input.type, input.id, before, input);
      if (!before) assertMayChoose(ctx, input.id);
      return writeUpdate(engine, ctx, db, input, before, issues);
    })
  );
}

/**
 * Writes over the version that was read, in a commit shared with others, if it still is the current one then;
 * undefined when somebody else was faster, and for what must be written together with something else.
 */
async function updateUnlocked(
  engine: Engine,
  ctx: Ctx,
  input: UpdateInput,
  issues: WriteResult['issues'],
): Promise<WriteResult | undefined> {
  if (input.provenance || input.body.flaws || namesContributor(engine, ctx)) return undefined;
  const before = await readCurrent(engine.database, input.type, input.id);
  if (!before || isQuarantined(before)) return undefined;
  assertVersion(input.type, input.id, before, input);
  const change = changeOf(engine, ctx, input.body, input.id, 'PUT', before);
  if (!(await isSettled(engine, ctx, change, 'before'))) return undefined;
  if (!(await engine.writer.write([change, ...auditOf(engine, ctx, 'update', [change])]))) return undefined;
  const along = await settle(engine, ctx, 'update', change);
  return written(lastOf(change, along), before.deleted ? 201 : 200, issues);
}

export interface ConditionalUpdateInput extends Omit<UpdateInput, 'id'> {
  readonly criteria: string;
}

/** Creates when nothing matches, updates the one that matches, refuses when several do. */
export async function conditionalUpdate(
  engine: Engine,
  ctx: Ctx,
  sent: ConditionalUpdateInput,
): Promise<WriteResult> {
  assertMay(ctx, 'u', sent.type);
  assertProvenance(ctx, sent.provenance);
  const { body, issues } = await acceptBody(engine, ctx, sent.type, sent.body, { id: sent.body.resource.id });
  const input = { ...sent, body };
  return inWriteTransaction(engine.database, async (db) => {
    await lockCriteria(engine, db, [input]);
    const match = await lockOne(engine, ctx, db, input);
    const id = idToUpdate(input.type, match, input.body);
    const before = match ?? (await lockMany(db, [{ type: input.type, id }]))[0];
    if (!match) assertUnused(input.type, id, before);
    assertVersion(input.type, id, before, input);
    if (!before && input.body.resource.id !== undefined) assertMayChoose(ctx, id);
    return writeUpdate(engine, ctx, db, { ...input, id }, before, issues);
  });
}

/** The id that a conditional update writes to: that of the match, else the client's, else a fresh one. */
export function idToUpdate(type: string, match: Stored | undefined, { resource }: Body): string {
  const sent = resource.id;
  if (match && sent !== undefined && sent !== match.id) {
    throw malformed(
      {
        en: `The criteria match ${type}/${match.id}, but the body has id '${sent}'. Leave the id out, or send the right one.`,
        zh: `条件匹配到 ${type}/${match.id},而请求体的 id 是“${sent}”。请去掉 id 或改正。`,
      },
      `${type}.id`,
    );
  }
  return match?.id ?? sent ?? newId();
}

/** A conditional update that matches nothing creates: it must not write over what it was not told of. */
export function assertUnused(type: string, id: string, before: Stored | undefined): void {
  if (!before || before.deleted) return;
  throw preconditionFailed({
    en: `Nothing matches the criteria, but ${type}/${id} exists. Update it by its id.`,
    zh: `没有资源匹配该条件,但 ${type}/${id} 已存在。请按 id 更新。`,
  });
}

async function writeUpdate(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  input: UpdateInput,
  before: Stored | undefined,
  issues: WriteResult['issues'],
): Promise<WriteResult> {
  const change = changeOf(engine, ctx, input.body, input.id, 'PUT', before);
  const provenance = await provenanceOf(engine, ctx, input.provenance, [change], db);
  const tasks = await quarantineTasks(engine, ctx, db, input.body, change, before);
  const along = await writeAlong(engine, ctx, db, 'update', [change], [...tasks, ...provenance]);
  return written(lastOf(change, along), before && !before.deleted ? 200 : 201, issues);
}

/** https://hl7.org/fhir/R4/http.html#update: the body's id must be there and be the address's. */
export function assertBodyId(body: Body, id: string): void {
  if (!isId(id)) {
    throw malformed({
      en: `'${id}' is no FHIR id. An id has 1 to 64 letters, digits, '-' and '.'.`,
      zh: `“${id}”不是合法的 FHIR id。id 由 1 至 64 个字母、数字、“-”或“.”组成。`,
    });
  }
  if (body.resource.id === id) return;
  throw malformed(
    {
      en: `The body's id (${body.resource.id === undefined ? 'missing' : `'${String(body.resource.id)}'`}) must be the address's: '${id}'.`,
      zh: `请求体的 id(${body.resource.id === undefined ? '缺失' : `“${String(body.resource.id)}”`})必须与地址中的“${id}”一致。`,
    },
    `${body.resource.resourceType}.id`,
  );
}

/** `If-Match` and `If-None-Match`. https://hl7.org/fhir/R4/http.html#concurrency */
export function assertVersion(
  type: string,
  id: string,
  before: Stored | undefined,
  condition: Pick<UpdateInput, 'ifMatch' | 'ifNoneMatch'>,
): void {
  const exists = before !== undefined && !before.deleted;
  if (condition.ifNoneMatch && exists) {
    throw preconditionFailed(
      {
        en: `${type}/${id} exists already (version ${before.version}), and If-None-Match: * allows only a new one.`,
        zh: `${type}/${id} 已存在(版本 ${before.version}),而 If-None-Match: * 只允许新建。`,
      },
      'If-None-Match',
    );
  }
  const { ifMatch } = condition;
  if (ifMatch === undefined || (exists && etagsMatch(ifMatch, before.version))) return;
  throw preconditionFailed(
    {
      en: `${type}/${id} is ${exists ? `at version ${before.version}` : 'not there'}, but If-Match asks for ${ifMatch}. Read it again, apply your change to what you read, and send that version.`,
      zh: `${type}/${id} ${exists ? `当前版本为 ${before.version}` : '不存在'},而 If-Match 要求 ${ifMatch}。请重新读取,在其上修改后再提交。`,
    },
    'If-Match',
  );
}
