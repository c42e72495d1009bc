/** Spellings of units that are no UCUM, as the ConceptMaps of the packages translate them into UCUM. */
import type { ConceptMap } from '@medplum/fhirtypes';

const UCUM = 'http://unitsofmeasure.org';

/** Every spelling that some map says to be `equivalent` to a UCUM unit, with that unit. */
export function unitSpellings(maps: readonly ConceptMap[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { target, element } of maps.flatMap((map) => map.group ?? [])) {
    if (target !== UCUM) continue;
    for (const { code, target: targets = [] } of element) {
      const unit = targets.find(({ equivalence }) => equivalence === 'equivalent' || equivalence === 'equal');
      if (code !== undefined && unit?.code !== undefined) found.set(code, unit.code);
    }
  }
  return found;
}
