/** The operations on family-doctor contracts: input -> use case -> output. */
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationAnswer, OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Parameter } from '../../operations/parameters.ts';
import { delivery, responsible } from './queries.ts';
import { amend, resume, suspend, terminate } from './service/change.ts';
import { renew } from './service/renew.ts';
import { sign } from './service/sign.ts';
import { signGroup } from './service/sign-group.ts';

type Run = (ctx: Ctx, id: string, parameters: readonly Parameter[]) => Promise<OperationAnswer>;

export function contractOperations(engine: Engine): OperationBinding[] {
  return [
    bound('sign-contract', (ctx, id, p) => sign(engine, ctx, id, p)),
    bound('renew-contract', (ctx, id, p) => renew(engine, ctx, id, p)),
    bound('amend-contract', (ctx, id, p) => amend(engine, ctx, id, p)),
    bound('suspend-contract', (ctx, id, p) => suspend(engine, ctx, id, p)),
    bound('resume-contract', (ctx, id) => resume(engine, ctx, id)),
    bound('terminate-contract', (ctx, id, p) => terminate(engine, ctx, id, p)),
    bound('sign-group', (ctx, _, p) => signGroup(engine, ctx, p)),
    bound('contract-delivery', (ctx, id) => delivery(engine, ctx, id)),
    bound('responsible', (ctx, id, p) => responsible(engine, ctx, id, p)),
  ];
}

function bound(name: string, run: Run): OperationBinding {
  return {
    definition: `${CANONICAL}/OperationDefinition/${name}`,
    run: (ctx, input) => run(ctx, input.id ?? '', parametersOf(input)),
  };
}

function parametersOf(input: OperationInput): readonly Parameter[] {
  return (input.parameters.parameter ?? []) as readonly Parameter[];
}
