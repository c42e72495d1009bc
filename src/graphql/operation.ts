/**
 * `$graphql`: reads by GraphQL, of the server or of one resource. https://hl7.org/fhir/R4/graphql.html
 *
 * Reading only: there are no mutations. Access and audit are those of the reads and searches it makes.
 */
import { assertMay } from '../access/decide.ts';
import { auditRefusal } from '../interactions/audit-refusal.ts';
import type { Engine } from '../interactions/engine.ts';
import type { OperationAnswer, OperationBinding, OperationInput } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { FhirError, malformed, notFound } from '../kernel/fhir-error.ts';
import { type Answered, type Asked, answer, failed, graphError } from './execute.ts';
import { createPaths, type Paths } from './paths.ts';
import { type GraphRequest, graphRequest, readReference } from './request.ts';
import { createSchemas, type Schemas } from './schema.ts';

type Resource = OperationInput['parameters'];

/** Characters of a refused query that its audit keeps. */
const MAX_RECORDED = 2000;

/** What is made when first asked for. */
interface Graph {
  readonly schemas: Schemas;
  readonly paths: Paths;
}

/** Which parameters that clients made can be searched by: another set is another schema. */
function customOf({ parameters }: Engine): string {
  const { version, parameters: custom } = parameters.custom;
  return `${version} ${custom.filter((p) => p.usable).map((p) => p.id)}`;
}

/** Of each set of definitions: a schema knows no database, so all views of it share one. */
const graphs = new WeakMap<Engine['definitions'], { readonly graph: Graph; readonly madeFor: string }>();

function graphOf(engine: Engine): Graph {
  const before = graphs.get(engine.definitions);
  const madeFor = customOf(engine);
  if (before?.madeFor === madeFor) return before.graph;
  const graph = {
    schemas: createSchemas(engine),
    paths: before?.graph.paths ?? createPaths(engine.definitions),
  };
  graphs.set(engine.definitions, { graph, madeFor });
  return graph;
}

export function graphqlOperation(engine: Engine): OperationBinding {
  return {
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql',
    more: [
      { name: 'variables', type: 'string', max: '1' },
      { name: 'operationName', type: 'string', max: '1' },
    ],
    answers: 'application/json; charset=utf-8',
    readBody,
    run: (ctx, input) => run(engine, graphOf(engine), ctx, input),
  };
}

async function run(
  engine: Engine,
  { schemas, paths }: Graph,
  ctx: Ctx,
  { type, id, parameters }: OperationInput,
): Promise<OperationAnswer> {
  const request = graphRequest(engine, ctx, paths);
  const asked = askedOf(parameters);
  const { status, body, refusal } = await answered(request, schemas, type, id, asked);
  if (refusal?.category === 'forbidden') {
    const path = [type, id, '$graphql'].filter((p) => p !== undefined).join('/');
    const query = new URLSearchParams({ query: asked.query.slice(0, MAX_RECORDED) });
    await auditRefusal(engine, ctx, 'GET', `${path}?${query}`, refusal);
  }
  const read = await Promise.all([...request.read.values()].map((r) => r.catch(() => undefined)));
  const found = read.flatMap((r) => (r ? [r.stored] : []));
  return {
    status,
    text: JSON.stringify(body),
    disclosed: found,
  };
}

async function answered(
  request: GraphRequest,
  schemas: Schemas,
  type: string | undefined,
  id: string | undefined,
  asked: Asked,
): Promise<Answered> {
  if (type === undefined || id === undefined) return answer(schemas(), request, undefined, asked);
  try {
    assertMay(request.ctx, 'r', type);
    const root = await readReference(request, `${type}/${id}`);
    if (!root) throw notFound(type, id);
    return await answer(schemas(type), request, root, asked);
  } catch (error) {
    if (error instanceof FhirError) return failed([graphError(error)], request.ctx);
    throw error;
  }
}

function askedOf(parameters: Resource): Asked {
  const list = (parameters.parameter ?? []) as readonly { name: string; valueString?: string }[];
  const text = (name: string) => list.find((p) => p.name === name)?.valueString;
  const variables = text('variables');
  return {
    query: text('query')!,
    variables: variables === undefined ? undefined : variablesOf(variables),
    operationName: text('operationName') || undefined,
  };
}

function variablesOf(text: string): Asked['variables'] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // said below
  }
  if (value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Asked['variables'];
  throw malformed(
    { en: 'The variables must be one JSON object.', zh: 'variables 必须是一个 JSON 对象。' },
    'variables',
  );
}

/** The query as text, or in JSON as https://graphql.org/learn/serving-over-http/ has it. */
function readBody(contentType: string, bytes: Uint8Array): Resource | undefined {
  const [mediaType] = contentType.toLowerCase().split(';', 1);
  const text = new TextDecoder().decode(bytes);
  if (mediaType!.trim() === 'application/graphql') return parametersOf({ query: text });
  if (mediaType!.trim() !== 'application/json') return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || 'resourceType' in body) return undefined;
  return parametersOf(body as Record<string, unknown>);
}

function parametersOf({ query, variables, operationName }: Record<string, unknown>): Resource {
  const given: [string, unknown][] = [
    ['query', query],
    ['variables', variables === undefined || variables === null ? undefined : JSON.stringify(variables)],
    ['operationName', operationName ?? undefined],
  ];
  for (const [name, value] of given) {
    if (value === undefined || typeof value === 'string') continue;
    throw malformed({ en: `'${name}' must be a string.`, zh: `“${name}”必须是字符串。` }, name);
  }
  const parameter = given
    .filter(([, value]) => value !== undefined)
    .map(([name, valueString]) => ({ name, valueString }));
  return { resourceType: 'Parameters', parameter };
}
