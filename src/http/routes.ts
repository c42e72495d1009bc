/** Method and path -> interaction: the one table that both routes and the CapabilityStatement are made from. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { historyText, searchsetText } from '../interactions/bundle.ts';
import { create } from '../interactions/create.ts';
import { conditionalDelete, type DeleteResult, deleteResource } from '../interactions/delete.ts';
import type { Engine } from '../interactions/engine.ts';
import { explainSearch, explanationAsked } from '../interactions/explain.ts';
import { history } from '../interactions/history.ts';
import { type Found, read, vread } from '../interactions/read.ts';
import { type AnySearch, pathOf, planSearch, search } from '../interactions/search-types.ts';
import { shapeOf, subsetOf } from '../interactions/subset.ts';
import { isUnchanged } from '../interactions/unchanged.ts';
import { conditionalUpdate, update } from '../interactions/update.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { information } from '../kernel/issue.ts';
import type { Operation } from '../operations/registry.ts';
import type { QueryPairs } from '../search/parse.ts';
import { createBytes, readBytes, updateBytes } from './binary.ts';
import { bundleOf, handleBundle } from './bundle.ts';
import { criteriaOf, ifMatchOf, readConditionOf } from './conditions.ts';
import { assertJsonType, formOf, preferOf, readBody } from './negotiate.ts';
import { handleConditionalPatch, handlePatch } from './patch.ts';
import { provenanceHeader } from './provenance-header.ts';
import { sendOutcome, sendText, sendWritten, versionHeaders } from './reply.ts';

/** What a request can ask of the server besides its resources. */
export interface Site {
  /** JSON text of the CapabilityStatement. */
  readonly metadata: () => string;
  /** The operations, working on an engine: that of the pool, or of a transaction. */
  readonly operationsOn: (engine: Engine) => readonly Operation[];
}

