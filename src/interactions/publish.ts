/** Puts the server's own conformance resources, and the demo county, into the database. */
import type { Ctx } from '../kernel/ctx.ts';
import { readCurrent } from '../store/read.ts';
import type { Engine, FhirResource } from './engine.ts';
import { update } from './update.ts';
import { bodyOf, versionText } from './version-text.ts';

/** So many at a time: they share commits. */
const TOGETHER = 16;

/**
 * Stores those that differ from what is stored; the same start twice writes nothing. What the county sets (`isSetting`)
 * is stored only where there is none. Answers how many it wrote.
 */
export async function publish(
  engine: Engine,
  ctx: Ctx,
  resources: readonly FhirResource[],
  isSetting: (resource: FhirResource) => boolean = () => false,
): Promise<number> {
  let written = 0;
  for (let at = 0; at < resources.length; at += TOGETHER) {
    const some = resources.slice(at, at + TOGETHER);
    const changed = await Promise.all(
      some.map((resource) => publishOne(engine, ctx, resource, isSetting(resource))),
    );
    written += changed.filter(Boolean).length;
  }
  return written;
}

async function publishOne(engine: Engine, ctx: Ctx, resource: FhirResource, kept: boolean): Promise<boolean> {
  const { resourceType: type, id } = resource;
  if (id === undefined) return false;
  const body = bodyOf(resource);
  const stored = await readCurrent(engine.database, type, id);
  if (stored?.content && (kept || stored.content === versionText(body, id, stored.version, stored.updated)))
    return false;
  await update(engine, ctx, { type, id, body });
  return true;
}
