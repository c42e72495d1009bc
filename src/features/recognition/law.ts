/** What the check rests on: the catalogue, the ruleset of the institution, the directory, quality evidence. */
import { CANONICAL, COUNTY_RULESET } from '../../kernel/canonical.ts';
import type { Resource } from '../../kernel/contribution.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Catalogue, catalogueOf } from './catalogue.ts';
import type { Look, Looks } from './look.ts';
import type { Evidence } from './model.ts';
import { areaOf, evidenceOf } from './reading.ts';
import { chosen, RULESET_TOPIC, type Ruleset, rulesetOf } from './ruleset.ts';

const CATALOGUE_ID = 'recognition-item';
const ITEM_PROFILE = `${CANONICAL}/StructureDefinition/county-recognition-item`;
const EVIDENCE_CODE = `${CANONICAL}/CodeSystem/county-basic-code|quality-evidence`;
/** The law as it holds for one institution at one moment. */
export interface Law {
  readonly catalogue: Catalogue;
  readonly ruleset?: Ruleset;
  /** GB/T 2260 area of the institution. */
  readonly area?: string;
}

/** The law for an institution (`Organization/x`, or nobody's) at a moment, in milliseconds. */
export async function lawOf(looks: Looks, organization: string | undefined, at: number): Promise<Law> {
  const { law } = looks;
  const [codeSystem, definitions, rulesets, area] = await Promise.all([
    law.read(`CodeSystem/${CATALOGUE_ID}`),
    law.search('ObservationDefinition', [['_profile', ITEM_PROFILE]]),
    readRulesets(law),
    areaOfInstitution(looks, organization),
  ]);
  const ruleset = chosen(rulesets, area, at);
  return { catalogue: catalogueOf(codeSystem ?? {}, { definitions, ruleset, area }), ruleset, area };
}

/** The ruleset of an institution alone. */
export async function rulesetFor(
  looks: Looks,
  organization: string | undefined,
  at: number,
): Promise<Ruleset | undefined> {
  const rulesets = await readRulesets(looks.law);
  return rulesets.length === 0
    ? undefined
    : chosen(rulesets, await areaOfInstitution(looks, organization), at);
}

async function readRulesets(law: Look): Promise<Ruleset[]> {
  const plans = await law.search('PlanDefinition', [
    ['topic', `${COUNTY_RULESET}|${RULESET_TOPIC}`],
    ['status', 'active'],
  ]);
  return plans.flatMap((plan) => rulesetOf(plan) ?? []);
}

async function areaOfInstitution({ law, base }: Looks, organization: string | undefined) {
  if (localReference(organization ?? '', base)?.type !== 'Organization') return undefined;
  const found = await law.read(organization);
  return found && areaOf(found);
}

/** Quality evidence by its reference, as marks name it; and all that the laboratories have, when they are named. */
export async function readEvidence(
  { law, base }: Looks,
  references: Iterable<string | undefined>,
  laboratories: Iterable<string>,
): Promise<Map<string, Evidence>> {
  const found = new Map<string, Evidence>();
  const keep = (reference: string, basic: Resource) => {
    const evidence = evidenceOf(basic);
    if (evidence) found.set(reference, evidence);
  };
  for (const reference of new Set(references)) {
    if (localReference(reference ?? '', base)?.type !== 'Basic') continue;
    const basic = await law.read(reference);
    if (basic) keep(reference!, basic);
  }
  for (const laboratory of new Set(laboratories)) {
    const all = await law.search('Basic', [
      ['subject', laboratory],
      ['code', EVIDENCE_CODE],
    ]);
    for (const basic of all) keep(`Basic/${basic.id}`, basic);
  }
  return found;
}