/** A request as a route handler sees it. */
export interface FhirRequest {
  readonly site: Site;
  readonly engine: Engine;
  readonly ctx: Ctx;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryPairs;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base. */
  readonly path: string;
  /** Code of http://hl7.org/fhir/restful-interaction that the CapabilityStatement declares for it. */
  readonly interaction: string;
  readonly level: 'instance' | 'type' | 'system';
  /** What the CapabilityStatement says besides the interaction. */
  readonly capability?: 'conditionalCreate' | 'conditionalUpdate' | 'conditionalDelete';
  handle(r: FhirRequest): Promise<FastifyReply>;
  /** The same for Binary, which comes and goes in bytes, and looks at `Accept` itself. */
  readonly bytes?: Route['handle'];
  /**
   * There when it may be carried out later (https://hl7.org/fhir/R4/async.html): throws what is wrong with it as
   * far as that shows at once, and answers whether it may change something.
   */
  readonly deferrable?: (r: FhirRequest) => Promise<boolean>;
}

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/:type/:id',
    interaction: 'read',
    level: 'instance',
    handle: async (r) => sendVersion(r, await findCurrent(r)),
    bytes: readBytes(findCurrent, sendVersion),
  },
  {
    method: 'GET',
    path: '/:type/:id/_history/:version',
    interaction: 'vread',
    level: 'instance',
    handle: async (r) => sendVersion(r, await findVersion(r)),
    bytes: readBytes(findVersion, sendVersion),
  },
  {
    method: 'PUT',
    path: '/:type/:id',
    interaction: 'update',
    level: 'instance',
    handle: handleUpdate,
    bytes: updateBytes(handleUpdate),
  },
  { method: 'PATCH', path: '/:type/:id', interaction: 'patch', level: 'instance', handle: handlePatch },
  { method: 'DELETE', path: '/:type/:id', interaction: 'delete', level: 'instance', handle: handleDelete },
  {
    method: 'GET',
    path: '/:type/:id/_history',
    interaction: 'history-instance',
    level: 'instance',
    handle: handleHistory,
    deferrable: readsOnly,
  },
  {
    method: 'GET',
    path: '/:type/_history',
    interaction: 'history-type',
    level: 'type',
    handle: handleHistory,
    deferrable: readsOnly,
  },
  {
    method: 'POST',
    path: '/:type',
    interaction: 'create',
    level: 'type',
    capability: 'conditionalCreate',
    handle: handleCreate,
    bytes: createBytes(handleCreate),
  },
  {
    method: 'PUT',
    path: '/:type',
    interaction: 'update',
    level: 'type',
    capability: 'conditionalUpdate',
    handle: handleConditionalUpdate,
  },
  {
    method: 'PATCH',
    path: '/:type',
    interaction: 'patch',
    level: 'type',
    handle: handleConditionalPatch,
  },
  {
    method: 'DELETE',
    path: '/:type',
    interaction: 'delete',
    level: 'type',
    capability: 'conditionalDelete',
    handle: handleConditionalDelete,
  },
  {
    method: 'GET',
    path: '/:type',
    interaction: 'search-type',
    level: 'type',
    handle: handleSearch,
    deferrable: checkSearch,
  },
  {
    method: 'POST',
    path: '/:type/_search',
    interaction: 'search-type',
    level: 'type',
    handle: handleSearch,
    deferrable: checkSearch,
  },
  {
    method: 'GET',
    path: '/:type/:id/:compartmentType',
    interaction: 'search-type',
    level: 'instance',
    handle: handleSearch,
    deferrable: checkSearch,
  },
  {
    method: 'POST',
    path: '/:type/:id/:compartmentType/_search',
    interaction: 'search-type',
    level: 'instance',
    handle: handleSearch,
    deferrable: checkSearch,
  },
  {
    method: 'GET',
    path: '/',
    interaction: 'search-system',
    level: 'system',
    handle: handleSearch,
    deferrable: checkSearch,
  },
  {
    method: 'POST',
    path: '/_search',
    interaction: 'search-system',
    level: 'system',
    handle: handleSearch,
    deferrable: checkSearch,
  },
  {
    method: 'GET',
    path: '/_history',
    interaction: 'history-system',
    level: 'system',
    handle: handleHistory,
    deferrable: readsOnly,
  },
  {
    method: 'POST',
    path: '/',
    interaction: 'transaction',
    level: 'system',
    handle: handleBundle,
    deferrable: checkBundle,
  },
];

function bodyOf({ request }: FhirRequest) {
  assertJsonType(request);
  return readBody(request.body);
}

function findCurrent({ engine, ctx, params }: FhirRequest): Promise<Found> {
  const { type, id } = params as { type: string; id: string };
  return read(engine, ctx, type, id);
}

function findVersion({ engine, ctx, params }: FhirRequest): Promise<Found> {
  const { type, id, version } = params as { type: string; id: string; version: string };
  const number = /^\d{1,9}$/.test(version) ? Number(version) : undefined;
  return vread(engine, ctx, type, id, number);
}

function sendVersion(r: FhirRequest, stored: Found): FastifyReply {
  const subset = subsetOf(r.engine.definitions, shapeOf(r.query));
  versionHeaders(r.reply, stored);
  if (isUnchanged(readConditionOf(r.request), stored)) return r.reply.code(304).send();
  return sendText(r.reply, 200, subset(stored.type, stored.content));
}

async function handleCreate(r: FhirRequest): Promise<FastifyReply> {
  const { type } = r.params as { type: string };
  const ifNoneExist = r.request.headers['if-none-exist'] as string | undefined;
  const provenance = provenanceHeader(r.request);
  const result = await create(r.engine, r.ctx, { type, body: bodyOf(r), ifNoneExist, provenance });
  return sendWritten(r.reply, r.ctx, preferOf(r.request), result);
}

async function handleUpdate(r: FhirRequest): Promise<FastifyReply> {
  const { type, id } = r.params as { type: string; id: string };
  const ifNoneMatch = r.request.headers['if-none-match'] === '*';
  const result = await update(r.engine, r.ctx, {
    type,
    id,
    body: bodyOf(r),
    ifMatch: ifMatchOf(r),
    ifNoneMatch,
    provenance: provenanceHeader(r.request),
  });
  return sendWritten(r.reply, r.ctx, preferOf(r.request), result);
}

