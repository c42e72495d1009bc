/**
 * What somebody is shown but a part of is searched by that part alone: a match by an element that is left out would
 * tell what stands in it.
 */
import type { Ctx } from '../kernel/ctx.ts';
import { forbidden } from '../kernel/fhir-error.ts';
import type { Filter, SearchPlan } from '../search/plan.ts';
import type { Engine } from './engine.ts';

/** Throws `forbidden` for a search, or an order, by elements that the caller is not shown. */
export function assertShown(
  engine: Pick<Engine, 'parameters'>,
  { access }: Pick<Ctx, 'access'>,
  { type, filters, sort }: Pick<SearchPlan, 'type' | 'filters' | 'sort'>,
): void {
  const { elements: shown = {}, masks = {} } = access.reach ?? {};
  if (Object.keys(shown).length + Object.keys(masks).length === 0) return;
  const check = (of: string, filter: Filter): void => {
    switch (filter.kind) {
      case 'any':
      case 'all':
        for (const inner of filter.filters) check(of, inner);
        return;
      case 'not':
        return check(of, filter.filter);
      case 'chain':
        assertNames(of, namesOf(of, filter.link));
        return check(filter.target, filter.filter);
      case 'has':
        assertNames(filter.source, namesOf(filter.source, filter.link));
        return check(filter.source, filter.filter);
      case 'id':
        return;
      case 'token':
        // A whole number finds whom it is of; a part of one would tell the rest.
        return assertNames(of, namesOf(of, filter));
      default:
        assertNames(of, namesOf(of, filter), masks[of]);
    }
  };
  /** Elements by the keys of parameters and the paths in it; undefined stands for all of the resource. */
  const namesOf = (of: string, part: object): (string | undefined)[] => {
    const parameters = engine.parameters(of);
    const elementOf = (path: string | undefined) => /^\w+\.(\w+)/.exec(path ?? '')?.[1];
    const names = textsIn(part).flatMap((text) => {
      const [, key] = /^[A-Z]\w+:([^:]+):/.exec(text) ?? [];
      if (key !== undefined) return [elementOf(parameters.byCode.get(key)?.path)];
      const [, element] = /^\$\."(\w+)"/.exec(text) ?? [];
      return element === undefined ? [] : [element];
    });
    const { kind, on, patientIds } = part as { kind?: string; on?: unknown; patientIds?: readonly string[] };
    if (on === 'main') names.push(elementOf(parameters.mainDate?.path));
    if (patientIds !== undefined && patientIds.length > 0) names.push(elementOf(parameters.patient?.path));
    if (kind === 'words') names.push(undefined);
    return names;
  };
  const assertNames = (
    of: string,
    names: readonly (string | undefined)[],
    masked: readonly string[] = [],
  ): void => {
    const elements = shown[of];
    const hidden = elements && names.find((name) => !elements.some((e) => isOf(name, e)));
    if (elements && (hidden !== undefined || names.includes(undefined))) throw notShown(of, elements);
    if (names.some((name) => (name === undefined ? masked.length > 0 : masked.includes(name))))
      throw inPart(of, masked);
  };
  for (const filter of filters) check(type, filter);
  for (const { by } of sort) {
    if (typeof by === 'object') assertNames(type, namesOf(type, by), masks[type]);
    // The order that nobody asked for tells no more than that of the resources themselves.
  }
}

/** `deceasedBoolean` is of `deceased`. */
function isOf(name: string | undefined, element: string): boolean {
  return name !== undefined && (name === element || new RegExp(`^${element}[A-Z]`).test(name));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function notShown(type: string, elements: readonly string[]) {
  return forbidden({
    en: `The caller is shown but a part of ${type}, and searches it by that part alone: ${elements.join(', ')}.`,
    zh: `调用者只能查看 ${type} 的部分内容,也只能按该部分检索:${elements.join('、')}。`,
  });
}

function inPart(type: string, masked: readonly string[]) {
  return forbidden({
    en: `The caller is shown ${masked.join(', ')} of ${type} in part: search by the whole value, or by something else.`,
    zh: `调用者看到的 ${type} 的 ${masked.join('、')} 已脱敏:请用完整的值检索,或改用其他条件。`,
  });
}
