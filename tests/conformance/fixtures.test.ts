import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { CANONICAL } from '../../src/kernel/canonical.ts';
import { isError } from '../../src/kernel/issue.ts';
import { createValidator } from '../../src/validation/validator.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const VALID = join(ROOT, 'fixtures', 'valid');
const INVALID = join(ROOT, 'fixtures', 'invalid');

const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
const validator = createValidator(definitions);

function read(...path: string[]) {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** The concept of county-outcome that names a broken invariant. */
function ruleOf(constraint: string): string {
  const concept = definitions
    .codeSystem('https://xiantong.example/fhir/CodeSystem/county-outcome')
    ?.concept?.find((c) => c.property?.some((p) => p.code === 'constraint' && p.valueString === constraint));
  return concept?.code ?? `invariant-${constraint}`;
}

function profileUrl(folder: string): string {
  return `https://xiantong.example/fhir/StructureDefinition/${folder}`;
}

describe('the fixtures of the county profiles', () => {
  it('has a valid and an invalid one for every profile', () => {
    const ids = definitions.profiles().flatMap(({ url, id }) => (url.startsWith(CANONICAL) ? id : []));
    expect(readdirSync(VALID).sort()).toEqual(expect.arrayContaining(ids as string[]));
    expect(readdirSync(INVALID).sort()).toEqual(expect.arrayContaining(ids as string[]));
  });

  it('has an invalid one for every invariant of a county profile', () => {
    const stated = definitions
      .profiles()
      .flatMap((p) => p.snapshot?.element ?? [])
      .flatMap((e) => e.constraint ?? [])
      .flatMap(({ key }) => (key?.startsWith('county-') ? [key] : []));
    const broken = readdirSync(INVALID, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.expect.json'))
      .flatMap((file) => read(INVALID, file).issues as { constraint?: string }[])
      .flatMap(({ constraint }) => constraint ?? []);
    expect(new Set(broken)).toEqual(new Set([...broken, ...stated]));
  });

  for (const folder of readdirSync(VALID)) {
    for (const file of readdirSync(join(VALID, folder))) {
      it(`finds nothing wrong with ${folder}/${file}`, () => {
        const issues = validator.validate(read(VALID, folder, file), { profiles: [profileUrl(folder)] });
        expect(issues.filter(isError)).toEqual([]);
      });
    }
  }

  for (const folder of readdirSync(INVALID)) {
    for (const file of readdirSync(join(INVALID, folder)).filter((f) => !f.endsWith('.expect.json'))) {
      it(`says what is wrong with ${folder}/${file}`, () => {
        const expected = read(INVALID, folder, file.replace(/\.json$/, '.expect.json'));
        const issues = validator
          .validate(read(INVALID, folder, file), { profiles: [profileUrl(folder)] })
          .filter(isError);
        for (const { expression, constraint } of expected.issues) {
          expect(issues).toContainEqual(
            expect.objectContaining({
              expression,
              ...(constraint ? { rule: ruleOf(constraint) } : {}),
            }),
          );
        }
      });
    }
  }
});

describe('the definitions that the county publishes', () => {
  for (const type of ['PlanDefinition', 'Questionnaire', 'ConceptMap']) {
    for (const resource of definitions.resources(type)) {
      it(`finds nothing wrong with ${type}/${resource.id}`, () => {
        expect(validator.validate(resource).filter(isError)).toEqual([]);
      });
    }
  }
});
