/** `Contract/[id]/$renew`: the next contract, behind the one before, with the same or another team. */

import type { Engine } from '../../../interactions/engine.ts';
import { dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { OperationAnswer } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import type { Period, Reference } from '../../../kernel/elements.ts';
import { ruleBroken } from '../../../kernel/fhir-error.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { isInForce, statusesAfter, termAfter } from '../model.ts';
import { illegalStep } from '../rules.ts';
import { institutionOf, termsFor } from './change.ts';
import {
  type ContractFields,
  extensionsOf,
  isSignedByBoth,
  POPULATION_URL,
  PREDECESSOR_URL,
  PROFILE,
  packagesOf,
  TEAM_URL,
  TERM_REASON_URL,
  termOf,
} from './contract.ts';
import { newest } from './packages.ts';
import { signersIn, withPopulation, withSigning } from './sign.ts';
import { contractStep, lockContract } from './step.ts';
import { isWithin } from './team.ts';

const NUMBER_SYSTEM = `${CANONICAL}/NamingSystem/contract-number`;

export async function renew(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  return contractStep(engine, ctx, async (scene) => {
    const before = await lockContract(scene, id);
    const held = termOf(before);
    if (!held || !(isInForce(before.status) || before.status === 'terminated')) {
      throw ruleBroken([illegalStep(before.status, 'renewed', statusesAfter(before.status))]);
    }
    const today = dayOf(ctx.now);
    const asked = parameterValue(firstOf(parameters, 'period')) as Period | undefined;
    const term = asked?.start && asked.end ? { start: asked.start, end: asked.end } : termAfter(held, today);
    const team = parameterValue(firstOf(parameters, 'team')) as Reference | undefined;
    const named = allOf(parameters, 'package').map((p) => parameterValue(p) as string);
    const packages = named.length > 0 ? named : await currentVersions(scene, before, today);
    const identifier =
      parameterValue(firstOf(parameters, 'identifier')) ?? contractNumber(before.authority?.[0], ctx);
    const reason = parameterValue(firstOf(parameters, 'termReason')) as object | undefined;
    const next: ContractFields = {
      resourceType: 'Contract',
      id: newId(),
      meta: { profile: [PROFILE] },
      extension: [
        ...(team ? [{ url: TEAM_URL, valueReference: team }] : extensionsOf(before, TEAM_URL)),
        ...extensionsOf(before, POPULATION_URL),
        { url: PREDECESSOR_URL, valueReference: { reference: `Contract/${id}` } },
        ...(reason ? [{ url: TERM_REASON_URL, valueCodeableConcept: reason }] : []),
      ],
      identifier: [identifier as object],
      status: 'offered',
      issued: today,
      applies: term,
      subject: before.subject!,
      authority: team ? [(await institutionOf(scene, team))!].filter(Boolean) : before.authority!,
      type: before.type!,
      term: (await termsFor(scene, packages)) as ContractFields['term'],
      signer: signersIn(parameters, ctx),
    };
    const status = isSignedByBoth(next) ? 'executed' : next.signer!.length > 0 ? 'executable' : 'offered';
    const { signer, ...unsigned } = { ...next, status, extension: withSigning(next, parameters) };
    return [await withPopulation(scene, signer!.length > 0 ? { ...unsigned, signer } : unsigned)];
  });
}

/** The packages of the contract before, in the versions that may be signed today. */
async function currentVersions(scene: Scene, before: ContractFields, today: string): Promise<string[]> {
  const packages: string[] = [];
  for (const { canonical } of packagesOf(before)) {
    const url = canonical.split('|')[0]!;
    const plans = await scene.search('PlanDefinition', [
      ['url', url],
      ['status', 'active'],
    ]);
    const plan = newest(plans.filter((p) => isWithin(p.effectivePeriod as Period | undefined, today)));
    packages.push(plan ? `${url}|${plan.version}` : canonical);
  }
  return packages;
}

/** Institution, day and a random part: for who has no numbering of agreements. */
export function contractNumber(authority: Reference | undefined, { now }: Ctx): object {
  const institution = authority?.reference?.split('/')[1] ?? 'county';
  return {
    system: NUMBER_SYSTEM,
    value: `${institution}-${dayOf(now).replaceAll('-', '')}-${newId().slice(0, 8)}`,
  };
}
