/** `ServiceRequest/$check-recognition`: which existing results may spare an examination, and why. */

import type { Concept } from '../../kernel/elements.ts';
import { notFound } from '../../kernel/fhir-error.ts';
import { type LocalReference, localReference } from '../../kernel/ids.ts';
import { type CatalogueItem, codingsOf } from './catalogue.ts';
import { community } from './community.ts';
import { keyOf } from './concept.ts';
import { type Law, lawOf, readEvidence } from './law.ts';
import type { Looks } from './look.ts';
import { assess, type Candidate, type Circumstances, type Finding, isOfItem, shows } from './model.ts';
import type { Question } from './question.ts';
import {
  candidateOf,
  imagesOf,
  isIdentityCertain,
  type ObservationFields,
  type ReportFields,
  type StudyFields,
} from './reading.ts';
import {
  type Images,
  listed,
  type Panel,
  type Result,
  readImages,
  readPanels,
  readResults,
} from './results.ts';

/** Older results of an item say nothing more. */
const MAX_CANDIDATES = 5;
/** No item of a panel holds longer. */
const PANEL_DAYS = 366;
const DAY = 86_400_000;

/** An earlier result as it was assessed: one value, a whole panel with its values, or images. */
export interface Assessed {
  /** `Observation/x`, `DiagnosticReport/x` of a panel, or `ImagingStudy/x`. */
  readonly reference: string;
  readonly observation?: ObservationFields;
  /** The report that a value stands on, or that is the panel. Never that on images: an opinion is not recognised. */
  readonly report?: ReportFields;
  readonly study?: StudyFields;
  /** What it is a result of. */
  readonly code: Concept;
  readonly subject?: string;
  readonly performer?: string;
  /** Milliseconds. */
  readonly effective?: number;
  readonly findings: readonly Finding[];
}

export interface ItemAnswer {
  readonly code: Concept;
  readonly item?: CatalogueItem;
  /** Newest first. */
  readonly candidates: readonly Assessed[];
}

export interface Answers {
  readonly items: readonly ItemAnswer[];
  readonly law: Law;
}

/** Answers the question, item by item. `recent`: what is surely too old is not looked for. */
export async function checkRecognition(looks: Looks, question: Question, recent = false): Promise<Answers> {
  const law = await lawOf(looks, question.organization, question.at);
  const items = question.items.map((code) => ({ code, item: law.catalogue.find(code) }));
  looks.assertMayCheck(items.some(({ item }) => item?.modality !== undefined));
  const windows = items.map(({ item }) => (item ? (item.windows[question.setting] ?? 0) : PANEL_DAYS));
  const since = recent ? question.at - (Math.max(...windows) + 1) * DAY : undefined;
  const found = await resultsOf(looks, question.patientId, items, since);
  const judge = await createJudge(looks, question, law, found);
  return {
    law,
    items: items.map(({ code, item }) => ({
      code,
      item,
      candidates: candidatesFor(law, code, item, found, judge)
        // Asked about an earlier moment, what came later was not there.
        .filter(({ effective }) => effective === undefined || effective <= question.at)
        .slice(0, MAX_CANDIDATES),
    })),
  };
}

/** Whatever was eligible comes first: it is what spares the examination. */
export function eligible(candidates: readonly Assessed[]): Assessed | undefined {
  return candidates.find(({ findings }) => findings[0] === 'eligible');
}

/** The same for one result, however old, as a decision about it needs it. Throws not-found. */
export async function assessResult(
  looks: Looks,
  { type, id }: LocalReference,
  question: Omit<Question, 'items' | 'patientId'>,
): Promise<Assessed & { readonly law: Law }> {
  looks.assertMayCheck(type === 'ImagingStudy');
  const byId = [['_id', id]] as const;
  const found: Found = {
    results: type === 'Observation' ? await readResults(looks, byId, true) : [],
    panels: type === 'DiagnosticReport' ? await readPanels(looks, byId) : [],
    images: type === 'ImagingStudy' ? await readImages(looks, byId) : [],
  };
  const [result, panel, images] = [found.results[0], found.panels[0], found.images[0]];
  const subject = (result?.observation ?? panel?.report ?? images?.study)?.subject;
  const patient = localReference(subject?.reference ?? '', looks.base);
  const patientId = patient?.type === 'Patient' ? patient.id : undefined;
  const law = await lawOf(looks, question.organization, question.at);
  const judge = await createJudge(looks, { ...question, patientId }, law, found);
  if (result) return { ...judge.value(result, law.catalogue.find(result.observation.code)), law };
  if (panel) return { ...judge.panel(panel), law };
  if (!images) throw notFound(type, id);
  const { imaging } = imagesOf(images.study, images.report, new Map());
  return {
    ...judge.images(
      images,
      law.catalogue.imaging.find((item) => shows(imaging!, item)),
    ),
    law,
  };
}

interface Found {
  readonly results: readonly Result[];
  readonly panels: readonly Panel[];
  readonly images: readonly Images[];
}

