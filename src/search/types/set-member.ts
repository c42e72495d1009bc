/**
 * Codes of a set that is too large to be named code by code: each code that a resource has is looked up in the
 * concepts. The rest of the query should leave few resources.
 */
import type { Composed } from '../../terminology/compose.ts';
import { memberOfAny, memberWhere } from '../../terminology/members.ts';
import { anyOf, type Bindings } from '../bindings.ts';
import { type JsonPath, valuesAt } from '../json-path.ts';
import type { FilterOf } from './search-type.ts';

export function setMemberWhere({ paths, sets }: FilterOf<'set-member'>, r: string, b: Bindings): string {
  const coded = (path: JsonPath) =>
    path.type === 'CodeableConcept' ? { path: `${path.path}."coding"[*]`, type: 'Coding' } : path;
  return anyOf(
    paths.map(coded).map((path) => {
      const member = (set: Composed) =>
        path.type === 'Coding'
          ? memberWhere(set, `(v.value ->> 'system')`, `(v.value ->> 'code')`, b)
          : memberOfAny(set, `(v.value #>> '{}')`, b);
      return `exists (select 1 from ${valuesAt([path.path], r, b)} where ${anyOf(sets.map(member))})`;
    }),
  );
}
