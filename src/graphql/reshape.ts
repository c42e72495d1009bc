/**
 * The directives that flatten an answer: `@flatten`, `@singleton` and the names that `@slice` makes.
 * `@first` has been followed where the list arose. https://hl7.org/fhir/R4/graphql.html#flattening
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getDirectiveValues,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';

type Json = Record<string, unknown>;

/** Where a value stands in the answer: `entry/0/resource`. */
export function pathText(path: GraphQLResolveInfo['path'] | undefined): string {
  const keys: (string | number)[] = [];
  for (let at = path; at; at = at.prev) keys.unshift(at.key);
  return keys.join('/');
}

/** The arguments of a directive on the field that is resolved; undefined when it has none of the name. */
export function directiveOf(info: GraphQLResolveInfo, name: string): Record<string, unknown> | undefined {
  const node = info.fieldNodes[0]!;
  if (!node.directives?.length) return undefined;
  const directive = info.schema.getDirective(name);
  return directive ? getDirectiveValues(directive, node, info.variableValues) : undefined;
}

export interface Shape {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Place in the answer -> what is appended to each name there. */
  readonly slices: ReadonlyMap<string, readonly string[]>;
}

/** A name of the new graph, and what has been collated under it. */
interface Collated {
  values: unknown[];
  isList: boolean;
}

/** Where the fields of a selection go. */
interface Target {
  readonly out: Map<string, Collated>;
  /** Below a `@flatten`: values of one name come together. */
  readonly flattening: boolean;
  /** Below a `@flatten` of a list: each name is a list. */
  readonly inList: boolean;
  readonly suffix: string;
}

/** The answer as its directives want it. */
export function reshaped(shape: Shape, selection: SelectionSetNode, data: Json): Json {
  return object(shape, selection, data, '');
}

function object(shape: Shape, selection: SelectionSetNode, data: Json, path: string): Json {
  const out = new Map<string, Collated>();
  collect(shape, selection, data, path, { out, flattening: false, inList: false, suffix: '' });
  return Object.fromEntries(
    [...out].map(([name, { values, isList }]) => [name, isList ? values : (values[0] ?? null)]),
  );
}

function collect(
  shape: Shape,
  selection: SelectionSetNode,
  data: Json,
  path: string,
  target: Target,
  done = new Set<string>(),
): void {
  for (const node of selection.selections) {
    if (node.kind !== Kind.FIELD) {
      const inner =
        node.kind === Kind.INLINE_FRAGMENT
          ? node.selectionSet
          : shape.fragments.get(node.name.value)!.selectionSet;
      collect(shape, inner, data, path, target, done);
      continue;
    }
    const key = node.alias?.value ?? node.name.value;
    // Absent: skipped, or of a fragment for another type. Done: the same field was selected before.
    if (!(key in data) || done.has(key)) continue;
    done.add(key);
    field(shape, node, data[key], path === '' ? key : `${path}/${key}`, target);
  }
}

function field(shape: Shape, node: FieldNode, value: unknown, path: string, target: Target): void {
  const { out, suffix } = target;
  const has = (name: string) => node.directives?.some((d) => d.name.value === name) === true;
  const key = node.alias?.value ?? node.name.value;
  const isList = Array.isArray(value);
  const items = (isList ? value : [value]).filter((v) => !target.flattening || v !== null);
  const slices = shape.slices.get(path);
  const suffixOf = (i: number) => (slices?.[i] ? `${suffix}.${slices[i]}` : suffix);
  const pathOf = (i: number) => (isList ? `${path}/${i}` : path);
  if (has('flatten')) {
    items.forEach((item, i) => {
      if (item === null || !node.selectionSet) return;
      collect(shape, node.selectionSet, item as Json, pathOf(i), {
        out,
        flattening: true,
        inList: target.inList || isList,
        suffix: suffixOf(i),
      });
    });
    return;
  }
  const shown = items.map((item, i) =>
    node.selectionSet && item !== null ? object(shape, node.selectionSet, item as Json, pathOf(i)) : item,
  );
  const collates = target.flattening || slices !== undefined;
  if (!collates) {
    out.set(key + suffix, { values: shown, isList });
    return;
  }
  shown.forEach((item, i) => {
    const name = key + suffixOf(i);
    const there = out.get(name) ?? { values: [], isList: !has('singleton') && (target.inList || isList) };
    there.values.push(item);
    if (typeof there.values[0] !== typeof item) throw mixed(name);
    if (!there.isList && there.values.length > 1) throw several(name);
    out.set(name, there);
  });
}

function several(name: string) {
  return failure('unprocessable', [
    problem('multiple-matches', {
      en: `'${name}' has more than one value, and @singleton wants one.`,
      zh: `“${name}”有多个值,而 @singleton 要求只有一个。`,
    }),
  ]);
}

function mixed(name: string) {
  return failure('unprocessable', [
    problem('structure', {
      en: `@flatten brings values of different types together as '${name}'. Give them aliases.`,
      zh: `@flatten 将不同类型的值合并为“${name}”。请使用别名加以区分。`,
    }),
  ]);
}
