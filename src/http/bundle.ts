/** Batches and transactions. https://hl7.org/fhir/R4/http.html#transaction */
import type { FastifyReply } from 'fastify';
import { auditRefusal } from '../interactions/audit-refusal.ts';
import { batch } from '../interactions/batch.ts';
import { bundleText } from '../interactions/bundle.ts';
import { type Dispatch, dispatch, dispatchRead } from '../interactions/dispatch.ts';
import type { Body } from '../interactions/engine.ts';
import { addressOf, bundleEntries, type Entry, parseEntries } from '../interactions/entry.ts';
import { transaction } from '../interactions/transaction.ts';
import { FhirError, malformed } from '../kernel/fhir-error.ts';
import { entryText } from './entry-reply.ts';
import { assertJsonType, preferOf, readBody } from './negotiate.ts';
import { assertNoWriting, operateEntry } from './operation.ts';
import { assertNoProvenance, provenanceHeader } from './provenance-header.ts';
import { sendText } from './reply.ts';
import type { FhirRequest } from './routes.ts';

/** Throws malformed unless a transaction or a batch is posted. */
export function bundleOf(r: FhirRequest): { readonly body: Body; readonly kind: 'transaction' | 'batch' } {
  assertJsonType(r.request);
  const body = readBody(r.request.body);
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
  return { body, kind };
}

export async function handleBundle(r: FhirRequest): Promise<FastifyReply> {
  const { body, kind } = bundleOf(r);
  const texts = await (kind === 'transaction' ? transactionTexts(r, body) : batchTexts(r, body));
  return sendText(r.reply, 200, bundleText(`${kind}-response`, [], texts));
}

async function batchTexts(r: FhirRequest, body: Body): Promise<string[]> {
  const { engine, ctx, request } = r;
  assertNoProvenance(request);
  const [common, prefer] = [commonOf(r), preferOf(request)];
  const entries = parseEntries(engine.definitions, body, ctx.base);
  const results = await batch(
    ctx,
    entries,
    (entry) => dispatch(engine, ctx, entry, common),
    (entry, error) => failedEntry(r, entry, error),
  );
  return entries.map((entry, i) => entryText(ctx, entry, results[i]!, prefer));
}

async function transactionTexts(r: FhirRequest, body: Body): Promise<string[]> {
  const { engine, ctx, request, site } = r;
  const prefer = preferOf(request);
  const entries = bundleEntries(engine.definitions, body, ctx.base);
  assertNoWriting(site.operationsOn(engine), entries);
  const results = await runTransaction(r, entries);
  return entries.map((entry, i) => entryText(ctx, entry, results[i]!, prefer));
}

function commonOf({ request, site }: FhirRequest): Dispatch {
  return {
    lenient: preferOf(request).lenient,
    operate: (engine, ctx, entry) => operateEntry(engine, ctx, site.operationsOn(engine), entry),
    metadata: site.metadata,
  };
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

async function runTransaction(r: FhirRequest, entries: readonly Entry[]) {
  const { engine, ctx, request } = r;
  const common = commonOf(r);
  try {
    return await transaction(
      engine,
      ctx,
      entries,
      (c, db, entry) => dispatchRead(engine, c, db, entry, common),
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
