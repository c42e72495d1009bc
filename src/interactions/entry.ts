/** Entries of batch and transaction Bundles: from JSON text to requests. https://hl7.org/fhir/R4/http.html#transaction */
import type { Definitions } from '../definitions/definitions.ts';
import { type FhirError, failure, malformed } from '../kernel/fhir-error.ts';
import { areETags, isId } from '../kernel/ids.ts';
import { problem } from '../kernel/issue.ts';
import { elements, members } from '../kernel/json-text.ts';
import type { Body } from './engine.ts';

export type EntryMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** What can be read without a type. */
const SYSTEM_READS = new Set(['_history', '_search', 'metadata']);

/** What an entry asks for. */
export interface Entry {
  readonly index: number;
  readonly fullUrl?: string;
  readonly method: EntryMethod;
  /** Path below the base, without a query: `Patient/1/_history/2`. */
  readonly path: readonly string[];
  /** Query of the url, without `?`; undefined when there is none. */
  readonly query?: string;
  readonly body?: Body;
  readonly ifNoneExist?: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
}

interface BundleEntry {
  fullUrl?: string;
  resource?: Body['resource'];
  request?: {
    method?: string;
    url?: string;
    ifNoneExist?: string;
    ifMatch?: string;
    ifNoneMatch?: string;
    ifModifiedSince?: string;
  };
}

/** What an entry asks for below the base, as it would stand in an address. */
export function addressOf(entry: Entry): string {
  return entry.path.join('/') + (entry.query === undefined ? '' : `?${entry.query}`);
}

/** Whether an entry calls an operation. */
export function isOperation({ method, path }: Pick<Entry, 'method' | 'path'>): boolean {
  return (
    (method === 'GET' || method === 'HEAD' || method === 'POST') && path.at(-1)?.startsWith('$') === true
  );
}

/** Whether an entry searches by POST: `Patient/_search`. */
export function isPostSearch({ method, path }: Pick<Entry, 'method' | 'path'>): boolean {
  return method === 'POST' && path.at(-1) === '_search';
}

/** Whether an entry is none of those that write a resource. */
export function isRead(entry: Pick<Entry, 'method' | 'path'>): boolean {
  return entry.method === 'GET' || entry.method === 'HEAD' || isPostSearch(entry) || isOperation(entry);
}

/** An entry that cannot be read, and why. */
export interface UnreadableEntry {
  readonly index: number;
  readonly error: FhirError;
}

/** Every entry of a Bundle; throws with the issues of all entries that cannot be read. */
export function bundleEntries(definitions: Definitions, body: Body, base: string): Entry[] {
  const parsed = parseEntries(definitions, body, base);
  const issues = parsed.flatMap((entry) => ('error' in entry ? entry.error.issues : []));
  if (issues.length > 0) throw failure('malformed', issues.slice(0, MAX_ISSUES));
  return parsed as Entry[];
}

/** What is wrong with a large Bundle is told as far as somebody would read it. */
export const MAX_ISSUES = 200;

/** Every entry of a Bundle, be it readable or not; throws when it holds something else. */
export function parseEntries(
  definitions: Definitions,
  body: Body,
  base: string,
): (Entry | UnreadableEntry)[] {
  const entries = (body.resource.entry === undefined ? [] : body.resource.entry) as BundleEntry[];
  if (!Array.isArray(entries)) {
    throw malformed(
      { en: 'Bundle.entry must be an array.', zh: 'Bundle.entry 必须是数组。' },
      'Bundle.entry',
    );
  }
  const wrong = entries.findIndex((e) => typeof e !== 'object' || e === null || Array.isArray(e));
  if (wrong >= 0) {
    throw malformed(
      { en: 'An entry of a Bundle must be an object.', zh: 'Bundle 的条目必须是对象。' },
      `Bundle.entry[${wrong}]`,
    );
  }
  const texts = resourceTexts(body.text);
  return entries.map((entry, index) => parseEntry(definitions, entry, index, texts[index], base));
}

/** The JSON text of each entry's resource, as the client wrote it. */
function resourceTexts(bundleText: string): (string | undefined)[] {
  const entry = members(bundleText).find((m) => m.key === 'entry');
  if (!entry) return [];
  return elements(bundleText, entry.start).map(({ start }) => {
    if (bundleText[start] !== '{') return undefined;
    const resource = members(bundleText, start).find((m) => m.key === 'resource');
    return resource && bundleText.slice(resource.start, resource.end);
  });
}

/** The elements of a request that stand for headers. */
const CONDITIONS = ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'] as const;

