/** Whose data a resource is: the patients whose compartments it is in. https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
import type { Ctx } from '../kernel/ctx.ts';
import { localReference } from '../kernel/ids.ts';
import type { Change, Stored } from '../store/change.ts';
import type { Engine } from './engine.ts';

/** A resource with what tells its patients. */
export type Placed = Pick<Stored, 'type' | 'id' | 'patient' | 'content'>;

/** Whether the row of a resource says whose it is, without its content. */
export function columnTellsPatient(engine: Engine, type: string): boolean {
  return type === 'Patient' || engine.parameters(type).patient !== undefined;
}

/** Ids of the patients of a resource. */
export function patientsIn(engine: Engine, ctx: Ctx, resource: Placed): string[] {
  if (resource.type === 'Patient') return [resource.id];
  if (resource.patient !== null) return [resource.patient];
  if (columnTellsPatient(engine, resource.type) || resource.content === null) return [];
  const { byCode } = engine.parameters(resource.type);
  const params = engine.definitions.compartmentParams(resource.type);
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

/** Ids of the patients that changes are about, by what is written and by what was there before. */
export function patientsOf(engine: Engine, ctx: Ctx, changes: readonly Change[]): string[] {
  const found = new Set<string>();
  for (const c of changes) {
    const { type, id, content } = c;
    const now = { type, id, patient: c.rows.patient, content };
    for (const patient of patientsIn(engine, ctx, now)) found.add(patient);
    if (c.before) for (const patient of patientsIn(engine, ctx, c.before.stored)) found.add(patient);
  }
  return [...found];
}
