/** What the client sends and what it wants back. https://hl7.org/fhir/R4/http.html#mime-type */
import type { FastifyRequest } from 'fastify';
import type { Body } from '../interactions/engine.ts';
import { type FhirError, failure, malformed } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { hasFalseEscape, shapeOf } from '../kernel/json-text.ts';
import { queryPairs } from '../kernel/query-pairs.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** Deeper than any real Questionnaire, shallow enough for every recursive reader. */
const MAX_DEPTH = 100;

const JSON_TYPES = new Set([
  'application/fhir+json',
  'application/json',
  'application/json+fhir',
  'text/json',
  'json',
]);

/** What Accept headers get: clients send the same one with every request. */
const known = new Map<string, string>();
const MAX_KNOWN = 1000;

/**
 * The Content-Type of the answer. Throws not-acceptable (406) unless JSON of FHIR 4.0 is among what the client
 * takes. `format` is that of `_format`, which overrides `Accept`.
 */
export function negotiated(accept: string | undefined, format: string | undefined): string {
  if (format !== undefined) {
    // A plus sign that is not escaped is a space.
    if (bestType(format.trim().replaceAll(' ', '+'), false) !== undefined) return FHIR_JSON;
    throw notAcceptable('_format', format);
  }
  if (accept === undefined) return FHIR_JSON;
  let type = known.get(accept);
  if (type === undefined) {
    type = bestType(accept, true);
    if (type === undefined) throw notAcceptable('Accept', accept);
    if (known.size < MAX_KNOWN) known.set(accept, type);
  }
  return type;
}

/**
 * The best of some media ranges: "If a client provides a generic mime type in the Accept header, the server
 * SHOULD respond with the requested mime type". A browser asks for HTML; JSON is better than nothing to it.
 */
function bestType(ranges: string, html: boolean): string | undefined {
  let best: { readonly type: string; readonly quality: number } | undefined;
  for (const range of ranges.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((p) => p.trim());
    const parameter = (name: string) =>
      parameters.find((p) => p.startsWith(`${name}=`))?.slice(name.length + 1);
    const version = parameter('fhirversion');
    if (version !== undefined && !/^"?4\.0(\.1)?"?$/.test(version)) continue;
    const quality = Number(parameter('q') ?? 1);
    const served =
      type === 'application/json' || type === 'text/json'
        ? `${type}; charset=utf-8`
        : JSON_TYPES.has(type) || ANY.has(type) || (html && type === 'text/html')
          ? FHIR_JSON
          : undefined;
    if (served && quality > (best?.quality ?? 0)) best = { type: served, quality };
  }
  return best?.type;
}

/** Whether HTML comes before everything that FHIR is served as, as in what browsers send. */
export function prefersPage(accept: string | undefined): boolean {
  const [first = ''] = (accept ?? '').split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  return first === 'text/html';
}

const ANY = new Set(['', '*/*', 'application/*']);

function notAcceptable(where: 'Accept' | '_format', wanted: string): FhirError {
  return failure('not-acceptable', [
    problem(
      'not-supported',
      {
        en: `'${wanted}' cannot be served. Ask for application/fhir+json (FHIR 4.0).`,
        zh: `无法提供“${wanted}”。请使用 application/fhir+json(FHIR 4.0)。`,
      },
      { expression: where },
    ),
  ]);
}

/** Throws media-type (415) unless the body is declared as JSON, or not declared at all. */
export function assertJsonType(request: FastifyRequest): void {
  const header = request.headers['content-type'];
  if (header === undefined || isJsonType(header)) return;
  throw failure('media-type', [
    problem(
      'not-supported',
      {
        en: `Content-Type '${header}' is not supported. Send application/fhir+json in UTF-8.`,
        zh: `不支持 Content-Type“${header}”。请以 UTF-8 编码发送 application/fhir+json。`,
      },
      { expression: 'Content-Type' },
    ),
  ]);
}

const FORM = 'application/x-www-form-urlencoded';

