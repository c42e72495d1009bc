/** A whole search, page by page. */
import type { Engine } from '../../interactions/engine.ts';
import { searchType } from '../../interactions/search.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { QueryPairs } from '../../search/parse.ts';
import type { Stored } from '../../store/change.ts';

const PAGE = 500;

/** Newest first by the main date. The caller tells the audit what was read. */
export async function* pagesOf(
  engine: Engine,
  ctx: Ctx,
  type: string,
  query: QueryPairs,
): AsyncGenerator<readonly Stored[]> {
  for (let cursor: string | undefined; ; ) {
    const paging: [string, string][] = [['_count', String(PAGE)]];
    if (cursor !== undefined) paging.push(['_cursor', cursor]);
    const page = await searchType(engine, ctx, {
      type,
      query: [...query, ...paging],
      lenient: false,
      toldByCaller: true,
    });
    if (page.matches.length > 0) yield page.matches;
    if (page.next === undefined) return;
    cursor = page.next;
  }
}
