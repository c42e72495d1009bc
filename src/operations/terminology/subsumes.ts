/** https://hl7.org/fhir/R4/codesystem-operation-subsumes.html */
import { assertMay } from '../../access/decide.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { unprocessable } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { readConcepts } from '../../terminology/concepts.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { answerOf, givenOf, notGiven, part, unknownHere } from './given.ts';
import { systemNamed, systemUrl } from './subjects.ts';

export async function subsumes(
  terminology: Terminology,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMay(ctx, 'r', 'CodeSystem');
  const given = givenOf(input);
  const [a, b] = [given.coding('codingA'), given.coding('codingB')];
  const codes = [given.text('codeA') ?? a?.code, given.text('codeB') ?? b?.code];
  const [codeA, codeB] = codes;
  if (codeA === undefined || codeB === undefined) {
    throw notGiven('codeA and codeB, or codingA and codingB', 'codeA 与 codeB,或 codingA 与 codingB');
  }
  const named = await systemUrl(terminology, input, given);
  const url = named?.url ?? a?.system ?? b?.system;
  if (url === undefined) throw notGiven('system', 'system');
  const system = await systemNamed(terminology, url, named?.version ?? a?.version);
  if (!system) throw unknownHere('CodeSystem', url);
  const found = await readConcepts(terminology, system, [codeA, codeB]);
  const missing = [codeA, codeB].filter((code) => !found.has(code));
  const foreign = [a, b].filter((c) => c?.system !== undefined && c.system !== url);
  if (missing.length > 0 || foreign.length > 0) throw notInSystem(missing, url);
  return answerOf([part('outcome', 'Code', outcome())]);

  function outcome(): string {
    if (codeA === codeB) return 'equivalent';
    if (found.get(codeB!)!.ancestors.includes(codeA!)) return 'subsumes';
    return found.get(codeA!)!.ancestors.includes(codeB!) ? 'subsumed-by' : 'not-subsumed';
  }
}

function notInSystem(codes: readonly string[], url: string) {
  return unprocessable([
    problem(
      'code-invalid',
      codes.length === 0
        ? {
            en: `Both codings must be of the code system ${url}.`,
            zh: `两个编码必须同属代码系统 ${url}。`,
          }
        : {
            en: `Not in the code system ${url}: ${codes.join(', ')}.`,
            zh: `不在代码系统 ${url} 之内:${codes.join('、')}。`,
          },
    ),
  ]);
}
