/** The code tables and maps of `terminology/`: each says where it is from, and is no better than that. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem, CodeSystemConcept, ConceptMap } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import { isError } from '../../../src/kernel/issue.ts';
import { canonicalQuantity } from '../../../src/terminology/units.ts';
import { createValidator } from '../../../src/validation/validator.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'terminology');
const OWN = 'https://xiantong.example/fhir/';
/** National object identifiers that were seen in published templates. Nothing else may stand under their arc. */
const NATIONAL = /^urn:oid:2\.16\.156\.10011\.2\.3\.(1\.(1|85|250|269)|3\.(2|3|4|5|6|7|8|11\.3|12|13)|4\.1)$/;

/** Tables that come with the packages of the workflows. */
const ELSEWHERE = /\/CodeSystem\/(follow-up-method|management-outcome|vaccine)$/;

const definitions = loadDefinitions(join(ROOT, 'profiles'), [FOLDER]);
const validator = createValidator(definitions);
const read = (...path: string[]) => readFileSync(join(FOLDER, ...path), 'utf8');
const json = (...path: string[]) => JSON.parse(read(...path));

const readme = read('README.md');
/** The cells of each table row that begins with a file or folder that is here. */
const rows = new Map(
  readme
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    )
    .map((cells) => [cells[0]!.replaceAll('`', ''), cells] as const)
    .filter(([name]) => existsSync(join(FOLDER, name))),
);
const isActive = (evidence: string) => /^C2?$/.test(evidence);

const files = readdirSync(FOLDER).filter((f) => /^(CodeSystem|ConceptMap|ValueSet)-.*\.json$/.test(f));
const folders = readdirSync(FOLDER, { withFileTypes: true })
  .filter((f) => f.isDirectory())
  .flatMap(({ name }) => readdirSync(join(FOLDER, name)).map((version) => `${name}/${version}`))
  .filter((f) => existsSync(join(FOLDER, f, 'system.json')));

test('every file and folder has its row, and every row its file', () => {
  const listed = [...readme.matchAll(/^\| `((?:CodeSystem|ConceptMap|ValueSet)-[^`]+|[a-z0-9-]+\/[^`]+)`/gm)];
  expect(listed.map(([, name]) => name).sort()).toEqual([...files, ...folders].sort());
});

/** What a table says of itself must agree with what the README says of it. */
function expectHonest(name: string, resource: CodeSystem | ConceptMap): void {
  const [, title, evidence, ...more] = rows.get(name)!;
  const active = isActive(evidence!);
  expect([resource.status, resource.experimental]).toEqual(active ? ['active', false] : ['draft', true]);
  expect(title).toMatch(/\S.*\p{Script=Han}/u);
  if (resource.resourceType === 'CodeSystem') {
    const [source, licence] = more;
    expect([source, licence].every((cell) => cell !== undefined && /\w{2}/.test(cell))).toBe(true);
  }
  expect(validator.validate(resource as never, {}).filter(isError)).toEqual([]);
  const { url = '' } = resource;
  const others = /^http:\/\/(loinc\.org|hl7\.org\/fhir\/sid\/cvx|dicom\.nema\.org\/)/;
  if (url.startsWith('urn:oid:')) expect(url).toMatch(NATIONAL);
  else if (!others.test(url)) expect(url).toBe(`${OWN}${resource.resourceType}/${resource.id}`);
}

describe.each(files.filter((f) => f.startsWith('CodeSystem-')))('%s', (file) => {
  const system: CodeSystem = json(file);
  const concepts = system.concept ?? [];

  test('is as good as its evidence, and validates', () => {
    expect(file).toBe(`CodeSystem-${system.id}.json`);
    expectHonest(file, system);
  });

  test('counts its concepts, each once, in both languages, below concepts that are there', () => {
    const codes = concepts.map((c) => c.code);
    expect(codes).toHaveLength(system.count!);
    expect(new Set(codes).size).toBe(codes.length);
    for (const concept of concepts) {
      expect(concept.display, concept.code).toMatch(/\S/);
      expect(chinese(concept), concept.code).toMatch(/\S/);
      for (const { code, valueCode } of concept.property ?? []) {
        if (code === 'parent') expect(codes).toContain(valueCode);
      }
    }
  });
});

