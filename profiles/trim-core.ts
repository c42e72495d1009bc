/**
 * Writes `profiles/hl7.fhir.r4.core/`: the FHIR R4 base definitions, reduced to what a server needs in memory.
 * Run by `npm run definitions`; the result is committed. See `hl7.fhir.r4.core/SOURCE.md`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Json = Record<string, unknown>;
interface Concept {
  readonly code: string;
  readonly display?: string;
  readonly property?: readonly Json[];
  readonly concept?: readonly Concept[];
}
interface Include {
  readonly system?: string;
  readonly valueSet?: readonly string[];
}

const ORIGIN = join(import.meta.dirname, '..', 'node_modules', 'hl7.fhir.r4.examples');
const TARGET = join(import.meta.dirname, 'hl7.fhir.r4.core');
const STRUCTURE_BASE = 'http://hl7.org/fhir/StructureDefinition/';

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

/** Bindings that demand or recommend their value set; the sets of examples are of no use to a server. */
const CHECKED_STRENGTHS: ReadonlySet<unknown> = new Set(['required', 'extensible', 'preferred']);

/** Code systems that the terminology service knows by their grammar, not as a list: see `src/terminology/grammar.ts`. */
const GRAMMARS = new Set([
  'http://unitsofmeasure.org',
  'urn:ietf:bcp:13',
  'urn:ietf:bcp:47',
  'urn:iso:std:iso:4217',
]);

/** Rules of every element or every resource: kept where they are defined, not repeated on each element. */
const UNIVERSAL = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6']);
const UNIVERSAL_HOME = new Set(['Element', 'Extension', 'DomainResource']);

/** The operations of the specification that the server has: it must not claim what it lacks. */
const OPERATIONS = new Set([
  'Resource-meta',
  'Resource-meta-add',
  'Resource-meta-delete',
  'Resource-validate',
  'Patient-everything',
  'Encounter-everything',
  'Patient-match',
  'Observation-lastn',
  'Observation-stats',
  'Composition-document',
  'MessageHeader-process-message',
  'Resource-graphql',
  'CodeSystem-lookup',
  'CodeSystem-validate-code',
  'CodeSystem-subsumes',
  'ValueSet-expand',
  'ValueSet-validate-code',
  'ConceptMap-translate',
  'PlanDefinition-apply',
]);

/** Properties that say what stands above or below a concept, beside the nesting. */
const HIERARCHY = new Set(['parent', 'child', 'subsumedBy']);

const ELEMENT_KEYS =
  /^(id|path|sliceName|min|max|contentReference|maxLength|(min|max)Value.+|fixed.+|pattern.+)$/;

function pick(from: Json, keys: readonly string[]): Json {
  const out: Json = {};
  for (const key of keys) if (from[key] !== undefined && from[key] !== false) out[key] = from[key];
  return out;
}

function trimStructure(sd: Json): Json {
  // Rules of every element stand in the type itself, and not again in what is made from it.
  const home = sd.derivation === 'constraint' ? '' : (sd.type as string);
  const elements = (sd.snapshot as { element: Json[] }).element.map((e) => trimElement(e, home));
  return {
    ...pick(sd, ['resourceType', 'id', 'url', 'version', 'name', 'status', 'fhirVersion', 'kind']),
    abstract: sd.abstract,
    ...pick(sd, ['context', 'contextInvariant']),
    ...pick(sd, ['type', 'baseDefinition', 'derivation']),
    snapshot: { element: elements },
  };
}

/** A profile or an extension of the specification itself: its examples have some, too. */
function isOfSpecification(sd: Json): boolean {
  return (
    sd.derivation === 'constraint' && sd.snapshot !== undefined && String(sd.url).startsWith(STRUCTURE_BASE)
  );
}

