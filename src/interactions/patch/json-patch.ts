/**
 * JSON Patch (https://www.rfc-editor.org/rfc/rfc6902) on values whose numbers keep their digits. The libraries
 * copy values through JSON numbers, which would turn `1.50` into `1.5`.
 */
import { malformed } from '../../kernel/fhir-error.ts';
import { parseExactly } from '../../kernel/json-text.ts';
import { copyOf, type Effort, isJsonObject, levelsOf, sameJson, setMember } from './exact-json.ts';
import { badOperation, notApplicable, type OperationName } from './fault.ts';
import { assertCount, MOST_LEVELS } from './limits.ts';
import { arrayIndex, parsePointer } from './pointer.ts';

type Op = 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';

export interface JsonOperation extends OperationName {
  readonly op: Op;
  readonly path: string;
  readonly tokens: readonly string[];
  /** Of `move` and `copy`. */
  readonly from: readonly string[];
  readonly value: unknown;
}

const OPS: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const WITH_VALUE: ReadonlySet<unknown> = new Set(['add', 'replace', 'test']);
const WITH_FROM: ReadonlySet<unknown> = new Set(['move', 'copy']);

/** The operations of a patch document; throws malformed. `text` is JSON. */
export function readJsonPatch(text: string): JsonOperation[] {
  const document = parseExactly(text);
  if (!Array.isArray(document)) {
    throw malformed({
      en: 'A JSON Patch is an array of operations, as in [{"op":"replace","path":"/gender","value":"female"}].',
      zh: 'JSON Patch 应为操作数组,例如 [{"op":"replace","path":"/gender","value":"female"}]。',
    });
  }
  assertCount(document.length);
  return document.map(readOperation);
}

function readOperation(raw: unknown, position: number): JsonOperation {
  const name = { position, expression: `operation[${position}]` };
  if (!isJsonObject(raw)) {
    throw badOperation(name, { en: 'an operation is a JSON object.', zh: '操作应为 JSON 对象。' });
  }
  if (!OPS.has(raw.op)) {
    throw badOperation(name, {
      en: "'op' must be add, remove, replace, move, copy or test.",
      zh: '“op”应为 add、remove、replace、move、copy 或 test。',
    });
  }
  const pointer = (key: 'path' | 'from'): readonly string[] => {
    const tokens = typeof raw[key] === 'string' ? parsePointer(raw[key]) : undefined;
    if (tokens) return tokens;
    throw badOperation(name, {
      en: `'${key}' must be a JSON Pointer, as in /name/0/family.`,
      zh: `“${key}”应为 JSON Pointer,例如 /name/0/family。`,
    });
  };
  const tokens = pointer('path');
  if (WITH_VALUE.has(raw.op) && !Object.hasOwn(raw, 'value')) {
    throw badOperation(name, { en: `'${raw.op}' needs a 'value'.`, zh: `“${raw.op}”需要“value”。` });
  }
  const from = WITH_FROM.has(raw.op) ? pointer('from') : [];
  return { ...name, op: raw.op as Op, path: raw.path as string, tokens, from, value: raw.value };
}

/**
 * The document with the operations applied, in their order; the document given is changed. A list whose last
 * item is taken away goes with it: FHIR has no empty lists (https://hl7.org/fhir/R4/json.html#primitive).
 */
export function applyJsonPatch(
  document: unknown,
  operations: readonly JsonOperation[],
  effort: Effort,
): unknown {
  // A holder around the document makes the whole of it an ordinary member.
  const root = { document };
  const emptied = new Set<unknown>();
  for (const operation of operations) apply(root, operation, emptied, effort);
  if (emptied.size > 0) withoutEmptied(root.document, emptied, effort);
  return root.document;
}

/** Leaves out the lists that were emptied, and are empty still. */
function withoutEmptied(value: unknown, emptied: ReadonlySet<unknown>, effort: Effort): void {
  effort.spend();
  if (Array.isArray(value)) for (const item of value) withoutEmptied(item, emptied, effort);
  else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (emptied.has(member) && (member as unknown[]).length === 0) delete value[key];
      else withoutEmptied(member, emptied, effort);
    }
  }
}

