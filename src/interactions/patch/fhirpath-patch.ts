/** FHIRPath Patch. https://hl7.org/fhir/R4/fhirpatch.html */
import { malformed } from '../../kernel/fhir-error.ts';
import { parseExactly } from '../../kernel/json-text.ts';
import type { Fn } from '../../validation/fhirpath/expression.ts';
import type { Body } from '../engine.ts';
import { type Entry, entriesOf, writeEntries } from './entries.ts';
import { isJsonObject } from './exact-json.ts';
import { badOperation, notApplicable, type OperationName } from './fault.ts';
import { assertCount } from './limits.ts';
import { contentOf, type Located, type LocatedModel, type Place } from './located.ts';
import { fitValue, type Parameter, partsOf, put } from './patch-value.ts';
import { type PatchPath, readPath } from './path.ts';

type Kind = 'add' | 'insert' | 'delete' | 'replace' | 'move';

export interface FhirPathOperation extends OperationName {
  readonly kind: Kind;
  readonly path: string;
  readonly found: PatchPath;
  readonly name?: string;
  readonly value?: Parameter;
  readonly index?: number;
  readonly source?: number;
  readonly destination?: number;
}

/** What each kind takes besides its path. */
const TAKES: Readonly<Record<Kind, readonly string[]>> = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
};

/** The operations of a Parameters resource; throws malformed. */
export function readFhirPathPatch(body: Body): FhirPathOperation[] {
  if (body.resource.resourceType !== 'Parameters') {
    throw malformed(
      {
        en: `A FHIRPath Patch is a Parameters resource, not ${body.resource.resourceType}.`,
        zh: `FHIRPath Patch 应为 Parameters 资源,而不是 ${body.resource.resourceType}。`,
      },
      'resourceType',
    );
  }
  const { parameter = [] } = parseExactly(body.text) as { parameter?: unknown };
  if (!Array.isArray(parameter)) {
    throw malformed(
      { en: 'Parameters.parameter must be an array.', zh: 'Parameters.parameter 必须是数组。' },
      'Parameters.parameter',
    );
  }
  assertCount(parameter.length);
  return parameter.map(readOperation);
}

function readOperation(raw: unknown, position: number): FhirPathOperation {
  const anonymous = { position, expression: `Parameters.parameter[${position}]` };
  if (!isJsonObject(raw) || raw.name !== 'operation') {
    throw badOperation(anonymous, {
      en: "every parameter of a patch is named 'operation'.",
      zh: '补丁的每个参数都应名为“operation”。',
    });
  }
  const parts = new Map<string, Parameter>();
  for (const part of partsOf(raw, anonymous)) {
    const name = String(part.name);
    if (parts.has(name)) {
      throw badOperation(anonymous, { en: `'${name}' occurs twice.`, zh: `“${name}”重复出现。` });
    }
    parts.set(name, part);
  }
  const path = textOf(parts.get('path'));
  const name = { ...anonymous, path };
  const kind = textOf(parts.get('type'));
  if (kind === undefined || !Object.hasOwn(TAKES, kind)) {
    throw badOperation(name, {
      en: "'type' must be add, insert, delete, replace or move.",
      zh: '“type”应为 add、insert、delete、replace 或 move。',
    });
  }
  if (path === undefined) throw badOperation(name, { en: "'path' is missing.", zh: '缺少“path”。' });
  const found = readPath(path);
  if ('fault' in found) throw badOperation(name, found.fault);
  const takes = TAKES[kind as Kind];
  for (const needed of takes) {
    if (parts.has(needed)) continue;
    throw badOperation(name, { en: `'${kind}' needs '${needed}'.`, zh: `“${kind}”需要“${needed}”。` });
  }
  const surplus = [...parts.keys()].find((key) => key !== 'type' && key !== 'path' && !takes.includes(key));
  if (surplus !== undefined) {
    throw badOperation(name, { en: `'${kind}' has no '${surplus}'.`, zh: `“${kind}”没有“${surplus}”。` });
  }
  return {
    ...anonymous,
    path,
    kind: kind as Kind,
    found,
    value: parts.get('value'),
    name: textOf(parts.get('name')),
    index: wholeOf(parts.get('index'), name),
    source: wholeOf(parts.get('source'), name),
    destination: wholeOf(parts.get('destination'), name),
  };
}

function textOf(part: Parameter | undefined): string | undefined {
  const value = part?.valueString ?? part?.valueCode;
  return typeof value === 'string' ? value : undefined;
}

function wholeOf(part: Parameter | undefined, operation: OperationName): number | undefined {
  if (!part) return undefined;
  const value = part.valueInteger ?? part.valueUnsignedInt ?? part.valuePositiveInt;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw badOperation(operation, {
    en: `'${String(part.name)}' must be a valueInteger of 0 or more.`,
    zh: `“${String(part.name)}”应为不小于 0 的 valueInteger。`,
  });
}

/** Applies the operations to the resource, in their order; the resource given is changed. */
export function applyFhirPathPatch(
  model: LocatedModel,
  resource: Record<string, unknown>,
  operations: readonly FhirPathOperation[],
  now: Date,
): void {
  const root: Located = { v: resource, t: String(resource.resourceType) };
  const env = { model, context: root, resource: root, rootResource: root, now };
  for (const operation of operations) {
    const run = (find: Fn): readonly Located[] => {
      try {
        return find([root], [root], env);
      } catch {
        throw notApplicable(
          operation,
          { en: 'the path cannot be evaluated on this resource.', zh: '该路径无法在此资源上求值。' },
          'invalid',
        );
      }
    };
    apply(model, root, operation, run);
  }
}

