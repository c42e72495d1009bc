/** Compartments as filters. https://hl7.org/fhir/R4/compartmentdefinition.html */
import type { Definitions } from '../definitions/definitions.ts';
import type { Bindings } from './bindings.ts';
import type { SearchContext } from './condition.ts';
import type { Filter } from './plan.ts';
import { referenceToken } from './tokens.ts';
import type { FilterOf } from './types/search-type.ts';

/** The compartment of one resource: `Patient/1`. */
export interface Compartment {
  readonly type: string;
  readonly id: string;
}

/** The types that may be in compartments of a type; none when there is no such compartment. */
export function compartmentTypes(definitions: Definitions, compartment: string): string[] {
  const found = [...definitions.resourceTypes].filter(
    (type) => definitions.compartmentParams(type, compartment).length > 0,
  );
  return found.length === 0 || found.includes(compartment) ? found : [...found, compartment];
}

/** Everything of a type in a compartment; the resource that it is of is in it, too. */
export function compartmentFilter(context: SearchContext, type: string, of: Compartment): Filter {
  const { byCode } = context.parameters(type);
  const links = context.definitions
    .compartmentParams(type, of.type)
    .map((code) => byCode.get(code))
    .filter((parameter) => parameter?.kind === 'reference');
  const patient = of.type === 'Patient' && links.some((link) => link!.isPatient);
  const texts = links
    .filter((link) => !(patient && link!.isPatient))
    .map((link) => referenceToken(link!.key, `${of.type}/${of.id}`));
  const patientIds = patient ? [of.id] : [];
  const self = type === of.type;
  // One way to be in it is a reference like any other, which an index answers in order.
  if (!self && patientIds.length + texts.length === 1)
    return { kind: 'reference', patientIds, texts, rank: 1 };
  return { kind: 'member', type, self: self ? of.id : undefined, patientIds, texts };
}

/** A compartment is small beside everything else: its members are gathered by the indexes, then filtered. */
export function memberWhere(filter: FilterOf<'member'>, r: string, b: Bindings): string {
  const m = `${r}m`;
  const ofType = () => `${m}.type = ${b.bind(filter.type, 'text')}`;
  const ways: string[] = [];
  if (filter.self !== undefined) {
    ways.push(
      `select ${m}.key from resource ${m} where ${ofType()} and ${m}.id = ${b.bind(filter.self, 'text')}`,
    );
  }
  for (const id of filter.patientIds) {
    ways.push(
      `select ${m}.key from resource ${m} where ${m}.patient = ${b.bind(id, 'text')} and ${ofType()}`,
    );
  }
  if (filter.texts.length > 0) ways.push(`select t.key from token t where t.hash ${b.hashes(filter.texts)}`);
  return ways.length === 0 ? 'false' : `${r}.key in (${ways.join(' union all ')})`;
}
