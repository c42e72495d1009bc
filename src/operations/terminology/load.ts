/**
 * `CodeSystem/$load`: takes in a code system whose concepts are too many for a resource, or licensed, part by
 * part. For administrators; `npm run terminology` calls it.
 */
import type { CodeSystem, CodeSystemConcept } from '@medplum/fhirtypes';
import { assertAdministrator } from '../../access/decide.ts';
import type { Engine, FhirResource } from '../../interactions/engine.ts';
import { update } from '../../interactions/update.ts';
import { bodyOf } from '../../interactions/version-text.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import { type Fault, faultsOf, type SystemHeader } from '../../kernel/code-table.ts';
import type { OperationAnswer, OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { conflict, unprocessable } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import { arrive, finish, isTakenIn } from '../../terminology/take-in.ts';
import { answerOf, givenOf, part } from './given.ts';

export function loadOperation(engine: Engine): OperationBinding {
  return {
    definition: `${CANONICAL}/OperationDefinition/load-code-system`,
    // To validate some thousand concepts as a resource takes longer than to take them in: what of them matters is
    // looked at here, and the CodeSystem that describes them is validated when it is stored.
    judges: true,
    run: (ctx, input) => load(engine, ctx, input),
  };
}

async function load(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  assertAdministrator(ctx);
  const given = givenOf(input);
  const { concept = [], ...header } = given.resource<CodeSystem>('system')!;
  const name = given.text('load')!;
  const sha256 = given.text('sha256')!;
  if (typeof header.url !== 'string' || header.url === '') throw noUrl();
  assertConcepts(concept);
  const system = { ...header, url: header.url } as SystemHeader;
  if (await isTakenIn(engine.database, system, sha256)) return answer('unchanged', header.count);
  if (concept.length > 0) {
    const twice = faultsOf(concept.map(({ code, display }) => ({ code, display })));
    if (twice.length > 0) throw faulty(twice);
    await arrive(engine.database, name, given.number('place') ?? 0, concept);
  }
  if (given.flag('finish') !== true) return answer('arrived', concept.length);
  const count = given.number('count') ?? 0;
  const taken = await finish(engine.database, name, system, sha256, count);
  if (taken === undefined) throw incomplete(count);
  await publishHeader(engine, ctx, header as CodeSystem, taken);
  return answer('loaded', taken);
}

/** Throws `unprocessable` unless these are concepts as far as they are read. */
function assertConcepts(concepts: unknown): void {
  const isList = (list: unknown) =>
    list === undefined ||
    (Array.isArray(list) && list.every((one) => typeof one === 'object' && one !== null));
  const isText = (text: unknown) => text === undefined || typeof text === 'string';
  const isConcept = (c: CodeSystemConcept) =>
    isText(c.code) &&
    isText(c.display) &&
    isText(c.definition) &&
    isList(c.property) &&
    isList(c.designation);
  if (isList(concepts) && (concepts as CodeSystemConcept[]).every(isConcept)) return;
  throw unprocessable([
    problem(
      'structure',
      {
        en: 'The concepts must be those of a CodeSystem: code, display and definition are texts, property and designation lists.',
        zh: '概念的结构须与 CodeSystem 一致:code、display、definition 为文本,property、designation 为数组。',
      },
      { expression: 'CodeSystem.concept' },
    ),
  ]);
}

function answer(outcome: string, count: number | undefined): OperationAnswer {
  return answerOf([part('outcome', 'Code', outcome), part('count', 'Integer', count)]);
}

/** So that a search finds the system, and its reader learns where its concepts are. */
export async function publishHeader(
  engine: Engine,
  ctx: Ctx,
  header: CodeSystem,
  count: number,
): Promise<void> {
  if (header.id === undefined) return;
  const resource = { ...header, content: 'not-present', count } as unknown as FhirResource;
  await update(engine, ctx, { type: 'CodeSystem', id: header.id, body: bodyOf(resource) });
}

function noUrl() {
  return unprocessable([
    problem(
      'required',
      { en: 'A code system needs a url to be asked for.', zh: '代码系统必须有 url 才能被引用。' },
      { expression: 'CodeSystem.url' },
    ),
  ]);
}

function faulty(faults: readonly Fault[]) {
  return unprocessable(
    faults
      .slice(0, 20)
      .map(({ at, text }) =>
        problem(
          'invalid',
          { en: `Concept ${at + 1}: ${text}.`, zh: `第 ${at + 1} 个概念有误:${text}。` },
          { expression: `CodeSystem.concept[${at}]` },
        ),
      ),
  );
}

function incomplete(count: number) {
  return conflict({
    en: `Not all of the ${count} concepts have arrived; nothing was changed. Send them again.`,
    zh: `${count} 个概念尚未全部到达,未做任何更改。请重新发送。`,
  });
}
