/**
 * Codes of a set that is too large to be named code by code: each code that a resource has is looked up in the
 * concepts. The rest of the query should leave few resources.
 */
import { memberWhere } from '../../terminology/members.ts';
import { anyOf, type Bindings } from '../bindings.ts';
import { type JsonPath, valuesAt } from '../json-path.ts';
import type { FilterOf } from './search-type.ts';

export function setMemberWhere({ paths, sets }: FilterOf<'set-member'>, r: string, b: Bindings): string {
  const coded = (path: JsonPath) =>
    path.type === 'CodeableConcept' ? { path: `${path.path}."coding"[*]`, type: 'Coding' } : path;
  return anyOf(
    paths.map(coded).map((path) => {
      const [url, code] =
        path.type === 'Coding'
          ? [`(v.value ->> 'system')`, `(v.value ->> 'code')`]
          : [undefined, `(v.value #>> '{}')`];
      const member = anyOf(sets.map((set) => memberWhere(set, url, code, b)));
      return `exists (select 1 from ${valuesAt([path.path], r, b)} where ${member})`;
    }),
  );
}
