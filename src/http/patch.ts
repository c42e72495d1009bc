/** https://hl7.org/fhir/R4/http.html#patch: the format of the patch is that of its media type. */
import type { FastifyReply } from 'fastify';
import { fhirPathPatch, JSON_PATCH, jsonPatch, type PatchDocument } from '../interactions/patch/document.ts';
import { conditionalPatch, patch } from '../interactions/patch.ts';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { criteriaOf, ifMatchOf } from './conditions.ts';
import { isJsonType, preferOf, readBody } from './negotiate.ts';
import { provenanceHeader } from './provenance-header.ts';
import { sendWritten } from './reply.ts';
import type { FhirRequest } from './routes.ts';

/** RFC 5789 §3.1 */
const ACCEPT_PATCH = `${JSON_PATCH}, application/fhir+json`;

export async function handlePatch(r: FhirRequest): Promise<FastifyReply> {
  const { type, id } = r.params as { type: string; id: string };
  return send(r, await patch(r.engine, r.ctx, { type, id, ...inputOf(r) }));
}

export async function handleConditionalPatch(r: FhirRequest): Promise<FastifyReply> {
  const { type } = r.params as { type: string };
  const criteria = criteriaOf(r);
  return send(r, await conditionalPatch(r.engine, r.ctx, { type, criteria, ...inputOf(r) }));
}

function send(r: FhirRequest, result: Awaited<ReturnType<typeof patch>>): FastifyReply {
  return sendWritten(r.reply, r.ctx, preferOf(r.request), result);
}

function inputOf(r: FhirRequest) {
  return { patch: documentOf(r), ifMatch: ifMatchOf(r), provenance: provenanceHeader(r.request) };
}

function documentOf({ request }: FhirRequest): PatchDocument {
  const header = request.headers['content-type'];
  const [type] = (header ?? '').toLowerCase().split(';', 1);
  if (type!.trim() === JSON_PATCH)
    return jsonPatch(Buffer.isBuffer(request.body) ? request.body : Buffer.of());
  if (header !== undefined && isJsonType(header)) return fhirPathPatch(readBody(request.body));
  throw failure(
    'media-type',
    [
      problem(
        'not-supported',
        {
          en: `A patch comes as ${JSON_PATCH} (JSON Patch) or application/fhir+json (FHIRPath Patch), not as '${header ?? ''}'.`,
          zh: `补丁应为 ${JSON_PATCH}(JSON Patch)或 application/fhir+json(FHIRPath Patch),而不是“${header ?? ''}”。`,
        },
        { expression: 'Content-Type' },
      ),
    ],
    { 'accept-patch': ACCEPT_PATCH },
  );
}
