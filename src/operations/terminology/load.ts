/**
 * `CodeSystem/$load`: takes in a code system whose concepts are too many for a resource, or licensed, part by
 * part. For administrators; `npm run terminology` calls it.
 */
import type { CodeSystem } from '@medplum/fhirtypes';
import { assertMayAll } from '../../access/decide.ts';
import { PERMISSIONS } from '../../access/scopes.ts';
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
    run: (ctx, input) => load(engine, ctx, input),
  };
}

async function load(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  assertMayAll(
    ctx,
    PERMISSIONS.map((permission) => ({ permission, type: '*' })),
  );
  const given = givenOf(input);
  const { concept = [], ...header } = given.resource<CodeSystem>('system')!;
  const name = given.text('load')!;
  const sha256 = given.text('sha256')!;
  if (!header.url) throw noUrl();
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