async function handleConditionalUpdate(r: FhirRequest): Promise<FastifyReply> {
  const { type } = r.params as { type: string };
  const result = await conditionalUpdate(r.engine, r.ctx, {
    type,
    criteria: criteriaOf(r),
    body: bodyOf(r),
    ifMatch: ifMatchOf(r),
    ifNoneMatch: r.request.headers['if-none-match'] === '*',
    provenance: provenanceHeader(r.request),
  });
  return sendWritten(r.reply, r.ctx, preferOf(r.request), result);
}

async function handleDelete(r: FhirRequest): Promise<FastifyReply> {
  const { type, id } = r.params as { type: string; id: string };
  const provenance = provenanceHeader(r.request);
  return sendDeleted(
    r,
    await deleteResource(r.engine, r.ctx, { type, id, ifMatch: ifMatchOf(r), provenance }),
  );
}

async function handleConditionalDelete(r: FhirRequest): Promise<FastifyReply> {
  const { type } = r.params as { type: string };
  const provenance = provenanceHeader(r.request);
  return sendDeleted(
    r,
    await conditionalDelete(r.engine, r.ctx, {
      type,
      criteria: criteriaOf(r),
      ifMatch: ifMatchOf(r),
      provenance,
    }),
  );
}

function sendDeleted(r: FhirRequest, { count, version }: DeleteResult): FastifyReply {
  if (version !== undefined) r.reply.header('etag', `W/"${version}"`);
  if (preferOf(r.request).return !== 'OperationOutcome') return r.reply.code(204).send();
  const notice = information(
    count === 0
      ? { en: 'There was nothing to delete.', zh: '没有可删除的资源。' }
      : { en: `Deleted: ${count}. The history stays.`, zh: `已删除 ${count} 个资源,历史版本保留。` },
  );
  return sendOutcome(r.reply, 200, [notice], r.ctx);
}

async function handleHistory(r: FhirRequest): Promise<FastifyReply> {
  const { type, id } = r.params;
  const result = await history(r.engine, r.ctx, { type, id, query: r.query });
  const path = [type, id, '_history'].filter((p) => p !== undefined).join('/');
  const subset = subsetOf(r.engine.definitions, shapeOf(r.query));
  return sendText(r.reply, 200, historyText(r.ctx, path, result, subset));
}

async function readsOnly(): Promise<boolean> {
  return false;
}

async function checkBundle(r: FhirRequest): Promise<boolean> {
  bundleOf(r);
  return true;
}

async function checkSearch(r: FhirRequest): Promise<boolean> {
  await planSearch(r.engine, r.ctx, searchOf(r).input, r.engine.database);
  return false;
}

async function handleSearch(r: FhirRequest): Promise<FastifyReply> {
  const { engine, ctx, reply } = r;
  const { explain, input } = searchOf(r);
  if (explain) return sendText(reply, 200, JSON.stringify(await explainSearch(engine, ctx, input)));
  const result = await search(engine, ctx, input);
  const subset = subsetOf(engine.definitions, result.plan);
  return sendText(reply, 200, searchsetText(ctx, pathOf(input), result, subset));
}

/** Parameters may stand in the address, in the form of a POST, or in both. */
function searchOf(r: FhirRequest): { explain: boolean; input: AnySearch } {
  const form = r.request.method === 'POST' ? formOf(r.request) : [];
  const { explain, query } = explanationAsked([...r.query, ...form]);
  return { explain, input: { ...placeOf(r), query, lenient: preferOf(r.request).lenient } };
}

/** A type, everything, or a compartment: `Patient/1/Observation`, and `Patient/1/*` for all types. */
function placeOf({ params }: FhirRequest): Pick<AnySearch, 'type' | 'compartment'> {
  const { type, id, compartmentType } = params;
  if (compartmentType === undefined) return { type };
  return {
    type: compartmentType === '*' ? undefined : compartmentType,
    compartment: { type: type!, id: id! },
  };
}
