/**
 * `_explain=true`: instead of the answer to a search, how it is found. For administrators, for it tells how many
 * resources there are of things. No element of FHIR: a Parameters resource with these parameters:
 *
 *   search       the search, as it was understood
 *   plan         what it asks for, as JSON (`search/plan.ts`); a list when several types are searched
 *   finished     whether it ended in time; when not, nothing below was measured
 *   statement    for each statement that it sends to PostgreSQL:
 *     sql            with places for the values
 *     estimatedRows, rows, milliseconds
 *     explain        EXPLAIN (ANALYZE, BUFFERS) of PostgreSQL, as JSON, without the values
 *   advice       what would help, in the language of the request
 *
 * The search is run, and audited, as any other. PostgreSQL's plan is that for these very values; a statement
 * that is prepared may be carried out by a plan for any values.
 */
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { assertAdministrator } from '../access/decide.ts';
import type { Ctx, Db, Sql } from '../kernel/ctx.ts';
import { badParameter, FhirError } from '../kernel/fhir-error.ts';
import { adviceOn, type PlanNode } from '../search/advice.ts';
import type { QueryPairs } from '../search/parse.ts';
import type { Engine } from './engine.ts';
import { runSearch } from './search.ts';
import { type AnySearch, planSearch } from './search-types.ts';

const PARAMETER = '_explain';
/** For a statement that is run to be measured. */
const TIMEOUT_MS = 10_000;

/** Whether the query asks for an explanation, and the search that is to be explained. */
export function explanationAsked(query: QueryPairs): { explain: boolean; query: QueryPairs } {
  const values = query.filter(([name]) => name === PARAMETER).map(([, value]) => value);
  for (const value of values) {
    if (value === 'true' || value === 'false') continue;
    throw badParameter(PARAMETER, {
      en: `${PARAMETER} is true or false, not '${value}'.`,
      zh: `${PARAMETER} 的值为 true 或 false,而不是“${value}”。`,
    });
  }
  return { explain: values.includes('true'), query: query.filter(([name]) => name !== PARAMETER) };
}

/** Throws `forbidden` unless the caller may do everything. */
export async function explainSearch(engine: Engine, ctx: Ctx, input: AnySearch): Promise<Parameters> {
  assertAdministrator(ctx);
  const { database } = engine;
  const run = await planSearch(engine, ctx, input, database);
  const statements: Sql[] = [];
  const recording: Db = {
    query: (sql) => {
      statements.push(sql);
      return database.query(sql);
    },
  };
  const finished = await inTime(() => runSearch(engine, ctx, recording, run));
  const explained: Explained[] = [];
  for (const sql of distinct(statements)) explained.push(await explainStatement(engine, sql));
  const advice = adviceOn(
    run.plans[0] ?? run.plan,
    explained.map(({ root }) => root),
  );
  const { warnings } = run.plan;
  const plans = run.plans.map(({ used: _used, warnings: _warnings, ...asked }) => asked);
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'search', valueString: run.query },
      { name: 'plan', valueString: JSON.stringify(plans.length === 1 ? plans[0] : plans) },
      { name: 'finished', valueBoolean: finished },
      ...explained.map(statementParameter),
      ...[...warnings.map(({ text }) => text), ...(advice.length > 0 ? advice : [NOTHING])].map(
        (text): ParametersParameter => ({ name: 'advice', valueString: text[ctx.lang] }),
      ),
    ],
  };
}

const NOTHING = {
  en: 'Nothing stands out: the search reads about what it answers.',
  zh: '没有明显可改进之处:检索读取的内容与其返回的内容相当。',
};

/** False when the database gave up on it. */
async function inTime(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (error instanceof FhirError && error.category === 'timeout') return false;
    throw error;
  }
}

/** Statements of one text differ in their values alone: the first stands for all. */
function distinct(statements: readonly Sql[]): Sql[] {
  return [...new Map(statements.toReversed().map((sql) => [sql.text, sql])).values()].toReversed();
}

interface Explained {
  readonly sql: Sql;
  readonly root: PlanNode;
  readonly milliseconds?: number;
  /** As PostgreSQL gave it. */
  readonly json: unknown;
}

interface ExplainRow {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode; readonly 'Execution Time'?: number }];
}

/** Measured, when it is fast enough for that. */
async function explainStatement({ database }: Engine, sql: Sql): Promise<Explained> {
  const explain = async (options: string) => {
    const { rows } = await database.tx(async (db) => {
      await db.query({ text: `set local statement_timeout = ${TIMEOUT_MS}`, values: [] });
      return db.query<ExplainRow>({
        text: `explain (${options}, format json) ${sql.text}`,
        values: sql.values,
      });
    });
    const [json] = rows[0]!['QUERY PLAN'];
    return { sql, root: json.Plan, milliseconds: json['Execution Time'], json };
  };
  let measured: Explained | undefined;
  const fast = await inTime(async () => {
    measured = await explain('analyze, buffers');
  });
  return fast ? measured! : explain('verbose false');
}

function statementParameter({ sql, root, milliseconds, json }: Explained): ParametersParameter {
  const measured = milliseconds !== undefined;
  return {
    name: 'statement',
    part: [
      { name: 'sql', valueString: sql.text },
      { name: 'estimatedRows', valueDecimal: root['Plan Rows'] },
      ...(measured
        ? [
            { name: 'rows', valueDecimal: root['Actual Rows'] ?? 0 },
            { name: 'milliseconds', valueDecimal: milliseconds },
          ]
        : []),
      { name: 'explain', valueString: JSON.stringify(json, withoutLiterals) },
    ],
  };
}

/** What goes along with the matches is asked for by their ids, which are nobody's to tell here. */
function withoutLiterals(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/'(?:[^']|'')*'/g, "'…'") : value;
}
