/** Runs an operation: its parameters are checked by its definition, and the call is audited. */
import { auditRead } from '../interactions/audit-read.ts';
import type { Engine } from '../interactions/engine.ts';
import type { OperationAnswer, OperationInput } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { notFound } from '../kernel/fhir-error.ts';
import { readMany } from '../store/read.ts';
import { inputParameters } from './parameters.ts';
import type { Operation } from './registry.ts';

export async function invoke(
  engine: Engine,
  ctx: Ctx,
  operation: Operation,
  input: OperationInput,
): Promise<OperationAnswer> {
  inputParameters(operation.definition, input.parameters);
  await assertReached(engine, input);
  const answer = await operation.binding.run(ctx, input);
  const target = [input.type, input.id].filter((p) => p !== undefined).join('/');
  await auditRead(engine, ctx, {
    interaction: 'operation',
    // That nobody was found tells something too.
    type: answer.patients?.length === 0 ? input.type : undefined,
    targets: answer.targets ?? (input.id === undefined || answer.disclosed ? [] : [target]),
    found: answer.disclosed ?? [],
    query: [target, `$${operation.code}`].filter((p) => p !== '').join('/'),
    askedPatients: answer.patients,
  });
  return answer;
}

/** What the caller does not reach is not there, whatever the operation would do with it or say of it. */
async function assertReached(engine: Engine, { type, id }: OperationInput): Promise<void> {
  if (!engine.reach || type === undefined || id === undefined) return;
  if ((await readMany(engine.database, [{ type, id }])).length === 0) throw notFound(type, id);
}
