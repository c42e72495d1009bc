/** https://hl7.org/fhir/R4/http.html#delete, and conditionally: https://hl7.org/fhir/R4/http.html#3.1.0.7.1 */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { multipleMatches } from '../kernel/fhir-error.ts';
import type { Stored } from '../store/change.ts';
import { lockMany } from '../store/read.ts';
import { type Criteria, lockCriteria, lockMatches } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { deletionOf } from './prepare.ts';
import { assertProvenance, provenanceOf } from './provenance.ts';
import { assertVersion } from './update.ts';
import { writeAlong } from './write-along.ts';

export interface DeleteResult {
  /** How many resources are deleted. */
  readonly count: number;
  /** Version of the tombstone, when it is one. */
  readonly version?: number;
}

/** A condition that matches more is taken for a mistake. */
const MAX_DELETED = 1000;

/** Deleting what is not there succeeds, and changes nothing. */
export async function deleteResource(
  engine: Engine,
  ctx: Ctx,
  input: { type: string; id: string; ifMatch?: string; provenance?: Body },
): Promise<DeleteResult> {
  assertMay(ctx, 'd', input.type);
  assertProvenance(ctx, input.provenance);
  return engine.database.tx(async (db) => {
    const [before] = await lockMany(db, [input]);
    if (input.ifMatch !== undefined) assertVersion(input.type, input.id, before, input);
    return deleteLocked(engine, ctx, db, before ? [before] : [], input.provenance);
  });
}

/** Deletes every resource that matches, all or none. */
export async function conditionalDelete(
  engine: Engine,
  ctx: Ctx,
  input: { type: string; criteria: string; ifMatch?: string; provenance?: Body },
): Promise<DeleteResult> {
  assertMay(ctx, 'd', input.type);
  assertProvenance(ctx, input.provenance);
  return engine.database.tx(async (db) => {
    await lockCriteria(engine, db, [input]);
    const matches = await lockDeletable(engine, ctx, db, input);
    for (const match of matches) assertVersion(match.type, match.id, match, { ifMatch: input.ifMatch });
    return deleteLocked(engine, ctx, db, matches, input.provenance);
  });
}

/** What a conditional delete deletes, locked. Throws when the criteria match more than anybody may mean. */
export async function lockDeletable(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  condition: Criteria,
): Promise<Stored[]> {
  const matches = await lockMatches(engine, ctx, db, condition, MAX_DELETED + 1);
  if (matches.length > MAX_DELETED) {
    throw multipleMatches(`${condition.type}?${condition.criteria}`, matches.length, MAX_DELETED);
  }
  return matches;
}

async function deleteLocked(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  locked: readonly Stored[],
  provenance: Body | undefined,
): Promise<DeleteResult> {
  const changes = locked.filter((s) => !s.deleted).map((s) => deletionOf(engine, ctx, s));
  if (changes.length === 0) return { count: 0 };
  const told = await provenanceOf(engine, ctx, provenance, changes, db);
  await writeAlong(engine, ctx, db, 'delete', changes, told);
  return { count: changes.length, version: changes.length === 1 ? changes[0]!.version : undefined };
}