/** The parameters of a search by POST. Throws media-type (415) when they come as something else. */
export function formOf({ headers, body }: FastifyRequest): [string, string][] {
  if (!Buffer.isBuffer(body) || body.length === 0) return [];
  const type = (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (type === FORM) return queryPairs(decode(body));
  throw failure('media-type', [
    problem(
      'not-supported',
      {
        en: `The parameters of a search come as ${FORM}, not as '${type}'.`,
        zh: `检索参数应为 ${FORM},而不是“${type}”。`,
      },
      { expression: 'Content-Type' },
    ),
  ]);
}

/** Whether a Content-Type is JSON of FHIR 4.0 in UTF-8. */
export function isJsonType(header: string): boolean {
  const [type, ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((p) => p.trim());
  const charset = parameters
    .find((p) => p.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  const version = parameters.find((p) => p.startsWith('fhirversion='))?.slice('fhirversion='.length);
  return (
    JSON_TYPES.has(type!) &&
    (charset === undefined || charset === 'utf-8' || charset === 'utf8') &&
    (version === undefined || /^"?4\.0(\.1)?"?$/.test(version))
  );
}

/** Whether an Accept names a format of FHIR, be it one that is not served. */
export function namesFhirType(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((part) => {
    const type = part.split(';', 1)[0]!.trim().toLowerCase();
    return JSON_TYPES.has(type) || /^application\/(fhir\+\w+|\w+\+fhir)$/.test(type);
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Bytes -> resource with its text. Throws malformed (400) saying where it stops being JSON. */
export function readBody(raw: unknown): Body {
  if (!Buffer.isBuffer(raw) || raw.length === 0) {
    throw malformed({
      en: 'The body is empty. Send a resource as JSON.',
      zh: '请求体为空。请以 JSON 发送资源。',
    });
  }
  const text = decode(raw);
  const { depth, duplicate } = shapeOf(text);
  if (depth > MAX_DEPTH) {
    throw malformed({
      en: `The body is nested deeper than ${MAX_DEPTH} levels.`,
      zh: `请求体嵌套超过 ${MAX_DEPTH} 层。`,
    });
  }
  if (hasFalseEscape(text)) {
    throw malformed({
      en: 'The body contains an escape that stands for no character: NUL (\\u0000), or half of a surrogate pair.',
      zh: '请求体中含有不表示任何字符的转义:NUL(\\u0000)或不成对的代理项。',
    });
  }
  const resource = parse(text);
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) {
    throw malformed({
      en: 'The body must be one JSON object: a resource.',
      zh: '请求体必须是一个 JSON 对象(资源)。',
    });
  }
  const { resourceType } = resource as { resourceType?: unknown };
  if (typeof resourceType !== 'string') {
    throw malformed(
      { en: "The body has no 'resourceType'.", zh: '请求体缺少 “resourceType”。' },
      'resourceType',
    );
  }
  if (duplicate !== undefined) {
    throw malformed(
      {
        en: `'${duplicate}' occurs twice in one object: readers would disagree about its value.`,
        zh: `同一对象中重复出现“${duplicate}”,其取值会有歧义。`,
      },
      resourceType,
    );
  }
  return { text, resource: resource as Body['resource'] };
}

function decode(raw: Buffer): string {
  try {
    return utf8.decode(raw);
  } catch {
    throw malformed({
      en: 'The body is not UTF-8. If it is GBK, convert it first.',
      zh: '请求体不是 UTF-8 编码。若为 GBK,请先转换。',
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    const place = at === undefined ? { en: '', zh: '' } : placeOf(text, Number(at));
    throw malformed({
      en: `The body is not valid JSON${place.en}.`,
      zh: `请求体不是合法的 JSON${place.zh}。`,
    });
  }
}

function placeOf(text: string, position: number): { en: string; zh: string } {
  const lines = text.slice(0, position).split('\n');
  const [line, column] = [lines.length, lines.at(-1)!.length + 1];
  return { en: ` (line ${line}, column ${column})`, zh: `(第 ${line} 行第 ${column} 列)` };
}

export interface Prefer {
  readonly return: 'minimal' | 'representation' | 'OperationOutcome';
  readonly lenient: boolean;
}

/** https://hl7.org/fhir/R4/http.html#ops, https://hl7.org/fhir/R4/search.html#errors */
export function preferOf(request: FastifyRequest): Prefer {
  const header = String(request.headers.prefer ?? '');
  const wanted = /(?:^|[,;\s])return\s*=\s*"?(minimal|representation|OperationOutcome)/i
    .exec(header)?.[1]
    ?.toLowerCase();
  return {
    return:
      wanted === 'minimal'
        ? 'minimal'
        : wanted === 'operationoutcome'
          ? 'OperationOutcome'
          : 'representation',
    lenient: /(?:^|[,;\s])handling\s*=\s*"?lenient/i.test(header),
  };
}
