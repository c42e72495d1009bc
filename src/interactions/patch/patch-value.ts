/** The values of a FHIRPath Patch: `value[x]`, a resource, or parts for what has no type of its own. */
import type { ChildElement, Definitions } from '../../definitions/definitions.ts';
import { type Entry, entriesOf, writeEntries } from './entries.ts';
import { isJsonObject } from './exact-json.ts';
import { badOperation, notApplicable, type OperationName } from './fault.ts';

/** A parameter as it stands in the JSON. */
export type Parameter = Readonly<Record<string, unknown>>;

/** Where a value goes, and the value as JSON: itself and the `_name` sibling of a primitive. */
export interface Fitted extends Entry {
  readonly key: string;
  readonly child: ChildElement;
}

/** The parts of a parameter; throws when they are none. */
export function partsOf(parameter: Parameter, operation: OperationName): readonly Parameter[] {
  const parts = parameter.part ?? [];
  if (Array.isArray(parts) && parts.every(isJsonObject)) return parts;
  throw badOperation(operation, { en: "'part' must be a list of parts.", zh: '“part”应为列表。' });
}

/** A value for the element `name` of a type: under which key it is written, and what. */
export function fitValue(
  definitions: Definitions,
  type: string,
  name: string,
  parameter: Parameter,
  operation: OperationName,
): Fitted {
  const given = typed(parameter, operation);
  const children = definitions.children(type);
  const exact = children.get(name);
  const key = exact ? name : given.suffix === undefined ? undefined : name + given.suffix;
  const child = key === undefined ? undefined : children.get(key);
  if (key === undefined || !child || (!exact && child.element.name !== name)) {
    const known = [...children.values()].some((c) => c.element.name === name);
    throw notApplicable(
      operation,
      known
        ? {
            en: `'${name}' of ${type} cannot be a ${given.suffix ?? 'value without a type'}.`,
            zh: `${type} 的“${name}”不能是 ${given.suffix ?? '没有类型的值'}。`,
          }
        : { en: `${type} has no element '${name}'.`, zh: `${type} 没有元素“${name}”。` },
      'value',
    );
  }
  if (!given.parts) return { key, child, v: given.v, e: given.e };
  const object: Record<string, unknown> = {};
  for (const part of given.parts) {
    if (typeof part.name !== 'string') throw badOperation(operation, NAMELESS);
    put(object, fitValue(definitions, child.type, part.name, part, operation), operation);
  }
  return { key, child, v: object, e: undefined };
}

const NAMELESS = { en: 'every part needs a name.', zh: '每个 part 都需要 name。' };

/** Adds a value to an object: at the end of a list, or where nothing was. */
export function put(holder: Record<string, unknown>, fitted: Fitted, operation: OperationName): void {
  const { key, child, v, e } = fitted;
  if (child.element.array) {
    writeEntries(holder, key, [...entriesOf(holder, key), { v, e }]);
    return;
  }
  const taken = Object.hasOwn(holder, key) || Object.hasOwn(holder, `_${key}`);
  if (taken) {
    throw notApplicable(
      operation,
      {
        en: `'${child.element.name}' is there already, and there can be only one. Use replace.`,
        zh: `“${child.element.name}”已存在且只能有一个。请使用 replace。`,
      },
      'conflict',
    );
  }
  if (v !== undefined) holder[key] = v;
  if (e !== undefined) holder[`_${key}`] = e;
}

interface Typed extends Entry {
  /** What follows `value` in the name of the property: `Quantity`. */
  readonly suffix?: string;
  readonly parts?: readonly Parameter[];
}

function typed(parameter: Parameter, operation: OperationName): Typed {
  if (parameter.resource !== undefined) return { v: parameter.resource, e: undefined };
  const suffixes = new Set(
    Object.keys(parameter)
      .filter((key) => /^_?value[A-Z]/.test(key))
      .map((key) => key.replace(/^_?value/, '')),
  );
  const [suffix] = suffixes;
  if (suffixes.size > 1 || (suffix !== undefined && parameter.part !== undefined)) {
    throw badOperation(operation, { en: 'there is more than one value.', zh: '给出了多个值。' });
  }
  if (suffix !== undefined) {
    return { suffix, v: parameter[`value${suffix}`], e: parameter[`_value${suffix}`] };
  }
  if (parameter.part !== undefined) {
    return { v: undefined, e: undefined, parts: partsOf(parameter, operation) };
  }
  throw badOperation(operation, { en: 'a value is needed.', zh: '缺少值。' });
}
