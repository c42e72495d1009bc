/** `_list`: what stands in a List. https://hl7.org/fhir/R4/search.html#list */
import { badParameter } from '../kernel/fhir-error.ts';
import { isId } from '../kernel/ids.ts';
import type { Bindings } from './bindings.ts';
import type { ParseSpecial } from './condition.ts';
import type { FilterOf } from './types/search-type.ts';
import { splitEscaped, unescaped } from './values.ts';

/** `_list=42`, `_list=List/42`, several with commas. An entry that is flagged deleted is none. */
export const listFilter: ParseSpecial = ({ options, condition: { type, name, value } }) => {
  const ids = splitEscaped(value, ',').map((v) => unescaped(v).replace(/^List\//, ''));
  for (const id of ids) {
    if (id.startsWith('$')) {
      throw badParameter(
        name,
        {
          en: `The functional list '${id}' is not kept here. Name a List by its id.`,
          zh: `此处不提供功能性列表“${id}”。请使用 List 的 id。`,
        },
        false,
      );
    }
    if (!isId(id)) {
      throw badParameter(name, {
        en: `'${id}' is no id of a List, as in ${name}=42.`,
        zh: `“${id}”不是 List 的 id;写法如 ${name}=42。`,
      });
    }
  }
  return { kind: 'list', type, ids, base: options.base };
};

/** The List's index rows do not say which entries are deleted, so its text is read: one row for each List. */
export function listWhere({ type, ids, base }: FilterOf<'list'>, r: string, b: Bindings): string {
  const ours = base.replace(/[^\w/:]/g, '\\$&');
  const reference = b.bind(
    `^(?:${ours}/)?${type}/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?$`,
    'text',
  );
  const entries = `jsonb_path_query(resource_json(l.content), '$."entry"[*] ? (!(@."deleted" == true))."item"."reference"', silent => true)`;
  return `(${r}.type = ${b.bind(type, 'text')} and ${r}.id in (select substring(e.value #>> '{}' from ${reference}) from resource l, ${entries} e(value) where l.type = 'List' and l.id = any(${b.bind(ids, 'text[]')}) and not l.deleted))`;
}
