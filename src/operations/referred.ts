/** What the resources of a record refer to, and what is needed to understand them. */
import { may } from '../access/decide.ts';
import type { Engine } from '../interactions/engine.ts';
import { patientsIn } from '../interactions/patients.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { localReference } from '../kernel/ids.ts';
import type { Stored } from '../store/change.ts';
import { readMany } from '../store/read.ts';

/** References, and the addresses of attachments, in the text of a version: it has no white space between tokens. */
const LINKS = /"(reference|url)":"([^"\\#][^"\\]*)"/g;

/**
 * The current versions of what `matches` refer to, one step, as far as the caller may read it and `types` names
 * it. Never another patient's data: only what is of no patient (practitioners, organizations, medications,
 * specimens without a subject, …) or of `owner`. What is in the record by itself, or filtered out of it,
 * is not fetched again.
 */
export async function referredResources(
  engine: Engine,
  ctx: Ctx,
  matches: readonly Stored[],
  { types, since }: { readonly types?: readonly string[]; readonly since?: number },
  owner?: string,
): Promise<Stored[]> {
  const seen = new Set(matches.map((m) => `${m.type}/${m.id}`));
  const wanted: { type: string; id: string }[] = [];
  for (const { content } of matches) {
    for (const [, key, text] of content!.matchAll(LINKS)) {
      const local = localReference(text!, ctx.base);
      if (!local || (key === 'url' && local.type !== 'Binary')) continue;
      if (local.type === 'Patient' && local.id !== owner) continue;
      const name = `${local.type}/${local.id}`;
      if (seen.has(name)) continue;
      seen.add(name);
      if ((types?.includes(local.type) ?? true) && may(ctx.access, local.type, 'r')) wanted.push(local);
    }
  }
  const found = await readMany(engine.database, wanted);
  return found.filter(
    (r) =>
      !r.deleted &&
      (since === undefined || r.updated >= since) &&
      patientsIn(engine, ctx, r).every((patient) => patient === owner),
  );
}
