import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Definitions, loadDefinitions } from '../../../src/definitions/definitions.ts';

const core = join(import.meta.dirname, '../../../profiles/hl7.fhir.r4.core');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packages-'));
  cpSync(core, join(root, 'hl7.fhir.r4.core'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes a package folder with these files. */
function pack(name: string, files: Record<string, unknown>): void {
  mkdirSync(join(root, name, 'fsh'), { recursive: true });
  const all = { 'package.json': { name, version: '0.1.0', fhirVersions: ['4.0.1'] }, ...files };
  for (const [file, content] of Object.entries(all)) {
    writeFileSync(join(root, name, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const profile = (id: string, more: object = {}) => ({
  resourceType: 'StructureDefinition',
  id,
  url: `https://county.example/StructureDefinition/${id}`,
  kind: 'resource',
  type: 'Patient',
  derivation: 'constraint',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  snapshot: { element: [{ id: 'Patient', path: 'Patient', min: 0, max: '*' }] },
  ...more,
});

/** Ids of the profiles that are not the specification's. */
const ownProfiles = (definitions: Definitions) =>
  definitions.profiles().flatMap(({ url, id }) => (url.startsWith('http://hl7.org/') ? [] : id));

test('profiles, operations, search parameters and code systems of a package are found', () => {
  pack('county', {
    'StructureDefinition-p.json': profile('p'),
    'SearchParameter-s.json': {
      resourceType: 'SearchParameter',
      id: 's',
      url: 'https://county.example/SearchParameter/s',
      code: 'village',
      base: ['Patient'],
      type: 'token',
      expression: 'Patient.address.extension',
      description: 'Village',
    },
    'OperationDefinition-o.json': {
      resourceType: 'OperationDefinition',
      id: 'o',
      url: 'https://county.example/OperationDefinition/o',
      code: 'merge',
    },
    'NamingSystem-n.json': { resourceType: 'NamingSystem', id: 'n', name: 'n' },
    'Patient-example.json': { resourceType: 'Patient', id: 'example' },
    'tsconfig.json': { some: 'thing' },
    'fsh/broken.json': '{',
  });
  const definitions = loadDefinitions(root);
  expect(ownProfiles(definitions)).toEqual(['p']);
  expect(definitions.structure('https://county.example/StructureDefinition/p|9.9')?.id).toBe('p');
  expect(definitions.searchParams('Patient').get('village')?.type).toBe('token');
  expect(definitions.searchParams('Observation').has('village')).toBe(false);
  expect(definitions.operations().map((o) => o.code)).toContain('merge');
  expect(definitions.resources('NamingSystem')).toHaveLength(1);
  expect(definitions.resources('StructureDefinition').map((sd) => sd.id)).toEqual(['p']);
  expect(definitions.resources('Patient')).toEqual([]);
});

test('a folder without a FHIR package manifest is ignored', () => {
  mkdirSync(join(root, 'tools'));
  writeFileSync(join(root, 'tools', 'package.json'), JSON.stringify({ name: 'tools' }));
  writeFileSync(join(root, 'tools', 'broken.json'), '{');
  expect(ownProfiles(loadDefinitions(root))).toEqual([]);
});

test('every problem of every package is told at once', () => {
  pack('a', {
    'StructureDefinition-bare.json': profile('bare', { snapshot: undefined }),
    'StructureDefinition-lost.json': profile('lost', { baseDefinition: 'https://county.example/none' }),
    'StructureDefinition-twice.json': profile('twice'),
    'broken.json': '{',
    'ValueSet-anon.json': { resourceType: 'ValueSet', id: 'anon' },
  });
  pack('b', { 'StructureDefinition-twice.json': profile('twice') });
  expect(() => loadDefinitions(root)).toThrow(
    expect.objectContaining({
      problems: [
        expect.stringMatching(/^a: broken\.json is not JSON/),
        'a: StructureDefinition https://county.example/StructureDefinition/bare has no snapshot; build the package with snapshots',
        'a: ValueSet anon has no url',
        'b: StructureDefinition https://county.example/StructureDefinition/twice is already defined by a',
        'a: StructureDefinition https://county.example/StructureDefinition/lost is based on https://county.example/none, which is unknown',
      ],
    }),
  );
});

test('value sets resolve filters, excludes and other value sets', () => {
  const systemUrl = 'https://county.example/CodeSystem/tree';
  const set = (id: string, compose: object) => ({
    resourceType: 'ValueSet',
    id,
    url: `https://county.example/ValueSet/${id}`,
    compose,
  });
  pack('county', {
    'CodeSystem-tree.json': {
      resourceType: 'CodeSystem',
      id: 'tree',
      url: systemUrl,
      content: 'complete',
      concept: [
        { code: 'a', concept: [{ code: 'a1', concept: [{ code: 'a11' }] }, { code: 'a2' }] },
        { code: 'b', property: [{ code: 'parent', valueCode: 'a2' }] },
        { code: 'c', property: [{ code: 'level', valueString: 'village' }] },
      ],
    },
    'ValueSet-is-a.json': set('is-a', {
      include: [{ system: systemUrl, filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }],
      exclude: [{ system: systemUrl, concept: [{ code: 'a1' }] }],
    }),
    'ValueSet-below.json': set('below', {
      include: [{ system: systemUrl, filter: [{ property: 'concept', op: 'descendent-of', value: 'a1' }] }],
    }),
    'ValueSet-level.json': set('level', {
      include: [{ system: systemUrl, filter: [{ property: 'level', op: '=', value: 'village' }] }],
    }),
    'ValueSet-both.json': set('both', {
      include: [
        {
          valueSet: ['https://county.example/ValueSet/is-a', 'https://county.example/ValueSet/below'],
        },
      ],
    }),
    'ValueSet-loop.json': set('loop', { include: [{ valueSet: ['https://county.example/ValueSet/loop'] }] }),
    'ValueSet-open.json': set('open', { include: [{ system: 'http://loinc.org' }] }),
  });
  const definitions = loadDefinitions(root);
  const codes = (id: string) => {
    const found = definitions.valueSet(`https://county.example/ValueSet/${id}`);
    return found && [...(found.get(systemUrl) ?? [])];
  };
  expect(codes('is-a')).toEqual(['a', 'a11', 'a2', 'b']);
  expect(codes('below')).toEqual(['a11']);
  expect(codes('level')).toEqual(['c']);
  expect(codes('both')).toEqual(['a11']);
  expect(codes('loop')).toBeUndefined();
  expect(codes('open')).toBeUndefined();
});
