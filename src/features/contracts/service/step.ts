/** What the operations on one contract have in common: find it, lock it, write what it becomes, answer that. */
import { assertMayAll } from '../../../access/decide.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import type { OperationAnswer, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { notFound, ruleBroken } from '../../../kernel/fhir-error.ts';
import { problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { type Event, isStatus, nextStatus, type Status, statusesAfter } from '../model.ts';
import { illegalStep } from '../rules.ts';
import { type ContractFields, isFamilyDoctorContract } from './contract.ts';

/** Locked until the transaction ends. Throws when there is none, or none of a family doctor. */
export async function lockContract(scene: Scene, id: string): Promise<ContractFields & { status: Status }> {
  const contract = await scene.lock(`Contract/${id}`);
  if (!contract) throw notFound('Contract', id);
  if (isFamilyDoctorContract(contract) && isStatus(contract.status)) {
    return contract as ContractFields & { status: Status };
  }
  throw ruleBroken([
    problem(
      'business-rule',
      {
        en: `Contract/${id} is no family-doctor contract: type family-doctor is missing.`,
        zh: `Contract/${id} 不是家庭医生签约协议(缺少类型 family-doctor)。`,
      },
      { expression: 'Contract.type', rule: 'contract-type-unfit' },
    ),
  ]);
}

/** The state after an event; throws when it may not happen now. */
export function statusAfter(contract: { readonly status: Status }, event: Event): Status {
  const next = nextStatus(contract.status, event);
  if (!next) throw ruleBroken([illegalStep(contract.status, `→ ${event}`, statusesAfter(contract.status))]);
  return next;
}

/**
 * One step of one contract. `step` answers what is written, the contract of the answer first. It is the institution's
 * own, unless the resident takes the step: `by`.
 */
export async function contractStep(
  engine: Engine,
  ctx: Ctx,
  step: (scene: Scene) => Promise<readonly Resource[]>,
  by?: (contract: Resource) => string | undefined,
): Promise<OperationAnswer> {
  // What the law says of a contract is said to those alone who may change one.
  assertMayAll(ctx, [{ type: 'Contract', permission: 'u' }]);
  const { answer, written, patients } = await perform(engine, ctx, async (scene) => {
    const writes = await step(scene);
    const resident = by?.(writes[0]!);
    return { answer: writes[0]!, ...(resident ? { shared: { writes, by: [resident] } } : { writes }) };
  });
  const last = written.findLast((w) => w.type === 'Contract' && w.id === answer.id);
  // Nothing was written when the contract was so already.
  const text = last?.content ?? JSON.stringify(answer);
  return { text, patients, targets: [`Contract/${answer.id}`] };
}
