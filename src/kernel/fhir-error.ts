/**
 * The one error type that use cases throw. Made only by the functions of this file, so that the
 * category table below is the whole story of which HTTP status a failure gets.
 */
import { type Issue, problem, type Text } from './issue.ts';

/** category -> HTTP status (https://hl7.org/fhir/R4/http.html, RFC 9110). */
export const STATUS_OF = {
  malformed: 400,
  'bad-parameter': 400,
  'too-costly': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  gone: 410,
  precondition: 412,
  'too-slow': 408,
  'too-large': 413,
  'media-type': 415,
  range: 416,
  unprocessable: 422,
  'business-rule': 422,
  throttled: 429,
  bug: 500,
  'not-implemented': 501,
  transient: 503,
  timeout: 504,
} as const;

export type Category = keyof typeof STATUS_OF;

export class FhirError extends Error {
  override readonly name = 'FhirError';
  readonly category: Category;
  readonly issues: readonly Issue[];
  /** Response headers that belong to this failure (`WWW-Authenticate`, `Retry-After`, `ETag`). */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    category: Category,
    issues: readonly Issue[],
    more: { cause?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(issues[0]?.text.en ?? category, { cause: more.cause });
    this.category = category;
    this.issues = issues;
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return STATUS_OF[this.category];
  }
}

/** The request cannot be understood: bad JSON, wrong shape, resourceType that is not the URL's. */
export function malformed(text: Text, expression?: string): FhirError {
  return new FhirError('malformed', [problem('structure', text, { expression })]);
}

/** A search, history or operation parameter that is unknown or has an unusable value. */
export function badParameter(name: string, text: Text, supported = true): FhirError {
  return new FhirError('bad-parameter', [
    problem(supported ? 'invalid' : 'not-supported', text, { expression: name }),
  ]);
}

export function tooCostly(text: Text, expression?: string): FhirError {
  return new FhirError('too-costly', [problem('too-costly', text, { expression })]);
}

export function unauthenticated(text: Text, challenge: string): FhirError {
  return new FhirError('unauthenticated', [problem('login', text)], {
    headers: { 'www-authenticate': challenge },
  });
}

export function forbidden(text: Text, rule?: string): FhirError {
  return new FhirError('forbidden', [problem('forbidden', text, { rule })]);
}

export function notFound(type: string, id: string): FhirError {
  return new FhirError('not-found', [
    problem('not-found', {
      en: `${type}/${id} is not known here. Check the id, or search by identifier.`,
      zh: `此处没有 ${type}/${id}。请核对 id,或按 identifier 检索。`,
    }),
  ]);
}

export function unknownType(type: string): FhirError {
  return new FhirError('not-found', [
    problem('not-supported', {
      en: `'${type}' is not a FHIR R4 resource type (names are case-sensitive, as in 'Patient').`,
      zh: `“${type}”不是 FHIR R4 资源类型(区分大小写,例如 “Patient”)。`,
    }),
  ]);
}

/** An address below the base that no interaction or operation answers. */
export function unknownRoute(text: Text): FhirError {
  return new FhirError('not-found', [problem('not-supported', text)]);
}

export function methodNotAllowed(text: Text, allow: string): FhirError {
  return new FhirError('method-not-allowed', [problem('not-supported', text)], { headers: { allow } });
}

export function gone(type: string, id: string, version: number): FhirError {
  return new FhirError(
    'gone',
    [
      problem('deleted', {
        en: `${type}/${id} was deleted. Its history is at ${type}/${id}/_history.`,
        zh: `${type}/${id} 已被删除。其历史见 ${type}/${id}/_history。`,
      }),
    ],
    { headers: { etag: `W/"${version}"` } },
  );
}

export function conflict(text: Text, more: { expression?: string; rule?: string } = {}): FhirError {
  return new FhirError('conflict', [problem('conflict', text, more)]);
}

/** A condition of the request (If-Match, If-None-Match, conditional criteria) does not hold. */
export function preconditionFailed(text: Text, expression?: string): FhirError {
  return new FhirError('precondition', [problem('conflict', text, { expression })]);
}

/** `count` matches, or more, where `allowed` are. */
export function multipleMatches(criteria: string, count: number, allowed = 1): FhirError {
  return new FhirError('precondition', [
    problem('multiple-matches', {
      en: `The criteria '${criteria}' match ${count} resources or more, where at most ${allowed} may match. Make them more specific.`,
      zh: `条件“${criteria}”匹配到至少 ${count} 个资源,而此处至多只能匹配 ${allowed} 个。请使用更精确的条件。`,
    }),
  ]);
}

/** The content breaks FHIR or a profile: every issue found, at once. */
export function unprocessable(issues: readonly Issue[]): FhirError {
  return new FhirError('unprocessable', issues);
}

/** The content breaks a rule of the county's work. */
export function ruleBroken(issues: readonly Issue[]): FhirError {
  return new FhirError('business-rule', issues);
}

/** The database is away or overloaded; the same request may succeed in a moment. */
export function transient(cause: unknown, retryAfterSeconds = 2): FhirError {
  return new FhirError(
    'transient',
    [
      problem('transient', {
        en: 'The database cannot be reached at the moment; nothing was changed. Please try again shortly.',
        zh: '数据库暂时无法访问,未做任何更改。请稍后重试。',
      }),
    ],
    { cause, headers: { 'retry-after': String(retryAfterSeconds) } },
  );
}

/** Several errors of one category as one. */
export function failure(
  category: Category,
  issues: readonly Issue[],
  headers?: Readonly<Record<string, string>>,
): FhirError {
  return new FhirError(category, issues, { headers });
}
