/** Conditional read. https://hl7.org/fhir/R4/http.html#cread, RFC 9110 §13.1.2, §13.1.3 */
import { etagsMatch } from '../kernel/ids.ts';

export interface ReadCondition {
  /** ETags that the client has, separated by commas, or `*`. */
  readonly ifNoneMatch?: string;
  /** An HTTP date or an instant. */
  readonly ifModifiedSince?: string;
}

/** Whether the client has this version already: then it gets 304. What cannot be read is no condition. */
export function isUnchanged(
  { ifNoneMatch, ifModifiedSince }: ReadCondition,
  stored: { readonly version: number; readonly updated: number },
): boolean {
  if (ifNoneMatch !== undefined) return etagsMatch(ifNoneMatch, stored.version);
  const since = Date.parse(ifModifiedSince ?? '');
  return !Number.isNaN(since) && Math.floor(stored.updated / 1000) * 1000 <= since;
}
