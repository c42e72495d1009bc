/** The operations of recognition: input -> use case -> output. */
import { bundleText } from '../../interactions/bundle.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import type { Language } from '../../kernel/issue.ts';
import type { Parameter } from '../../operations/parameters.ts';
import { checkRecognition, type ItemAnswer, questionOf } from './check.ts';
import { decideRecognition, revokeRecognition } from './decide.ts';
import { explain, FINDING_SYSTEM } from './explain.ts';

const url = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;

/** `listed`: reasons for a denial that the county admits. */
export function recognitionOperations(engine: Engine, listed: ReadonlySet<string>): OperationBinding[] {
  return [
    {
      definition: url('check-recognition'),
      run: async (ctx, input) => {
        const question = await questionOf(engine, ctx, parametersOf(input));
        const answers = await checkRecognition(engine, ctx, question);
        const parameter = answers.map((a) => itemParameter(a, ctx.lang));
        return {
          text: JSON.stringify({ resourceType: 'Parameters', parameter }),
          patients: [question.patientId],
        };
      },
    },
    {
      definition: url('decide-recognition'),
      run: async (ctx, input) => {
        const { texts, ...audit } = await decideRecognition(engine, ctx, parametersOf(input), listed);
        const entries = texts.map((text) => `{"resource":${text}}`);
        return { text: bundleText('collection', [], entries), ...audit };
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

function itemParameter({ code, candidates }: ItemAnswer, lang: Language) {
  const recommendation = candidates.some((c) => c.findings[0] === 'eligible') ? 'recognise' : 'order';
  return {
    name: 'item',
    part: [
      { name: 'code', valueCodeableConcept: code },
      { name: 'recommendation', valueCode: recommendation },
      ...candidates.map((c) => ({ name: 'candidate', part: candidateParts(c, lang) })),
    ],
  };
}

function candidateParts(
  { observation, report, candidate, findings }: ItemAnswer['candidates'][number],
  lang: Language,
) {
  const effective =
    observation.effectiveDateTime ?? observation.effectiveInstant ?? observation.effectivePeriod?.start;
  const value = observation.valueQuantity
    ? { valueQuantity: observation.valueQuantity }
    : observation.valueString === undefined
      ? observation.valueCodeableConcept && { valueCodeableConcept: observation.valueCodeableConcept }
      : { valueString: observation.valueString };
  return [
    { name: 'result', valueReference: { reference: `Observation/${observation.id}` } },
    ...(report ? [{ name: 'report', valueReference: { reference: `DiagnosticReport/${report.id}` } }] : []),
    ...(candidate.performer
      ? [{ name: 'performer', valueReference: { reference: candidate.performer } }]
      : []),
    ...(effective ? [{ name: 'effective', valueDateTime: effective }] : []),
    ...(value ? [{ name: 'value', ...value }] : []),
    { name: 'eligible', valueBoolean: findings[0] === 'eligible' },
    ...findings.map((code) => ({ name: 'reason', valueCoding: { system: FINDING_SYSTEM, code } })),
    { name: 'explanation', valueString: explain(findings, lang) },
  ];
}
