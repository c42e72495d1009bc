/** Method and path -> interaction: the one table that both routes and the CapabilityStatement are made from. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { auditRefusal } from '../interactions/audit-refusal.ts';
import { batch } from '../interactions/batch.ts';
import { bundleText, historyText, searchsetText } from '../interactions/bundle.ts';
import { create } from '../interactions/create.ts';
import { conditionalDelete, deleteResource } from '../interactions/delete.ts';
import { dispatch, dispatchRead } from '../interactions/dispatch.ts';
import type { Engine } from '../interactions/engine.ts';
import { addressOf, bundleEntries, type Entry } from '../interactions/entry.ts';
import { explainSearch, explanationAsked } from '../interactions/explain.ts';
import { history } from '../interactions/history.ts';
import { read, vread } from '../interactions/read.ts';
import { searchType } from '../interactions/search.ts';
import { subsetOf } from '../interactions/subset.ts';
import { transaction } from '../interactions/transaction.ts';
import { conditionalUpdate, update } from '../interactions/update.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { FhirError, malformed } from '../kernel/fhir-error.ts';
import { information } from '../kernel/issue.ts';
import type { QueryPairs } from '../search/parse.ts';
import { createOrBytes, readOrBytes, updateOrBytes } from './binary.ts';
import { criteriaOf, ifMatchOf, isUnchanged } from './conditions.ts';
import { entryText } from './entry-reply.ts';
import { assertJsonType, preferOf, readBody } from './negotiate.ts';
import { handleConditionalPatch, handlePatch } from './patch.ts';
import { assertNoProvenance, provenanceHeader } from './provenance-header.ts';
import { sendOutcome, sendText, sendWritten, versionHeaders } from './reply.ts';

/** A request as a route handler sees it. */
export interface FhirRequest {
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
  /** Answers in other formats than FHIR's, and looks at `Accept` itself. */
  readonly negotiates?: (params: FhirRequest['params']) => boolean;
  handle(r: FhirRequest): Promise<FastifyReply>;
}

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/:type/:id',
    interaction: 'read',
    level: 'instance',
    negotiates: ({ type }) => type === 'Binary',
    handle: readOrBytes(handleRead),
  },
  {
    method: 'GET',
    path: '/:type/:id/_history/:version',
    interaction: 'vread',
    level: 'instance',
    handle: handleVread,
  },
  {
    method: 'PUT',
    path: '/:type/:id',
    interaction: 'update',
    level: 'instance',
    handle: updateOrBytes(handleUpdate),
  },
  { method: 'PATCH', path: '/:type/:id', interaction: 'patch', level: 'instance', handle: handlePatch },
  { method: 'DELETE', path: '/:type/:id', interaction: 'delete', level: 'instance', handle: handleDelete },
  {
    method: 'GET',
    path: '/:type/:id/_history',
    interaction: 'history-instance',
    level: 'instance',
    handle: handleHistory,
  },
  {
    method: 'GET',
    path: '/:type/_history',
    interaction: 'history-type',
    level: 'type',
    handle: handleHistory,
  },
  {
    method: 'POST',
    path: '/:type',
    interaction: 'create',
    level: 'type',
    capability: 'conditionalCreate',
    handle: createOrBytes(handleCreate),
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
  { method: 'GET', path: '/:type', interaction: 'search-type', level: 'type', handle: handleSearch },
  {
    method: 'POST',
    path: '/:type/_search',
    interaction: 'search-type',
    level: 'type',
    handle: handlePostSearch,
  },
  {
    method: 'GET',
    path: '/:type/:id/:compartmentType',
    interaction: 'search-type',
    level: 'instance',
    handle: handleCompartment,
  },
  { method: 'GET', path: '/_history', interaction: 'history-system', level: 'system', handle: handleHistory },
  { method: 'POST', path: '/', interaction: 'transaction', level: 'system', handle: handleBundle },
];

function bodyOf({ request }: FhirRequest) {
  assertJsonType(request);
  return readBody(request.body);
}

async function handleRead(r: FhirRequest): Promise<FastifyReply> {
  const { type, id } = r.params as { type: string; id: string };
  const stored = await read(r.engine, r.ctx, type, id);
  versionHeaders(r.reply, stored);
  if (isUnchanged(r.request, stored)) return r.reply.code(304).send();
  const subset = subsetOf(r.engine.definitions, shapeOf(r.query));
  return sendText(r.reply, 200, subset(type, stored.content));
}

function shapeOf(query: QueryPairs): Parameters<typeof subsetOf>[1] {
  const summary = query.find(([n]) => n === '_summary')?.[1] as 'true' | 'text' | 'data' | undefined;
  const elements = query.filter(([n]) => n === '_elements').flatMap(([, v]) => v.split(','));
  return { summary: summary ?? 'false', elements: elements.filter((e) => e !== '') };
}

async function handleVread(r: FhirRequest): Promise<FastifyReply> {
  const { type, id, version } = r.params as { type: string; id: string; version: string };
  const number = /^\d{1,9}$/.test(version) ? Number(version) : undefined;
  const stored = await vread(r.engine, r.ctx, type, id, number);
  return sendText(versionHeaders(r.reply, stored), 200, stored.content);
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
    await conditionalDelete(r.engine, r.ctx, { type, criteria: criteriaOf(r), provenance }),
  );
}

