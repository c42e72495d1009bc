/** What the resources of a record refer to, and what is needed to understand them. */
import { may } from '../access/decide.ts';
import type { Engine } from '../interactions/engine.ts';
import { patientsIn } from '../interactions/patients.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { type LocalReference, localReference } from '../kernel/ids.ts';
import type { Stored } from '../store/change.ts';
import { readMany } from '../store/read.ts';

/** What stands before a reference, and before the address of an attachment, in the text of a version. */
const REFERENCE = '"reference":"';
const ADDRESS = '"url":"';

/**
 * The current versions of what `matches` refer to, one step, as far as the caller may read it and `types` names
 * it. Never another patient's data: only what is of no patient (practitioners, organizations, medications,
 * specimens without a subject, …) or of `owners`, all records of one person. What is in the record by itself, or
 * filtered out of it, is not fetched again.
 */
export async function referredResources(
  engine: Engine,
  ctx: Ctx,
  matches: readonly Stored[],
  { types, since }: { readonly types?: readonly string[]; readonly since?: number },
  owners: readonly string[],
): Promise<Stored[]> {
  const seen = new Set(matches.map((m) => `${m.type}/${m.id}`));
  const wanted: LocalReference[] = [];
  for (const local of linksIn(matches, ctx.base)) {
    if (local.type === 'Patient' && !owners.includes(local.id)) continue;
    const name = `${local.type}/${local.id}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if ((types?.includes(local.type) ?? true) && may(ctx.access, local.type, 'r')) wanted.push(local);
  }
  const found = await readMany(engine.database, wanted);
  return found.filter(
    (r) =>
      !r.deleted &&
      (since === undefined || r.updated >= since) &&
      patientsIn(engine, ctx, r).every((patient) => owners.includes(patient)),
  );
}

/** The resources of this server that texts refer to, and the Binaries that hold their attachments. */
function linksIn(matches: readonly Stored[], base: string): LocalReference[] {
  const references = new Set<string>();
  const addresses = new Set<string>();
  for (const { content } of matches) {
    addValues(content!, REFERENCE, references);
    addValues(content!, ADDRESS, addresses);
  }
  const local = (texts: Set<string>) =>
    [...texts].map((text) => localReference(text, base)).filter((found) => found !== undefined);
  return [...local(references), ...local(addresses).filter(({ type }) => type === 'Binary')];
}

/** Stored text has no white space between its tokens, and no reference of this server has an escape. */
function addValues(text: string, before: string, values: Set<string>): void {
  for (let at = text.indexOf(before); at >= 0; at = text.indexOf(before, at)) {
    at += before.length;
    values.add(text.slice(at, text.indexOf('"', at)));
  }
}
