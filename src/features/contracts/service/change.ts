/** `$amend`, `$suspend`, `$resume`, `$terminate`: what happens to a contract within its term. */

import type { Engine } from '../../../interactions/engine.ts';
import { dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { OperationAnswer } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import type { Concept, Reference } from '../../../kernel/elements.ts';
import { ruleBroken } from '../../../kernel/fhir-error.ts';
import { problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import {
  type ContractFields,
  type Extension,
  PACKAGE_TYPE_SYSTEM,
  PACKAGE_URL,
  STOP_DATE_URL,
  STOP_REASON_URL,
  SUSPENSION_URL,
  TEAM_URL,
  termOf,
  withExtensions,
} from './contract.ts';
import { findByCanonical } from './packages.ts';
import { signersIn } from './sign.ts';
import { contractStep, lockContract, statusAfter } from './step.ts';

/** Another team, other packages or another end, from today on. */
export async function amend(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  return contractStep(engine, ctx, async (scene) => {
    const contract = await lockContract(scene, id);
    const status = statusAfter(contract, 'amend');
    const team = parameterValue(firstOf(parameters, 'team')) as Reference | undefined;
    const packages = allOf(parameters, 'package').map((p) => parameterValue(p) as string);
    const end = parameterValue(firstOf(parameters, 'end')) as string | undefined;
    if (!team && !end && packages.length === 0) throw ruleBroken([unchanged()]);
    const institution = team && (await institutionOf(scene, team));
    return [
      {
        ...contract,
        status,
        ...(packages.length > 0 ? { term: await termsFor(scene, packages) } : {}),
        ...(end ? { applies: { ...contract.applies, end } } : {}),
        ...(institution ? { authority: [institution] } : {}),
        ...(team
          ? { extension: withExtensions(contract, [TEAM_URL], [{ url: TEAM_URL, valueReference: team }]) }
          : {}),
        signer: [...(contract.signer ?? []), ...signersIn(parameters, ctx)],
      },
    ];
  });
}

function unchanged() {
  return problem(
    'business-rule',
    {
      en: 'Nothing is amended: name another team, other packages or another end.',
      zh: '未作任何变更:请给出新的团队(team)、服务包(package)或结束日期(end)。',
    },
    { expression: 'Parameters.parameter', rule: 'contract-unchanged' },
  );
}

export async function institutionOf(scene: Scene, team: Reference): Promise<Reference | undefined> {
  const found = await scene.read(team.reference);
  return (found?.managingOrganization as readonly Reference[] | undefined)?.[0];
}

/** A term for each package, of the type that the package has. */
export async function termsFor(scene: Scene, packages: readonly string[]): Promise<object[]> {
  const terms: object[] = [];
  for (const canonical of packages) {
    const plan = await findByCanonical(scene, 'PlanDefinition', canonical);
    const topic = (plan?.topic as readonly Concept[] | undefined)?.flatMap((t) => t.coding ?? []);
    const code = topic?.find((c) => c.system === PACKAGE_TYPE_SYSTEM)?.code ?? 'basic';
    terms.push({
      extension: [{ url: PACKAGE_URL, valueCanonical: canonical }],
      type: { coding: [{ system: PACKAGE_TYPE_SYSTEM, code }] },
      offer: { text: String(plan?.title ?? canonical) },
    });
  }
  return terms;
}

export async function suspend(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  return contractStep(engine, ctx, async (scene) => {
    const contract = await lockContract(scene, id);
    const reason = conceptOf(parameterValue(firstOf(parameters, 'reason')));
    return [
      {
        ...contract,
        status: statusAfter(contract, 'suspend'),
        extension: withExtensions(
          contract,
          [SUSPENSION_URL],
          [{ url: SUSPENSION_URL, valueCodeableConcept: reason }],
        ),
      },
    ];
  });
}

export async function resume(engine: Engine, ctx: Ctx, id: string): Promise<OperationAnswer> {
  return contractStep(engine, ctx, async (scene) => {
    const contract = await lockContract(scene, id);
    return [
      {
        ...contract,
        status: statusAfter(contract, 'resume'),
        extension: withExtensions(contract, [SUSPENSION_URL], []),
      },
    ];
  });
}

/** `by`: both sides agreed (the default), or one ended it. */
export async function terminate(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  return contractStep(engine, ctx, async (scene) => {
    const contract = await lockContract(scene, id);
    const oneSided = parameterValue(firstOf(parameters, 'by')) === 'one-side';
    const status = statusAfter(contract, oneSided ? 'cancel' : 'rescind');
    const today = dayOf(ctx.now);
    const day = dayIn(parameterValue(firstOf(parameters, 'date'))) ?? today;
    assertStopDay(contract, day, today);
    const reason = conceptOf(parameterValue(firstOf(parameters, 'reason')));
    const ended: Extension[] = [
      { url: STOP_REASON_URL, valueCodeableConcept: reason },
      { url: STOP_DATE_URL, valueDate: day },
    ];
    return [
      { ...contract, status, extension: withExtensions(contract, [STOP_REASON_URL, STOP_DATE_URL], ended) },
    ];
  });
}

/** A contract ends on a day that has come: another one may begin then. */
function assertStopDay(contract: ContractFields, day: string, today: string): void {
  const start = termOf(contract)?.start;
  if (day <= today && (start === undefined || day >= start || start > today)) return;
  throw ruleBroken([
    problem(
      'business-rule',
      {
        en: `A contract ends on a day from its beginning (${start}) to today (${today}), not on ${day}.`,
        zh: `解约日期应在协议开始日(${start})至今日(${today})之间,不能是 ${day}。`,
      },
      { expression: 'date', rule: 'contract-stop-date-unfit' },
    ),
  ]);
}

function conceptOf(value: unknown): Concept {
  return typeof value === 'string' ? { text: value } : (value as Concept);
}
