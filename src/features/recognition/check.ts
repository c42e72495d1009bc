/** `ServiceRequest/$check-recognition`: which existing results may spare an examination, and why. */
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { notFound } from '../../kernel/fhir-error.ts';
import type { LocalReference } from '../../kernel/ids.ts';
import { type CatalogueItem, codingsOf } from './catalogue.ts';
import { type Concept, keyOf } from './concept.ts';
import { communityOf, type Law, lawOf, readEvidence } from './law.ts';
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
  assertMayCheck,
  type Images,
  listed,
  type Panel,
  type Result,
  readImages,
  readPanel,
  readPanels,
  readResults,
} from './results.ts';

/** Older results of an item say nothing more. */
const MAX_CANDIDATES = 5;

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

/** Answers the question, item by item. The caller needs the scopes to read what is shown. */
export async function checkRecognition(engine: Engine, ctx: Ctx, question: Question): Promise<Answers> {
  const law = await lawOf(engine, ctx, question.organization, question.at);
  const items = question.items.map((code) => ({ code, item: law.catalogue.find(code) }));
  assertMayCheck(
    ctx,
    items.some(({ item }) => item?.modality !== undefined),
  );
  const found = await resultsOf(engine, ctx, question.patientId, items);
  const judge = await createJudge(engine, ctx, question, law, found);
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
  engine: Engine,
  ctx: Ctx,
  { type, id }: LocalReference,
  question: Omit<Question, 'items' | 'patientId'>,
): Promise<Assessed & { readonly law: Law }> {
  assertMayCheck(ctx, type === 'ImagingStudy');
  const found = await readOne(engine, ctx, type, id);
  const subject = (found.results[0]?.observation ?? found.panels[0]?.report ?? found.images[0]?.study)
    ?.subject;
  const patientId = /^(?:.*\/)?Patient\/([^/]+)$/.exec(subject?.reference ?? '')?.[1];
  const law = await lawOf(engine, ctx, question.organization, question.at);
  const judge = await createJudge(engine, ctx, { ...question, patientId }, law, found);
  const [result, panel, images] = [found.results[0], found.panels[0], found.images[0]];
  if (result) return { ...judge.value(result, law.catalogue.find(result.observation.code)), law };
  if (panel) return { ...judge.panel(panel), law };
  const item = law.catalogue.imaging.find((i) =>
    shows(imagesOf(images!.study, images!.report, new Map()).imaging!, i),
  );
  return { ...judge.images(images!, item), law };
}

interface Found {
  readonly results: readonly Result[];
  readonly panels: readonly Panel[];
  readonly images: readonly Images[];
}

async function readOne(engine: Engine, ctx: Ctx, type: string, id: string): Promise<Found> {
  const none: Found = { results: [], panels: [], images: [] };
  switch (type) {
    case 'DiagnosticReport':
      return { ...none, panels: [await readPanel(engine, ctx, id)] };
    case 'ImagingStudy': {
      const images = await readImages(engine, ctx, [['_id', id]]);
      if (images.length === 0) throw notFound(type, id);
      return { ...none, images };
    }
    default: {
      const results = await readResults(engine, ctx, [['_id', id]], true);
      // Read by its id, it is not there or gone.
      if (results.length === 0) {
        const observation = JSON.parse((await read(engine, ctx, type, id)).content) as ObservationFields;
        return { ...none, results: [{ observation }] };
      }
      return { ...none, results };
    }
  }
}

/** The patient's results of the asked items. */
async function resultsOf(
  engine: Engine,
  ctx: Ctx,
  patientId: string,
  items: readonly { code: Concept; item?: CatalogueItem }[],
): Promise<Found> {
  const patient = ['patient', `Patient/${patientId}`] as const;
  const values = items.filter(({ item }) => item?.modality === undefined);
  const codings = new Set(
    values.flatMap(({ code, item }) => (item ? codingsOf(item) : (code.coding ?? []).map(keyOf))),
  );
  const panels = values.flatMap(({ code, item }) => (item ? [] : (code.coding ?? []).map(keyOf)));
  const withSpecimens = items.some(({ item }) => item?.specimen !== undefined);
  return {
    results:
      codings.size === 0
        ? []
        : await readResults(engine, ctx, [patient, ['code', listed([...codings])]], withSpecimens),
    panels: panels.length === 0 ? [] : await readPanels(engine, ctx, patientId, panels),
    images: values.length === items.length ? [] : await readImages(engine, ctx, [patient]),
  };
}

interface Judge {
  readonly value: (result: Result, item: CatalogueItem | undefined) => Assessed;
  readonly panel: (panel: Panel) => Assessed;
  readonly images: (images: Images, item: CatalogueItem | undefined) => Assessed;
}

async function createJudge(
  engine: Engine,
  ctx: Ctx,
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
    communityOf(engine, ctx, [organization, ...performers]),
    patientId === undefined ? false : isCertain(engine, ctx, patientId),
  ]);
  const inside = (other: string | undefined) => members.same(organization, other);
  const evidence = await readEvidence(
    engine,
    ctx,
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

async function isCertain(engine: Engine, ctx: Ctx, patientId: string): Promise<boolean> {
  return isIdentityCertain(JSON.parse((await read(engine, ctx, 'Patient', patientId)).content), ctx.now);
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
    return images
      .filter(({ study, report }) => shows(imagesOf(study, report, new Map()).imaging!, item))
      .map((i) => judge.images(i, item));
  }
  if (item) {
    return results
      .filter(({ observation }) => isOfItem(observation.code, item, catalogue))
      .map((r) => judge.value(r, item));
  }
  const same = ({ coding }: Concept) =>
    coding?.some((c) => code.coding?.some((o) => keyOf(o) === keyOf(c))) === true;
  return [
    ...panels.filter(({ report }) => same(report.code ?? {})).map(judge.panel),
    ...results.filter(({ observation }) => same(observation.code)).map((r) => judge.value(r, undefined)),
  ].sort((a, b) => (b.effective ?? 0) - (a.effective ?? 0));
}
