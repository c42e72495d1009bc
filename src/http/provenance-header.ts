/** `X-Provenance`. https://hl7.org/fhir/R4/provenance.html#header */
import type { FastifyRequest } from 'fastify';
import type { Body } from '../interactions/engine.ts';
import { FhirError, failure, malformed } from '../kernel/fhir-error.ts';
import { readBody } from './negotiate.ts';

const HEADER = 'x-provenance';

/** The Provenance of the header; throws malformed when it is no resource. */
export function provenanceHeader(request: FastifyRequest): Body | undefined {
  const header = request.headers[HEADER];
  if (header === undefined) return undefined;
  try {
    // Node reads headers as Latin-1; the bytes are UTF-8.
    return readBody(Buffer.from(String(header), 'latin1'));
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw failure(
      'malformed',
      error.issues.map((i) => ({
        ...i,
        expression: 'X-Provenance',
        text: { en: `X-Provenance: ${i.text.en}`, zh: `X-Provenance:${i.text.zh}` },
      })),
    );
  }
}

/** The entries of a batch are requests of their own: one header cannot be the Provenance of them all. */
export function assertNoProvenance(request: FastifyRequest): void {
  if (request.headers[HEADER] === undefined) return;
  throw malformed(
    {
      en: 'X-Provenance cannot accompany a batch. Send a transaction, or the Provenance as an entry.',
      zh: 'batch 不能附带 X-Provenance。请使用 transaction,或把 Provenance 作为条目提交。',
    },
    'X-Provenance',
  );
}
