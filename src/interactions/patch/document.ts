/** Patch documents, and what becomes of a resource by them. https://hl7.org/fhir/R4/http.html#patch */
import type { Definitions } from '../../definitions/definitions.ts';
import { failure, malformed, unprocessable } from '../../kernel/fhir-error.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { hasFalseEscape, parseExactly, shapeOf } from '../../kernel/json-text.ts';
import type { Body } from '../engine.ts';
import { Effort, isJsonObject } from './exact-json.ts';
import { applyFhirPathPatch, type FhirPathOperation, readFhirPathPatch } from './fhirpath-patch.ts';
import { applyJsonPatch, type JsonOperation, readJsonPatch } from './json-patch.ts';
import { MOST_LEVELS } from './limits.ts';
import { LocatedModel } from './located.ts';
import { keepNarrativeTrue } from './narrative.ts';

export const JSON_PATCH = 'application/json-patch+json';

export type PatchDocument =
  | { readonly format: 'json-patch'; readonly operations: readonly JsonOperation[] }
  | { readonly format: 'fhirpath-patch'; readonly operations: readonly FhirPathOperation[] };

/** Whether what becomes of a patch tells what values the resource has: it tests them, or finds its place by them. */
export function asksForValues(patch: PatchDocument): boolean {
  return patch.format === 'json-patch'
    ? patch.operations.some(({ op }) => op === 'test')
    : patch.operations.some(({ found }) => found.asks);
}

/** A FHIRPath Patch from a Parameters resource. */
export function fhirPathPatch(body: Body): PatchDocument {
  return { format: 'fhirpath-patch', operations: readFhirPathPatch(body) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A JSON Patch from its bytes. */
export function jsonPatch(bytes: Uint8Array): PatchDocument {
  return { format: 'json-patch', operations: readJsonPatch(jsonTextOf(bytes)) };
}

/** Text that is JSON, no deeper than a body may be, and says everything once. */
function jsonTextOf(bytes: Uint8Array): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
    if (shapeOf(text).depth <= MOST_LEVELS) JSON.parse(text);
  } catch {
    throw malformed({ en: 'The patch is not valid JSON in UTF-8.', zh: '补丁不是 UTF-8 编码的合法 JSON。' });
  }
  const { depth, duplicate } = shapeOf(text);
  if (depth > MOST_LEVELS) {
    throw malformed({
      en: `The patch is nested deeper than ${MOST_LEVELS} levels.`,
      zh: `补丁嵌套超过 ${MOST_LEVELS} 层。`,
    });
  }
  if (duplicate !== undefined) {
    throw malformed({
      en: `'${duplicate}' occurs twice in one object of the patch.`,
      zh: `补丁的同一对象中重复出现“${duplicate}”。`,
    });
  }
  if (hasFalseEscape(text)) {
    throw malformed({
      en: 'The patch contains an escape that stands for no character: NUL (\\u0000), or half of a surrogate pair.',
      zh: '补丁中含有不表示任何字符的转义:NUL(\\u0000)或不成对的代理项。',
    });
  }
  return text;
}

/**
 * The patch that an entry of a Bundle carries: Parameters, or a Binary with a JSON Patch.
 * https://hl7.org/fhir/R4/http.html#patch, "Patch Operations may be performed as part of Batch or Transaction".
 */
export function entryPatch(body: Body): PatchDocument {
  const { resourceType, contentType, data } = body.resource;
  if (resourceType === 'Parameters') return fhirPathPatch(body);
  if (resourceType !== 'Binary') {
    throw malformed(
      {
        en: `A PATCH entry carries a Binary with a JSON Patch, or Parameters with a FHIRPath Patch, not ${resourceType}.`,
        zh: `PATCH 条目应为含 JSON Patch 的 Binary,或含 FHIRPath Patch 的 Parameters,而不是 ${resourceType}。`,
      },
      'resourceType',
    );
  }
  if (contentType !== JSON_PATCH) {
    throw failure('media-type', [
      problem(
        'not-supported',
        {
          en: `The Binary of a PATCH entry must have contentType ${JSON_PATCH}.`,
          zh: `PATCH 条目中 Binary 的 contentType 应为 ${JSON_PATCH}。`,
        },
        { expression: 'Binary.contentType' },
      ),
    ]);
  }
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) {
    throw malformed(
      { en: 'The data of the Binary must be base64.', zh: 'Binary 的 data 应为 base64。' },
      'Binary.data',
    );
  }
  return jsonPatch(Buffer.from(data, 'base64'));
}

/** The resource after the patch, and what there is to tell. `content` is the stored text of the version before. */
export function applyPatch(
  definitions: Definitions,
  document: PatchDocument,
  content: string,
  now: Date,
): { readonly body: Body; readonly issues: readonly Issue[] } {
  const effort = new Effort();
  const before = parseExactly(content) as Record<string, unknown>;
  let after: unknown = parseExactly(content);
  if (document.format === 'json-patch') after = applyJsonPatch(after, document.operations, effort);
  else applyFhirPathPatch(new LocatedModel(definitions), asObject(after), document.operations, now);
  const resource = asObject(after);
  assertSame(before, resource, 'resourceType');
  assertSame(before, resource, 'id');
  const issues = keepNarrativeTrue(before, resource, effort);
  const text = JSON.stringify(resource);
  if (shapeOf(text).depth > MOST_LEVELS) {
    throw unprocessable([
      problem('too-long', {
        en: `After the patch the resource would be nested deeper than ${MOST_LEVELS} levels.`,
        zh: `应用补丁后资源嵌套将超过 ${MOST_LEVELS} 层。`,
      }),
    ]);
  }
  return { body: { text, resource: JSON.parse(text) as Body['resource'] }, issues };
}

function asObject(value: unknown): Record<string, unknown> {
  if (isJsonObject(value)) return value;
  throw unprocessable([
    problem('structure', {
      en: 'After the patch there would be no resource left, for it must be a JSON object.',
      zh: '应用补丁后不再是资源:资源必须是 JSON 对象。',
    }),
  ]);
}

/** A patch changes what a resource says, never which one it is. */
function assertSame(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  key: 'resourceType' | 'id',
): void {
  if (after[key] === before[key] && Object.hasOwn(after, key)) return;
  throw unprocessable([
    problem(
      'value',
      { en: `A patch cannot change '${key}'.`, zh: `补丁不能修改“${key}”。` },
      { expression: `${String(before.resourceType)}.${key}` },
    ),
  ]);
}
