/** Compartments as filters. https://hl7.org/fhir/R4/search.html#2.21.1.2 */
import type { SearchContext } from './condition.ts';
import type { Filter } from './plan.ts';
import { patientFilter } from './types/reference.ts';

/** Everything of a type in the compartment of one patient. */
export function compartmentFilter(context: SearchContext, type: string, patientId: string): Filter {
  const { byCode } = context.parameters(type);
  const filters = context.definitions
    .compartmentParams(type)
    .map((code) => byCode.get(code))
    .filter((parameter) => parameter?.kind === 'reference')
    .map((parameter) => patientFilter(parameter!, patientId));
  return filters.length === 1 ? filters[0]! : { kind: 'any', filters };
}
