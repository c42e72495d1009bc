/** https://hl7.org/fhir/R4/conceptmap-operation-translate.html */
import type { Coding } from '@medplum/fhirtypes';
import { assertMay } from '../../access/decide.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { isTranslated, type Translation, translate } from '../../terminology/translate.ts';
import { firstOf, type Parameter, parameterValue } from '../parameters.ts';
import { answerOf, type Given, givenOf, notGiven, part } from './given.ts';
import { mapSubjects } from './subjects.ts';

export async function translateOperation(
  terminology: Terminology,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMay(ctx, 'r', 'ConceptMap');
  const given = givenOf(input);
  const codings = codingsOf(given);
  const maps = await mapSubjects(terminology, input, given);
  const options = {
    reverse: given.flag('reverse'),
    targetSystem: given.text('targetsystem'),
    dependencies: dependenciesOf(given),
  };
  const matches: Translation[] = [];
  for (const coding of codings) {
    matches.push(...(await translate(maps, coding, options, terminology.conceptMap)));
  }
  const translated = isTranslated(matches);
  return answerOf([
    part('result', 'Boolean', translated),
    part('message', 'String', translated ? undefined : nothingFound(codings)[ctx.lang]),
    ...matches.map(matchOf),
  ]);
}

function codingsOf(given: Given): Coding[] {
  const concept = given.concept('codeableConcept');
  if (concept?.coding?.length) return concept.coding.filter((c) => c.code !== undefined);
  const coding = given.coding('coding');
  if (coding?.code !== undefined) return [coding];
  const code = given.text('code');
  if (code === undefined)
    throw notGiven('a code, a coding or a codeableConcept', 'code、coding 或 codeableConcept');
  return [{ code, system: given.text('system'), version: given.text('version') }];
}

function dependenciesOf(given: Given): Map<string, string> {
  return new Map(
    given.all('dependency').map(({ part: parts = [] }) => {
      const concept = parameterValue(firstOf(parts, 'concept')) as
        | { coding?: Coding[]; text?: string }
        | undefined;
      const value = concept?.coding?.[0]?.code ?? concept?.text ?? '';
      return [String(parameterValue(firstOf(parts, 'element')) ?? ''), value];
    }),
  );
}

function matchOf({ equivalence, concept, source, product }: Translation): Parameter {
  const parts: (Parameter | undefined)[] = [
    { name: 'equivalence', valueCode: equivalence },
    concept.code === undefined ? undefined : { name: 'concept', valueCoding: concept },
    ...product.map((p) => ({
      name: 'product',
      part: [
        { name: 'element', valueUri: p.element },
        { name: 'concept', valueCoding: p.concept },
      ],
    })),
    part('source', 'Uri', source),
  ];
  return { name: 'match', part: parts.filter((p) => p !== undefined) };
}

function nothingFound(codings: readonly Coding[]) {
  const list = codings.map((c) => `${c.system ?? ''}|${c.code}`).join(', ');
  return {
    en: `No concept map translates '${list}' to where it was asked.`,
    zh: `没有概念映射可将“${list}”转换到所要求的代码系统。`,
  };
}
