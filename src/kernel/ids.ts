/** The grammar of ids and references. */
import { randomUUID } from 'node:crypto';

/** https://hl7.org/fhir/R4/datatypes.html#id */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}

/** Version 4, as `newId` makes them: chosen at random. https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function newId(): string {
  return randomUUID();
}

export interface LocalReference {
  readonly type: string;
  readonly id: string;
  readonly version?: string;
}

const LOCAL = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

/**
 * A reference to a resource of this server: relative (`Patient/1`), or absolute below `base`; undefined for
 * every other reference (other servers, `urn:`, contained). https://hl7.org/fhir/R4/references.html#literal
 */
export function localReference(reference: string, base?: string): LocalReference | undefined {
  const text =
    base && reference.startsWith(base) && reference[base.length] === '/'
      ? reference.slice(base.length + 1)
      : reference;
  const match = LOCAL.exec(text);
  if (!match) return undefined;
  return { type: match[1]!, id: match[2]!, version: match[3] };
}

/** Entity tags separated by commas, or `*` (RFC 9110 §13.1.1); a bare version is taken too. */
const ETAGS =
  /^\s*(?:\*|(?:(?:W\/)?"[\x21\x23-\x7e]*"|\d+)(?:\s*,\s*(?:(?:W\/)?"[\x21\x23-\x7e]*"|\d+))*)\s*$/;

export function areETags(text: string): boolean {
  return text.length <= 1000 && ETAGS.test(text);
}

/** Whether one of some entity tags is that of the version; `*` is that of every one. */
export function etagsMatch(text: string, version: number): boolean {
  return text.trim() === '*' || text.split(',').some((etag) => versionOfETag(etag) === version);
}

/** `W/"3"`, `"3"` or `3` -> 3; undefined when it names no version of ours. */
export function versionOfETag(etag: string): number | undefined {
  const match = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(etag);
  return match ? Number(match[1]) : undefined;
}
