/** FHIR resources -> the facts of the model. Pure. */
import {
  CANONICAL,
  HEALTH_CARD_SYSTEM,
  HEALTH_RECORD_SYSTEM,
  RESIDENT_ID_SYSTEM,
  SOCIAL_CREDIT_SYSTEM,
} from '../../kernel/canonical.ts';
import { residentIdFault } from '../../kernel/check-digits.ts';
import { dateRange, periodRange } from '../../kernel/dates.ts';
import type { Coding, Concept, Reference } from '../../kernel/elements.ts';
import type { Candidate, Evidence, Mark } from './model.ts';

const MARK_URL = `${CANONICAL}/StructureDefinition/recognition-mark`;
const EVIDENCE_URL = `${CANONICAL}/StructureDefinition/quality-evidence`;

interface Extension {
  readonly url?: string;
  readonly extension?: readonly Extension[];
  readonly valueCoding?: Coding;
  readonly valueCode?: string;
  readonly valueReference?: Reference;
  readonly valuePeriod?: { start?: string; end?: string };
  readonly valueCodeableConcept?: Concept;
}

export interface ObservationFields {
  readonly resourceType: 'Observation';
  readonly id: string;
  readonly status: string;
  readonly code: Concept;
  readonly subject?: Reference;
  readonly effectiveDateTime?: string;
  readonly effectiveInstant?: string;
  readonly effectivePeriod?: { start?: string; end?: string };
  readonly performer?: readonly Reference[];
  readonly specimen?: Reference;
  readonly method?: Concept;
  readonly valueQuantity?: { value?: number; unit?: string; system?: string; code?: string };
  readonly valueString?: string;
  readonly valueCodeableConcept?: Concept;
  readonly extension?: readonly Extension[];
}

export interface ReportFields {
  readonly resourceType: 'DiagnosticReport';
  readonly id: string;
  readonly status: string;
  readonly code?: Concept;
  readonly subject?: Reference;
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: { start?: string; end?: string };
  readonly imagingStudy?: readonly Reference[];
  readonly performer?: readonly Reference[];
  readonly result?: readonly Reference[];
  readonly extension?: readonly Extension[];
}

export interface StudyFields {
  readonly resourceType: 'ImagingStudy';
  readonly id: string;
  readonly status: string;
  readonly subject?: Reference;
  readonly started?: string;
  readonly modality?: readonly Coding[];
  readonly procedureCode?: readonly Concept[];
  readonly series?: readonly {
    readonly modality?: Coding;
    readonly bodySite?: Coding;
    readonly performer?: readonly { readonly actor?: Reference }[];
  }[];
  readonly extension?: readonly Extension[];
}

function part(extension: Extension, url: string): Extension | undefined {
  return extension.extension?.find((e) => e.url === url);
}

/** The marks of a report or a result. */
export function marksOf(resource: { readonly extension?: readonly Extension[] } | undefined): Mark[] {
  return (resource?.extension ?? [])
    .filter((e) => e.url === MARK_URL)
    .map((e) => ({
      scope: part(e, 'scope')?.valueCoding?.code ?? '',
      area: part(e, 'area')?.valueCode,
      evidence: part(e, 'evidence')?.valueReference?.reference,
    }));
}

/** Quality evidence from its Basic. */
export function evidenceOf(basic: {
  readonly resourceType?: string;
  readonly subject?: Reference;
  readonly extension?: readonly Extension[];
}): Evidence | undefined {
  const extension = basic.extension?.find((e) => e.url === EVIDENCE_URL);
  if (!extension) return undefined;
  const { start, end } = part(extension, 'period')?.valuePeriod ?? {};
  // Evidence that begins or ends nowhere proves nothing.
  const period = start === undefined || end === undefined ? undefined : periodRange({ start, end });
  return {
    laboratory: basic.subject?.reference,
    items: (extension.extension ?? [])
      .filter((e) => e.url === 'item')
      .map((e) => e.valueCodeableConcept ?? {}),
    result: part(extension, 'result')?.valueCode,
    from: period?.lo ?? Number.POSITIVE_INFINITY,
    until: period?.hi ?? Number.NEGATIVE_INFINITY,
  };
}

/** A result with its report and the evidence that its marks name. */
export function candidateOf(
  observation: ObservationFields,
  report: ReportFields | undefined,
  evidence: ReadonlyMap<string, Evidence>,
  specimen?: Concept,
): Candidate {
  const written = observation.effectiveDateTime ?? observation.effectiveInstant;
  const effective =
    written === undefined ? periodRange(observation.effectivePeriod ?? {}) : dateRange(written);
  return {
    status: observation.status,
    reportStatus: report?.status,
    code: observation.code,
    effective: effective?.lo,
    unit: observation.valueQuantity,
    specimen,
    method: observation.method,
    performer: institutionOf([...(observation.performer ?? []), ...(report?.performer ?? [])]),
    marks: [...marksOf(observation), ...marksOf(report)],
    evidence,
  };
}

/** Images with the report on them. Who made them answers for them, not who read them. */
export function imagesOf(
  study: StudyFields,
  report: ReportFields | undefined,
  evidence: ReadonlyMap<string, Evidence>,
): Candidate {
  const series = study.series ?? [];
  const makers = series.flatMap((s) => s.performer ?? []).map(({ actor }) => actor ?? {});
  return {
    status: study.status,
    code: {},
    effective: study.started === undefined ? undefined : dateRange(study.started)?.lo,
    imaging: {
      modalities: [...(study.modality ?? []), ...series.flatMap((s) => s.modality ?? [])],
      bodySites: series.flatMap((s) =>
        s.bodySite ? [{ coding: [s.bodySite], text: s.bodySite.display }] : [],
      ),
      procedures: [...(study.procedureCode ?? []), ...(report?.code ? [report.code] : [])],
    },
    performer: institutionOf([...makers, ...(report?.performer ?? [])]),
    marks: [...marksOf(study), ...marksOf(report)],
    evidence,
  };
}

function institutionOf(performers: readonly Reference[]): string | undefined {
  return performers.find((p) => p.reference?.startsWith('Organization/'))?.reference;
}

interface PatientFields {
  readonly resourceType?: string;
  readonly active?: boolean;
  readonly identifier?: readonly { system?: string; value?: string }[];
  readonly link?: readonly { type?: string }[];
  readonly meta?: { tag?: readonly Coding[] };
}

/** A strong identifier, and a record that is neither provisional, nor merged into another, nor switched off. */
export function isIdentityCertain(patient: PatientFields, now: Date): boolean {
  const strong = (patient.identifier ?? []).some(
    ({ system, value }) =>
      (system === RESIDENT_ID_SYSTEM && value !== undefined && residentIdFault(value, now) === undefined) ||
      ((system === HEALTH_CARD_SYSTEM || system === HEALTH_RECORD_SYSTEM) && !!value),
  );
  const provisional = (patient.meta?.tag ?? []).some(
    (t) => t.code === 'unverified' || t.code === 'temporary',
  );
  const merged = (patient.link ?? []).some((l) => l.type === 'replaced-by');
  return strong && !provisional && !merged && patient.active !== false;
}

/** GB/T 2260 area of an institution: positions 3 to 8 of its social credit code. */
export function areaOf(organization: {
  readonly resourceType?: string;
  identifier?: readonly { system?: string; value?: string }[];
}): string | undefined {
  const code = organization.identifier?.find((i) => i.system === SOCIAL_CREDIT_SYSTEM)?.value;
  return code === undefined ? undefined : /^..(\d{6})/.exec(code)?.[1];
}
