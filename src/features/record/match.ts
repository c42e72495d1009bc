/** `Patient/$match`: https://hl7.org/fhir/R4/patient-operation-match.html */
import { assertMayAll } from '../../access/decide.ts';
import { bundleText } from '../../interactions/bundle.ts';
import type { Engine } from '../../interactions/engine.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../kernel/contribution.ts';
import type { Ctx, Db } from '../../kernel/ctx.ts';
import { unprocessable } from '../../kernel/fhir-error.ts';
import { isError, problem } from '../../kernel/issue.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { linkedPatients } from '../../store/linked.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { replacedBy } from './links.ts';
import { byScore, type Match, matchOf } from './matching/grade.ts';
import { keysOf } from './matching/keys.ts';
import { personOf } from './matching/person.ts';

const GRADE_URL = 'http://hl7.org/fhir/StructureDefinition/match-grade';
const MAX_COUNT = 50;

/** A record that may be the same person's. */
export type Found = Match & Candidate;

export async function matchOperation(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
): Promise<OperationAnswer> {
  assertMayAll(ctx, [{ type: 'Patient', permission: 's' }]);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const patient = firstOf(given, 'resource')?.resource as Resource | undefined;
  if (patient?.resourceType !== 'Patient') throw noPatient();
  await assertReadable(engine, ctx, patient);
  const onlyCertain = String(parameterValue(firstOf(given, 'onlyCertainMatches'))) === 'true';
  const count = parameterValue(firstOf(given, 'count'));
  const most = count === undefined ? MAX_COUNT : Math.min(Math.max(Number(count) || 0, 0), MAX_COUNT);
  const found = await matchesOf(engine.database, patient, ctx.now);
  const shown = onlyCertain ? await theCertainOne(engine.database, found) : found;
  const matches = shown.slice(0, most);
  return {
    text: bundleText(
      'searchset',
      [],
      matches.map((m) => entryText(ctx, m)),
      shown.length,
    ),
    patients: matches.map((m) => m.id),
    disclosed: matches.map(({ key, id, content }) => ({ key, type: 'Patient', id, patient: id, content })),
  };
}

/** What is asked about may be incomplete, so that no profile counts; it must be FHIR. */
async function assertReadable(engine: Engine, ctx: Ctx, patient: Resource): Promise<void> {
  const issues = await engine.validate(ctx, patient, { lenient: true });
  const wrong = issues.filter((i) => isError(i) && i.profile === undefined && i.rule !== 'code-unknown');
  if (wrong.length > 0) throw unprocessable(wrong);
}

/**
 * Records of the same person, better ones first, but for the one with the id `except`. A record that was merged stands
 * for the one that replaces it.
 */
export async function matchesOf(db: Db, patient: Resource, now: Date, except?: string): Promise<Found[]> {
  const person = personOf(patient, now);
  const keys = keysOf(person);
  if (keys.length === 0) throw sayMore();
  const candidates = await candidatesOf(db, keys, except);
  const found = candidates.flatMap((candidate): Found[] => {
    const match = matchOf(person, personOf(candidate.patient, now));
    return match ? [{ ...candidate, ...match }] : [];
  });
  return survivors(found.sort(byScore));
}

/** Each person once: as the record that is in use, when that is among them. */
function survivors(found: readonly Found[]): Found[] {
  const byId = new Map(found.map((f) => [f.id, f]));
  const shown = new Map<string, Found>();
  for (const match of found) {
    const survivor = byId.get(replacedBy(match.patient) ?? '') ?? match;
    if (!shown.has(survivor.id)) shown.set(survivor.id, { ...match, ...candidateOf(survivor) });
  }
  return [...shown.values()];
}

function candidateOf({ key, id, content, patient }: Candidate): Candidate {
  return { key, id, content, patient };
}

/** The one that may be used without asking anybody; none when several people could be meant. */
async function theCertainOne(db: Db, found: readonly Found[]): Promise<Found[]> {
  const certain = found.filter((f) => f.grade === 'certain');
  const [first, ...others] = certain;
  if (!first || others.length === 0) return certain;
  const person = new Set(await linkedPatients(db, [first.id]));
  return others.every(({ id }) => person.has(id)) ? [first] : [];
}

function entryText(ctx: Ctx, { id, content, score, grade }: Found): string {
  const search = {
    extension: [{ url: GRADE_URL, valueCode: grade }],
    mode: 'match',
    score: Number(score.toFixed(6)),
  };
  return `{"fullUrl":"${ctx.base}/Patient/${id}","resource":${content},"search":${JSON.stringify(search)}}`;
}

function noPatient() {
  return unprocessable([
    problem(
      'required',
      {
        en: 'Give a Patient as the parameter resource: whatever is known of the person.',
        zh: '请在参数 resource 中给出 Patient:填写已知的人员信息。',
      },
      { expression: 'Parameters.parameter' },
    ),
  ]);
}

function sayMore() {
  return unprocessable([
    problem(
      'incomplete',
      {
        en: 'This is too little to find a person by. Give an identity or card number, or a phone number, or a name and at least the year of birth.',
        zh: '信息不足,无法查找人员。请给出证件或卡号,或电话号码,或姓名加出生年份。',
      },
      { expression: 'Parameters.parameter' },
    ),
  ]);
}
