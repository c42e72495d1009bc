/** `Bundle.total` of a search. https://hl7.org/fhir/R4/search.html#total */
import type { Db } from '../kernel/ctx.ts';
import { type Issue, information } from '../kernel/issue.ts';
import { compileCount, compileCountUpTo, compileEstimate, type Plans } from '../search/compile.ts';
import type { Page } from './search.ts';

/** As many as are counted rather than estimated: counting them takes milliseconds. */
const COUNTED = 10_000;

export interface Total {
  /** Undefined when nobody asked and it is not known without counting. */
  readonly total?: number;
  /** Says so when the total is an estimate. */
  readonly issues: readonly Issue[];
}

export async function totalOf(db: Db, plans: Plans, page: Page): Promise<Total> {
  const [plan] = plans;
  // The first page that is also the last one tells the total by itself.
  if (plan.count > 0 && !page.next && !page.previous && !plan.after && !plan.before) {
    return { total: page.matches.length, issues: [] };
  }
  if (plan.count === 0 || plan.total === 'accurate') return { total: await count(db, plans), issues: [] };
  if (plan.total !== 'estimate') return { issues: [] };
  // The planner's idea is of all rows, whoever may see them.
  return db.whole ? { total: await count(db, plans), issues: [] } : estimate(db, plans);
}

async function count(db: Db, plans: Plans): Promise<number> {
  const { rows } = await db.query<{ total: string }>(compileCount(plans));
  return Number(rows[0]!.total);
}

interface Explained {
  readonly 'QUERY PLAN': readonly { readonly Plan: { readonly 'Plan Rows': number } }[];
}

/** Few are counted; of more, PostgreSQL's planner has an idea that costs nothing. */
async function estimate(db: Db, plans: Plans): Promise<Total> {
  const { rows } = await db.query<{ total: string }>(compileCountUpTo(plans, COUNTED + 1));
  const counted = Number(rows[0]!.total);
  if (counted <= COUNTED) return { total: counted, issues: [] };
  const explained = await db.query<Explained>(compileEstimate(plans));
  const total = Math.max(counted, explained.rows[0]!['QUERY PLAN'][0]!.Plan['Plan Rows']);
  const issue = information(
    {
      en: `The total of ${total} is an estimate. Ask for _total=accurate to have them counted.`,
      zh: `总数 ${total} 为估计值。如需准确计数,请使用 _total=accurate。`,
    },
    { expression: '_total' },
  );
  return { total, issues: [issue] };
}
