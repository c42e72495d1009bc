/** `Patient.link`: https://hl7.org/fhir/R4/patient-definitions.html#Patient.link. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import { localReference } from '../../kernel/ids.ts';

export type LinkType = 'replaced-by' | 'replaces' | 'refer' | 'seealso';

export interface PatientLink {
  readonly other: { readonly reference?: string };
  readonly type: LinkType;
}

/** The links to other Patients; those to a RelatedPerson say something else. */
export function patientLinks(patient: Resource | undefined): readonly PatientLink[] {
  return linksOf(patient).filter((l) => localReference(l.other?.reference ?? '')?.type === 'Patient');
}

export function linksOf(patient: Resource | undefined): readonly PatientLink[] {
  return Array.isArray(patient?.link) ? (patient.link as PatientLink[]) : [];
}

/** Id of the record that replaces this one. */
export function replacedBy(patient: Resource): string | undefined {
  const link = patientLinks(patient).find((l) => l.type === 'replaced-by');
  return link && localReference(link.other.reference!)!.id;
}
