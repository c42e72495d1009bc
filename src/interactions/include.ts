/** Resources that go along with the matches: `_include` and `_revinclude`, with `:iterate`. */
import { may } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { tooCostly } from '../kernel/fhir-error.ts';
import { localReference } from '../kernel/ids.ts';
import { compileReferrers } from '../search/compile.ts';
import type { Include, SearchPlan } from '../search/plan.ts';
import type { Stored } from '../store/change.ts';
import { readMany } from '../store/read.ts';
import { type Row, storedOf } from '../store/row.ts';
import type { Engine } from './engine.ts';

/** A page that includes more than this is better asked for in smaller pages. */
const MAX_INCLUDED = 5000;
/** Rounds of `:iterate`. */
const MAX_ROUNDS = 100;

export async function includedResources(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  plan: Pick<SearchPlan, 'includes' | 'revincludes'>,
  matches: readonly Stored[],
): Promise<Stored[]> {
  if (plan.includes.length + plan.revincludes.length === 0) return [];
  const seen = new Set(matches.map(nameOf));
  const included: Stored[] = [];
  let from: readonly Stored[] = matches;
  for (let round = 0; from.length > 0; round++) {
    const wanted = (i: Include) => round === 0 || i.iterate;
    const found: Stored[] = [];
    const references = plan.includes.filter(wanted).flatMap((i) => referencesOf(engine, ctx, i, from));
    const missing = new Map(
      references
        .filter((r) => !seen.has(nameOf(r)) && may(ctx.access, r.type, 'r'))
        .map((r) => [nameOf(r), r]),
    );
    found.push(...(await readMany(db, [...missing.values()])));
    for (const i of plan.revincludes.filter(wanted)) {
      if (may(ctx.access, i.source, 's')) found.push(...(await referrers(engine, db, i, from)));
    }
    const fresh = found.filter((f) => !f.deleted && !seen.has(nameOf(f)) && seen.add(nameOf(f)));
    included.push(...fresh);
    if (included.length > MAX_INCLUDED || round === MAX_ROUNDS) {
      throw tooCostly(
        {
          en: `This page would include more than ${MAX_INCLUDED} resources, or follow more than ${MAX_ROUNDS} steps. Ask for fewer with _count.`,
          zh: `该页将包含超过 ${MAX_INCLUDED} 个附带资源,或追溯超过 ${MAX_ROUNDS} 层。请用 _count 减少每页数量。`,
        },
        '_include',
      );
    }
    from = fresh;
  }
  return included;
}

function nameOf(r: { type: string; id: string }): string {
  return `${r.type}/${r.id}`;
}

function referencesOf(engine: Engine, ctx: Ctx, include: Include, from: readonly Stored[]) {
  const found: { type: string; id: string }[] = [];
  const parameters = [...engine.parameters(include.source).byCode.values()].filter(
    (p) => p.kind === 'reference' && (include.code === undefined || p.code === include.code),
  );
  for (const match of from) {
    if (match.type !== include.source || match.content === null) continue;
    const resource = JSON.parse(match.content) as Record<string, unknown>;
    for (const parameter of parameters) {
      for (const { value } of parameter.extract(resource)) {
        const text = typeof value === 'string' ? value : (value as { reference?: string }).reference;
        const local = text === undefined ? undefined : localReference(text, ctx.base);
        if (local && (include.target === undefined || include.target === local.type)) found.push(local);
      }
    }
  }
  return found;
}

async function referrers(engine: Engine, db: Db, include: Include, to: readonly Stored[]): Promise<Stored[]> {
  const targets = to.filter((t) => include.target === undefined || include.target === t.type);
  if (targets.length === 0) return [];
  const parameters = [...engine.parameters(include.source).byCode.values()].filter(
    (p) => p.kind === 'reference' && (include.code === undefined || p.code === include.code),
  );
  const found: Stored[] = [];
  for (const link of parameters) {
    const sql = compileReferrers(include.source, link, targets, MAX_INCLUDED + 1);
    const { rows } = await db.query<Row>(sql);
    found.push(...rows.map(storedOf));
  }
  return found;
}
