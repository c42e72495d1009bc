/** Operations over HTTP, and as entries of Bundles. https://hl7.org/fhir/R4/operations.html */
import type { FastifyReply } from 'fastify';
import type { Body, Engine, FhirResource } from '../interactions/engine.ts';
import { type Entry, isOperation } from '../interactions/entry.ts';
import { checkBody } from '../interactions/prepare.ts';
import type { EntryResult } from '../interactions/transaction.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { badParameter, malformed, methodNotAllowed, unknownRoute } from '../kernel/fhir-error.ts';
import { queryPairs } from '../kernel/query-pairs.ts';
import { invoke } from '../operations/invoke.ts';
import { inputParameters, resourceParameter } from '../operations/parameters.ts';
import { EVERY_TYPE, type Operation } from '../operations/registry.ts';
import type { QueryPairs } from '../search/parse.ts';
import { assertJsonType, prefersPage, readBody } from './negotiate.ts';
import { sendText } from './reply.ts';
import type { FhirRequest } from './routes.ts';

type Place = Operation['places'][number];

/** https://hl7.org/fhir/R4/operations.html#request: what changes something is no GET. */
export function operationMethods({ writes }: Operation): string[] {
  return writes ? ['POST'] : ['GET', 'HEAD', 'POST'];
}

/** Methods and address of an operation at a place. */
export function operationRoute(operation: Operation, place: Place) {
  const type = place.type === EVERY_TYPE ? ':type' : place.type;
  const path = [type, place.level === 'instance' ? ':id' : undefined, `$${operation.code}`];
  return {
    method: operationMethods(operation),
    url: `/${path.filter((p) => p !== undefined).join('/')}`,
  };
}

export async function handleOperation(
  r: FhirRequest,
  operation: Operation,
  type: string | undefined,
): Promise<FastifyReply> {
  const { engine, ctx, reply } = r;
  const parameters = await askedParameters(r, operation);
  const page = operation.binding.pages && prefersPage(r.request.headers.accept);
  const result = await invoke(engine, ctx, onEngine(r, operation), {
    type,
    id: r.params.id,
    parameters,
    page,
  });
  if (result.headers) reply.headers(result.headers);
  return sendText(reply, result.status ?? 200, result.text, result.mediaType ?? operation.binding.answers);
}

/** The operation as it works on the engine of the request. */
function onEngine({ site, engine }: FhirRequest, operation: Operation): Operation {
  if (!engine.reach) return operation;
  return site
    .operationsOn(engine)
    .find(({ binding }) => binding.definition === operation.binding.definition)!;
}

/** Throws what is wrong with the parameters; answers whether the operation may change something. */
export async function checkOperation(r: FhirRequest, operation: Operation): Promise<boolean> {
  inputParameters(operation.definition, await askedParameters(r, operation));
  return operation.writes;
}

async function askedParameters(r: FhirRequest, operation: Operation): Promise<FhirResource> {
  return r.request.method === 'POST' ? postedParameters(r, operation) : queryParameters(operation, r.query);
}

/** What operations read is FHIR, unless they say so: a body that is none is refused here, for all of them. */
async function postedParameters(
  { engine, ctx, request, query }: FhirRequest,
  operation: Operation,
): Promise<FhirResource> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (bytes.length === 0) return queryParameters(operation, query);
  const other = operation.binding.readBody?.(request.headers['content-type'] ?? '', bytes);
  if (other) return other;
  assertJsonType(request);
  return parametersOf(engine, ctx, operation, readBody(bytes), query);
}

/** A body as parameters: Parameters, or the one resource that the operation takes, beside those of the query. */
async function parametersOf(
  engine: Engine,
  ctx: Ctx,
  operation: Operation,
  { text, resource }: Body,
  query: QueryPairs,
): Promise<FhirResource> {
  if (resource.resourceType === 'Parameters') {
    const checked = operation.binding.judges ? withoutResources(resource) : resource;
    await checkBody(engine, ctx, 'Parameters', { text, resource: checked }, { codesOpen: true });
    return resource;
  }
  const name = resourceParameter(operation.definition);
  if (name === undefined) return resource;
  const { parameter } = queryParameters(operation, query);
  return { resourceType: 'Parameters', parameter: [...parameter, { name, resource }] };
}

