/** `$reindex`, `$reindex-status`, `$reindex-cancel`, and the status of each parameter that a client made. */
import { assertAdministrator, assertMay } from '../access/decide.ts';
import type { Engine } from '../interactions/engine.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import type { OperationAnswer, OperationBinding, OperationInput } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { badParameter, failure, notFound } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { allOf, firstOf, type Parameter } from '../operations/parameters.ts';
import { customParameterIssues, isOfPackage } from '../search/custom-parameters.ts';
import { readActiveDefinitions, readParameterSet } from '../store/parameter-set.ts';
import { listReindexes, type Reindex, readReindex } from '../store/reindex.ts';
import { cancelReindex, requestReindex } from './reindex.ts';

const url = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;
/** Of a list without a question. */
const LATEST = 20;

export function indexingOperations(engine: Engine): OperationBinding[] {
  return [
    { definition: url('reindex'), run: (ctx, input) => reindex(engine, ctx, input) },
    { definition: url('reindex-status'), run: (ctx, input) => reindexStatus(engine, ctx, input) },
    { definition: url('reindex-cancel'), run: (ctx, input) => cancel(engine, ctx, input) },
    { definition: url('index-status'), run: (ctx, input) => indexStatus(engine, ctx, input) },
  ];
}

function given({ parameters }: OperationInput): readonly Parameter[] {
  return (parameters.parameter ?? []) as readonly Parameter[];
}

async function reindex(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  assertAdministrator(ctx);
  const types = await typesOf(engine, input);
  const added = await engine.database.tx((db) => requestReindex(db, types));
  return { status: 202, text: answer(reindexParts(added)) };
}

/** Everything, one type, some types, or the types of one parameter. */
async function typesOf(engine: Engine, input: OperationInput): Promise<readonly string[]> {
  const { resourceTypes } = engine.definitions;
  const asked = allOf(given(input), 'type').map((p) => p.valueCode as string);
  for (const type of asked) {
    if (!resourceTypes.has(type)) {
      throw badParameter('type', {
        en: `'${type}' is not a FHIR R4 resource type.`,
        zh: `“${type}”不是 FHIR R4 资源类型。`,
      });
    }
  }
  const id = firstOf(given(input), 'parameter')?.valueString as string | undefined;
  if (id === undefined) {
    if (input.type !== undefined) return [input.type];
    return asked.length > 0 ? [...new Set(asked)] : [...resourceTypes];
  }
  const { parameters } = await readParameterSet(engine.database);
  const found = parameters.find((p) => p.id === id || p.definition.url === id);
  if (!found) {
    throw badParameter('parameter', {
      en: `No SearchParameter in use has the id or url '${id}'. SearchParameter/$index-status lists them.`,
      zh: `没有 id 或 url 为“${id}”的启用中的检索参数。可用 SearchParameter/$index-status 查看。`,
    });
  }
  return found.types;
}

async function reindexStatus(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  assertAdministrator(ctx);
  const job = firstOf(given(input), 'job')?.valueString as string | undefined;
  if (job !== undefined) {
    return { text: answer(reindexParts(found(job, await readReindex(engine.database, idOf(job))))) };
  }
  const latest = await listReindexes(engine.database, LATEST);
  return { text: answer(latest.map((r) => ({ name: 'reindex', part: reindexParts(r) }))) };
}

async function cancel(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  assertAdministrator(ctx);
  const job = firstOf(given(input), 'job')!.valueString as string;
  const ended = await engine.database.tx((db) => cancelReindex(db, idOf(job)));
  return { text: answer(reindexParts(found(job, ended))) };
}

/** Jobs are numbered; anything else is the id of none. */
function idOf(job: string): string {
  return /^\d{1,18}$/.test(job) ? job : '0';
}

function found(job: string, reindex: Reindex | undefined): Reindex {
  if (reindex) return reindex;
  throw failure('not-found', [
    problem(
      'not-found',
      {
        en: `There is no reindex job '${job}'. $reindex-status without a job lists the latest.`,
        zh: `没有重建索引任务“${job}”。不带 job 参数调用 $reindex-status 可查看最近的任务。`,
      },
      { expression: 'job' },
    ),
  ]);
}

function reindexParts({ id, types, status, done, total, repaired, requested, ended, error }: Reindex) {
  return [
    { name: 'jobId', valueString: id },
    { name: 'status', valueCode: status },
    ...types.map((type) => ({ name: 'type', valueCode: type })),
    { name: 'done', valueDecimal: done },
    ...(total === undefined ? [] : [{ name: 'total', valueDecimal: total }]),
    { name: 'repaired', valueDecimal: repaired },
    { name: 'requested', valueInstant: requested.toISOString() },
    ...(ended ? [{ name: 'ended', valueInstant: ended.toISOString() }] : []),
    ...(error === undefined ? [] : [{ name: 'error', valueString: error }]),
  ];
}

/** What became of each SearchParameter that a client put in force. */
async function indexStatus(engine: Engine, ctx: Ctx, { id }: OperationInput): Promise<OperationAnswer> {
  assertMay(ctx, 's', 'SearchParameter');
  const { database, definitions } = engine;
  const { parameters } = await readParameterSet(database);
  const active = (await readActiveDefinitions(database)).filter(
    (a) => (id === undefined || a.id === id) && !isOfPackage(definitions, a.definition),
  );
  if (id !== undefined && active.length === 0) throw notFound('SearchParameter', id);
  const entries = active.map(({ id: one, definition }) => {
    const current = parameters.find((p) => p.id === one);
    const issues = current ? [] : customParameterIssues(definitions, parameters, one, definition);
    const status = current
      ? current.usable
        ? 'usable'
        : 'building'
      : issues.length > 0
        ? 'unused'
        : 'building';
    return {
      name: 'parameter',
      part: [
        { name: 'reference', valueReference: { reference: `SearchParameter/${one}` } },
        { name: 'code', valueCode: definition.code },
        ...(definition.base ?? []).map((type) => ({ name: 'base', valueCode: type })),
        { name: 'status', valueCode: status },
        { name: 'percent', valueInteger: current?.percent ?? 0 },
        ...issues.map((issue) => ({ name: 'reason', valueString: issue.text[ctx.lang] })),
      ],
    };
  });
  return { text: answer(entries) };
}

function answer(parameter: readonly object[]): string {
  return JSON.stringify({
    resourceType: 'Parameters',
    ...(parameter.length > 0 ? { parameter } : {}),
  });
}
