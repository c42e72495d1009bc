/** Conditions of requests: versions and criteria. https://hl7.org/fhir/R4/http.html#concurrency */
import type { FastifyRequest } from 'fastify';
import type { ReadCondition } from '../interactions/unchanged.ts';
import { badParameter, malformed } from '../kernel/fhir-error.ts';
import { areETags } from '../kernel/ids.ts';
import type { FhirRequest } from './routes.ts';

/** The versions that `If-Match` allows. Throws when they are no entity tags. */
export function ifMatchOf({ request }: Pick<FhirRequest, 'request'>): string | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || areETags(header)) return header;
  throw badParameter('If-Match', {
    en: `If-Match: ${header} names no version. Write W/"3", as the ETag of the version you read.`,
    zh: `If-Match: ${header} 不是版本号。请使用所读版本的 ETag,例如 W/"3"。`,
  });
}

/** https://hl7.org/fhir/R4/http.html#cread */
export function readConditionOf({ headers }: FastifyRequest): ReadCondition {
  return { ifNoneMatch: headers['if-none-match'], ifModifiedSince: headers['if-modified-since'] };
}

/** The criteria of a conditional interaction. */
export function criteriaOf({ query, request }: Pick<FhirRequest, 'query' | 'request'>): string {
  const mark = request.url.indexOf('?');
  if (query.length > 0) return request.url.slice(mark + 1);
  throw malformed({
    en: `${request.method} on a type needs search criteria, as in ?identifier=system|value; or give an id.`,
    zh: `对类型执行 ${request.method} 需要检索条件,例如 ?identifier=system|value;或者给出 id。`,
  });
}
