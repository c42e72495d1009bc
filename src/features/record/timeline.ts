/** `Patient/$timeline`: what happened to a resident, latest first, in small rows. */

import { assertMayAll } from '../../access/decide.ts';
import { readableTypes } from '../../access/filter.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { permittedPlans, runSearch } from '../../interactions/search.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { dateRange } from '../../kernel/dates.ts';
import { badParameter } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { parseSearch } from '../../search/parse.ts';
import type { Filter, SearchPlan } from '../../search/plan.ts';
import { referenceToken } from '../../search/tokens.ts';
import type { Stored } from '../../store/change.ts';
import { eventOf } from './timeline-event.ts';

/** What is an event of somebody's life with the county's institutions. All have a main date. */
const TYPES = [
  'Appointment',
  'CarePlan',
  'Communication',
  'Composition',
  'Condition',
  'Contract',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'EpisodeOfCare',
  'ImagingStudy',
  'Immunization',
  'MedicationRequest',
  'Procedure',
  'QuestionnaireResponse',
  'ServiceRequest',
  'Task',
];
const DEFAULT_COUNT = 50;
const MAX_COUNT = 500;

export async function timeline(
  engine: Engine,
  ctx: Ctx,
  { id, parameters }: OperationInput,
): Promise<OperationAnswer> {
  assertMayAll(ctx, [{ type: 'Patient', permission: 'r' }]);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  await read(engine, ctx, 'Patient', id!);
  const parsed = typesOf(engine, ctx, given).map((type) => planOf(engine, ctx, type, id!, given));
  const plans = await permittedPlans(engine, ctx, engine.database, parsed, undefined);
  const [plan] = plans;
  if (!plan) return answer(ctx, [], undefined, [id!]);
  const { matches, next } = await runSearch(engine, ctx, engine.database, {
    plan,
    plans,
    interaction: 'search-system',
    query: `Patient/${id}/$timeline`,
    toldByCaller: true,
  });
  return answer(ctx, matches, next, [id!]);
}

function answer(
  ctx: Ctx,
  matches: readonly Stored[],
  next: string | undefined,
  patients: string[],
): OperationAnswer {
  const events = matches.map((m) => eventOf(m, JSON.parse(m.content!) as Resource, ctx.base));
  const parameter = [...events, ...(next === undefined ? [] : [{ name: 'next', valueString: next }])];
  return { text: JSON.stringify({ resourceType: 'Parameters', parameter }), patients, disclosed: matches };
}

function typesOf(engine: Engine, ctx: Ctx, given: readonly Parameter[]): string[] {
  const named = texts(given, '_type').flatMap((t) => t.split(','));
  const wrong = named.find((type) => !isDated(engine, type));
  if (wrong !== undefined) {
    throw badParameter('_type', {
      en: `'${wrong}' has no place on a timeline: no date, or no patient. There are: ${TYPES.join(', ')}.`,
      zh: `“${wrong}”没有日期或不属于居民,不能列入时间轴。可用:${TYPES.join('、')}。`,
    });
  }
  if (named.length === 0) return readableTypes(ctx.access, TYPES);
  assertMayAll(
    ctx,
    named.map((type) => ({ type, permission: 's' as const })),
  );
  return [...new Set(named)];
}

function isDated(engine: Engine, type: string): boolean {
  if (!engine.definitions.resourceTypes.has(type)) return false;
  const { mainDate, byCode } = engine.parameters(type);
  return mainDate !== undefined && (byCode.has('patient') || byCode.has('subject'));
}

function planOf(engine: Engine, ctx: Ctx, type: string, id: string, given: readonly Parameter[]): SearchPlan {
  const { byCode } = engine.parameters(type);
  const cursor = texts(given, 'cursor')[0];
  const plan = parseSearch(
    engine,
    type,
    [
      [byCode.has('patient') ? 'patient' : 'subject', `Patient/${id}`],
      ['_count', String(countOf(given))],
      ...(cursor === undefined ? [] : [['_cursor', cursor] as const]),
    ],
    { lenient: false, base: ctx.base, now: ctx.now.getTime() },
  );
  return {
    ...plan,
    filters: [...plan.filters, ...periodOf(given), ...organizationOf(engine, ctx, type, given)],
  };
}

function countOf(given: readonly Parameter[]): number {
  const count = parameterValue(firstOf(given, '_count'));
  if (count === undefined) return DEFAULT_COUNT;
  const number = Number(count);
  if (Number.isInteger(number) && number > 0) return Math.min(number, MAX_COUNT);
  throw badParameter('_count', {
    en: `_count=${String(count)} is not a whole number from 1 to ${MAX_COUNT}.`,
    zh: `_count=${String(count)} 不是 1 到 ${MAX_COUNT} 之间的整数。`,
  });
}

/** Overlapping the days from start to end, both included. */
function periodOf(given: readonly Parameter[]): Filter[] {
  return (['start', 'end'] as const).flatMap((name): Filter[] => {
    const text = texts(given, name)[0];
    if (text === undefined) return [];
    const range = dateRange(text);
    if (!range) {
      throw badParameter(name, {
        en: `${name}=${text} is no date. Write YYYY-MM-DD.`,
        zh: `${name}=${text} 不是日期。格式为 YYYY-MM-DD。`,
      });
    }
    return [{ kind: 'date', on: 'main', any: [{ prefix: name === 'start' ? 'ge' : 'le', range }] }];
  });
}

/** By whatever of the type refers to institutions: who performed, owns, provides. */
function organizationOf(engine: Engine, ctx: Ctx, type: string, given: readonly Parameter[]): Filter[] {
  const ids = allOf(given, 'organization').map((p) => {
    const { reference = '' } = parameterValue(p) as { reference?: string };
    const local = localReference(reference, ctx.base);
    if (local?.type === 'Organization') return local.id;
    throw badParameter('organization', {
      en: `'${reference}' is no Organization of this server.`,
      zh: `“${reference}”不是本服务器上的 Organization。`,
    });
  });
  if (ids.length === 0) return [];
  const links = [...engine.parameters(type).byCode.values()].filter(
    (p) => p.kind === 'reference' && p.targets.includes('Organization'),
  );
  const tokens = links.flatMap((p) => ids.map((id) => referenceToken(p.key, `Organization/${id}`)));
  return [{ kind: 'reference', patientIds: [], texts: tokens, rank: 1 }];
}

function texts(given: readonly Parameter[], name: string): string[] {
  return allOf(given, name).map((p) => String(parameterValue(p)));
}
