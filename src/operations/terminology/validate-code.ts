/**
 * https://hl7.org/fhir/R4/valueset-operation-validate-code.html and
 * https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
 */
import type { CodeSystem, Coding } from '@medplum/fhirtypes';
import { assertMay } from '../../access/decide.ts';
import type { CheckCodes, CodeVerdict } from '../../kernel/code-check.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { verdictsIn } from '../../terminology/code-checks.ts';
import { conceptRows } from '../../terminology/concept-rows.ts';
import { displayIn, readConcepts } from '../../terminology/concepts.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { answerOf, type Given, givenOf, notGiven, part, unknownHere } from './given.ts';
import { systemNamed, systemUrl, valueSetSubject } from './subjects.ts';

export async function validateInValueSet(
  terminology: Terminology,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMay(ctx, 'r', 'ValueSet');
  const given = givenOf(input);
  const { set, valueSet } = await valueSetSubject(terminology, input, given);
  const name = valueSet.url ?? valueSet.title ?? 'ValueSet';
  return judge(terminology, ctx, given, codingsOf(given), name, (codings) =>
    verdictsIn(
      terminology,
      set,
      codings.map((c) => ({ ...c, code: c.code! })),
    ),
  );
}

export async function validateInCodeSystem(
  terminology: Terminology,
  checkCodes: CheckCodes,
  ctx: Ctx,
  input: OperationInput,
): Promise<OperationAnswer> {
  assertMay(ctx, 'r', 'CodeSystem');
  const given = givenOf(input);
  const named = await systemUrl(terminology, input, given);
  const codings = codingsOf(given).map((c) => ({
    ...c,
    system: c.system ?? named?.url,
    version: c.version ?? named?.version,
  }));
  const url = named?.url ?? codings[0]?.system;
  if (url === undefined) throw notGiven('url', 'url');
  const sent = given.resource<CodeSystem>('codeSystem');
  return judge(terminology, ctx, given, codings, url, async (asked) => {
    if (sent) return asked.map((c) => inSent(sent, c));
    const verdicts = await checkCodes(asked.map((c) => ({ ...c, code: c.code! })));
    if (asked.some((c, i) => c.system === url && !verdicts[i]!.systemKnown))
      throw unknownHere('CodeSystem', url);
    // Of another code system than the one that is asked about, no code is in it.
    return verdicts.map((v, i) => (asked[i]!.system === url ? v : { ...v, valid: false }));
  });
}

function inSent(system: CodeSystem, { code, system: url }: Coding): CodeVerdict {
  const row = conceptRows(system).find((r) => r.code === code);
  const valid = url !== undefined && url !== system.url ? false : row !== undefined;
  return { valid, display: row?.display, systemKnown: true };
}

/** The codings that are asked about: one of them has to be in it. */
function codingsOf(given: Given): Coding[] {
  const concept = given.concept('codeableConcept');
  if (concept) return (concept.coding ?? []).filter((c) => c.code !== undefined);
  const coding = given.coding('coding');
  if (coding?.code !== undefined) return [coding];
  const code = given.text('code');
  if (code === undefined)
    throw notGiven('a code, a coding or a codeableConcept', 'code、coding 或 codeableConcept');
  return [
    {
      system: given.text('system'),
      version: given.text('systemVersion'),
      code,
      display: given.text('display'),
    },
  ];
}

async function judge(
  terminology: Terminology,
  ctx: Ctx,
  given: Given,
  codings: readonly Coding[],
  name: string,
  verdictsOf: (codings: readonly Coding[]) => Promise<readonly CodeVerdict[]>,
): Promise<OperationAnswer> {
  const verdicts = await verdictsOf(codings);
  const at = verdicts.findIndex((v) => v.valid === true);
  const [coding, verdict] = [codings[at], verdicts[at]];
  if (!coding || !verdict) {
    const undecided = verdicts.find((v) => v.valid === undefined);
    return answerOf([
      part('result', 'Boolean', false),
      part('message', 'String', notIn(codings, name, undecided)[ctx.lang]),
      part('display', 'String', verdicts.find((v) => v.display !== undefined)?.display),
    ]);
  }
  const language = given.text('displayLanguage');
  const display = await displayOf(terminology, coding, verdict, language);
  const wrong =
    coding.display !== undefined && verdict.display !== undefined && !same(coding.display, verdict.display);
  const abstract = given.flag('abstract') === false && (await isAbstract(terminology, coding));
  const message = wrong ? wrongDisplay(coding, verdict.display!) : abstract ? isGroup(coding) : undefined;
  return answerOf([
    part('result', 'Boolean', !wrong && !abstract),
    part('message', 'String', message?.[ctx.lang]),
    part('display', 'String', display),
  ]);
}

function same(a: string, b: string): boolean {
  const normal = (s: string) => s.trim().replace(/\s+/g, ' ').toLowerCase();
  return normal(a) === normal(b);
}

async function displayOf(
  terminology: Terminology,
  { system, version, code }: Coding,
  { display }: CodeVerdict,
  language: string | undefined,
): Promise<string | undefined> {
  if (language === undefined || system === undefined) return display;
  const known = await systemNamed(terminology, system, version);
  const concept = known && (await readConcepts(terminology, known, [code!])).get(code!);
  return concept ? displayIn(concept, language) : display;
}

async function isAbstract(terminology: Terminology, { system, version, code }: Coding): Promise<boolean> {
  const known = system === undefined ? undefined : await systemNamed(terminology, system, version);
  return (
    known !== undefined && (await readConcepts(terminology, known, [code!])).get(code!)?.abstract === true
  );
}

function notIn(codings: readonly Coding[], name: string, undecided: CodeVerdict | undefined) {
  const list = codings.map((c) => `${c.system ?? ''}|${c.code}`).join(', ') || '-';
  return undecided
    ? {
        en: `Whether '${list}' is in ${name} cannot be decided here: ${undecided.systemKnown ? 'only a part of the code system is loaded' : 'the code system is not known'}.`,
        zh: `此处无法判断“${list}”是否属于 ${name}:${undecided.systemKnown ? '代码系统仅加载了一部分' : '没有该代码系统'}。`,
      }
    : { en: `'${list}' is not in ${name}.`, zh: `“${list}”不在 ${name} 之内。` };
}

function wrongDisplay({ code, display }: Coding, right: string) {
  return {
    en: `The display of '${code}' is '${right}', not '${display}'.`,
    zh: `编码“${code}”的名称应为“${right}”,而不是“${display}”。`,
  };
}

function isGroup({ code }: Coding) {
  return {
    en: `'${code}' groups other codes and is not to be chosen itself.`,
    zh: `“${code}”仅用于分组,不能直接选用。`,
  };
}
