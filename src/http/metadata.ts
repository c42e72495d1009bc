/** The CapabilityStatement, and what the terminology service says of itself, over HTTP. https://hl7.org/fhir/R4/http.html#capabilities */
import { createHash } from 'node:crypto';
import type { CapabilityStatement, TerminologyCapabilities } from '@medplum/fhirtypes';
import { badParameter } from '../kernel/fhir-error.ts';
import type { QueryPairs } from '../search/parse.ts';

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

/** A statement as it is sent, for who makes it anew each time. */
export function metadataOf(statement: CapabilityStatement | TerminologyCapabilities): Metadata {
  const text = JSON.stringify(statement);
  const etag = `W/"${createHash('sha256').update(text).digest('hex').slice(0, 16)}"`;
  return { text, etag, modified: new Date(statement.date!).toUTCString() };
}

const MODES = ['full', 'normative', 'terminology'];

/** What statement is asked for. Throws `bad-parameter`. */
export function modeOf(query: QueryPairs): string {
  const mode = query.find(([name]) => name === 'mode')?.[1] ?? 'full';
  if (MODES.includes(mode)) return mode;
  throw badParameter('mode', {
    en: `'${mode}' is no mode of the capabilities. Use one of: ${MODES.join(', ')}; or leave it out.`,
    zh: `“${mode}”不是能力声明的模式。可用:${MODES.join('、')},或不填。`,
  });
}
