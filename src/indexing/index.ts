/** Search parameters that clients made, and the rebuilding of index rows: see README.md. */
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import type { Engine } from '../interactions/engine.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Contribution, WriteRule } from '../kernel/contribution.ts';
import { customParameterIssues, isOfPackage } from '../search/custom-parameters.ts';
import type { ParameterSet } from '../search/parameters.ts';
import { createCodeSystems } from '../store/code-systems.ts';
import { oneOfACode } from './one-of-a-code.ts';
import { indexingOperations } from './operations.ts';
import { reindexJob } from './reindex.ts';
import { takeUpJob } from './take-up.ts';

export function indexing(definitions: Definitions, parameters: ParameterSet): Contribution<Engine> {
  return {
    name: 'indexing',
    operations: indexingOperations,
    rules: [searchParameterRule(definitions, parameters)],
    workflows: () => [oneOfACode(definitions)],
  };
}

export function indexingJobs(engine: Engine): JobKind[] {
  const codeSystems = createCodeSystems(engine.database);
  return [takeUpJob(engine.database, engine.definitions), reindexJob({ ...engine, codeSystems })];
}

/** An active SearchParameter is one that works: what cannot be searched by is not stored as such. */
function searchParameterRule(definitions: Definitions, parameters: ParameterSet): WriteRule {
  return ({ type, id, after }) => {
    if (type !== 'SearchParameter' || after?.status !== 'active') return [];
    const definition = after as unknown as SearchParameter;
    if (isOfPackage(definitions, definition)) return [];
    return customParameterIssues(definitions, parameters.custom.parameters, id, definition);
  };
}
