/** What a workflow sees inside a transaction: see `kernel/workflow.ts`. */
import { asSystem } from '../access/as-system.ts';
import { assertMay } from '../access/decide.ts';
import { wholeOf } from '../db/reader.ts';
import type { Resource } from '../kernel/contribution.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { tooCostly } from '../kernel/fhir-error.ts';
import { localReference } from '../kernel/ids.ts';
import type { Scene } from '../kernel/workflow.ts';
import type { Stored } from '../store/change.ts';
import { lockMany, lockTexts, readMany } from '../store/read.ts';
import { findMatches } from './criteria.ts';
import type { Engine } from './engine.ts';
import { engineFor, viewFor } from './engine-for.ts';

/** All residents of a family-doctor team, with room. */
const MAX_MATCHES = 5000;

export function sceneOn(engine: Engine, ctx: Ctx, given: Db): Scene {
  const db = wholeOf(given);
  const system = asSystem(ctx, 'the law of a workflow rests on all that there is');
  return {
    ctx,
    db,
    read: (reference) => oneOf(ctx, db, reference, readMany),
    lock: (reference) => oneOf(ctx, db, reference, lockMany),
    sees: async (reference) => (await oneOf(ctx, viewFor(db, ctx), reference, readMany)) !== undefined,
    search: (type, query) => matchesOf(engine, system, db, type, query),
    alone: (text) => lockTexts(db, [text]),
  };
}

/** What an operation shows of what is stored, and the names of it, for the audit. */
export interface Seen extends Pick<Scene, 'read' | 'search'> {
  /** `Type/id` of all that was read or found so far: `OperationAnswer.targets`. */
  readonly targets: readonly string[];
}

/** The same questions with the rights and the reach of the caller: for operations that hand out what they find. */
export function seenBy(engine: Engine, ctx: Ctx): Seen {
  const { database: db } = engineFor(engine, ctx);
  const targets: string[] = [];
  const noted = (resources: readonly Resource[]) => {
    targets.push(...resources.map(({ resourceType, id }) => `${resourceType}/${String(id)}`));
  };
  return {
    targets,
    async read(reference) {
      const type = reference === undefined ? undefined : localReference(reference, ctx.base)?.type;
      if (type !== undefined) assertMay(ctx, 'r', type);
      const found = await oneOf(ctx, db, reference, readMany);
      if (found) noted([found]);
      return found;
    },
    async search(type, query) {
      const found = await matchesOf(engine, ctx, db, type, query);
      noted(found);
      return found;
    },
  };
}

async function oneOf(ctx: Ctx, db: Db, reference: string | undefined, from: typeof readMany) {
  const named = reference === undefined ? undefined : localReference(reference, ctx.base);
  return named && resourceOf((await from(db, [named]))[0]);
}

async function matchesOf(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  type: string,
  query: readonly (readonly [string, string])[],
): Promise<Resource[]> {
  const criteria = new URLSearchParams(
    query.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  const matches = await findMatches(engine, ctx, db, type, criteria, MAX_MATCHES + 1);
  if (matches.length > MAX_MATCHES) throw tooMany(type);
  const found = new Map((await readMany(db, matches)).map((s) => [s.id, s]));
  return matches.flatMap((m) => resourceOf(found.get(m.id)) ?? []);
}

function resourceOf(stored: Stored | undefined): Resource | undefined {
  return stored?.content ? (JSON.parse(stored.content) as Resource) : undefined;
}

function tooMany(type: string) {
  return tooCostly({
    en: `This concerns more than ${MAX_MATCHES} resources of type ${type} at once.`,
    zh: `此操作一次涉及超过 ${MAX_MATCHES} 个 ${type} 资源。`,
  });
}
