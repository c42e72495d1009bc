/** A patient's earlier results of the asked items, each with what it is judged by: report, specimen, evidence. */
import { assertMayAll } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { type SearchInput, searchType } from '../../interactions/search.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Concept } from './concept.ts';
import { marksOf, type ObservationFields, type ReportFields, type StudyFields } from './reading.ts';

/** Results read for one question: all items of a large panel, several times over. */
const MAX_RESULTS = 500;
/** Reports or studies of one patient that are looked at; older ones say nothing more. */
const MAX_STUDIES = 50;

/** What an answer shows or rests on: left out for want of a scope, a report would take its bad news with it. */
const NEEDS = [
  { permission: 'r', type: 'Patient' },
  { permission: 's', type: 'Observation' },
  { permission: 's', type: 'DiagnosticReport' },
] as const;
const IMAGING_NEEDS = [...NEEDS, { permission: 's', type: 'ImagingStudy' }] as const;

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

/** Throws `forbidden` unless the caller may read what the answer shows. */
export function assertMayCheck(ctx: Ctx, imaging: boolean): void {
  assertMayAll(ctx, imaging ? IMAGING_NEEDS : NEEDS);
}

/** Observations, newest first, each with its report. */
export async function readResults(
  engine: Engine,
  ctx: Ctx,
  query: SearchInput['query'],
  withSpecimens = false,
): Promise<Result[]> {
  const found = await searchType(engine, ctx, {
    type: 'Observation',
    query: [
      ...query,
      ['_sort', '-date'],
      ['_count', String(MAX_RESULTS)],
      ['_revinclude', 'DiagnosticReport:result'],
      ...(withSpecimens ? [['_include', 'Observation:specimen'] as const] : []),
    ],
    lenient: false,
  });
  const reports = new Map<string, ReportFields>();
  const specimens = new Map<string, Concept>();
  for (const stored of found.included) {
    if (stored.type === 'Specimen') {
      const { type } = JSON.parse(stored.content!) as { type?: Concept };
      if (type) specimens.set(stored.id, type);
      continue;
    }
    const report = JSON.parse(stored.content!) as ReportFields;
    for (const result of report.result ?? []) {
      const local = localReference(result.reference ?? '', ctx.base);
      // Of several reports with the same result, the one with a mark speaks for it.
      if (local && (!reports.has(local.id) || marksOf(report).length > 0)) reports.set(local.id, report);
    }
  }
  return found.matches.map((m) => {
    const observation = JSON.parse(m.content!) as ObservationFields;
    const specimen = localReference(observation.specimen?.reference ?? '', ctx.base);
    return {
      observation,
      report: reports.get(observation.id),
      specimen: specimen && specimens.get(specimen.id),
    };
  });
}

/** Reports with these codes, newest first, each with all its results. */
export async function readPanels(
  engine: Engine,
  ctx: Ctx,
  patientId: string,
  codings: readonly string[],
): Promise<Panel[]> {
  const found = await searchType(engine, ctx, {
    type: 'DiagnosticReport',
    query: [
      ['patient', `Patient/${patientId}`],
      ['code', listed(codings)],
      ['_sort', '-date'],
      ['_count', String(MAX_STUDIES)],
      ['_include', 'DiagnosticReport:result'],
    ],
    lenient: false,
  });
  const observations = new Map(
    found.included.map((s) => [s.id, JSON.parse(s.content!) as ObservationFields] as const),
  );
  return found.matches.map((m) => panelOf(ctx, JSON.parse(m.content!) as ReportFields, observations));
}

/** One report with its results. */
export async function readPanel(engine: Engine, ctx: Ctx, id: string): Promise<Panel> {
  const report = JSON.parse((await read(engine, ctx, 'DiagnosticReport', id)).content) as ReportFields;
  const ids = (report.result ?? []).flatMap((r) => localReference(r.reference ?? '', ctx.base)?.id ?? []);
  const results = ids.length === 0 ? [] : await readResults(engine, ctx, [['_id', ids.join(',')]]);
  return panelOf(ctx, report, new Map(results.map((r) => [r.observation.id, r.observation])));
}

function panelOf(
  ctx: Ctx,
  report: ReportFields,
  observations: ReadonlyMap<string, ObservationFields>,
): Panel {
  const results = (report.result ?? []).flatMap((r): Result[] => {
    const local = localReference(r.reference ?? '', ctx.base);
    const observation = local && observations.get(local.id);
    return observation ? [{ observation, report }] : [];
  });
  return { report, results };
}

/** Imaging studies, newest first, each with a report on it. */
export async function readImages(engine: Engine, ctx: Ctx, query: SearchInput['query']): Promise<Images[]> {
  const found = await searchType(engine, ctx, {
    type: 'ImagingStudy',
    query: [
      ...query,
      ['_sort', '-started'],
      ['_count', String(MAX_STUDIES)],
      ['_revinclude', 'DiagnosticReport:imaging-study'],
    ],
    lenient: false,
  });
  const reports = new Map<string, ReportFields>();
  for (const stored of found.included) {
    const report = JSON.parse(stored.content!) as ReportFields;
    for (const study of report.imagingStudy ?? []) {
      const local = localReference(study.reference ?? '', ctx.base);
      if (local && (!reports.has(local.id) || marksOf(report).length > 0)) reports.set(local.id, report);
    }
  }
  return found.matches.map((m) => {
    const study = JSON.parse(m.content!) as StudyFields;
    return { study, report: reports.get(study.id) };
  });
}

/** `system|code` as a search parameter takes them, any of them. */
export function listed(codings: readonly string[]): string {
  return codings.map((c) => c.replace(/[,\\$]/g, '\\$&')).join(',');
}
