/**
 * Every disclosure of patient data is audited before the answer leaves: the request waits for its
 * AuditEvent, which shares a statement with those of the requests beside it.
 */
import type { AuditedInteraction } from '../audit/audit-event.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { Stored } from '../store/change.ts';
import type { Engine } from './engine.ts';
import { auditChange } from './prepare.ts';

export interface Disclosure {
  readonly interaction: AuditedInteraction;
  readonly targets: readonly string[];
  /** The versions that are handed out. */
  readonly found: readonly Pick<Stored, 'type' | 'id' | 'patient'>[];
  readonly query?: string;
  /** The patient that was asked about, who is named also when nothing was found. */
  readonly askedPatients?: readonly string[];
}

/** Records whose data was disclosed; what belongs to no patient leaves no record. */
export async function auditRead(engine: Engine, ctx: Ctx, disclosure: Disclosure): Promise<void> {
  const patients = new Set(disclosure.askedPatients);
  for (const f of disclosure.found) {
    if (f.type === 'Patient') patients.add(f.id);
    else if (f.patient) patients.add(f.patient);
  }
  if (patients.size === 0) return;
  const { interaction, targets, query } = disclosure;
  await engine.groupCommit.write([
    auditChange(engine, ctx, { interaction, targets, query, patients: [...patients] }),
  ]);
}
