/**
 * The narrative after a patch: it must not say what the data no longer says.
 * https://hl7.org/fhir/R4/http.html#patch: "the server SHALL ensure that the narrative is not clinically unsafe".
 */
import { unprocessable } from '../../kernel/fhir-error.ts';
import { type Issue, information, problem } from '../../kernel/issue.ts';
import { type Effort, isJsonObject, sameJson } from './exact-json.ts';

/** Not what a narrative tells. */
const ASIDE = new Set(['resourceType', 'id', 'meta', 'text']);

/**
 * Takes away a generated narrative when the data changed under it; refuses when a person wrote more into it
 * than the data has. A patch that changes the narrative itself knows what it does.
 */
export function keepNarrativeTrue(
  before: Readonly<Record<string, unknown>>,
  after: Record<string, unknown>,
  effort: Effort,
): Issue[] {
  const { text } = after;
  if (!isJsonObject(text) || text.status === 'empty' || !sameJson(before.text, text, effort)) return [];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...keys].some((key) => !ASIDE.has(key) && !sameJson(before[key], after[key], effort));
  if (!changed) return [];
  const expression = `${String(after.resourceType)}.text`;
  if (text.status === 'additional') {
    throw unprocessable([
      problem(
        'invalid',
        {
          en: "The narrative has status 'additional': it says more than the data, and the patch changes the data under it. Patch 'text' as well.",
          zh: '叙述文本的状态为“additional”,含有数据之外的内容,而补丁修改了数据。请在补丁中一并修改“text”。',
        },
        { expression },
      ),
    ]);
  }
  delete after.text;
  return [
    information(
      {
        en: 'The generated narrative was taken away, for the patch changed the data that it told.',
        zh: '补丁修改了数据,已移除据其生成的叙述文本。',
      },
      { expression },
    ),
  ];
}