function sendDeleted(r: FhirRequest, result: { version?: number }): FastifyReply {
  if (result.version !== undefined) r.reply.header('etag', `W/"${result.version}"`);
  if (preferOf(r.request).return !== 'OperationOutcome') return r.reply.code(204).send();
  const notice = information(
    result.version === undefined
      ? { en: 'There was nothing to delete.', zh: '没有可删除的资源。' }
      : { en: 'The resource is deleted; its history stays.', zh: '资源已删除,历史版本保留。' },
  );
  return sendOutcome(r.reply, 200, [notice], r.ctx);
}

async function handleHistory(r: FhirRequest): Promise<FastifyReply> {
  const { type, id } = r.params;
  const result = await history(r.engine, r.ctx, { type, id, query: r.query });
  const path = [type, id, '_history'].filter((p) => p !== undefined).join('/');
  return sendText(r.reply, 200, historyText(r.ctx, path, result));
}

async function handleSearch(r: FhirRequest): Promise<FastifyReply> {
  return search(r, r.params.type!, r.query);
}

async function handlePostSearch(r: FhirRequest): Promise<FastifyReply> {
  const body = r.request.body;
  const form = Buffer.isBuffer(body) ? [...new URLSearchParams(body.toString('utf8'))] : [];
  return search(r, r.params.type!, [...r.query, ...form]);
}

async function handleCompartment(r: FhirRequest): Promise<FastifyReply> {
  const { type, id, compartmentType } = r.params as { type: string; id: string; compartmentType: string };
  if (type !== 'Patient') {
    throw malformed({
      en: `There is no ${type} compartment here; the Patient compartment is: Patient/id/Type.`,
      zh: `此处没有 ${type} 分区;支持 Patient 分区:Patient/id/类型。`,
    });
  }
  return search(r, compartmentType, r.query, id);
}

async function search(
  r: FhirRequest,
  type: string,
  asked: QueryPairs,
  patientId?: string,
): Promise<FastifyReply> {
  const { lenient } = preferOf(r.request);
  const { explain, query } = explanationAsked(asked);
  const input = { type, query, lenient, patientId };
  if (explain) return sendText(r.reply, 200, JSON.stringify(await explainSearch(r.engine, r.ctx, input)));
  const result = await searchType(r.engine, r.ctx, input);
  const path = patientId === undefined ? type : `Patient/${patientId}/${type}`;
  const subset = subsetOf(r.engine.definitions, result.plan);
  return sendText(r.reply, 200, searchsetText(r.ctx, path, result, subset));
}

async function handleBundle(r: FhirRequest): Promise<FastifyReply> {
  const body = bodyOf(r);
  const { engine, ctx } = r;
  const kind = body.resource.type;
  if (body.resource.resourceType !== 'Bundle' || (kind !== 'transaction' && kind !== 'batch')) {
    throw malformed(
      {
        en: `What is posted to the base must be a Bundle of type transaction or batch, not ${body.resource.resourceType} ${String(kind ?? '')}.`,
        zh: `提交到根地址的必须是 transaction 或 batch 类型的 Bundle,而不是 ${body.resource.resourceType} ${String(kind ?? '')}。`,
      },
      'Bundle.type',
    );
  }
  const entries = bundleEntries(engine.definitions, body, ctx.base);
  if (kind === 'batch') assertNoProvenance(r.request);
  const prefer = preferOf(r.request);
  const results =
    kind === 'transaction'
      ? await runTransaction(r, entries)
      : await batch(
          ctx,
          entries,
          (entry) => dispatch(engine, ctx, entry),
          (e, error) => failedEntry(r, e, error),
        );
  return sendText(
    r.reply,
    200,
    bundleText(
      `${kind}-response`,
      [],
      results.map((result) => entryText(ctx, result, prefer)),
    ),
  );
}

async function runTransaction({ engine, ctx, request }: FhirRequest, entries: readonly Entry[]) {
  try {
    return await transaction(
      engine,
      ctx,
      entries,
      (c, db, entry) => dispatchRead(engine, c, db, entry),
      provenanceHeader(request),
    );
  } catch (error) {
    // A refusal is audited as what it refused, not as a post to the base.
    const at = error instanceof FhirError ? error.issues[0]?.expression : undefined;
    const entry = entries.find(({ index }) => at?.startsWith(`Bundle.entry[${index}]`));
    if (entry) request.refused = { method: entry.method, address: addressOf(entry) };
    throw error;
  }
}

async function failedEntry(
  { engine, ctx, request }: FhirRequest,
  entry: Entry,
  error: unknown,
): Promise<void> {
  if (error instanceof FhirError && error.category === 'forbidden') {
    await auditRefusal(engine, ctx, entry.method, addressOf(entry), error);
  } else if (!(error instanceof FhirError) || error.status >= 500) {
    request.log.error({ err: error }, 'batch entry failed');
  }
}
