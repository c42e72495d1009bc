/** The operations of the record: input -> use case -> output. */
import type { Engine } from '../../interactions/engine.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import { matchOperation } from './match.ts';

const official = (id: string) => `http://hl7.org/fhir/OperationDefinition/${id}`;

export function recordOperations(engine: Engine): OperationBinding[] {
  return [
    {
      definition: official('Patient-match'),
      judges: true,
      run: (ctx, input) => matchOperation(engine, ctx, input),
    },
  ];
}