function parseEntry(
  definitions: Definitions,
  entry: BundleEntry,
  index: number,
  text: string | undefined,
  base: string,
): Entry | UnreadableEntry {
  const at = (
    suffix: string,
    en: string,
    zh: string,
    category: 'malformed' | 'not-found' | 'method-not-allowed' = 'malformed',
  ) => ({
    index,
    error: failure(category, [
      problem(
        category === 'malformed' ? 'value' : 'not-supported',
        { en, zh },
        { expression: `Bundle.entry[${index}]${suffix}` },
      ),
    ]),
  });
  const { request } = entry;
  if (!request || typeof request.method !== 'string' || typeof request.url !== 'string') {
    return at(
      '.request',
      'An entry needs request.method and request.url.',
      '每个条目都需要 request.method 和 request.url。',
    );
  }
  if (entry.fullUrl !== undefined && typeof entry.fullUrl !== 'string') {
    return at('.fullUrl', 'fullUrl must be a string.', 'fullUrl 必须是字符串。');
  }
  for (const name of CONDITIONS) {
    if (request[name] !== undefined && typeof request[name] !== 'string') {
      return at(`.request.${name}`, `${name} must be a string.`, `${name} 必须是字符串。`);
    }
  }
  if (
    entry.resource !== undefined &&
    (typeof entry.resource !== 'object' || entry.resource === null || Array.isArray(entry.resource))
  ) {
    return at('.resource', 'resource must be an object.', 'resource 必须是对象。');
  }
  if (!METHODS.has(request.method)) {
    return at(
      '.request.method',
      `'${request.method}' is not supported in a Bundle. Use GET, HEAD, POST, PUT, PATCH or DELETE.`,
      `Bundle 中不支持“${request.method}”。可用 GET、HEAD、POST、PUT、PATCH、DELETE。`,
    );
  }
  const method = request.method as EntryMethod;
  const address = parseUrl(request.url, base);
  if (!address) {
    return at(
      '.request.url',
      `'${request.url}' is no address: check its percent-encoding.`,
      `“${request.url}”不是有效地址:请检查百分号编码。`,
    );
  }
  const { path, query } = address;
  const [type, id] = path;
  const named = type !== undefined && definitions.resourceTypes.has(type);
  const reads = isRead({ method, path });
  if (type !== undefined && !named && !type.startsWith('$') && !SYSTEM_READS.has(type)) {
    return at(
      '.request.url',
      `'${request.url}' does not start with a FHIR R4 resource type.`,
      `“${request.url}”不是以 FHIR R4 资源类型开头。`,
      'not-found',
    );
  }
  if (!reads && !named) {
    return at(
      '.request.url',
      `${method} in a Bundle goes to a resource type, not to '${request.url}'.`,
      `Bundle 中的 ${method} 只能针对资源类型,而不是“${request.url}”。`,
      'method-not-allowed',
    );
  }
  if (!reads && method !== 'DELETE' && (entry.resource === undefined || text === undefined)) {
    return at('.resource', `${method} needs a resource.`, `${method} 需要 resource。`);
  }
  if (
    !reads &&
    method !== 'POST' &&
    (path.length > 2 || (id === undefined && !query) || (id !== undefined && !isId(id)))
  ) {
    return at(
      '.request.url',
      `${method} needs 'Type/id' or 'Type?criteria', not '${request.url}'.`,
      `${method} 的地址应为“类型/id”或“类型?条件”,而不是“${request.url}”。`,
    );
  }
  if (request.ifMatch !== undefined && !areETags(request.ifMatch)) {
    return at(
      '.request.ifMatch',
      `'${request.ifMatch}' is no version. Write W/"3".`,
      `“${request.ifMatch}”不是版本号。格式为 W/"3"。`,
    );
  }
  return {
    index,
    fullUrl: entry.fullUrl,
    method,
    path,
    query,
    body: entry.resource && text !== undefined ? { text, resource: entry.resource } : undefined,
    ifNoneExist: request.ifNoneExist,
    ifMatch: request.ifMatch,
    ifNoneMatch: request.ifNoneMatch,
    ifModifiedSince: request.ifModifiedSince,
  };
}

/** Path and query below the base, the path decoded; undefined when it cannot be, or holds NUL. */
function parseUrl(url: string, base: string): Pick<Entry, 'path' | 'query'> | undefined {
  const relative =
    url === base || url.startsWith(`${base}/`) || url.startsWith(`${base}?`)
      ? url.slice(base.length).replace(/^\//, '')
      : url.replace(/^\//, '');
  const mark = relative.indexOf('?');
  const segments = (mark < 0 ? relative : relative.slice(0, mark)).split('/').filter((p) => p !== '');
  try {
    const path = segments.map(decodeURIComponent);
    const query = mark < 0 ? undefined : relative.slice(mark + 1);
    return path.some((p) => p.includes('\0')) || url.includes('\0') ? undefined : { path, query };
  } catch {
    return undefined;
  }
}
