/** What a workflow sees inside a transaction: see `kernel/workflow.ts`. */
import { asSystem } from '../access/as-system.ts';
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

/** All residents of a family-doctor team, with room. */
const MAX_MATCHES = 5000;

export function sceneOn(engine: Engine, ctx: Ctx, given: Db): Scene {
  const db = wholeOf(given);
  const system = asSystem(ctx, 'the law of a workflow rests on all that there is');
  const one = async (reference: string | undefined, from: typeof readMany) => {
    const named = reference === undefined ? undefined : localReference(reference, ctx.base);
    return named && resourceOf((await from(db, [named]))[0]);
  };
  return {
    ctx,
    db,
    read: (reference) => one(reference, readMany),
    lock: (reference) => one(reference, lockMany),
    async search(type, query) {
      const criteria = new URLSearchParams(
        query.map(([name, value]): [string, string] => [name, value]),
      ).toString();
      const matches = await findMatches(engine, system, db, type, criteria, MAX_MATCHES + 1);
      if (matches.length > MAX_MATCHES) throw tooMany(type);
      const found = new Map((await readMany(db, matches)).map((s) => [s.id, s]));
      return matches.flatMap((m) => resourceOf(found.get(m.id)) ?? []);
    },
    alone: (text) => lockTexts(db, [text]),
  };
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
