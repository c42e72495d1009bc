/** The operations of the record: input -> use case -> output. */
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import { decideIdentity, type Step } from './linking/decide.ts';
import { matchOperation } from './match.ts';

const STEPS: readonly Step[] = ['link', 'unlink', 'merge', 'unmerge', 'keep-apart'];

const official = (id: string) => `http://hl7.org/fhir/OperationDefinition/${id}`;

export function recordOperations(engine: Engine): OperationBinding[] {
  return [
    ...STEPS.map(
      (step): OperationBinding => ({
        definition: `${CANONICAL}/OperationDefinition/patient-${step}`,
        run: (ctx, input) => decideIdentity(engine, ctx, input, step),
      }),
    ),
    {
      definition: official('Patient-match'),
      judges: true,
      run: (ctx, input) => matchOperation(engine, ctx, input),
    },
  ];
}