function trimElement(element: Json, home: string): Json {
  const out: Json = {};
  for (const [key, value] of Object.entries(element)) {
    if (ELEMENT_KEYS.test(key)) out[key] = value;
    else if ((key === 'isSummary' || key === 'isModifier') && value === true) out[key] = true;
    else if (key === 'type') out.type = (value as Json[]).map(trimType);
    else if (key === 'binding') out.binding = trimBinding(value as Json);
    else if (key === 'slicing') out.slicing = pick(value as Json, ['discriminator', 'ordered', 'rules']);
    else if (key === 'constraint') {
      const kept = (value as Json[]).filter(
        (c) => !UNIVERSAL.has(c.key as string) || (UNIVERSAL_HOME.has(home) && element.path === home),
      );
      if (kept.length > 0)
        out.constraint = kept.map((c) => pick(c, ['key', 'severity', 'human', 'expression']));
    }
  }
  return out;
}

function trimBinding(binding: Json): Json {
  const most = maxValueSet(binding);
  const kept = most === undefined ? {} : { extension: [{ url: MAX_VALUE_SET, valueCanonical: most }] };
  return { ...kept, ...pick(binding, ['strength', 'valueSet']) };
}

/** https://hl7.org/fhir/R4/extension-elementdefinition-maxvalueset.html */
function maxValueSet(binding: Json): string | undefined {
  const found = ((binding.extension ?? []) as Json[]).find((x) => x.url === MAX_VALUE_SET);
  return found?.valueCanonical as string | undefined;
}

function trimType(type: Json): Json {
  const out = pick(type, ['code', 'targetProfile', 'profile']);
  const kept = ((type.extension ?? []) as Json[]).filter((x) =>
    String(x.url).endsWith('structuredefinition-fhir-type'),
  );
  return kept.length > 0 ? { extension: kept, ...out } : out;
}

function trimSearchParameter(sp: Json): Json {
  const out = pick(sp, [
    'resourceType',
    'id',
    'url',
    'version',
    'name',
    'status',
    'description',
    'code',
    'base',
  ]);
  Object.assign(out, pick(sp, ['type', 'expression', 'target', 'multipleOr', 'comparator', 'modifier']));
  if (sp.component)
    out.component = (sp.component as Json[]).map((c) => pick(c, ['definition', 'expression']));
  return out;
}

function trimValueSet(vs: Json): Json {
  const compose = vs.compose as { include: Json[]; exclude?: Json[] };
  const keys = ['system', 'version', 'concept', 'filter', 'valueSet'];
  const part = (list: Json[]) =>
    list.map((i) => {
      const out = pick(i, keys);
      if (out.concept) out.concept = (out.concept as Json[]).map((c) => pick(c, ['code', 'display']));
      return out;
    });
  return {
    ...pick(vs, ['resourceType', 'id', 'url', 'version', 'name', 'title', 'status']),
    compose: {
      include: part(compose.include),
      ...(compose.exclude ? { exclude: part(compose.exclude) } : {}),
    },
  };
}

function trimCodeSystem(cs: Json): Json {
  const head = [
    'resourceType',
    'id',
    'url',
    'version',
    'name',
    'title',
    'status',
    'caseSensitive',
    'valueSet',
  ];
  return { ...pick(cs, [...head, 'content']), concept: trimConcepts(cs.concept as Concept[]) };
}

function trimConcepts(concepts: readonly Concept[]): Concept[] {
  return concepts.map(({ code, display, property = [], concept }) => {
    const hierarchy = property.filter((p) => HIERARCHY.has(p.code as string));
    return {
      code,
      ...(display === undefined ? {} : { display }),
      ...(hierarchy.length > 0 ? { property: hierarchy } : {}),
      ...(concept ? { concept: trimConcepts(concept) } : {}),
    };
  });
}

function trimCompartment(cd: Json): Json {
  const resource = (cd.resource as Json[]).map((r) => pick(r, ['code', 'param']));
  return {
    ...pick(cd, ['resourceType', 'id', 'url', 'version', 'name', 'status', 'code', 'search']),
    resource,
  };
}

function trimOperation(od: Json): Json {
  const head = ['resourceType', 'id', 'url', 'version', 'name', 'status', 'kind', 'affectsState'];
  const out = pick(od, [...head, 'description', 'code', 'resource']);
  for (const level of ['system', 'type', 'instance']) out[level] = od[level];
  return { ...out, parameter: od.parameter };
}

