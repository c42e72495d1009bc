/** `Observation/$stats`: https://hl7.org/fhir/R4/observation-operation-stats.html */
import type { Engine } from '../../interactions/engine.ts';
import { patientsIn } from '../../interactions/patients.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Coding } from '../../kernel/elements.ts';
import { badParameter, tooCostly } from '../../kernel/fhir-error.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import type { QueryPairs } from '../../search/parse.ts';
import type { Stored } from '../../store/change.ts';
import { converted, UCUM } from '../../terminology/units.ts';
import { pagesOf } from './pages.ts';
import { STATISTICS, statisticNamed } from './statistics.ts';

const SYSTEM = 'http://terminology.hl7.org/CodeSystem/observation-statistics';
const MOST = 10_000;
/** What was seen and stands: https://hl7.org/fhir/R4/valueset-observation-status.html */
const STANDING = 'final,amended,corrected';

interface Quantity {
  readonly value?: number;
  readonly unit?: string;
  readonly system?: string;
  readonly code?: string;
}
interface Asked {
  readonly subject: string;
  readonly codings: readonly Coding[];
  readonly start?: string;
  readonly end?: string;
  readonly statistics: readonly string[];
  readonly include: boolean;
  readonly limit: number;
}

export async function stats(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
): Promise<OperationAnswer> {
  const asked = askedOf(ctx, (parameters.parameter ?? []) as readonly Parameter[]);
  const statistics: object[] = [];
  const sources: Stored[] = [];
  for (const coding of asked.codings) {
    const found = await observationsOf(engine, ctx, asked, coding);
    sources.push(...found);
    statistics.push(...summaries(asked, coding, found));
  }
  const shown = asked.include ? sources.slice(0, asked.limit) : [];
  const parts = [
    ...statistics.map((s) => `{"name":"statistics","resource":${JSON.stringify(s)}}`),
    ...shown.map((s) => `{"name":"source","resource":${s.content}}`),
  ];
  return {
    text: `{"resourceType":"Parameters","parameter":[${parts.join(',')}]}`,
    patients: [...new Set(sources.flatMap((s) => patientsIn(engine, ctx, s)))],
    disclosed: sources,
  };
}

function askedOf(ctx: Ctx, given: readonly Parameter[]): Asked {
  const text = (name: string) => {
    const value = parameterValue(firstOf(given, name));
    return value === undefined ? undefined : String(value);
  };
  const system = text('system');
  const codings = [
    ...allOf(given, 'code').map((p) => ({ system, code: String(parameterValue(p)) })),
    ...allOf(given, 'coding').map((p) => parameterValue(p) as Coding),
  ];
  if (codings.length === 0) {
    throw badParameter('code', {
      en: 'Say what is to be counted: code with system, or coding.',
      zh: '请指明统计项目:code 加 system,或 coding。',
    });
  }
  const statistics = allOf(given, 'statistic')
    .flatMap((p) => String(parameterValue(p)).split(','))
    .map((code) => statisticNamed(code) ?? unknownStatistic(code));
  return {
    subject: text('subject')!,
    codings,
    ...periodOf(ctx, given),
    statistics: [...new Set(statistics)],
    include: text('include') === 'true',
    limit: Number(text('limit') ?? MOST),
  };
}

/** A duration ends now, in hours. */
function periodOf(ctx: Ctx, given: readonly Parameter[]): Pick<Asked, 'start' | 'end'> {
  const period = parameterValue(firstOf(given, 'period')) as Asked | undefined;
  if (period) return { start: period.start, end: period.end };
  const duration = parameterValue(firstOf(given, 'duration'));
  if (duration === undefined) return {};
  return { start: new Date(ctx.now.getTime() - Number(duration) * 3_600_000).toISOString() };
}

