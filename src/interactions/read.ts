/** https://hl7.org/fhir/R4/http.html#read and #vread */
import { assertMay } from '../access/decide.ts';
import { forWhoSignedOn } from '../access/signed-on.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { gone, notFound } from '../kernel/fhir-error.ts';
import type { Stored } from '../store/change.ts';
import { readCurrent, readVersion } from '../store/read.ts';
import { auditRead } from './audit-read.ts';
import { belonging } from './belonging.ts';
import type { Engine } from './engine.ts';
import { engineFor } from './engine-for.ts';
import { columnTellsPatient } from './patients.ts';

/** A version that has content. */
export interface Found extends Stored {
  readonly content: string;
}

/** The current version. Throws not-found, or gone with the tombstone's version. */
export async function read(engine: Engine, ctx: Ctx, type: string, id: string): Promise<Found> {
  const self = forWhoSignedOn(ctx, type, id);
  if (!self) assertMay(ctx, 'r', type);
  const found = await readAndAudit(engineFor(engine, self ?? ctx), ctx, type, id);
  if (!found) throw notFound(type, id);
  if (found.content === null) throw gone(type, id, found.version);
  return found as Found;
}

async function readAndAudit(engine: Engine, ctx: Ctx, type: string, id: string): Promise<Stored | undefined> {
  const interaction = 'read';
  const targets = [`${type}/${id}`];
  if (columnTellsPatient(engine, type)) {
    return engine.writer.readAudited({
      type,
      id,
      ofPatient: auditEntry(ctx, { interaction }, { targets, patient: 'of the row' }),
      ofNobody: auditEntry(ctx, { interaction }, { targets }),
    });
  }
  const current = (db: Db) => readCurrent(db, type, id);
  const found = (await current(engine.database)) ?? (await belonging(engine, ctx, type, current));
  if (found?.content) await auditRead(engine, ctx, { interaction, type, targets, found: [found] });
  return found;
}

/** One version, current or earlier. */
export async function vread(
  engine: Engine,
  ctx: Ctx,
  type: string,
  id: string,
  version: number | undefined,
): Promise<Found> {
  assertMay(ctx, 'r', type);
  const found =
    version === undefined ? undefined : await versionOf(engineFor(engine, ctx), ctx, type, id, version);
  if (!found) throw notFound(type, `${id}/_history/${version ?? '?'}`);
  if (found.content === null) throw gone(type, id, found.version);
  await auditRead(engine, ctx, {
    interaction: 'vread',
    type,
    targets: [`${type}/${id}/_history/${found.version}`],
    found: [found],
  });
  return found as Found;
}

async function versionOf(engine: Engine, ctx: Ctx, type: string, id: string, version: number) {
  const find = (db: Db) => readVersion(db, type, id, version);
  const found = await find(engine.database);
  if (found) return found;
  // What a version belonged to opens it to nobody who does not see what it belongs to now.
  const now = await belonging(engine, ctx, type, (db) => readCurrent(db, type, id));
  return now && belonging(engine, ctx, type, find);
}
