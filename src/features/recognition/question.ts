/** What is asked: about whom, by whom, which items, where and when. */
import { actingFor } from '../../access/acting.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { dateRange } from '../../kernel/dates.ts';
import type { Concept } from '../../kernel/elements.ts';
import { failure, malformed, notFound } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { problem } from '../../kernel/issue.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import type { Setting } from './concept.ts';

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
    organization: referenceOf(firstOf(parameters, 'organization')) ?? actingFor(ctx)[0],
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
