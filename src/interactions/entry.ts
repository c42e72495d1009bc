/** Entries of batch and transaction Bundles: from JSON text to requests. https://hl7.org/fhir/R4/http.html#transaction */
import type { Definitions } from '../definitions/definitions.ts';
import { failure, malformed } from '../kernel/fhir-error.ts';
import { isId, versionOfETag } from '../kernel/ids.ts';
import { type Issue, problem } from '../kernel/issue.ts';
import { elements, members } from '../kernel/json-text.ts';
import type { Body } from './engine.ts';

export type EntryMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

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
  readonly ifMatch?: number;
  readonly ifNoneMatch?: string;
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
  };
}

/** What an entry asks for below the base, as it would stand in an address. */
export function addressOf(entry: Entry): string {
  return entry.path.join('/') + (entry.query === undefined ? '' : `?${entry.query}`);
}

/** Every entry of a Bundle; throws with the issues of all entries that cannot be read. */
export function bundleEntries(definitions: Definitions, body: Body, base: string): Entry[] {
  const entries = (body.resource.entry === undefined ? [] : body.resource.entry) as BundleEntry[];
  if (!Array.isArray(entries)) {
    throw malformed(
      { en: 'Bundle.entry must be an array.', zh: 'Bundle.entry 必须是数组。' },
      'Bundle.entry',
    );
  }
  const texts = resourceTexts(body.text);
  const issues: Issue[] = [];
  const parsed = entries.map((entry, index) => {
    const result = parseEntry(definitions, entry, index, texts[index], base);
    if ('issue' in result) issues.push(result.issue);
    return result;
  });
  if (issues.length > 0) throw failure('malformed', issues);
  return parsed as Entry[];
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

function parseEntry(
  definitions: Definitions,
  entry: BundleEntry,
  index: number,
  text: string | undefined,
  base: string,
): Entry | { issue: Issue } {
  const at = (suffix: string, en: string, zh: string) => ({
    issue: problem('value', { en, zh }, { expression: `Bundle.entry[${index}]${suffix}` }),
  });
  const request = entry?.request;
  if (!request || typeof request.method !== 'string' || typeof request.url !== 'string') {
    return at(
      '.request',
      'An entry needs request.method and request.url.',
      '每个条目都需要 request.method 和 request.url。',
    );
  }
  if (request.url.includes('\0')) {
    return at('.request.url', 'The url contains a NUL character.', 'url 中含有 NUL 字符。');
  }
  for (const name of ['ifNoneExist', 'ifMatch', 'ifNoneMatch'] as const) {
    if (request[name] !== undefined && typeof request[name] !== 'string') {
      return at(`.request.${name}`, `${name} must be a string.`, `${name} 必须是字符串。`);
    }
  }
  if (entry.resource !== undefined && (typeof entry.resource !== 'object' || entry.resource === null)) {
    return at('.resource', 'resource must be an object.', 'resource 必须是对象。');
  }
  const { method } = request;
  if (!METHODS.has(method)) {
    return at(
      '.request.method',
      `'${method}' is not supported in a Bundle. Use GET, HEAD, POST, PUT, PATCH or DELETE.`,
      `Bundle 中不支持“${method}”。可用 GET、HEAD、POST、PUT、PATCH、DELETE。`,
    );
  }
  const relative = request.url.startsWith(`${base}/`)
    ? request.url.slice(base.length + 1)
    : request.url.replace(/^\//, '');
  const mark = relative.indexOf('?');
  const path = (mark < 0 ? relative : relative.slice(0, mark)).split('/').filter((p) => p !== '');
  const query = mark < 0 ? undefined : relative.slice(mark + 1);
  const [type, id] = path;
  if (
    type !== undefined &&
    !type.startsWith('$') &&
    type !== '_history' &&
    type !== 'metadata' &&
    !definitions.resourceTypes.has(type)
  ) {
    return at(
      '.request.url',
      `'${request.url}' does not start with a FHIR R4 resource type.`,
      `“${request.url}”不是以 FHIR R4 资源类型开头。`,
    );
  }
  const writes = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if ((writes || method === 'DELETE') && (type === undefined || !definitions.resourceTypes.has(type))) {
    return at(
      '.request.url',
      `${method} in a Bundle goes to a resource type, not to '${request.url}'.`,
      `Bundle 中的 ${method} 只能针对资源类型,而不是“${request.url}”。`,
    );
  }
  if (writes && (entry.resource === undefined || text === undefined)) {
    return at('.resource', `${method} needs a resource.`, `${method} 需要 resource。`);
  }
  if (
    (method === 'PUT' || method === 'PATCH' || method === 'DELETE') &&
    (path.length > 2 || (id === undefined && !query) || (id !== undefined && !isId(id)))
  ) {
    return at(
      '.request.url',
      `${method} needs 'Type/id' or 'Type?criteria', not '${request.url}'.`,
      `${method} 的地址应为“类型/id”或“类型?条件”,而不是“${request.url}”。`,
    );
  }
  const ifMatch = request.ifMatch === undefined ? undefined : versionOfETag(request.ifMatch);
  if (request.ifMatch !== undefined && ifMatch === undefined) {
    return at(
      '.request.ifMatch',
      `'${request.ifMatch}' is no version. Write W/"3".`,
      `“${request.ifMatch}”不是版本号。格式为 W/"3"。`,
    );
  }
  return {
    index,
    fullUrl: entry.fullUrl,
    method: method as EntryMethod,
    path,
    query,
    body: entry.resource && text !== undefined ? { text, resource: entry.resource } : undefined,
    ifNoneExist: request.ifNoneExist,
    ifMatch,
    ifNoneMatch: request.ifNoneMatch,
  };
}