function chinese({ designation = [] }: CodeSystemConcept): string | undefined {
  return designation.find(({ language }) => language === 'zh-CN')?.value;
}

describe.each(folders)('%s', (folder) => {
  const system: CodeSystem = json(folder, 'system.json');
  const [header, ...lines] = csv(read(folder, 'concepts.csv'));

  test('is as good as its evidence, and says where it is from', () => {
    expectHonest(folder, system);
    expect(folder).toBe(`${system.id}/${system.version}`);
    expect(read(folder, 'SOURCE.md')).toMatch(/^\| Origin \|.*\n\| Licence \|.*\n\| Evidence \|/m);
  });

  test('counts its concepts, each once, in both languages, with properties that it declares', () => {
    expect(lines).toHaveLength(system.count!);
    expect(new Set(lines.map(([code]) => code)).size).toBe(lines.length);
    expect(header!.slice(0, 2)).toEqual(['code', 'display']);
    const properties = header!.filter((h) => h.startsWith('prop:')).map((h) => h.slice(5));
    expect(properties).toEqual(system.property?.map((p) => p.code));
    const other = header!.findIndex((h) => h === 'display:en' || h === 'designation:zh-CN');
    for (const cells of lines) {
      expect(cells).toHaveLength(header!.length);
      for (const cell of [cells[0], cells[1], cells[other]]) expect(cell, cells[0]).toMatch(/\S/);
    }
  });
});

/** RFC 4180, as far as these files use it. */
function csv(text: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/gy;
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      cell.lastIndex = 0;
      return [...`${line},`.matchAll(cell)]
        .filter(({ index }) => index <= line.length)
        .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!);
    });
}

/** The codes of a system that is here; undefined for one that is not. */
function codesOf(url: string): ReadonlySet<string> | undefined {
  const own = definitions.codeSystem(url);
  if (own) return new Set(codesBelow(own.concept ?? []));
  const folder = folders.find((f) => json(f, 'system.json').url === url);
  return folder === undefined ? undefined : new Set(csv(read(folder, 'concepts.csv')).map(([code]) => code!));
}

function codesBelow(concepts: readonly CodeSystemConcept[]): string[] {
  return concepts.flatMap((c) => [c.code!, ...codesBelow(c.concept ?? [])]);
}

describe.each(files.filter((f) => f.startsWith('ConceptMap-')))('%s', (file) => {
  const map: ConceptMap = json(file);

  test('is as good as its evidence and its tables, and validates', () => {
    expect(file).toBe(`ConceptMap-${map.id}.json`);
    expectHonest(file, map);
    if (map.status !== 'active') return;
    for (const system of map.group!.flatMap(({ source, target }) => [source, target])) {
      const table = definitions.codeSystem(system!);
      if (table?.url?.match(/xiantong|2\.16\.156/)) expect(table.status, system).toBe('active');
    }
  });

  test('maps every code of its source once in each direction it claims, to codes that are there', () => {
    const mapped = new Set<string>();
    for (const { source, target, element } of map.group!) {
      const [from, to] = [codesOf(source!), codesOf(target!)];
      if (!ELSEWHERE.test(source!)) expect(from, source).toBeDefined();
      expect(new Set(element.map((e) => e.code)).size).toBe(element.length);
      for (const { code, target: targets = [] } of element) {
        if (from) expect(from, code).toContain(code);
        mapped.add(code!);
        expect(targets.length, code).toBeGreaterThan(0);
        for (const t of targets) {
          expect(t.code === undefined, code).toBe(t.equivalence === 'unmatched');
          if (target === 'http://unitsofmeasure.org')
            expect(canonicalQuantity(1, t.code!), t.code).toBeDefined();
          else if (t.code !== undefined && to) expect(to, code).toContain(t.code);
        }
      }
    }
    const all = codesOf(map.group![0]!.source!);
    if (all) expect([...mapped].sort()).toEqual([...all].sort());
  });
});
