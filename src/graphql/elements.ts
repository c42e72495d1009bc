/** Resolvers inside a resource: lists that are narrowed, references that are followed. */
import type { GraphQLResolveInfo } from 'graphql';
import type { FhirResource } from '../interactions/engine.ts';
import { badParameter, failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { truth } from '../validation/fhirpath/items.ts';
import { evaluated, type GraphRequest, readReference } from './request.ts';
import { directiveOf, pathText } from './reshape.ts';

interface ListArguments {
  readonly fhirpath?: string | null;
  readonly _offset?: number | null;
  readonly _count?: number | null;
  readonly [element: string]: unknown;
}

/** A list of a type: filtered, then cut. https://hl7.org/fhir/R4/graphql.html#list */
export function resolveList(type: string) {
  return (source: unknown, args: ListArguments, request: GraphRequest, info: GraphQLResolveInfo) => {
    const all = (source as Record<string, unknown>)[info.fieldName] as readonly unknown[] | undefined;
    if (!all) return undefined;
    return narrowed(all, type, args, request, info);
  };
}

/** What the arguments and directives of a field leave of a list; notes the names that `@slice` makes. */
export function narrowed<T>(
  all: readonly T[],
  type: string,
  { fhirpath, _offset, _count, ...elements }: ListArguments,
  request: GraphRequest,
  info: GraphQLResolveInfo,
): readonly T[] {
  const { now } = request.ctx;
  let list = all;
  const wanted = Object.entries(elements).filter(([, value]) => value !== undefined && value !== null);
  if (wanted.length > 0) {
    list = list.filter((item) =>
      wanted.every(
        ([name, value]) => scalarText((item as Record<string, unknown>)?.[name]) === String(value),
      ),
    );
  }
  if (typeof fhirpath === 'string') {
    const before = list;
    list = evaluated(request, () => before.filter((item) => holds(request, fhirpath, item, type)));
  }
  const offset = natural('_offset', _offset) ?? 0;
  const count = natural('_count', _count) ?? list.length;
  if (offset > 0 || count < list.length) list = list.slice(offset, offset + count);
  if (directiveOf(info, 'first')) list = list.slice(0, 1);
  const slice = directiveOf(info, 'slice');
  if (slice) {
    const path = slice.path as string;
    const suffix = (item: T, i: number) =>
      path === '$index' ? String(i) : scalarText(request.paths.evaluate(path, item, type, now)[0]?.v);
    const sliced = list;
    request.slices.set(
      pathText(info.path),
      evaluated(request, () => sliced.map((item, i) => suffix(item, i) ?? '')),
    );
  }
  return list;
}

/** FHIRPath that is no yes or no holds when it finds something. */
function holds(request: GraphRequest, fhirpath: string, item: unknown, type: string): boolean {
  const items = request.paths.evaluate(fhirpath, item, type, request.ctx.now);
  return items.length === 1 ? truth(items) === true : items.length > 0;
}

/** A primitive as an argument would write it. */
function scalarText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function natural(name: string, value: number | null | undefined): number | undefined {
  if (value === undefined || value === null || value >= 0) return value ?? undefined;
  throw badParameter(name, {
    en: `${name} must not be negative.`,
    zh: `${name} 不能为负数。`,
  });
}

/** https://hl7.org/fhir/R4/graphql.html#references */
export async function resolveReference(
  source: unknown,
  { optional, type }: { optional?: boolean | null; type?: string | null },
  request: GraphRequest,
): Promise<FhirResource | undefined> {
  const { reference } = source as { reference?: string };
  const found = request.contained.get(source as object) ?? (await readReference(request, reference));
  if (found) return type && found.resourceType !== type ? undefined : found;
  // A reference that says by itself that it is of another type is passed over, there or not.
  const said = /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+(?:\/_history\/[^/]+)?$/.exec(reference ?? '')?.[1];
  if (optional || (type && said !== undefined && said !== type)) return undefined;
  throw failure('not-found', [
    problem('not-found', {
      en: `The reference '${reference ?? '(without a literal reference)'}' cannot be followed: nothing is there, or it may not be read. Ask for resource(optional: true) to pass over it.`,
      zh: `无法解析引用“${reference ?? '(无字面引用)'}”:资源不存在或无权读取。可用 resource(optional: true) 忽略。`,
    }),
  ]);
}
