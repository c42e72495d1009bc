/** Of two SearchParameters that want one code of a type at the same moment, one is refused. */
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import type { Resource } from '../kernel/contribution.ts';
import type { Claim, Workflow } from '../kernel/workflow.ts';
import { isOfPackage, takenIssue, typesOf } from '../search/custom-parameters.ts';

/** The rule (`customParameterIssues`) sees what is in use already; this holds where nothing is yet. */
export function oneOfACode(definitions: Definitions): Workflow {
  return {
    name: 'search-parameter',
    concerns: ({ type }) => type === 'SearchParameter',
    claims: (resource) => claimsOf(definitions, resource),
  };
}

function claimsOf(definitions: Definitions, resource: Resource): Claim[] {
  const definition = resource as unknown as SearchParameter;
  if (definition.status !== 'active' || isOfPackage(definitions, definition)) return [];
  return typesOf(definitions, definition).map((type) => ({
    name: `search-parameter:${type}.${definition.code}`,
    taken: (holder) => takenIssue(type, definition.code!, holder),
  }));
}
