/**
 * Every disclosure of patient data is audited before the answer leaves: the request waits for its
 * AuditEvent, which shares a statement with those of the requests beside it.
 */
import { type AuditedInteraction, auditEntry } from '../audit/audit-entry.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { Engine } from './engine.ts';
import { type Placed, patientsIn } from './patients.ts';

export interface Disclosure {
  readonly interaction: AuditedInteraction;
  /** The type that was asked for: an answer that nothing is there tells something too. */
  readonly type?: string;
  readonly targets: readonly string[];
  /** The versions that are handed out. */
  readonly found: readonly Placed[];
  readonly query?: string;
  /** The patient that was asked about, who is named also when nothing was found. */
  readonly askedPatients?: readonly string[];
}

/** Types outside the patient compartment that carry or name patients all the same. */
const CARRIERS = new Set(['Patient', 'Person', 'Group', 'Bundle', 'Binary', 'Linkage', 'MessageHeader']);

/** Records who was told what of whom. Definitions and directories, which are of nobody, leave no record. */
export async function auditRead(engine: Engine, ctx: Ctx, disclosure: Disclosure): Promise<void> {
  const { interaction, type, targets, found, query, askedPatients } = disclosure;
  const patients = new Set(askedPatients);
  for (const f of found) for (const id of patientsIn(engine, ctx, f)) patients.add(id);
  const concerns = (t: string | undefined) =>
    t !== undefined && (CARRIERS.has(t) || engine.definitions.compartmentParams(t).length > 0);
  if (patients.size === 0 && !concerns(type) && !found.some((f) => concerns(f.type))) return;
  await engine.writer.writeUnflushed([
    auditEntry(ctx, { interaction, targets, query, patients: [...patients] }),
  ]);
}
