/** One GraphQL request under way: what its resolvers share. */

import { may } from '../access/decide.ts';
import type { Engine, FhirResource } from '../interactions/engine.ts';
import { type SearchResult, searchType } from '../interactions/search.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { tooCostly } from '../kernel/fhir-error.ts';
import { localReference } from '../kernel/ids.ts';
import { inTime, OutOfTime } from '../kernel/in-time.ts';
import { parseExactly } from '../kernel/json-text.ts';
import type { QueryPairs } from '../search/parse.ts';
import type { Stored } from '../store/change.ts';
import { readCurrent, readVersion } from '../store/read.ts';
import type { Paths } from './paths.ts';

/** Resources that one request may load, and searches it may make: each costs a statement. */
const MAX_RESOURCES = 5000;
const MAX_SEARCHES = 500;
/** Searches of one request that run at the same time: others want connections too. */
const MAX_AT_ONCE = 4;

/** What all FHIRPath of one request may take: everybody else waits meanwhile. */
const MAX_PATH_MS = 500;

/** A version that was read; without a resource it is a deletion. */
interface Read {
  readonly stored: Stored;
  readonly resource?: FhirResource;
}

export interface GraphRequest {
  readonly engine: Engine;
  readonly ctx: Ctx;
  readonly paths: Paths;
  /** What was read by id: whose data it was goes into the audit of the request. Searches are audited by themselves. */
  readonly read: Map<string, Promise<Read | undefined>>;
  /** References to contained resources -> those. */
  readonly contained: WeakMap<object, FhirResource>;
  /** Place in the answer -> what `@slice` appends to each name there. */
  readonly slices: Map<string, readonly string[]>;
  readonly waiting: (() => void)[];
  resources: number;
  searches: number;
  running: number;
  /** Milliseconds left for its FHIRPath. */
  pathTime: number;
}

export function graphRequest(engine: Engine, ctx: Ctx, paths: Paths): GraphRequest {
  return {
    engine,
    ctx,
    paths,
    read: new Map(),
    contained: new WeakMap(),
    slices: new Map(),
    waiting: [],
    resources: 0,
    searches: 0,
    running: 0,
    pathTime: MAX_PATH_MS,
  };
}

/**
 * The resource of a literal reference to this server (https://hl7.org/fhir/R4/references.html#literal);
 * undefined when it names none, or none that the caller may read. Asked for together, they are read together.
 */
export async function readReference(
  request: GraphRequest,
  reference: string | undefined,
): Promise<FhirResource | undefined> {
  const { engine, ctx } = request;
  const local = reference === undefined ? undefined : localReference(reference, ctx.base);
  if (!local || !may(ctx.access, local.type, 'r')) return undefined;
  const { type, id, version } = local;
  const name = version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
  let read = request.read.get(name);
  if (!read) {
    count(request, 1);
    const stored =
      version === undefined
        ? readCurrent(engine.database, type, id)
        : readVersion(engine.database, type, id, /^\d{1,9}$/.test(version) ? Number(version) : 0);
    read = stored.then((s) => s && { stored: s, resource: resourceOf(request, s.content) });
    request.read.set(name, read);
  }
  return (await read)?.resource;
}

/** A search as over REST, with its access checks and its audit. */
export async function search(request: GraphRequest, type: string, query: QueryPairs): Promise<SearchResult> {
  if (++request.searches > MAX_SEARCHES) throw tooMuch();
  if (request.running >= MAX_AT_ONCE) {
    await new Promise<void>((resolve) => request.waiting.push(resolve));
  }
  request.running++;
  try {
    const result = await searchType(request.engine, request.ctx, { type, query, lenient: false });
    count(request, result.matches.length);
    return result;
  } finally {
    request.running--;
    request.waiting.shift()?.();
  }
}

function count(request: GraphRequest, more: number): void {
  request.resources += more;
  if (request.resources > MAX_RESOURCES) throw tooMuch();
}

/** Evaluates FHIRPath, in what time is left to the request. */
export function evaluated<T>(request: GraphRequest, evaluate: () => T): T {
  const began = performance.now();
  try {
    return inTime(request.pathTime, evaluate);
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    throw tooCostly({
      en: `The FHIRPath of this request takes longer than ${MAX_PATH_MS} ms. Narrow what it is evaluated on.`,
      zh: `该请求的 FHIRPath 计算超过 ${MAX_PATH_MS} 毫秒。请缩小计算范围。`,
    });
  } finally {
    request.pathTime -= performance.now() - began;
  }
}

function tooMuch() {
  return tooCostly({
    en: `This request needs more than ${MAX_RESOURCES} resources or ${MAX_SEARCHES} searches. Ask for fewer with _count, or follow fewer references.`,
    zh: `该请求需要的资源超过 ${MAX_RESOURCES} 个或检索超过 ${MAX_SEARCHES} 次。请用 _count 减少数量,或减少引用层次。`,
  });
}

/** The text of a version as what resolvers work on; decimals keep their digits. */
export function resourceOf(request: GraphRequest, text: string): FhirResource;
export function resourceOf(request: GraphRequest, text: string | null): FhirResource | undefined;
export function resourceOf(request: GraphRequest, text: string | null): FhirResource | undefined {
  if (text === null) return undefined;
  const resource = parseExactly(text) as FhirResource;
  if (Array.isArray(resource.contained)) {
    const byId = new Map((resource.contained as FhirResource[]).map((c) => [`#${c.id}`, c]));
    noteContained(request, resource, byId);
  }
  return resource;
}

function noteContained(request: GraphRequest, value: unknown, byId: ReadonlyMap<string, FhirResource>): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    const target = byId.get((value as { reference?: string }).reference ?? '');
    if (target) request.contained.set(value, target);
  }
  for (const child of Object.values(value)) noteContained(request, child, byId);
}
