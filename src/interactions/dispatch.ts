/** Carries out one entry of a Bundle as the request it describes. */

import type { Ctx, Db } from '../kernel/ctx.ts';
import { malformed, methodNotAllowed, unknownRoute } from '../kernel/fhir-error.ts';
import type { QueryPairs } from '../search/parse.ts';
import { historyText, searchsetText } from './bundle.ts';
import { create, type WriteResult } from './create.ts';
import { conditionalDelete, deleteResource } from './delete.ts';
import type { Engine } from './engine.ts';
import type { Entry } from './entry.ts';
import { history } from './history.ts';
import { entryPatch } from './patch/document.ts';
import { conditionalPatch, patch } from './patch.ts';
import { read, vread } from './read.ts';
import { searchType } from './search.ts';
import { subsetOf } from './subset.ts';
import type { EntryResult } from './transaction.ts';
import { conditionalUpdate, update } from './update.ts';
import { within } from './within.ts';

/** Runs an entry on its own: a batch entry. */
export async function dispatch(engine: Engine, ctx: Ctx, entry: Entry): Promise<EntryResult> {
  const [type, id] = entry.path;
  if (entry.method === 'GET' || entry.method === 'HEAD')
    return dispatchRead(engine, ctx, engine.database, entry);
  if (type === undefined || entry.path.length > 2) {
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
    case 'DELETE':
      if (id === undefined) await conditionalDelete(engine, ctx, { type, criteria: entry.query! });
      else await deleteResource(engine, ctx, { type, id, ifMatch });
      return { status: 204 };
  }
}

function writtenEntry(result: WriteResult): EntryResult {
  return { status: result.status, stored: { ...result, content: result.text ?? null } };
}

/** Answers a GET entry, on the pool or on the view of a transaction. */
export async function dispatchRead(engine: Engine, ctx: Ctx, db: Db, entry: Entry): Promise<EntryResult> {
  const [type, id, word, version, ...more] = entry.path;
  const on = db === engine.database ? engine : within(engine, db);
  const query: QueryPairs = [...new URLSearchParams(entry.query ?? '')];
  if (more.length > 0 || type?.startsWith('$') || type === 'metadata') throw noSuchRead(entry);
  if (type === undefined || type === '_history') {
    if (type === undefined) throw noSuchRead(entry);
    return { status: 200, text: historyText(ctx, '_history', await history(on, ctx, { query })) };
  }
  if (id === undefined) {
    const result = await searchType(on, ctx, { type, query, lenient: false }, db);
    return { status: 200, text: searchsetText(ctx, type, result, subsetOf(engine.definitions, result.plan)) };
  }
  if (id === '_history') {
    return {
      status: 200,
      text: historyText(ctx, `${type}/_history`, await history(on, ctx, { type, query })),
    };
  }
  if (word === undefined) {
    const stored = await read(on, ctx, type, id);
    if (entry.ifNoneMatch === `W/"${stored.version}"`) return { status: 304, stored };
    return { status: 200, stored, text: stored.content };
  }
  if (word !== '_history') throw noSuchRead(entry);
  if (version === undefined) {
    const found = await history(on, ctx, { type, id, query });
    return { status: 200, text: historyText(ctx, `${type}/${id}/_history`, found) };
  }
  const stored = await vread(on, ctx, type, id, /^\d{1,9}$/.test(version) ? Number(version) : undefined);
  return { status: 200, stored, text: stored.content };
}

function noSuchRead(entry: Entry) {
  return unknownRoute({
    en: `Nothing answers GET ${entry.path.join('/')} inside a Bundle.`,
    zh: `Bundle 中的 GET ${entry.path.join('/')} 没有对应的交互。`,
  });
}
