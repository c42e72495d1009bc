/** Whose data a resource is: the patients whose compartments it is in. https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
import type { AuditSubject } from '../audit/audit-entry.ts';
import { wholeOf } from '../db/reader.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { type LocalReference, localReference } from '../kernel/ids.ts';
import { securityContextOf } from '../kernel/security-context.ts';
import type { Change, Stored } from '../store/change.ts';
import { readMany } from '../store/read.ts';
import type { Engine } from './engine.ts';

/** A resource with what tells its patients. */
export type Placed = Pick<Stored, 'type' | 'id' | 'patient' | 'content'>;

/** An entry that lists thousands of references serves nobody; the patients are always all named. */
const MAX_TARGETS = 100;

/** Whether the row of a resource says whose it is, without its content. */
export function columnTellsPatient(engine: Engine, type: string): boolean {
  return type === 'Patient' || engine.parameters(type).patient !== undefined;
}

/** A contract is its resident's, although R4 has it in no compartment. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = { Contract: ['patient'] };

function ownersIn(engine: Engine, type: string): readonly string[] {
  const params = engine.definitions.compartmentParams(type);
  return params.length > 0 ? params : (OUTSIDE[type] ?? []);
}

/** Ids of the patients of a resource. */
export function patientsIn(engine: Engine, ctx: Ctx, resource: Placed): string[] {
  if (resource.type === 'Patient') return [resource.id];
  if (resource.patient !== null) return [resource.patient];
  if (columnTellsPatient(engine, resource.type) || resource.content === null) return [];
  if (resource.type === 'Binary') {
    const context = contextOf(ctx, resource.content);
    return context?.type === 'Patient' ? [context.id] : [];
  }
  if (resource.type === 'Bundle') return patientsOfBundle(ctx, resource.content);
  const { byCode } = engine.parameters(resource.type);
  const params = ownersIn(engine, resource.type);
  if (params.length === 0) return [];
  const content = JSON.parse(resource.content) as Record<string, unknown>;
  const found = new Set<string>();
  for (const code of params) {
    for (const { value } of byCode.get(code)?.extract(content) ?? []) {
      const reference = (value as { reference?: string } | null)?.reference;
      const local = reference === undefined ? undefined : localReference(reference, ctx.base);
      if (local?.type === 'Patient') found.add(local.id);
    }
  }
  return [...found];
}

/** Patients of this server that a Bundle holds: what came from elsewhere may call somebody else by the same id. */
function patientsOfBundle({ base }: Ctx, content: string): string[] {
  const { entry = [] } = JSON.parse(content) as { entry?: { fullUrl?: string }[] };
  const named = entry.flatMap(({ fullUrl }) =>
    fullUrl?.startsWith(`${base}/`) ? (localReference(fullUrl, base) ?? []) : [],
  );
  return [...new Set(named.flatMap(({ type, id }) => (type === 'Patient' ? [id] : [])))];
}

/** What a stored Binary belongs to, whose it is then. */
function contextOf({ base }: Ctx, content: string): LocalReference | undefined {
  return securityContextOf(JSON.parse(content) as Record<string, unknown>, base);
}

/** Surrogate keys of Binaries -> what they say they are part of, as it is stored. */
export async function contextsOf(
  { database }: Engine,
  ctx: Ctx,
  found: readonly (Placed & { readonly key: string })[],
): Promise<Map<string, Placed>> {
  const contexts = found.flatMap(({ key, type, content }) => {
    const context = type === 'Binary' && content !== null ? contextOf(ctx, content) : undefined;
    return context ? [{ key, context }] : [];
  });
  const stored = new Map(
    (
      await readMany(
        wholeOf(database),
        contexts.map(({ context }) => context),
      )
    ).map((s) => [`${s.type}/${s.id}`, s]),
  );
  return new Map(
    contexts.flatMap(({ key, context }) => {
      const whole = stored.get(`${context.type}/${context.id}`);
      return whole ? [[key, whole]] : [];
    }),
  );
}

/**
 * What changes are about, for the audit: the patients, by what is written and by what was there before, each with
 * what of them was changed. `met`: what a transaction came upon and left as it was.
 */
export function subjectsOf(
  engine: Engine,
  ctx: Ctx,
  changes: readonly Change[],
  met: readonly Placed[] = [],
): AuditSubject[] {
  const targets = new Map<string | undefined, string[]>();
  const add = ({ type, id }: { type: string; id: string }, patients: ReadonlySet<string>) => {
    for (const patient of patients.size > 0 ? patients : [undefined]) {
      const of = targets.get(patient) ?? [];
      if (of.length < MAX_TARGETS) of.push(`${type}/${id}`);
      targets.set(patient, of);
    }
  };
  for (const c of changes) {
    const { type, id, content } = c;
    const now = patientsIn(engine, ctx, { type, id, patient: c.rows.patient, content });
    const before = c.before ? patientsIn(engine, ctx, c.before.stored) : [];
    add(c, new Set([...now, ...before]));
  }
  for (const m of met) add(m, new Set(patientsIn(engine, ctx, m)));
  return [...targets].map(([patient, of]) => ({ patient, targets: of }));
}