/** The patient's results of the asked items. */
async function resultsOf(
  looks: Looks,
  patientId: string,
  items: readonly { code: Concept; item?: CatalogueItem }[],
  since: number | undefined,
): Promise<Found> {
  const query = (name: 'date' | 'started') =>
    [
      ['patient', `Patient/${patientId}`],
      ...(since === undefined ? [] : [[name, `ge${new Date(since).toISOString()}`] as const]),
    ] as const;
  const values = items.filter(({ item }) => item?.modality === undefined);
  const codings = new Set(
    values.flatMap(({ code, item }) => (item ? codingsOf(item) : (code.coding ?? []).map(keyOf))),
  );
  const panels = values.flatMap(({ code, item }) => (item ? [] : (code.coding ?? []).map(keyOf)));
  const withSpecimens = items.some(({ item }) => item?.specimen !== undefined);
  const of = (codes: readonly string[]) => [...query('date'), ['code', listed(codes)]] as const;
  const found: Found = {
    results: codings.size === 0 ? [] : await readResults(looks, of([...codings]), withSpecimens),
    panels: panels.length === 0 ? [] : await readPanels(looks, of(panels)),
    images: values.length === items.length ? [] : await readImages(looks, query('started')),
  };
  return found;
}

interface Judge {
  readonly value: (result: Result, item: CatalogueItem | undefined) => Assessed;
  readonly panel: (panel: Panel) => Assessed;
  readonly images: (images: Images, item: CatalogueItem | undefined) => Assessed;
}

async function createJudge(
  looks: Looks,
  question: Omit<Question, 'items' | 'patientId'> & { readonly patientId?: string },
  law: Law,
  found: Found,
): Promise<Judge> {
  const { catalogue, ruleset, area } = law;
  const { patientId, organization } = question;
  const none = new Map();
  const values = [...found.results, ...found.panels.flatMap((p) => p.results)];
  const before: Candidate[] = [
    ...values.map((r) => candidateOf(r.observation, r.report, none)),
    ...found.images.map((i) => imagesOf(i.study, i.report, none)),
  ];
  const performers = [...new Set(before.flatMap((c) => c.performer ?? []))];
  const [members, certain] = await Promise.all([
    community(looks, [organization, ...performers]),
    patientId === undefined ? false : isCertain(looks, patientId, question.at),
  ]);
  const inside = (other: string | undefined) => members.same(organization, other);
  const evidence = await readEvidence(
    looks,
    before.flatMap((c) => c.marks.map((m) => m.evidence)),
    ruleset?.withinCommunity === 'evidence' ? performers.filter(inside) : [],
  );
  const circumstances: Circumstances = {
    at: question.at,
    setting: question.setting,
    identityCertain: certain,
    area,
    region: ruleset?.region,
    withinCommunity: ruleset?.withinCommunity,
    sameCommunity: inside,
  };
  const value: Judge['value'] = ({ observation, report, specimen }, item) => {
    const candidate = candidateOf(observation, report, evidence, specimen);
    return {
      reference: `Observation/${observation.id}`,
      observation,
      report,
      code: observation.code,
      subject: observation.subject?.reference,
      performer: candidate.performer,
      effective: candidate.effective,
      findings: assess(candidate, item, catalogue, circumstances),
    };
  };
  return {
    value,
    panel: ({ report, results }) => {
      const members = results.map((r) => value(r, catalogue.find(r.observation.code)));
      const against = new Set(members.flatMap((m) => m.findings).filter((f) => f !== 'eligible'));
      // A panel whose results are not all here cannot stand for a new one.
      if (results.length === 0 || results.length < (report.result?.length ?? 0)) against.add('item-mismatch');
      return {
        reference: `DiagnosticReport/${report.id}`,
        report,
        code: report.code ?? {},
        subject: report.subject?.reference,
        performer: members[0]?.performer,
        // As old as its oldest result.
        effective: members.reduce<number | undefined>(
          (oldest, { effective = oldest }) =>
            oldest === undefined || (effective ?? oldest) < oldest ? effective : oldest,
          undefined,
        ),
        findings: against.size === 0 ? ['eligible'] : [...against],
      };
    },
    images: ({ study, report }, item) => {
      const candidate = imagesOf(study, report, evidence);
      return {
        reference: `ImagingStudy/${study.id}`,
        study,
        code: study.procedureCode?.[0] ?? { coding: item ? [codingOf(item)] : [], text: item?.name },
        subject: study.subject?.reference,
        performer: candidate.performer,
        effective: candidate.effective,
        findings: assess(candidate, item, catalogue, circumstances),
      };
    },
  };
}

async function isCertain({ mine }: Looks, patientId: string, at: number): Promise<boolean> {
  const patient = await mine.read(`Patient/${patientId}`);
  if (!patient) throw notFound('Patient', patientId);
  return isIdentityCertain(patient, new Date(at));
}

function codingOf({ codings }: CatalogueItem): { system: string; code: string } {
  const [system = '', code = ''] = codings[0]!.split('|');
  return { system, code };
}

/** Newest first. */
function candidatesFor(
  { catalogue }: Law,
  code: Concept,
  item: CatalogueItem | undefined,
  { results, panels, images }: Found,
  judge: Judge,
): Assessed[] {
  if (item?.modality) {
    return newestFirst(
      images
        .filter(({ study, report }) => shows(imagesOf(study, report, new Map()).imaging!, item))
        .map((i) => judge.images(i, item)),
    );
  }
  if (item) {
    return newestFirst(
      results
        .filter(({ observation }) => isOfItem(observation.code, item, catalogue))
        .map((r) => judge.value(r, item)),
    );
  }
  const same = ({ coding }: Concept) =>
    coding?.some((c) => code.coding?.some((o) => keyOf(o) === keyOf(c))) === true;
  return newestFirst([
    ...panels.filter(({ report }) => same(report.code ?? {})).map(judge.panel),
    ...results.filter(({ observation }) => same(observation.code)).map((r) => judge.value(r, undefined)),
  ]);
}

function newestFirst(assessed: readonly Assessed[]): Assessed[] {
  return [...assessed].sort((a, b) => (b.effective ?? 0) - (a.effective ?? 0));
}
