/** The operations of recognition: input -> use case -> output. */
import { bundleText } from '../../interactions/bundle.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import type { Language } from '../../kernel/issue.ts';
import type { Parameter } from '../../operations/parameters.ts';
import { type Answers, type Assessed, checkRecognition, eligible, type ItemAnswer } from './check.ts';
import { recognitionCounts } from './counts.ts';
import { decideRecognition } from './decide.ts';
import { explain, FINDING_SYSTEM } from './explain.ts';
import { looksOf } from './look.ts';
import { questionOf } from './question.ts';
import { revokeRecognition } from './revoke.ts';

const url = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;

export function recognitionOperations(engine: Engine): OperationBinding[] {
  return [
    {
      definition: url('check-recognition'),
      run: async (ctx, input) => {
        const question = await questionOf(engine, ctx, parametersOf(input));
        const { items, law } = await checkRecognition(looksOf(engine, ctx), question);
        const parameter = items.map((a) => itemParameter(a, law, ctx.lang));
        return {
          text: JSON.stringify({ resourceType: 'Parameters', parameter }),
          patients: [question.patientId],
        };
      },
    },
    {
      definition: url('decide-recognition'),
      run: async (ctx, input) => {
        const { texts, ...audit } = await decideRecognition(engine, ctx, parametersOf(input));
        const entries = texts.map((text) => `{"resource":${text}}`);
        return { text: bundleText('collection', [], entries), ...audit };
      },
    },
    {
      definition: url('recognition-counts'),
      run: async (ctx, input) => {
        const counts = await recognitionCounts(engine, ctx, parametersOf(input), input.id);
        return { text: JSON.stringify(counts) };
      },
    },
    {
      definition: url('revoke-recognition'),
      run: async (ctx, input) => {
        const { texts, ...audit } = await revokeRecognition(engine, ctx, input.id!, parametersOf(input));
        return { text: texts[0]!, ...audit };
      },
    },
  ];
}

function parametersOf(input: OperationInput): readonly Parameter[] {
  return (input.parameters.parameter ?? []) as readonly Parameter[];
}

function itemParameter({ code, candidates }: ItemAnswer, { ruleset }: Answers['law'], lang: Language) {
  return {
    name: 'item',
    part: [
      { name: 'code', valueCodeableConcept: code },
      { name: 'recommendation', valueCode: eligible(candidates) ? 'recognise' : 'order' },
      ...(ruleset ? [{ name: 'ruleset', valueCanonical: ruleset.canonical }] : []),
      ...candidates.map((c) => ({ name: 'candidate', part: candidateParts(c, lang) })),
    ],
  };
}

function candidateParts(assessed: Assessed, lang: Language) {
  const { reference, observation, report, performer, findings } = assessed;
  const effective = effectiveText(assessed);
  const value = observation && writtenValue(observation);
  return [
    { name: 'result', valueReference: { reference } },
    ...(report ? [{ name: 'report', valueReference: { reference: `DiagnosticReport/${report.id}` } }] : []),
    ...(performer ? [{ name: 'performer', valueReference: { reference: performer } }] : []),
    ...(effective ? [{ name: 'effective', valueDateTime: effective }] : []),
    ...(value ? [{ name: 'value', ...value }] : []),
    { name: 'eligible', valueBoolean: findings[0] === 'eligible' },
    ...findings.map((code) => ({ name: 'reason', valueCoding: { system: FINDING_SYSTEM, code } })),
    { name: 'explanation', valueString: explain(findings, lang) },
  ];
}

/** When it was examined, as it is written. */
function effectiveText({ observation, report, study }: Assessed): string | undefined {
  return (
    study?.started ??
    observation?.effectiveDateTime ??
    observation?.effectiveInstant ??
    observation?.effectivePeriod?.start ??
    (observation ? undefined : (report?.effectiveDateTime ?? report?.effectivePeriod?.start))
  );
}

function writtenValue({
  valueQuantity,
  valueString,
  valueCodeableConcept,
}: NonNullable<Assessed['observation']>) {
  if (valueQuantity) return { valueQuantity };
  if (valueString !== undefined) return { valueString };
  return valueCodeableConcept && { valueCodeableConcept };
}
