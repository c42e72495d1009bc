/** `ServiceRequest/$check-recognition`: which existing results may spare an examination, and why. */
import { asSystem } from '../../access/as-system.ts';
import { assertMayAll } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { type SearchInput, searchType } from '../../interactions/search.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { dateRange } from '../../kernel/dates.ts';
import { failure, malformed, notFound } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { problem } from '../../kernel/issue.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { community } from './community.ts';
import {
  assess,
  type Candidate,
  type Catalogue,
  type CatalogueItem,
  type Circumstances,
  type Concept,
  catalogueOf,
  codingsOf,
  type Evidence,
  type Finding,
  type Setting,
} from './model.ts';
import {
  areaOf,
  candidateOf,
  evidenceOf,
  isIdentityCertain,
  marksOf,
  type ObservationFields,
  type ReportFields,
} from './reading.ts';

/** Older results of an item say nothing more. */
const MAX_CANDIDATES = 5;
/** Results read for one question: all items of a large panel, several times over. */
const MAX_RESULTS = 500;
const CATALOGUE_ID = 'recognition-item';

/** What an answer shows or rests on: left out for want of a scope, a report would take its bad news with it. */
const NEEDS = [
  { permission: 'r', type: 'Patient' },
  { permission: 's', type: 'Observation' },
  { permission: 's', type: 'DiagnosticReport' },
] as const;

/** A result as it was assessed. */
export interface Assessed {
  readonly observation: ObservationFields;
  readonly report?: ReportFields;
  readonly candidate: Candidate;
  readonly findings: readonly Finding[];
}

export interface ItemAnswer {
  readonly code: Concept;
  readonly item?: CatalogueItem;
  /** Newest first. */
  readonly candidates: readonly Assessed[];
}

export interface Question {
  readonly patientId: string;
  readonly items: readonly Concept[];
  /** `Organization/x` that asks. */
  readonly organization?: string;
  readonly setting: Setting;
  /** Milliseconds. */
  readonly at: number;
}

interface OrderFields {
  readonly resourceType: string;
  readonly code?: Concept;
  readonly subject?: { readonly reference?: string };
}

/** Reads the question from the operation's parameters. Throws when it names no item or not exactly one patient. */
export async function questionOf(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
): Promise<Question> {
  const orders = allOf(parameters, 'order').map((p) => p.resource as unknown as OrderFields);
  for (const p of allOf(parameters, 'orderReference')) {
    const order = localReference(referenceOf(p) ?? '', ctx.base);
    if (order?.type !== 'ServiceRequest') throw notFound('ServiceRequest', referenceOf(p) ?? '?');
    orders.push(JSON.parse((await read(engine, ctx, 'ServiceRequest', order.id)).content) as OrderFields);
  }
  const items = [
    ...orders.map((o) => o.code ?? {}),
    ...allOf(parameters, 'item').map((p) => parameterValue(p) as Concept),
  ];
  if (items.length === 0) {
    throw malformed(
      {
        en: 'Give what is to be ordered: order, orderReference or item.',
        zh: '请给出拟开立的项目:order、orderReference 或 item。',
      },
      'Parameters.parameter',
    );
  }
  const subjects = new Set(
    [referenceOf(firstOf(parameters, 'subject')), ...orders.map((o) => o.subject?.reference)].filter(
      (s) => s !== undefined,
    ),
  );
  const patients = [...subjects].map((s) => localReference(s, ctx.base));
  if (patients.length !== 1 || patients[0]?.type !== 'Patient') {
    throw malformed(
      {
        en: `The question must be about exactly one patient of this server, not about: ${[...subjects].join(', ') || 'nobody'}.`,
        zh: `必须且只能针对本服务器上的一名患者,而不是:${[...subjects].join('、') || '(未指明)'}。`,
      },
      'Parameters.parameter',
    );
  }
  return {
    patientId: patients[0].id,
    items,
    organization: referenceOf(firstOf(parameters, 'organization')) ?? ctx.actor.organization,
    setting: settingOf(parameterValue(firstOf(parameters, 'setting'))),
    at: instantOf(parameterValue(firstOf(parameters, 'at')), ctx.now.getTime()),
  };
}

function referenceOf(parameter: Parameter | undefined): string | undefined {
  return (parameterValue(parameter) as { reference?: string } | undefined)?.reference;
}

function settingOf(value: unknown): Setting {
  if (value === undefined) return 'outpatient';
  if (value === 'outpatient' || value === 'inpatient' || value === 'emergency') return value;
  throw failure('unprocessable', [
    problem(
      'code-invalid',
      {
        en: `'${String(value)}' is no setting. Use outpatient, inpatient or emergency.`,
        zh: `“${String(value)}”不是有效的就诊场景。可用 outpatient、inpatient、emergency。`,
      },
      { expression: 'setting' },
    ),
  ]);
}

function instantOf(value: unknown, now: number): number {
  const range = typeof value === 'string' ? dateRange(value) : undefined;
  if (value === undefined || range) return range?.lo ?? now;
  throw malformed(
    { en: `'${String(value)}' is no date and time.`, zh: `“${String(value)}”不是有效时间。` },
    'at',
  );
}

/** Answers the question, item by item. The caller needs the scopes to read what is shown. */
export async function checkRecognition(engine: Engine, ctx: Ctx, question: Question): Promise<ItemAnswer[]> {
  assertMayAll(ctx, NEEDS);
  const catalogue = await readCatalogue(engine, ctx);
  const items = question.items.map((code) => ({ code, item: catalogue.find(code) }));
  const results = await resultsOf(engine, ctx, question.patientId, items);
  const judge = await createJudge(engine, ctx, question, catalogue, results);
  return items.map(({ code, item }) => ({
    code,
    item,
    candidates: results
      .filter(({ observation }) => isOf(catalogue, item, code, observation))
      .map((result) => judge(result, item))
      // Asked about an earlier moment, what came later was not there.
      .filter(({ candidate }) => candidate.effective === undefined || candidate.effective <= question.at)
      .slice(0, MAX_CANDIDATES),
  }));
}