/** The same Parameters as far as they are the caller's question, and not what it is about. */
function withoutResources(parameters: FhirResource): FhirResource {
  const { parameter } = parameters;
  if (!Array.isArray(parameter)) return parameters;
  const checked = parameter.map((p: { resource?: unknown } | null) => {
    if (!p?.resource) return p;
    const { resource: _, ...others } = p;
    return { ...others, valueBoolean: true };
  });
  return { ...parameters, parameter: checked };
}

/** https://hl7.org/fhir/R4/operations.html#request: primitive parameters may come in the query. */
function queryParameters(operation: Operation, query: QueryPairs) {
  const parameter = query
    .filter(([name]) => name !== '_format' && name !== '_pretty')
    .map(([name, value]) => {
      const definition = operation.definition.parameter?.find((p) => p.name === name && p.use === 'in');
      const type = definition?.type ?? 'string';
      if (type === 'Reference') return { name, valueReference: { reference: value } };
      if (/^[A-Z]/.test(type)) {
        throw badParameter(name, {
          en: `'${name}' is a ${type}, which does not fit into an address. POST a Parameters resource.`,
          zh: `“${name}”的类型为 ${type},无法写在地址中。请用 POST 提交 Parameters 资源。`,
        });
      }
      return { name, [`value${type[0]!.toUpperCase()}${type.slice(1)}`]: value };
    });
  return { resourceType: 'Parameters', parameter };
}

/** Runs an entry that calls an operation; `operations` work on `engine`, which may be that of a transaction. */
export async function operateEntry(
  engine: Engine,
  ctx: Ctx,
  operations: readonly Operation[],
  entry: Entry,
): Promise<EntryResult> {
  const operation = operationAt(operations, entry.path);
  if (!operation) {
    throw unknownRoute({
      en: `There is no operation at '${entry.path.join('/')}'. The CapabilityStatement (/fhir/metadata) lists the operations.`,
      zh: `“${entry.path.join('/')}”没有操作。可用操作见 CapabilityStatement(/fhir/metadata)。`,
    });
  }
  if (entry.method !== 'POST' && operation.writes) {
    throw methodNotAllowed(
      {
        en: `$${operation.code} changes something: POST it.`,
        zh: `$${operation.code} 会修改数据,请使用 POST。`,
      },
      'POST',
    );
  }
  const query: QueryPairs = queryPairs(entry.query ?? '');
  const parameters =
    entry.method === 'POST' && entry.body
      ? await parametersOf(engine, ctx, operation, entry.body, query)
      : queryParameters(operation, query);
  const [type, id] = entry.path.slice(0, -1);
  const result = await invoke(engine, ctx, operation, { type, id, parameters });
  return { status: result.status ?? 200, text: result.text };
}

/** The operation that an address below the base calls. */
export function operationAt(
  operations: readonly Operation[],
  path: readonly string[],
): Operation | undefined {
  const last = path.at(-1);
  if (!last?.startsWith('$')) return undefined;
  const code = last.slice(1);
  const level = (['system', 'type', 'instance'] as const)[path.length - 1];
  const here = (place: Place) =>
    place.level === level && (level === 'system' || place.type === path[0] || place.type === EVERY_TYPE);
  return operations.find((o) => o.code === code && o.places.some(here));
}

/** An operation that writes cannot be undone with the rest of a transaction. */
export function assertNoWriting(operations: readonly Operation[], entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.method !== 'POST' || !isOperation(entry)) continue;
    const operation = operationAt(operations, entry.path);
    if (operation && !operation.writes) continue;
    throw malformed(
      {
        en: `'${entry.path.join('/')}' cannot be part of a transaction: there is no such operation, or it writes. Send it as a request of its own, or in a batch.`,
        zh: `“${entry.path.join('/')}”不能放在 transaction 中:没有该操作,或该操作会写入数据。请单独请求,或放入 batch。`,
      },
      `Bundle.entry[${entry.index}]`,
    );
  }
}
