/** https://hl7.org/fhir/R4/http.html#delete, and conditionally: https://hl7.org/fhir/R4/http.html#3.1.0.7.1 */
import { assertMay } from '../access/decide.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { lockMany, lockText } from '../store/read.ts';
import { findOne } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import { patientsOf } from './patients.ts';
import { deletionOf } from './prepare.ts';
import { assertProvenance, provenanceOf } from './provenance.ts';

import { assertVersion } from './update.ts';

export interface DeleteResult {
  /** Version of the tombstone; undefined when there was nothing to delete. */
  readonly version?: number;
}

/** Deleting what is not there succeeds, and changes nothing. */
export async function deleteResource(
  engine: Engine,
  ctx: Ctx,
  input: { type: string; id: string; ifMatch?: number; provenance?: Body },
): Promise<DeleteResult> {
  assertMay(ctx, 'd', input.type);
  assertProvenance(ctx, input.provenance);
  return engine.database.tx((db) => deleteLocked(engine, ctx, db, input));
}

/** Deletes the one resource that matches; several matches are refused (412). */
export async function conditionalDelete(
  engine: Engine,
  ctx: Ctx,
  input: { type: string; criteria: string; provenance?: Body },
): Promise<DeleteResult> {
  assertMay(ctx, 'd', input.type);
  assertProvenance(ctx, input.provenance);
  return engine.database.tx(async (db) => {
    await lockText(db, [`${input.type}?${input.criteria}`]);
    const match = await findOne(engine, ctx, db, input.type, input.criteria);
    if (!match) return {};
    return deleteLocked(engine, ctx, db, { ...match, provenance: input.provenance });
  });
}

async function deleteLocked(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  input: { type: string; id: string; ifMatch?: number; provenance?: Body },
): Promise<DeleteResult> {
  const [before] = await lockMany(db, [input]);
  if (input.ifMatch !== undefined) assertVersion(input.type, input.id, before, input);
  if (!before || before.deleted) return {};
  const change = deletionOf(engine, ctx, before);
  const audit = auditEntry(ctx, {
    interaction: 'delete',
    targets: [`${change.type}/${change.id}`],
    patients: patientsOf(engine, ctx, [change]),
  });
  const provenance = provenanceOf(engine, ctx, input.provenance, [change]);
  await engine.writer.within(db, [change, ...provenance, audit]);
  return { version: change.version };
}
