/** Carries out one entry of a Bundle as the request it describes. */
import type { Ctx, Db } from '../kernel/ctx.ts';
import { malformed, methodNotAllowed, unknownRoute } from '../kernel/fhir-error.ts';
import { queryPairs } from '../kernel/query-pairs.ts';
import type { QueryPairs } from '../search/parse.ts';
import { historyText, searchsetText } from './bundle.ts';
import { create, type WriteResult } from './create.ts';
import { conditionalDelete, deleteResource } from './delete.ts';
import type { Engine } from './engine.ts';
import { type Entry, isOperation, isPostSearch, isRead } from './entry.ts';
import { history } from './history.ts';
import { entryPatch } from './patch/document.ts';
import { conditionalPatch, patch } from './patch.ts';
import { type Found, read, vread } from './read.ts';
import { type AnySearch, pathOf, search } from './search-types.ts';
import { shapeOf, subsetOf } from './subset.ts';
import type { EntryResult } from './transaction.ts';
import { isUnchanged } from './unchanged.ts';
import { conditionalUpdate, update } from './update.ts';
import { within } from './within.ts';

/** What the entries of a Bundle have in common. */
export interface Dispatch {
  /** `Prefer: handling=lenient` */
  readonly lenient: boolean;
  /** Runs an operation on the engine of the pool, or of a transaction. */
  readonly operate: (engine: Engine, ctx: Ctx, entry: Entry) => Promise<EntryResult>;
  /** JSON text of the CapabilityStatement. */
  readonly metadata: () => string;
}

/** For transactions that the server makes itself: nothing but interactions. */
const INTERACTIONS: Dispatch = {
  lenient: false,
  operate: (_engine, _ctx, entry) => Promise.reject(noSuchRead(entry)),
  metadata: () => '{}',
};

/** Runs an entry on its own: a batch entry. */
export async function dispatch(
  engine: Engine,
  ctx: Ctx,
  entry: Entry,
  common: Dispatch,
): Promise<EntryResult> {
  if (isRead(entry)) return dispatchRead(engine, ctx, engine.database, entry, common);
  const [type, id] = entry.path as [string, string?];
  if (entry.path.length > 2) {
    throw methodNotAllowed(
      {
        en: `${entry.method} is not possible at '${entry.path.join('/')}'.`,
        zh: `“${entry.path.join('/')}”不支持 ${entry.method}。`,
      },
      'GET',
    );
  }
  const { ifMatch, ifNoneMatch, ifNoneExist, body } = entry;
  switch (entry.method) {
    case 'POST':
      if (id !== undefined) {
        throw malformed({
          en: `POST goes to '${type}', not '${type}/${id}'.`,
          zh: `POST 的地址应为“${type}”,而不是“${type}/${id}”。`,
        });
      }
      return writtenEntry(await create(engine, ctx, { type, body: body!, ifNoneExist }));
    case 'PUT': {
      const condition = { ifMatch, ifNoneMatch: ifNoneMatch === '*' };
      return writtenEntry(
        id === undefined
          ? await conditionalUpdate(engine, ctx, { type, body: body!, criteria: entry.query!, ...condition })
          : await update(engine, ctx, { type, id, body: body!, ...condition }),
      );
    }
    case 'PATCH': {
      const input = { type, patch: entryPatch(body!), ifMatch };
      return writtenEntry(
        id === undefined
          ? await conditionalPatch(engine, ctx, { ...input, criteria: entry.query! })
          : await patch(engine, ctx, { ...input, id }),
      );
    }
    default:
      if (id === undefined) await conditionalDelete(engine, ctx, { type, criteria: entry.query!, ifMatch });
      else await deleteResource(engine, ctx, { type, id, ifMatch });
      return { status: 204 };
  }
}

function writtenEntry(result: WriteResult): EntryResult {
  const { status, issues } = result;
  return { status, stored: { ...result, content: result.text ?? null }, issues };
}

