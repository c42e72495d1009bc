/** `$install-package`, `$remove-package`, `$installed-packages`: for administrators. */
import { assertAdministrator, assertMay } from '../access/decide.ts';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import type { Engine } from '../interactions/engine.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import type {
  Contribution,
  OperationAnswer,
  OperationBinding,
  OperationInput,
} from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { firstOf, type Parameter } from '../operations/parameters.ts';
import { type InstalledPackage, readPackages } from '../store/installed-packages.ts';
import { readArchive } from './archive.ts';
import { dependenciesOf } from './dependencies.ts';
import { type Installation, install, remove } from './install.ts';
import { definitionRule } from './rule.ts';

const url = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;

/** What the bytes of a package are sent as. */
const PACKAGE_TYPES: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/x-gzip',
  'application/tar+gzip',
  'application/x-compressed-tar',
  'application/octet-stream',
]);

export function packages(definitions: GrowingDefinitions): Contribution<Engine> {
  return {
    name: 'packages',
    rules: [definitionRule(definitions)],
    operations: (engine) => packageOperations(engine, definitions),
  };
}

function packageOperations(engine: Engine, definitions: GrowingDefinitions): OperationBinding[] {
  return [
    {
      definition: url('install-package'),
      readBody: packageBody,
      async run(ctx, input) {
        assertAdministrator(ctx);
        const bytes = Buffer.from(String(textOf(input, 'package')), 'base64');
        return answer(partsOf(ctx, await install(engine, definitions, ctx, readArchive(bytes))));
      },
    },
    {
      definition: url('remove-package'),
      async run(ctx, input) {
        assertAdministrator(ctx);
        return answer(partsOf(ctx, await remove(engine, ctx, String(textOf(input, 'name')))));
      },
    },
    { definition: url('installed-packages'), run: (ctx) => installedPackages(engine, definitions, ctx) },
  ];
}

/** The bytes of a `.tgz` as the parameter `package`. */
function packageBody(contentType: string, bytes: Uint8Array): OperationInput['parameters'] | undefined {
  const [mediaType] = contentType.toLowerCase().split(';', 1);
  if (!PACKAGE_TYPES.has(mediaType!.trim())) return undefined;
  const valueBase64Binary = Buffer.from(bytes).toString('base64');
  return { resourceType: 'Parameters', parameter: [{ name: 'package', valueBase64Binary }] };
}

function textOf({ parameters }: OperationInput, name: string): unknown {
  const parameter = firstOf((parameters.parameter ?? []) as readonly Parameter[], name);
  return parameter?.valueBase64Binary ?? parameter?.valueString;
}

async function installedPackages(
  engine: Engine,
  definitions: GrowingDefinitions,
  ctx: Ctx,
): Promise<OperationAnswer> {
  assertMay(ctx, 's', 'StructureDefinition');
  const all = await readPackages(engine.database);
  return answer(
    all.map((installed) => {
      const dependencies = dependenciesOf(installed.manifest, definitions.packages(), all);
      return { name: 'package', part: partsOf(ctx, { installed, dependencies }) };
    }),
  );
}

function partsOf(
  ctx: Ctx,
  { installed, dependencies, counts }: Omit<Installation, 'counts'> & Partial<Installation>,
) {
  return [
    ...headOf(installed),
    ...Object.entries(counts ?? {}).map(([name, valueInteger]) => ({ name, valueInteger })),
    ...dependencies.map(({ name, version, status, found }) => ({
      name: 'dependency',
      part: [
        { name: 'name', valueString: name },
        { name: 'version', valueString: version },
        { name: 'status', valueCode: status },
        ...(found === undefined ? [] : [{ name: 'found', valueString: found }]),
      ],
    })),
    ...installed.problems.map(({ severity, text }) => ({
      name: 'problem',
      part: [
        { name: 'severity', valueCode: severity },
        { name: 'text', valueString: text[ctx.lang] },
      ],
    })),
  ];
}

function headOf({ name, version, sha256, installed, resources }: InstalledPackage) {
  return [
    { name: 'name', valueString: name },
    { name: 'version', valueString: version },
    { name: 'sha256', valueString: sha256 },
    { name: 'installed', valueInstant: installed.toISOString() },
    { name: 'resources', valueInteger: resources.length },
  ];
}

function answer(parameter: readonly object[]): OperationAnswer {
  const text = JSON.stringify({
    resourceType: 'Parameters',
    ...(parameter.length > 0 ? { parameter } : {}),
  });
  return { text };
}