function apply(
  model: LocatedModel,
  root: Located,
  operation: FhirPathOperation,
  run: (find: Fn) => readonly Located[],
): void {
  const { kind, found, value, name } = operation;
  switch (kind) {
    case 'add': {
      const target = one(run(found.find), operation);
      const { holder, type } = contentOf(target) ?? siblingOf(target, operation);
      const fitted = fitValue(model.definitions, type, name ?? '', value!, operation);
      const { element } = fitted.child;
      // Of a choice, another type may be there.
      const others = [...model.definitions.children(type)]
        .filter(([, c]) => element.choice && c.element.path === element.path)
        .map(([key]) => key);
      const other = others.find((key) => Object.hasOwn(holder, key) || Object.hasOwn(holder, `_${key}`));
      put(holder, other === undefined ? fitted : { ...fitted, key: other }, operation);
      return;
    }
    case 'insert': {
      const list = listOf(model, root, operation, run);
      const { v, e } = fitValue(model.definitions, list.type, list.key, value!, operation);
      within(operation, operation.index!, list.entries.length + 1, 'index');
      list.write(list.entries.toSpliced(operation.index!, 0, { v, e }));
      return;
    }
    case 'delete': {
      const items = run(found.find);
      if (items.length === 0) return;
      const { at } = one(items, operation);
      if (!at) throw noElement(operation);
      set(at, undefined);
      return;
    }
    case 'replace': {
      const { at } = one(run(found.find), operation);
      if (!at) throw noElement(operation);
      const fitted = fitValue(model.definitions, at.type, at.child.element.name, value!, operation);
      if (fitted.key === at.key) set(at, fitted);
      else {
        set(at, undefined);
        put(at.holder, fitted, operation);
      }
      return;
    }
    case 'move': {
      const list = listOf(model, root, operation, run);
      within(operation, operation.source!, list.entries.length, 'source');
      within(operation, operation.destination!, list.entries.length, 'destination');
      const moved = list.entries[operation.source!]!;
      list.write(list.entries.toSpliced(operation.source!, 1).toSpliced(operation.destination!, 0, moved));
    }
  }
}

function one(items: readonly Located[], operation: OperationName): Located {
  if (items.length === 1) return items[0]!;
  throw notApplicable(
    operation,
    items.length === 0
      ? { en: 'the path matches nothing.', zh: '该路径没有匹配到任何元素。' }
      : {
          en: `the path matches ${items.length} elements where exactly one is allowed.`,
          zh: `该路径匹配到 ${items.length} 个元素,而此处只能匹配一个。`,
        },
    items.length === 0 ? 'not-found' : 'multiple-matches',
  );
}

function noElement(operation: OperationName) {
  return notApplicable(
    operation,
    { en: 'the path does not name an element inside the resource.', zh: '该路径没有指向资源内的元素。' },
    'invalid',
  );
}

/** Puts a value in the place of an element, or takes the element away. */
function set({ holder, key, index }: Place, entry: Entry | undefined): void {
  if (index !== undefined) {
    writeEntries(holder, key, entriesOf(holder, key).toSpliced(index, 1, ...(entry ? [pick(entry)] : [])));
    return;
  }
  delete holder[`_${key}`];
  if (entry?.v === undefined) delete holder[key];
  else holder[key] = entry.v;
  if (entry?.e !== undefined) holder[`_${key}`] = entry.e;
}

function pick({ v, e }: Entry): Entry {
  return { v, e };
}

/** The object beside a primitive, made when there is none: where its extensions go. */
function siblingOf({ at }: Located, operation: OperationName) {
  if (!at) throw noElement(operation);
  const { holder, key, index } = at;
  const sibling: Record<string, unknown> = {};
  if (index === undefined) holder[`_${key}`] = sibling;
  else {
    const entries = entriesOf(holder, key);
    writeEntries(holder, key, entries.with(index, { v: entries[index]!.v, e: sibling }));
  }
  return { holder: sibling, type: 'Element' };
}

/** The list that the path names, which may be empty. */
function listOf(
  model: LocatedModel,
  root: Located,
  operation: FhirPathOperation,
  run: (find: Fn) => readonly Located[],
) {
  const { list } = operation.found;
  if (!list) {
    throw badOperation(operation, {
      en: `the path of '${operation.kind}' names a whole list: it ends in the name of the element, as in Patient.name.`,
      zh: `“${operation.kind}”的路径应指向整个列表,以元素名结尾,例如 Patient.name。`,
    });
  }
  const content = contentOf(list.holder ? one(run(list.holder), operation) : root);
  const child = content && model.definitions.children(content.type).get(list.name);
  if (!content || !child?.element.array) {
    throw notApplicable(operation, { en: 'the path names no list.', zh: '该路径不是列表。' }, 'value');
  }
  const { holder, type } = content;
  return {
    type,
    key: list.name,
    entries: entriesOf(holder, list.name),
    write: (entries: readonly Entry[]) => writeEntries(holder, list.name, entries),
  };
}

function within(operation: OperationName, index: number, count: number, name: string): void {
  if (index < count) return;
  throw notApplicable(
    operation,
    {
      en: `'${name}' is ${index}, and the list has places 0 to ${count - 1}.`,
      zh: `“${name}”为 ${index},而列表位置为 0 至 ${count - 1}。`,
    },
    'value',
  );
}
