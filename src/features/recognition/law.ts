/** What the check rests on: the catalogue, the ruleset of the institution, the directory, quality evidence. */
import { asSystem } from '../../access/as-system.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { type SearchInput, searchType } from '../../interactions/search.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Catalogue, catalogueOf, type ItemDefinition } from './catalogue.ts';
import { type Community, community } from './community.ts';
import type { Reference } from './concept.ts';
import type { Evidence } from './model.ts';
import { areaOf, evidenceOf } from './reading.ts';
import { chosen, RULESET_TOPIC, RULESET_TOPIC_SYSTEM, type Ruleset, rulesetOf } from './ruleset.ts';

const CATALOGUE_ID = 'recognition-item';
const ITEM_PROFILE = `${CANONICAL}/StructureDefinition/county-recognition-item`;
const EVIDENCE_CODE = `${CANONICAL}/CodeSystem/county-basic-code|quality-evidence`;
/** Definitions, rulesets, evidence of one laboratory: more than any county has. */
const MANY = '1000';

/** The law as it holds for one institution at one moment. */
export interface Law {
  readonly catalogue: Catalogue;
  readonly ruleset?: Ruleset;
  /** GB/T 2260 area of the institution. */
  readonly area?: string;
}

/** `ctx` with the right to read the law, whoever asks. */
export function asLaw(ctx: Ctx): Ctx {
  return asSystem(ctx, 'catalogue, rulesets, directory and quality evidence are applied, not handed out');
}

/** The law for an institution (`Organization/x`, or nobody's) at a moment, in milliseconds. */
export async function lawOf(
  engine: Engine,
  ctx: Ctx,
  organization: string | undefined,
  at: number,
): Promise<Law> {
  const law = asLaw(ctx);
  const [codeSystem, definitions, rulesets, area] = await Promise.all([
    read(engine, law, 'CodeSystem', CATALOGUE_ID),
    all<ItemDefinition>(engine, law, 'ObservationDefinition', [['_profile', ITEM_PROFILE]]),
    readRulesets(engine, law),
    areaOfInstitution(engine, law, organization),
  ]);
  const ruleset = chosen(rulesets, area, at);
  const catalogue = catalogueOf(JSON.parse(codeSystem.content), { definitions, ruleset, area });
  return { catalogue, ruleset, area };
}

/** The ruleset of an institution alone. */
export async function rulesetFor(
  engine: Engine,
  ctx: Ctx,
  organization: string | undefined,
  at: number,
): Promise<Ruleset | undefined> {
  const law = asLaw(ctx);
  const rulesets = await readRulesets(engine, law);
  return rulesets.length === 0
    ? undefined
    : chosen(rulesets, await areaOfInstitution(engine, law, organization), at);
}

async function readRulesets(engine: Engine, law: Ctx): Promise<Ruleset[]> {
  const topic = `${RULESET_TOPIC_SYSTEM}|${RULESET_TOPIC}`;
  const plans = await all<Parameters<typeof rulesetOf>[0]>(engine, law, 'PlanDefinition', [
    ['topic', topic],
    ['status', 'active'],
  ]);
  return plans.flatMap((plan) => rulesetOf(plan) ?? []);
}

async function areaOfInstitution(
  engine: Engine,
  law: Ctx,
  organization: string | undefined,
): Promise<string | undefined> {
  const local = localReference(organization ?? '', law.base);
  if (local?.type !== 'Organization') return undefined;
  const found = await read(engine, law, 'Organization', local.id).catch(() => undefined);
  return found && areaOf(JSON.parse(found.content));
}

/** Who belongs to the same medical community as whom. */
export function communityOf(
  engine: Engine,
  ctx: Ctx,
  organizations: readonly (string | undefined)[],
): Promise<Community> {
  return community(engine, asLaw(ctx), organizations);
}

/** Quality evidence by its reference, as marks name it; and all that the laboratories have, when they are named. */
export async function readEvidence(
  engine: Engine,
  ctx: Ctx,
  references: Iterable<string | undefined>,
  laboratories: Iterable<string>,
): Promise<Map<string, Evidence>> {
  const law = asLaw(ctx);
  const found = new Map<string, Evidence>();
  const keep = (reference: string, basic: Parameters<typeof evidenceOf>[0]) => {
    const evidence = evidenceOf(basic);
    if (evidence) found.set(reference, evidence);
  };
  for (const reference of new Set(references)) {
    const local = reference === undefined ? undefined : localReference(reference, ctx.base);
    if (local?.type !== 'Basic') continue;
    const basic = await read(engine, law, 'Basic', local.id).catch(() => undefined);
    if (basic) keep(reference!, JSON.parse(basic.content));
  }
  for (const laboratory of new Set(laboratories)) {
    const query: SearchInput['query'] = [
      ['subject', laboratory],
      ['code', EVIDENCE_CODE],
    ];
    for (const basic of await all<{ id: string; subject?: Reference }>(engine, law, 'Basic', query))
      keep(`Basic/${basic.id}`, basic);
  }
  return found;
}

async function all<T>(engine: Engine, law: Ctx, type: string, query: SearchInput['query']): Promise<T[]> {
  const found = await searchType(engine, law, { type, query: [...query, ['_count', MANY]], lenient: false });
  return found.matches.map(({ content }) => JSON.parse(content!) as T);
}
