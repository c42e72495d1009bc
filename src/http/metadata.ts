/** The CapabilityStatement over HTTP. https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import type { CapabilityStatement } from '@medplum/fhirtypes';

/** The statement as it is sent. */
export interface Metadata {
  readonly text: string;
  /** Changes whenever the statement does. */
  readonly etag: string;
  /** HTTP date. */
  readonly modified: string;
}

/** Written anew when there is a new statement. */
export function createMetadata(statement: () => CapabilityStatement): () => Metadata {
  let last: { readonly of: CapabilityStatement; readonly metadata: Metadata } | undefined;
  return () => {
    const current = statement();
    if (last?.of !== current) last = { of: current, metadata: metadataOf(current) };
    return last.metadata;
  };
}

function metadataOf(statement: CapabilityStatement): Metadata {
  const text = JSON.stringify(statement);
  const etag = `W/"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
  return { text, etag, modified: new Date(statement.date!).toUTCString() };
}
