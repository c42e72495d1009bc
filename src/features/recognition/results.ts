/** A patient's earlier results of the asked items, each with what it is judged by: report, specimen. */

import type { Concept, Reference } from '../../kernel/elements.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Looks, Query } from './look.ts';
import { marksOf, type ObservationFields, type ReportFields, type StudyFields } from './reading.ts';

/** Ids in one search. */
const AT_ONCE = 100;

export interface Result {
  readonly observation: ObservationFields;
  readonly report?: ReportFields;
  readonly specimen?: Concept;
}

export interface Panel {
  readonly report: ReportFields;
  readonly results: readonly Result[];
}

export interface Images {
  readonly study: StudyFields;
  readonly report?: ReportFields;
}

/** Observations, each with its report. */
export async function readResults(looks: Looks, query: Query, withSpecimens = false): Promise<Result[]> {
  const observations = (await looks.mine.search('Observation', query)) as unknown as ObservationFields[];
  const reports = await reportsOn(looks, 'result', observations, ({ result }) => result);
  const specimens = new Map<string, Concept>();
  for (const { specimen } of withSpecimens ? observations : []) {
    const reference = specimen?.reference;
    if (reference === undefined || specimens.has(reference)) continue;
    const found = await looks.law.read(reference);
    if (found?.type) specimens.set(reference, found.type as Concept);
  }
  return observations.map((observation) => ({
    observation,
    report: reports.get(observation.id),
    specimen: specimens.get(observation.specimen?.reference ?? ''),
  }));
}

/** Reports, each with all its results. */
export async function readPanels(looks: Looks, query: Query): Promise<Panel[]> {
  const reports = (await looks.mine.search('DiagnosticReport', query)) as unknown as ReportFields[];
  const ids = new Set(reports.flatMap(({ result = [] }) => result.flatMap((r) => idOf(r, looks.base) ?? [])));
  const observations = new Map<string, ObservationFields>();
  for (const some of slices([...ids])) {
    const found = await looks.mine.search('Observation', [['_id', some.join(',')]]);
    for (const o of found as unknown as ObservationFields[]) observations.set(o.id, o);
  }
  return reports.map((report) => ({
    report,
    results: (report.result ?? []).flatMap((r): Result[] => {
      const observation = observations.get(idOf(r, looks.base) ?? '');
      return observation ? [{ observation, report }] : [];
    }),
  }));
}

/** Imaging studies, each with a report on it. */
export async function readImages(looks: Looks, query: Query): Promise<Images[]> {
  const studies = (await looks.mine.search('ImagingStudy', query)) as unknown as StudyFields[];
  const reports = await reportsOn(looks, 'imaging-study', studies, ({ imagingStudy }) => imagingStudy);
  return studies.map((study) => ({ study, report: reports.get(study.id) }));
}

/** The reports on some resources, by their ids. Of several on the same, the one with a mark speaks for it. */
async function reportsOn(
  { mine, base }: Looks,
  parameter: string,
  resources: readonly { readonly resourceType: string; readonly id: string }[],
  on: (report: ReportFields) => readonly Reference[] | undefined,
): Promise<Map<string, ReportFields>> {
  const reports = new Map<string, ReportFields>();
  for (const some of slices(resources)) {
    const found = await mine.search('DiagnosticReport', [
      [parameter, some.map((r) => `${r.resourceType}/${r.id}`).join(',')],
    ]);
    for (const report of found as unknown as ReportFields[]) {
      for (const reference of on(report) ?? []) {
        const id = idOf(reference, base);
        if (id !== undefined && (!reports.has(id) || marksOf(report).length > 0)) reports.set(id, report);
      }
    }
  }
  return reports;
}

function idOf({ reference = '' }: Reference, base: string): string | undefined {
  return localReference(reference, base)?.id;
}

function slices<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / AT_ONCE);
  return Array.from({ length: count }, (_, i) => all.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
}

/** `system|code` as a search parameter takes them, any of them. */
export function listed(codings: readonly string[]): string {
  return codings.map((c) => c.replace(/[,\\$]/g, '\\$&')).join(',');
}
