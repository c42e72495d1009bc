/** What chains reach is searched too: a match tells what stands in resources that are not shown. */
import { assertMay } from '../access/decide.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { Filter } from '../search/plan.ts';

/**
 * The filters, with those ways of a chain left out that lead to types the caller may not search. Throws
 * `forbidden` when no way remains: a condition that is dropped would match everything.
 */
export function permittedFilters(ctx: Pick<Ctx, 'access'>, filters: readonly Filter[]): Filter[] {
  return filters.map((filter) => permitted(ctx, filter));
}

function permitted(ctx: Pick<Ctx, 'access'>, filter: Filter): Filter {
  switch (filter.kind) {
    case 'chain':
      assertMay(ctx, 's', filter.target);
      return { ...filter, filter: permitted(ctx, filter.filter) };
    case 'has':
      assertMay(ctx, 's', filter.source);
      return { ...filter, filter: permitted(ctx, filter.filter) };
    case 'any':
      return filter.asked
        ? { ...filter, filters: permittedFilters(ctx, filter.filters) }
        : anyOf(ctx, filter.filters);
    case 'all':
      return { ...filter, filters: permittedFilters(ctx, filter.filters) };
    case 'not':
      return { ...filter, filter: permitted(ctx, filter.filter) };
    case 'hierarchy':
      // What is part of what stands in those.
      assertMay(ctx, 's', filter.target);
      return filter;
    case 'list':
      // Who is in a List is what stands in it.
      assertMay(ctx, 'r', 'List');
      return filter;
    default:
      return filter;
  }
}

function anyOf(ctx: Pick<Ctx, 'access'>, filters: readonly Filter[]): Filter {
  const left: Filter[] = [];
  let refusal: unknown;
  for (const filter of filters) {
    try {
      left.push(permitted(ctx, filter));
    } catch (error) {
      refusal ??= error;
    }
  }
  if (left.length === 0 && refusal) throw refusal;
  return left.length === 1 ? left[0]! : { kind: 'any', filters: left };
}