async function observationsOf(
  engine: Engine,
  ctx: Ctx,
  asked: Asked,
  { system, code }: Coding,
): Promise<Stored[]> {
  const escaped = (value: string) => value.replace(/[\\,|$]/g, '\\$&');
  const token = system === undefined ? escaped(code ?? '') : `${escaped(system)}|${escaped(code ?? '')}`;
  const query: QueryPairs = [
    ['subject', asked.subject],
    ['code', token],
    ['status', STANDING],
    ...(asked.start === undefined ? [] : [['date', `ge${asked.start}`] as const]),
    ...(asked.end === undefined ? [] : [['date', `le${asked.end}`] as const]),
  ];
  const found: Stored[] = [];
  for await (const page of pagesOf(engine, ctx, 'Observation', query)) {
    found.push(...page);
    if (found.length > MOST) throw tooMany();
  }
  return found;
}

interface Series {
  readonly unit: Quantity;
  readonly values: number[];
  readonly dates: string[];
}

/**
 * One for each kind of unit, in the unit of its newest value: 5.5 mmol/L and 5500 umol/L are one series, mmol/L and
 * mg/dL are not.
 */
function summaries(asked: Asked, coding: Coding, found: readonly Stored[]): object[] {
  const series: Series[] = [];
  const add = (quantity: Quantity | undefined, date: string | undefined) => {
    if (quantity?.value === undefined) return;
    const { value, ...unit } = quantity;
    const known = series.find((s) => inUnit(quantity, s.unit) !== undefined);
    const one: Series = known ?? { unit, values: [], dates: [] };
    if (!known) series.push(one);
    one.values.push(inUnit(quantity, one.unit) ?? value);
    if (date !== undefined) one.dates.push(date);
  };
  for (const { content } of found) {
    const o = JSON.parse(content!) as Record<string, unknown> & {
      effectivePeriod?: { start?: string };
      component?: readonly { code?: { coding?: readonly Coding[] }; valueQuantity?: Quantity }[];
    };
    const date = (o.effectiveDateTime ?? o.effectiveInstant ?? o.effectivePeriod?.start) as
      | string
      | undefined;
    add(o.valueQuantity as Quantity | undefined, date);
  }
  if (series.length === 0) series.push({ unit: {}, values: [], dates: [] });
  return series.map(({ unit, values, dates }) => {
    const numbers = values.sort((a, b) => a - b);
    const days = dates.sort();
    return {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [coding] },
      subject: { reference: asked.subject },
      effectivePeriod: { start: asked.start ?? days[0], end: asked.end ?? days.at(-1) },
      component: asked.statistics.map((name) => component(name, numbers, unit, found.length)),
    };
  });
}

/** The value of a quantity in a unit that comes first; undefined when it is of another kind. */
function inUnit({ value, system, code, unit }: Quantity, to: Quantity): number | undefined {
  if (system === UCUM && to.system === UCUM && code !== undefined && to.code !== undefined)
    return converted(value!, code, to.code);
  return system === to.system && (code ?? unit) === (to.code ?? to.unit) ? value : undefined;
}

function component(name: string, numbers: readonly number[], unit: Quantity, all: number): object {
  const code = { coding: [{ system: SYSTEM, code: name }] };
  // Of all, those without a number are part of.
  const value =
    name === 'total-count'
      ? all
      : name === 'count'
        ? numbers.length
        : numbers.length === 0
          ? undefined
          : STATISTICS[name]!(numbers);
  if (value === undefined) {
    const system = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
    return { code, dataAbsentReason: { coding: [{ system, code: 'not-applicable' }] } };
  }
  const isCount = name === 'count' || name === 'total-count';
  // These are not in the unit of the values.
  const isPlain = isCount || name === 'variance' || name === 'skew' || name === 'kurtosis';
  return { code, valueQuantity: { value: rounded(value), ...(isPlain ? {} : unit) } };
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function unknownStatistic(code: string): never {
  throw badParameter('statistic', {
    en: `'${code}' is no statistic that is known here. Use: ${Object.keys(STATISTICS).join(', ')}.`,
    zh: `不支持统计量“${code}”。可用:${Object.keys(STATISTICS).join('、')}。`,
  });
}

function tooMany() {
  return tooCostly({
    en: `More than ${MOST} Observations match. Narrow the period.`,
    zh: `匹配的 Observation 超过 ${MOST} 条。请缩短时间范围。`,
  });
}