/** The same for one result, however old, as a decision about it needs it. */
export async function assessResult(
  engine: Engine,
  ctx: Ctx,
  observation: ObservationFields,
  question: Omit<Question, 'items'>,
): Promise<Assessed> {
  assertMayAll(ctx, NEEDS);
  const catalogue = await readCatalogue(engine, ctx);
  const found = await readResults(engine, ctx, [['_id', observation.id]]);
  const results = found.length > 0 ? found : [{ observation }];
  const judge = await createJudge(engine, ctx, question, catalogue, results);
  return judge(results[0]!, catalogue.find(observation.code));
}

type Judge = (result: Result, item: CatalogueItem | undefined) => Assessed;

async function createJudge(
  engine: Engine,
  ctx: Ctx,
  question: Omit<Question, 'items'>,
  catalogue: Catalogue,
  results: readonly Result[],
): Promise<Judge> {
  const patient = JSON.parse((await read(engine, ctx, 'Patient', question.patientId)).content);
  const certain = isIdentityCertain(patient, ctx.now);
  const circumstances = await circumstancesOf(engine, ctx, question, certain, results);
  const evidence = await readEvidence(engine, ctx, results);
  return ({ observation, report }, item) => {
    const candidate = candidateOf(observation, report, evidence);
    return {
      observation,
      report,
      candidate,
      findings: assess(candidate, item, catalogue, circumstances),
    };
  };
}

async function readCatalogue(engine: Engine, ctx: Ctx): Promise<Catalogue> {
  const system = asSystem(ctx, 'the catalogue of recognisable items is the rule, not data of the caller');
  return catalogueOf(JSON.parse((await read(engine, system, 'CodeSystem', CATALOGUE_ID)).content));
}

function isOf(
  catalogue: Catalogue,
  item: CatalogueItem | undefined,
  code: Concept,
  observation: ObservationFields,
): boolean {
  if (item) return catalogue.find(observation.code)?.code === item.code;
  return (code.coding ?? []).some((c) =>
    observation.code.coding?.some((o) => o.system === c.system && o.code === c.code),
  );
}

interface Result {
  readonly observation: ObservationFields;
  readonly report?: ReportFields;
}

/** The patient's results of the asked items, newest first, each with its report. */
async function resultsOf(
  engine: Engine,
  ctx: Ctx,
  patientId: string,
  items: readonly { code: Concept; item?: CatalogueItem }[],
): Promise<Result[]> {
  const codings = new Set(
    items.flatMap(({ code, item }) =>
      item ? codingsOf(item) : (code.coding ?? []).map((c) => `${c.system ?? ''}|${c.code ?? ''}`),
    ),
  );
  if (codings.size === 0) return [];
  return readResults(engine, ctx, [
    ['patient', `Patient/${patientId}`],
    ['code', [...codings].map((c) => c.replace(/[,\\$]/g, '\\$&')).join(',')],
    ['_sort', '-date'],
    ['_count', String(MAX_RESULTS)],
  ]);
}

async function readResults(engine: Engine, ctx: Ctx, query: SearchInput['query']): Promise<Result[]> {
  const found = await searchType(engine, ctx, {
    type: 'Observation',
    query: [...query, ['_revinclude', 'DiagnosticReport:result']],
    lenient: false,
  });
  const reports = new Map<string, ReportFields>();
  for (const stored of found.included) {
    const report = JSON.parse(stored.content!) as ReportFields;
    for (const result of report.result ?? []) {
      const local = localReference(result.reference ?? '', ctx.base);
      // Of several reports with the same result, the one with a mark speaks for it.
      if (local && (!reports.has(local.id) || marksOf(report).length > 0)) reports.set(local.id, report);
    }
  }
  return found.matches.map((m) => {
    const observation = JSON.parse(m.content!) as ObservationFields;
    return { observation, report: reports.get(observation.id) };
  });
}

async function circumstancesOf(
  engine: Engine,
  ctx: Ctx,
  question: Omit<Question, 'items'>,
  identityCertain: boolean,
  results: readonly Result[],
): Promise<Circumstances> {
  const system = asSystem(ctx, 'the directory of institutions says who belongs to the community');
  const performers = results.map(
    ({ observation, report }) => candidateOf(observation, report, new Map()).performer,
  );
  const members = await community(engine, system, [question.organization, ...performers]);
  const here = question.organization === undefined ? undefined : members.organization(question.organization);
  return {
    at: question.at,
    setting: question.setting,
    identityCertain,
    area: here && areaOf(here),
    sameCommunity: (organization) => members.same(question.organization, organization),
  };
}

async function readEvidence(
  engine: Engine,
  ctx: Ctx,
  results: readonly Result[],
): Promise<Map<string, Evidence>> {
  const system = asSystem(ctx, 'quality evidence is judged, not handed out');
  const references = new Set(
    results.flatMap(({ observation, report }) =>
      [...marksOf(observation), ...marksOf(report)].map((m) => m.evidence),
    ),
  );
  const found = new Map<string, Evidence>();
  for (const reference of references) {
    const local = reference === undefined ? undefined : localReference(reference, ctx.base);
    if (local?.type !== 'Basic') continue;
    const basic = await read(engine, system, 'Basic', local.id).catch(() => undefined);
    const evidence = basic && evidenceOf(JSON.parse(basic.content));
    if (evidence) found.set(reference!, evidence);
  }
  return found;
}
