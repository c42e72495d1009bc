/**
 * Snapshots made of differentials are those that HL7 has published (npm package hl7.fhir.r4.examples) and that SUSHI
 * has made of the county's profiles.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { withSnapshot } from '../../src/definitions/snapshot.ts';

const ROOT = join(import.meta.dirname, '../..');
const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);

function structures(folder: string): StructureDefinition[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => /^StructureDefinition-.*\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(ROOT, folder, name), 'utf8')) as StructureDefinition);
}

/** What of an element decides what is valid; versions of the base's own value sets are said or not. */
function rules(element: ElementDefinition) {
  const { min, max, sliceName, type, binding, slicing } = element;
  const others = Object.entries(element).filter(([key]) =>
    /^(fixed|pattern|minValue|maxValue)[A-Z]/.test(key),
  );
  const plain = (type ?? []).map(({ code, profile, targetProfile }) => ({ code, profile, targetProfile }));
  const said = {
    min,
    max,
    sliceName,
    type: plain,
    binding: binding && [binding.strength, binding.valueSet],
    discriminator: slicing?.discriminator,
    ...Object.fromEntries(others),
  };
  return JSON.stringify(said).replaceAll('|4.0.1', '');
}

/** Ids of elements that are missing, too many or different; `fault` when none can be made. */
function differences(sd: StructureDefinition, structureOf: (url: string) => StructureDefinition | undefined) {
  const { snapshot, ...rest } = sd;
  try {
    const made = withSnapshot(rest, structureOf).snapshot!.element;
    const expected = new Map(snapshot!.element.map((e) => [e.id!, rules(e)]));
    const found = new Map(made.map((e) => [e.id!, rules(e)]));
    const ids = new Set([...expected.keys(), ...found.keys()]);
    return [...ids].filter((id) => expected.get(id) !== found.get(id));
  } catch (error) {
    return [`fault: ${(error as Error).message}`];
  }
}

/** Published otherwise, and why. */
const KNOWN: Readonly<Record<string, string>> = {
  bp: 'valueQuantity in a slice became value[x] there, and a slice of value[x] everywhere else',
  catalog: 'a slice of Composition.date without a slicing',
  'elementdefinition-de': 'the children of its extensions are written out, though nothing is said of them',
  'familymemberhistory-genetic': 'a slice of FamilyMemberHistory.relationship without a slicing',
  'provenance-relevant-history': 'has another binding than its own differential says',
};

test('the snapshots of HL7 and of SUSHI come out again', () => {
  const all = [...structures('node_modules/hl7.fhir.r4.examples'), ...structures('profiles/core')];
  const byUrl = new Map(all.map((sd) => [sd.url, sd]));
  const structureOf = (url: string) => {
    const plain = url.split('|')[0]!;
    return byUrl.get(plain) ?? byUrl.get(`http://hl7.org/fhir/StructureDefinition/${plain}`);
  };
  const profiles = all.filter(
    (sd) =>
      sd.derivation === 'constraint' && sd.snapshot && sd.differential && definitions.structure(sd.type),
  );
  expect(profiles.length).toBeGreaterThan(400);
  const different = profiles.flatMap((sd) => {
    const ids = differences(sd, structureOf);
    return ids.length > 0 ? [`${sd.id}: ${ids.slice(0, 6).join(', ')}`] : [];
  });
  const unexpected = different.filter((line) => !Object.hasOwn(KNOWN, line.split(':')[0]!));
  expect(unexpected).toEqual([]);
  expect(different.length, 'one that is known is no longer different').toBe(Object.keys(KNOWN).length);
});
