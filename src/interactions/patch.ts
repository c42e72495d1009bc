/** https://hl7.org/fhir/R4/http.html#patch, and conditionally: https://hl7.org/fhir/R4/http.html#3.1.0.8.1 */
import { assertMay, may } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { failure, gone, notFound } from '../kernel/fhir-error.ts';
import { type Issue, problem } from '../kernel/issue.ts';
import type { Stored } from '../store/change.ts';
import { lockMany } from '../store/read.ts';
import { type WriteResult, written } from './create.ts';
import { lockCriteria, lockOne } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { applyPatch, asksForValues, type PatchDocument } from './patch/document.ts';
import { acceptBody, changeOf } from './prepare.ts';
import { assertProvenance, provenanceOf } from './provenance.ts';
import { quarantineTasks } from './quarantine.ts';
import { assertVersion } from './update.ts';
import { lastOf, writeAlong } from './write-along.ts';
import { inWriteTransaction } from './write-transaction.ts';

export interface PatchInput {
  readonly type: string;
  readonly id: string;
  readonly patch: PatchDocument;
  /** Entity tags of `If-Match`. */
  readonly ifMatch?: string;
  /** Provenance of the write, without its target. */
  readonly provenance?: Body;
}

export async function patch(engine: Engine, ctx: Ctx, input: PatchInput): Promise<WriteResult> {
  assertMay(ctx, 'u', input.type);
  assertProvenance(ctx, input.provenance);
  return inWriteTransaction(engine.database, (db) => patchLocked(engine, ctx, db, input));
}

export interface ConditionalPatchInput extends Omit<PatchInput, 'id'> {
  readonly criteria: string;
}

/** Patches the one resource that matches; none is 404, several are refused (412). */
export async function conditionalPatch(
  engine: Engine,
  ctx: Ctx,
  input: ConditionalPatchInput,
): Promise<WriteResult> {
  assertMay(ctx, 'u', input.type);
  assertProvenance(ctx, input.provenance);
  return inWriteTransaction(engine.database, async (db) => {
    await lockCriteria(engine, db, [input]);
    const match = await lockOne(engine, ctx, db, input);
    if (!match) throw nothingToPatch(input.type, input.criteria);
    return patchLocked(engine, ctx, db, { ...input, id: match.id });
  });
}

async function patchLocked(engine: Engine, ctx: Ctx, db: Db, input: PatchInput): Promise<WriteResult> {
  const { type, id } = input;
  const [before] = await lockMany(db, [input]);
  const after = patched(engine, ctx, input, before);
  const { body, issues } = await acceptBody(engine, ctx, type, after.body, { db, id });
  const change = changeOf(engine, ctx, body, id, 'PATCH', before);
  const provenance = await provenanceOf(engine, ctx, input.provenance, [change], db);
  const tasks = await quarantineTasks(engine, ctx, db, body, change, before);
  const along = await writeAlong(engine, ctx, db, 'patch', [change], [...tasks, ...provenance]);
  const result = written(lastOf(change, along), 200, [...after.issues, ...issues]);
  // Whoever may not read must not learn by a patch what is there.
  return may(ctx.access, type, 'r') ? result : { ...result, text: undefined };
}

/** The resource after the patch, not yet validated. `before` is locked. */
export function patched(
  engine: Engine,
  ctx: Ctx,
  { type, id, ifMatch, patch }: Omit<PatchInput, 'provenance'>,
  before: Stored | undefined,
): { readonly body: Body; readonly issues: readonly Issue[] } {
  if (asksForValues(patch)) assertMay(ctx, 'r', type);
  if (!before) throw notFound(type, id);
  if (before.content === null) throw gone(type, id, before.version);
  assertVersion(type, id, before, { ifMatch });
  return applyPatch(engine.definitions, patch, before.content, ctx.now);
}

export function nothingToPatch(type: string, criteria: string) {
  return failure('not-found', [
    problem('not-found', {
      en: `Nothing matches '${type}?${criteria}', so there is nothing to patch.`,
      zh: `没有资源匹配“${type}?${criteria}”,无可修改。`,
    }),
  ]);
}
