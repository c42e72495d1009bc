/**
 * A Binary has nothing that says whose it is but what it belongs to, and whoever sees that sees it. What belongs to a
 * Patient is in that record like anything else (`search/index-rows.ts`); here it is what belongs to a document.
 * https://hl7.org/fhir/R4/binary-definitions.html#Binary.securityContext
 */
import { wholeOf } from '../db/reader.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { Stored } from '../store/change.ts';
import { readMany } from '../store/read.ts';
import type { Engine } from './engine.ts';
import { contextOf } from './patients.ts';

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
  const context = contextOf(ctx, stored.content);
  if (!context || context.type === 'Patient' || context.type === 'Binary') return undefined;
  const hidden = new Set([...reach.hidden, ...(reach.hiddenOfWards ?? [])]);
  if (labelsIn(stored.content).some((label) => hidden.has(label))) return undefined;
  const [seen] = await readMany(database, [context]);
  return seen?.content ? stored : undefined;
}

/** The security labels of a resource, as `Reach.hidden` names them. */
function labelsIn(content: string): string[] {
  const { meta } = JSON.parse(content) as {
    readonly meta?: { readonly security?: readonly { readonly system?: string; readonly code?: string }[] };
  };
  return (meta?.security ?? []).map(({ system = '', code }) => `s:${system}|${code}`);
}
