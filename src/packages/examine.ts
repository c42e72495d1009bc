/** Looks at the resources of a package before they are stored: which of them, and what of it cannot be used. */
import { setImmediate } from 'node:timers/promises';
import type { SearchParameter, StructureDefinition } from '@medplum/fhirtypes';
import type { Definitions, GrowingDefinitions } from '../definitions/definitions.ts';
import { CONFORMANCE } from '../definitions/registry.ts';
import { slim } from '../definitions/slim.ts';
import type { Engine } from '../interactions/engine.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { unprocessable } from '../kernel/fhir-error.ts';
import { isId } from '../kernel/ids.ts';
import { type Issue, information, isError, problem, type Text } from '../kernel/issue.ts';
import { customParameterIssues, isOfPackage } from '../search/custom-parameters.ts';
import type { Archive, PackagedResource } from './archive.ts';
import { unknownProfiles } from './dependencies.ts';
import { profileIssues, takenIssues } from './rule.ts';

/** Of one file: the first say what is wrong. */
const MAX_ISSUES_OF_FILE = 5;

export interface Examined {
  /** What is stored: what defines something, each under an id that no other of its type has. */
  readonly resources: readonly PackagedResource[];
  readonly issues: readonly Issue[];
}

/** Throws unprocessable when something is not FHIR at all. */
export async function examine(
  engine: Engine,
  definitions: GrowingDefinitions,
  ctx: Ctx,
  archive: Archive,
): Promise<Examined> {
  const names = new Set<string>();
  const resources: PackagedResource[] = [];
  const profiles: StructureDefinition[] = [];
  const issues: Issue[] = [];
  for (const packaged of archive.resources) {
    const { type, id, file } = packaged;
    if (!CONFORMANCE.has(type)) continue;
    const { resource } = packaged.read();
    if (takenIssues(engine.definitions, type, resource).length > 0) {
      issues.push(of(file, information(ALREADY_DEFINED)));
    } else if (!isId(id) || names.has(`${type}/${id}`)) {
      issues.push(of(file, problem('value', NO_ID)));
    } else {
      names.add(`${type}/${id}`);
      resources.push(packaged);
      if (type === 'StructureDefinition') profiles.push(slim(resource as unknown as StructureDefinition));
    }
  }
  const together = definitions.and(profiles);
  for (const { read, file } of resources) {
    // Others are answered meanwhile.
    await setImmediate();
    const { resource } = read();
    const found = await engine.validate(ctx, resource);
    const unreadable = found.filter((i) => isError(i) && i.code === 'structure');
    if (unreadable.length > 0) throw unprocessable(unreadable.map((i) => of(file, i)));
    // What is stored although it is not valid has not failed.
    const invalid = found.filter(isError).map((i) => ({ ...i, severity: 'warning' as const }));
    const all = [...unusableIssues(engine, together, resource as unknown as Defined), ...invalid];
    issues.push(...all.slice(0, MAX_ISSUES_OF_FILE).map((i) => of(file, i)));
  }
  return { resources, issues: [...issues, ...unknownProfiles(together, profiles)] };
}

type Defined = SearchParameter | StructureDefinition;

/** Why a resource, although it is stored, has no effect. */
function unusableIssues(
  { definitions, parameters }: Engine,
  together: Definitions,
  resource: Defined,
): Issue[] {
  if (resource.resourceType === 'StructureDefinition') return profileIssues(together, resource);
  if (resource.resourceType !== 'SearchParameter' || resource.status !== 'active') return [];
  if (isOfPackage(definitions, resource)) return [];
  return customParameterIssues(definitions, parameters.custom.parameters, resource.id ?? '', resource);
}

function of(file: string, issue: Issue): Issue {
  const at = issue.expression === undefined ? file : `${file}: ${issue.expression}`;
  return { ...issue, text: { en: `${at}: ${issue.text.en}`, zh: `${at}:${issue.text.zh}` } };
}

const ALREADY_DEFINED: Text = {
  en: 'a package of this server defines it, and goes first; it was left out.',
  zh: '本服务器自带的包已有此定义并优先使用,未予安装。',
};
const NO_ID: Text = {
  en: 'it has no id of its own; it was left out.',
  zh: '没有自己的 id,未予安装。',
};
