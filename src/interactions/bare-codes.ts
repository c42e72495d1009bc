/** Bare codes of a search, under the systems that are there. */
import type { Db } from '../kernel/ctx.ts';
import { keysOfBareCodes, withSystems } from '../search/bare-codes.ts';
import type { Filter } from '../search/plan.ts';
import { systemsOf } from '../store/code-systems.ts';
import type { Engine } from './engine.ts';

/** The same filters, with one token to look for in place of each bare code where its parameter has one system. */
export async function resolveBareCodes(
  { parameters }: Pick<Engine, 'parameters'>,
  db: Db,
  filters: readonly Filter[],
): Promise<readonly Filter[]> {
  const keys = keysOfBareCodes(parameters, filters);
  const systems = keys.length === 0 ? new Map<string, string[]>() : await systemsOf(db, keys);
  return withSystems(parameters, filters, systems);
}
