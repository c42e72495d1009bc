/** Puts the server's own conformance resources, and the demo county, into the database. */
import type { Ctx } from '../kernel/ctx.ts';
import { readCurrent } from '../store/read.ts';
import type { Engine, FhirResource } from './engine.ts';
import { update } from './update.ts';
import { bodyOf, versionText } from './version-text.ts';

/** Stores those that differ from what is stored; the same start twice writes nothing. Answers how many it wrote. */
export async function publish(engine: Engine, ctx: Ctx, resources: readonly FhirResource[]): Promise<number> {
  let written = 0;
  for (const resource of resources) {
    const { resourceType: type, id } = resource;
    if (id === undefined) continue;
    const body = bodyOf(resource);
    const stored = await readCurrent(engine.database, type, id);
    if (stored?.content && stored.content === versionText(body, id, stored.version, stored.updated)) continue;
    await update(engine, ctx, { type, id, body });
    written++;
  }
  return written;
}
