/** What a package builds on, and whether it is here. */
import type { Definitions, Package } from '../definitions/definitions.ts';
import type { Manifest } from '../definitions/packages.ts';
import { type Issue, information, warning } from '../kernel/issue.ts';
import type { InstalledPackage } from '../store/installed-packages.ts';

export interface Dependency {
  readonly name: string;
  /** As the package asks for it. */
  readonly version: string;
  readonly status: 'built-in' | 'installed' | 'missing';
  /** The version that is here. */
  readonly found?: string;
}

/** Packages that nearly every other names, and uses little of: code systems and extensions of HL7. */
const SELDOM_NEEDED = /^hl7\.(terminology|fhir\.uv\.(extensions|tools))\b/;

export function dependenciesOf(
  { dependencies = {} }: Manifest,
  builtIn: readonly Package[],
  installed: readonly Pick<InstalledPackage, 'name' | 'version'>[],
): Dependency[] {
  return Object.entries(dependencies).map(([name, version]) => {
    const own = builtIn.find((p) => p.name === name);
    if (own) return { name, version, status: 'built-in', found: own.manifest.version };
    const other = installed.find((p) => p.name === name);
    if (other) return { name, version, status: 'installed', found: other.version };
    return { name, version, status: 'missing' };
  });
}

/** What follows from what is missing. */
export function missingIssues(dependencies: readonly Dependency[]): Issue[] {
  return dependencies
    .filter(({ status }) => status === 'missing')
    .map(({ name, version }) => {
      const seldom = SELDOM_NEEDED.test(name);
      const say = seldom ? information : (text: Issue['text']) => warning('incomplete', text);
      return say({
        en: `It builds on ${name}#${version}, which is not installed: ${seldom ? 'its codes and extensions are not checked' : 'what its profiles demand is not checked'}. Install that package as well.`,
        zh: `它依赖 ${name}#${version},而该包未安装:${seldom ? '其中的代码与扩展不作校验' : '其中规范的要求不作校验'}。请一并安装。`,
      });
    });
}

/** Profiles that profiles of a package name and nobody here knows. */
export function unknownProfiles(
  definitions: Definitions,
  profiles: readonly { readonly id?: string; readonly snapshot?: { element: readonly Element[] } }[],
): Issue[] {
  const unknown = new Map<string, Set<string>>();
  for (const { id = '', snapshot } of profiles) {
    for (const { type = [] } of snapshot?.element ?? []) {
      for (const url of type.flatMap((t) => t.profile ?? [])) {
        if (definitions.structure(url)) continue;
        unknown.set(url, (unknown.get(url) ?? new Set()).add(id));
      }
    }
  }
  return [...unknown].map(([url, ids]) => {
    const names = [...ids].slice(0, 5).join(', ');
    return information({
      en: `The profile or extension '${url}' is not known here, so that it is not checked in: ${names}.`,
      zh: `此处没有规范或扩展“${url}”,以下规范中对它的要求不作校验:${names}。`,
    });
  });
}

interface Element {
  readonly type?: readonly { readonly profile?: readonly string[] }[];
}
