/** Refusals are audited too, by the patient whose data was asked for. */
import { type AuditedInteraction, auditEntries } from '../audit/audit-entry.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { FhirError } from '../kernel/fhir-error.ts';
import { isId } from '../kernel/ids.ts';
import { readCurrent } from '../store/read.ts';
import type { Engine } from './engine.ts';
import { patientsIn } from './patients.ts';

/** `address` is what was asked below the base: `Observation?patient=Patient/1`, `DiagnosticReport/2`. */
export async function auditRefusal(
  engine: Engine,
  ctx: Ctx,
  method: string,
  address: string,
  error: FhirError,
): Promise<void> {
  const [path = '', query = ''] = address.split('?');
  const [type = '', id] = path.split('/');
  const patients = new Set<string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const asked = /^(?:patient|subject)(?::Patient)?$/.test(name)
      ? /^(?:.*Patient\/)?([^/]+)$/.exec(value)
      : null;
    if (asked && isId(asked[1]!)) patients.add(asked[1]!);
  }
  const names = id !== undefined && isId(id) && engine.definitions.resourceTypes.has(type);
  if (names && type === 'Patient') patients.add(id);
  else if (names) {
    const stored = await readCurrent(engine.database, type, id);
    for (const patient of stored ? patientsIn(engine, ctx, stored) : []) patients.add(patient);
  }
  const targets = names ? [`${type}/${id}`] : [];
  await engine.writer.write(
    auditEntries(ctx, {
      interaction: path.includes('$') ? 'operation' : interactionOf(method, id),
      subjects: patients.size > 0 ? [...patients].map((patient) => ({ patient, targets })) : [{ targets }],
      query: address,
      refusal: error.issues[0]?.text.en,
    }),
  );
}

function interactionOf(method: string, id: string | undefined): AuditedInteraction {
  switch (method) {
    case 'POST':
      return id === '_search' ? 'search-type' : 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return id === undefined ? 'search-type' : 'read';
  }
}
