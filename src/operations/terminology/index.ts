/** The operations of a terminology service. https://hl7.org/fhir/R4/terminology-service.html */
import type { Engine } from '../../interactions/engine.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import type { Terminology } from '../../terminology/terminology.ts';
import { expandOperation } from './expand.ts';
import { loadOperation } from './load.ts';
import { lookup } from './lookup.ts';
import { subsumes } from './subsumes.ts';
import { translateOperation } from './translate.ts';
import { validateInCodeSystem, validateInValueSet } from './validate-code.ts';

const url = (id: string) => `http://hl7.org/fhir/OperationDefinition/${id}`;

export function terminologyOperations(engine: Engine, terminology: Terminology): OperationBinding[] {
  const checkCodes = engine.checkCodes(engine.database);
  return [
    loadOperation(engine),
    { definition: url('CodeSystem-lookup'), run: (ctx, input) => lookup(terminology, ctx, input) },
    {
      definition: url('CodeSystem-validate-code'),
      run: (ctx, input) => validateInCodeSystem(terminology, checkCodes, ctx, input),
    },
    { definition: url('CodeSystem-subsumes'), run: (ctx, input) => subsumes(terminology, ctx, input) },
    { definition: url('ValueSet-expand'), run: (ctx, input) => expandOperation(terminology, ctx, input) },
    {
      definition: url('ValueSet-validate-code'),
      run: (ctx, input) => validateInValueSet(terminology, ctx, input),
    },
    {
      definition: url('ConceptMap-translate'),
      run: (ctx, input) => translateOperation(terminology, ctx, input),
    },
  ];
}
