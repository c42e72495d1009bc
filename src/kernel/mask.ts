/**
 * Numbers that name a person, with their middle left out: enough to recognise for who knows it, too little to use.
 * GB/T 35273 (个人信息安全规范) 6.3: de-identified when shown.
 */
import type { Coding } from './elements.ts';

/** A citizen's number (GB 11643: 17 digits and a check character, or the 15 of before 1999) with no digit around it. */
const RESIDENT_ID = /(?<![0-9A-Za-z])(\d{6})\d{5,8}(\d{3}[\dXx]|\d{2})(?![0-9A-Za-z])/g;
/** A mobile number, with or without +86. */
const MOBILE = /(?<![0-9A-Za-z])((?:\+?86[- ]?)?1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])/g;
/** Credentials as they stand in headers, forms and JSON. */
const BEARER = /\b(Bearer|DPoP|Basic)\s+[\w\-.~+/]{8,}=*/gi;
const JWT = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const SECRET =
  /((?:client_secret|client_assertion|password|passwd|access_token|refresh_token|id_token|code_verifier|code)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi;

/** A text for the log: no secrets, and no number that names a person. */
export function maskedText(text: string): string {
  return text
    .replace(BEARER, '$1 ***')
    .replace(JWT, '***')
    .replace(SECRET, '$1***')
    .replace(RESIDENT_ID, maskedId)
    .replace(MOBILE, '$1****$2');
}

function maskedNumbers(text: string): string {
  return text.replace(RESIDENT_ID, maskedId).replace(MOBILE, '$1****$2');
}

function maskedId(whole: string): string {
  const { length } = whole;
  return length === 18 || length === 15 ? maskedNumber(whole) : whole;
}

/** The first six and the last four characters of a long number, the first three and the last four of a shorter one. */
export function maskedNumber(text: string): string {
  const [head, tail] = text.length >= 15 ? [6, 4] : text.length >= 9 ? [3, 4] : [1, 1];
  if (text.length <= head + tail) return '*'.repeat(text.length);
  return `${text.slice(0, head)}${'*'.repeat(text.length - head - tail)}${text.slice(-tail)}`;
}

/** What may be masked in a resource; whoever decides names the fields. */
export const MASKED_FIELDS = ['identifier', 'telecom', 'address'] as const;
export type MaskedField = (typeof MASKED_FIELDS)[number];

type Json = Record<string, unknown>;

/**
 * A copy of a resource in which identifiers, phone numbers or addresses are shortened, wherever they stand in it, and
 * numbers of persons in any text; without its narrative, which may repeat them. The resource itself when there is
 * nothing to do. It is tagged SUBSETTED, for it is no basis for an update
 * (https://hl7.org/fhir/R4/search.html#elements), and labelled MASKED
 * (http://terminology.hl7.org/CodeSystem/v3-ObservationValue).
 */
export function masked<T extends object>(resource: T, fields: ReadonlySet<MaskedField>): T {
  if (fields.size === 0) return resource;
  const { text: _, ...copy } = maskedValue(resource, fields) as Json;
  const { tag, security, ...meta } = (copy.meta ?? {}) as { tag?: Coding[]; security?: Coding[] };
  const labels = { security: withCode(security, MASKED), tag: withCode(tag, SUBSETTED) };
  return { ...copy, meta: { ...meta, ...labels } } as unknown as T;
}

const VALUES = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const SUBSETTED = { system: VALUES, code: 'SUBSETTED' };
const MASKED = { system: VALUES, code: 'MASKED' };

function withCode(codings: readonly Coding[] = [], coding: Coding): Coding[] {
  return [...codings.filter(({ code }) => code !== coding.code), coding];
}

/** Whether a resource is but a part of one: nothing to write over the whole with. */
export function isSubset(resource: object): boolean {
  const { tag } = ((resource as { meta?: unknown }).meta ?? {}) as { tag?: unknown };
  return (
    Array.isArray(tag) &&
    (tag as Coding[]).some(({ system, code }) => system === VALUES && code === 'SUBSETTED')
  );
}

function maskedValue(value: unknown, fields: ReadonlySet<MaskedField>): unknown {
  if (typeof value === 'string') return fields.has('identifier') ? maskedNumbers(value) : value;
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, fields));
  // A number that keeps its digits: `parseExactly`.
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'identifier' && fields.has('identifier')) return [name, eachOf(member, numberless)];
      if (name === 'telecom' && fields.has('telecom')) return [name, eachOf(member, numberless)];
      if (name === 'address' && fields.has('address')) return [name, eachOf(member, placeless)];
      return [name, maskedValue(member, fields)];
    }),
  );
}

function eachOf(value: unknown, change: (item: Json) => Json): unknown {
  if (Array.isArray(value)) return value.map((item) => change(item as Json));
  return typeof value === 'object' && value !== null ? change(value as Json) : value;
}

/** An Identifier or a ContactPoint; its extensions may repeat the value, and go. */
function numberless({ value, extension: _, _value, ...rest }: Json): Json {
  return typeof value === 'string' ? { ...rest, value: maskedNumber(value) } : rest;
}

/** An Address down to the district. https://hl7.org/fhir/R4/datatypes.html#Address */
function placeless({ use, type, state, city, district, country, period }: Json): Json {
  return compact({ use, type, state, city, district, country, period });
}

function compact(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