/** Answers an entry that writes no resource, on the pool or on the view of a transaction. */
export async function dispatchRead(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  entry: Entry,
  common = INTERACTIONS,
): Promise<EntryResult> {
  const on = db === engine.database ? engine : within(engine, db);
  if (isOperation(entry)) return common.operate(on, ctx, entry);
  const query: QueryPairs = queryPairs(entry.query ?? '');
  const [type, id, word, version, ...more] = entry.path;
  if (isPostSearch(entry)) {
    const at = searchedAt(engine, entry.path.slice(0, -1));
    if (!at) throw noSuchRead(entry);
    return searched(on, ctx, db, { ...at, query: [...query, ...formOf(entry)], lenient: common.lenient });
  }
  if (more.length > 0) throw noSuchRead(entry);
  const at = searchedAt(engine, entry.path);
  if (at) return searched(on, ctx, db, { ...at, query, lenient: common.lenient });
  if (type === undefined) throw noSuchRead(entry);
  if (type === 'metadata' && id === undefined) return { status: 200, text: common.metadata() };
  if (type === '_history' && id === undefined) return historyEntry(on, ctx, '_history', { query });
  if (id === undefined) throw noSuchRead(entry);
  if (id === '_history') return historyEntry(on, ctx, `${type}/_history`, { type, query });
  if (word === undefined) {
    const stored = await read(on, ctx, type, id);
    if (isUnchanged(entry, stored)) return { status: 304, stored };
    return readEntry(engine, query, stored);
  }
  if (word !== '_history') throw noSuchRead(entry);
  if (version === undefined) return historyEntry(on, ctx, `${type}/${id}/_history`, { type, id, query });
  return readEntry(
    engine,
    query,
    await vread(on, ctx, type, id, /^\d{1,9}$/.test(version) ? Number(version) : undefined),
  );
}

function readEntry(engine: Engine, query: QueryPairs, stored: Found): EntryResult {
  const subset = subsetOf(engine.definitions, shapeOf(query));
  return { status: 200, stored, text: subset(stored.type, stored.content) };
}

/** What is searched at an address: a type, a compartment, everything; undefined when it is no place to search. */
function searchedAt(
  { definitions }: Engine,
  path: readonly string[],
): Pick<AnySearch, 'type' | 'compartment'> | undefined {
  const [first, id, last] = path;
  if (path.length === 0) return {};
  if (path.length === 1) return definitions.resourceTypes.has(first!) ? { type: first } : undefined;
  if (path.length !== 3 || (last !== '*' && !definitions.resourceTypes.has(last!))) return undefined;
  return { type: last === '*' ? undefined : last, compartment: { type: first!, id: id! } };
}

async function searched(engine: Engine, ctx: Ctx, db: Db, input: AnySearch): Promise<EntryResult> {
  const result = await search(engine, ctx, input, db);
  const subset = subsetOf(engine.definitions, result.plan);
  return { status: 200, text: searchsetText(ctx, pathOf(input), result, subset) };
}

async function historyEntry(
  engine: Engine,
  ctx: Ctx,
  path: string,
  input: Parameters<typeof history>[2],
): Promise<EntryResult> {
  const result = await history(engine, ctx, input);
  const subset = subsetOf(engine.definitions, shapeOf(input.query));
  return { status: 200, text: historyText(ctx, path, result, subset) };
}

const FORM = 'application/x-www-form-urlencoded';

/** The form of a search by POST, which an entry can carry as a Binary only; mostly it is in the address. */
function formOf({ body, index }: Entry): QueryPairs {
  if (!body) return [];
  const { resourceType, contentType, data } = body.resource;
  if (resourceType === 'Binary' && contentType === FORM && typeof data === 'string') {
    return queryPairs(Buffer.from(data, 'base64').toString('utf8'));
  }
  throw malformed(
    {
      en: `A search by POST has its parameters in request.url, or in a Binary of contentType ${FORM}.`,
      zh: `POST 检索的参数应写在 request.url 中,或放在 contentType 为 ${FORM} 的 Binary 中。`,
    },
    `Bundle.entry[${index}].resource`,
  );
}

function noSuchRead(entry: Entry) {
  return unknownRoute({
    en: `Nothing answers ${entry.method} ${entry.path.join('/')} inside a Bundle.`,
    zh: `Bundle 中的 ${entry.method} ${entry.path.join('/')} 没有对应的交互。`,
  });
}
