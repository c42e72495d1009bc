/**
 * Every disclosure of patient data is audited before the answer leaves: see `store/audit-recorder.ts`.
 */
import { type AuditedInteraction, type AuditSubject, auditEntries } from '../audit/audit-entry.ts';
import type { Disclosed } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { isLogged } from '../store/logged.ts';
import type { Engine } from './engine.ts';
import { contextsOf, patientsIn } from './patients.ts';

export interface Disclosure {
  readonly interaction: AuditedInteraction;
  /** The type that was asked for: an answer that nothing is there tells something too. */
  readonly type?: string;
  /** What was asked for, by reference. Else what was found is named. */
  readonly targets: readonly string[];
  /** The versions that are handed out. */
  readonly found: readonly Disclosed[];
  readonly query?: string;
  /** The patient that was asked about, who is named also when nothing was found. */
  readonly askedPatients?: readonly string[];
}

/** Types outside the patient compartment that carry or name patients all the same. */
const CARRIERS = new Set([
  'Patient',
  'Person',
  'Contract',
  'Group',
  'Bundle',
  'Binary',
  'Linkage',
  'MessageHeader',
]);

/** Records who was told what of whom. Definitions and directories, which are of nobody, leave no record. */
export async function auditRead(engine: Engine, ctx: Ctx, disclosure: Disclosure): Promise<void> {
  const { interaction, type, targets, found, query, askedPatients = [] } = disclosure;
  for (const reference of [...targets, ...found.map((f) => `${f.type}/${f.id}`)]) ctx.told?.add(reference);
  const concerns = (t: string | undefined) =>
    t !== undefined && (CARRIERS.has(t) || engine.definitions.compartmentParams(t).length > 0);
  const contexts = found.some(({ type: t }) => t === 'Binary')
    ? await contextsOf(engine, ctx, found)
    : undefined;
  const keys = new Map<string | undefined, string[]>(askedPatients.map((id) => [id, []]));
  for (const f of found) {
    // Whom the log is about is in the log. To read it is recorded once, and not again for each.
    if (isLogged(f)) continue;
    const patients = patientsIn(engine, ctx, contexts?.get(f.key) ?? f);
    for (const patient of patients.length > 0 ? patients : concerns(f.type) ? [undefined] : []) {
      const of = keys.get(patient);
      if (of) of.push(f.key);
      else keys.set(patient, [f.key]);
    }
  }
  if (keys.size === 0 && !concerns(type)) return;
  const subjects: AuditSubject[] = [...keys].map(([patient, disclosed]) =>
    targets.length > 0 ? { patient, targets } : { patient, disclosed },
  );
  const entries = subjects.length > 0 ? subjects : [{ targets }];
  await engine.writer.record(auditEntries(ctx, { interaction, query, subjects: entries }));
}
