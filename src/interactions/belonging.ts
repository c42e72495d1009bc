/**
 * A Binary has nothing that says whose it is but what it belongs to, and whoever sees that sees it. What belongs to a
 * Patient is in that record like anything else (`search/index-rows.ts`); here it is what belongs to a document.
 * https://hl7.org/fhir/R4/binary-definitions.html#Binary.securityContext
 */
import { labelsOf } from '../access/marks.ts';
import { wholeOf } from '../db/reader.ts';
import type { Resource } from '../kernel/contribution.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { securityContextOf } from '../kernel/security-context.ts';
import type { Stored } from '../store/change.ts';
import { readMany } from '../store/read.ts';
import type { Engine } from './engine.ts';

/** What `find` finds in the whole database, when the caller whom `engine` serves sees it by what it belongs to. */
export async function belonging(
  { database, reach }: Engine,
  ctx: Ctx,
  type: string,
  find: (db: Db) => Promise<Stored | undefined>,
): Promise<Stored | undefined> {
  // Scopes for some Binaries alone are about the Binary itself.
  if (type !== 'Binary' || !reach || reach.narrow?.Binary) return undefined;
  const stored = await find(wholeOf(database));
  if (!stored?.content) return undefined;
  const binary = JSON.parse(stored.content) as Resource;
  const context = securityContextOf(binary, ctx.base);
  if (!context || ELSEWHERE.includes(context.type) || reach.open.includes(context.type)) return undefined;
  const hidden = new Set([...reach.hidden, ...(reach.hiddenOfWards ?? [])]);
  if (labelsOf(binary).some((label) => hidden.has(label))) return undefined;
  const [seen] = await readMany(database, [context]);
  return seen?.content ? stored : undefined;
}

/**
 * Decided elsewhere: what is in a record, and what would lead on and on. What belongs to a type that is open to everybody
 * (an Organization) is not for that open itself.
 */
const ELSEWHERE = ['Patient', 'Binary'];