function apply(
  root: { document: unknown },
  operation: JsonOperation,
  emptied: Set<unknown>,
  effort: Effort,
): void {
  const path = ['document', ...operation.tokens];
  const from = ['document', ...operation.from];
  switch (operation.op) {
    case 'add':
      return add(root, path, copyOf(operation.value, effort), operation, effort);
    case 'remove':
      remove(root, path, operation, emptied, effort);
      return;
    case 'replace': {
      const found = place(root, path, operation);
      const value = fitting(copyOf(operation.value, effort), path, operation, effort);
      if (Array.isArray(found.holder)) found.holder[found.index!] = value;
      else setMember(found.holder, found.key, value);
      return;
    }
    case 'copy':
      return add(root, path, copyOf(valueAt(root, from, operation), effort), operation, effort);
    case 'move': {
      if (from.length < path.length && from.every((token, i) => token === path[i])) {
        throw notApplicable(
          operation,
          { en: 'a value cannot be moved into itself.', zh: '不能把值移动到其自身内部。' },
          'invalid',
        );
      }
      const value = valueAt(root, from, operation);
      remove(root, from, operation, emptied, effort);
      return add(root, path, value, operation, effort);
    }
    case 'test':
      if (sameJson(valueAt(root, path, operation), operation.value, effort)) return;
      throw notApplicable(
        operation,
        {
          en: 'the test failed: the resource has another value there.',
          zh: 'test 不成立:资源此处的值不同。',
        },
        'conflict',
      );
  }
}

interface Found {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
  /** In an array. */
  readonly index?: number;
}

/** The object or array that holds what the tokens name. */
function holderOf(
  root: object,
  tokens: readonly string[],
  operation: OperationName,
): Record<string, unknown> | unknown[] {
  let holder: unknown = root;
  for (const token of tokens.slice(0, -1)) holder = childOf(holder, token, operation);
  if (Array.isArray(holder) || isJsonObject(holder)) return holder;
  throw missing(operation, tokens.at(-2)!);
}

function childOf(holder: unknown, token: string, operation: OperationName): unknown {
  if (Array.isArray(holder)) {
    const index = arrayIndex(token, holder.length);
    if (index !== undefined) return holder[index];
  } else if (isJsonObject(holder) && Object.hasOwn(holder, token)) return holder[token];
  throw missing(operation, token);
}

/** A place that exists. */
function place(root: object, tokens: readonly string[], operation: OperationName): Found {
  const holder = holderOf(root, tokens, operation);
  const key = tokens.at(-1)!;
  childOf(holder, key, operation);
  return { holder, key, index: Array.isArray(holder) ? Number(key) : undefined };
}

function valueAt(root: object, tokens: readonly string[], operation: OperationName): unknown {
  return childOf(holderOf(root, tokens, operation), tokens.at(-1)!, operation);
}

function add(
  root: object,
  tokens: readonly string[],
  value: unknown,
  operation: OperationName,
  effort: Effort,
): void {
  const holder = holderOf(root, tokens, operation);
  const key = tokens.at(-1)!;
  fitting(value, tokens, operation, effort);
  if (!Array.isArray(holder)) return setMember(holder, key, value);
  // One more than the last element is a place too.
  const index = key === '-' ? holder.length : arrayIndex(key, holder.length + 1);
  if (index === undefined) throw missing(operation, key);
  effort.spend((holder.length - index) >> 6);
  holder.splice(index, 0, value);
}

function remove(
  root: object,
  tokens: readonly string[],
  operation: OperationName,
  emptied: Set<unknown>,
  effort: Effort,
): void {
  if (tokens.length === 1) {
    throw notApplicable(
      operation,
      {
        en: 'a patch cannot remove the whole resource. Use DELETE.',
        zh: '补丁不能移除整个资源。请使用 DELETE。',
      },
      'invalid',
    );
  }
  const { holder, key, index } = place(root, tokens, operation);
  if (!Array.isArray(holder)) delete holder[key];
  else {
    effort.spend(holder.length >> 6);
    holder.splice(index!, 1);
    if (holder.length === 0) emptied.add(holder);
  }
}

/** The value, unless it would make the resource deeper than any reader follows. */
function fitting(
  value: unknown,
  tokens: readonly string[],
  operation: OperationName,
  effort: Effort,
): unknown {
  if (tokens.length - 1 + levelsOf(value, effort) <= MOST_LEVELS) return value;
  throw notApplicable(
    operation,
    {
      en: `the resource would be nested deeper than ${MOST_LEVELS} levels.`,
      zh: `资源嵌套将超过 ${MOST_LEVELS} 层。`,
    },
    'too-long',
  );
}

function missing(operation: OperationName, token: string) {
  const name = token.length > 60 ? `${token.slice(0, 60)}…` : token;
  return notApplicable(operation, {
    en: `the resource has no '${name}' there.`,
    zh: `资源此处没有“${name}”。`,
  });
}
