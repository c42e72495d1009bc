/** What a county sets for itself: packages bring what to begin with, an administrator changes it like any resource. */
import { COUNTY_RULESET } from './canonical.ts';

interface Fields {
  readonly topic?: readonly { readonly coding?: readonly { readonly system?: string }[] }[];
}

/** Whether a definition of a package is such: a PlanDefinition whose topic is a ruleset of the county. */
export function isSetting(definition: object): boolean {
  const { topic = [] } = definition as Fields;
  return topic.some(({ coding = [] }) => coding.some(({ system }) => system === COUNTY_RULESET));
}