/** The value sets that bindings other than examples reach and that can be enumerated, with their code systems. */
function reachable(
  structures: readonly Json[],
  terminology: ReadonlyMap<string, Json>,
): [Json[], Json[], string[]] {
  const sets = new Map<string, Json | undefined>();
  const systems = new Map<string, Json>();
  const visit = (canonical: string): boolean => {
    const url = canonical.split('|')[0]!;
    if (sets.has(url)) return sets.get(url) !== undefined;
    const set = terminology.get(url);
    sets.set(url, set);
    const compose = set?.compose as { include: (Include & Json)[]; exclude?: (Include & Json)[] } | undefined;
    const parts = [...(compose?.include ?? []), ...(compose?.exclude ?? [])];
    const enumerable = parts.map((part) => {
      const nested = (part.valueSet ?? []).every(visit);
      if (!part.system || part.concept || GRAMMARS.has(part.system)) return nested;
      const system = terminology.get(part.system);
      if (system?.content !== 'complete' || !system.concept) return false;
      systems.set(part.system, system);
      return nested;
    });
    if (parts.length > 0 && enumerable.every(Boolean)) return true;
    sets.set(url, undefined);
    return false;
  };
  for (const sd of structures) {
    for (const element of (sd.snapshot as { element: Json[] }).element) {
      const binding = element.binding as (Json & { strength: string; valueSet?: string }) | undefined;
      if (!binding) continue;
      const most = maxValueSet(binding);
      if (most !== undefined) visit(most);
      if (CHECKED_STRENGTHS.has(binding.strength) && binding.valueSet) visit(binding.valueSet);
    }
  }
  const open = [...sets].filter(([, set]) => !set).map(([url]) => url);
  return [[...sets.values()].filter((set) => set !== undefined), [...systems.values()], open.sort()];
}

function write(type: string, resources: readonly Json[]): void {
  const sorted = resources.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  const text = sorted.map((r) => `${JSON.stringify(r)}\n`).join('');
  writeFileSync(join(TARGET, `${type}.ndjson`), text);
  console.log(`${type}: ${sorted.length} resources, ${Math.round(text.length / 1024)} KiB`);
}

function read(prefix: string): Json[] {
  return readdirSync(ORIGIN)
    .filter((name) => name.startsWith(`${prefix}-`) && name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(ORIGIN, name), 'utf8')) as Json);
}

mkdirSync(TARGET, { recursive: true });
const structures = read('StructureDefinition').filter(
  (sd) => sd.kind !== 'logical' && (sd.url === `${STRUCTURE_BASE}${sd.type}` || isOfSpecification(sd)),
);
const terminology = new Map([...read('ValueSet'), ...read('CodeSystem')].map((r) => [r.url as string, r]));
const [sets, systems, open] = reachable(structures, terminology);
const parameters = read('SearchParameter').filter(
  (sp) =>
    Array.isArray(sp.base) && sp.status === 'draft' && sp.experimental !== true && sp.code !== '_filter',
);
write('StructureDefinition', structures.map(trimStructure));
write('SearchParameter', parameters.map(trimSearchParameter));
write('ValueSet', sets.map(trimValueSet));
write('CodeSystem', systems.map(trimCodeSystem));
write(
  'CompartmentDefinition',
  read('CompartmentDefinition')
    .filter((cd) => cd.id !== 'example')
    .map(trimCompartment),
);
write(
  'OperationDefinition',
  read('OperationDefinition')
    .filter((od) => OPERATIONS.has(od.id as string))
    .map(trimOperation),
);
const manifest = {
  name: 'hl7.fhir.r4.core',
  version: '4.0.1',
  description: 'FHIR R4 base definitions, reduced to what validation, search and metadata need',
  license: 'CC0-1.0',
  canonical: 'http://hl7.org/fhir',
  url: 'http://hl7.org/fhir/R4',
  fhirVersions: ['4.0.1'],
  type: 'Core',
};
writeFileSync(join(TARGET, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`left out, not enumerable: ${open.join(' ')}`);
