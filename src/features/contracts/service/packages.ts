/** The service packages that a contract names, from PlanDefinition and ActivityDefinition. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Concept, Period } from '../../../kernel/elements.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import type { Promised } from '../model.ts';
import { codeIn, PACKAGE_TYPE_SYSTEM, POPULATION_SYSTEM, packagesOf, populationsOf } from './contract.ts';
import { isWithin } from './team.ts';

/** https://terminology.hl7.org/CodeSystem-usage-context-type.html */
const USAGE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/usage-context-type';

interface UseContext {
  readonly code?: Coding;
  readonly valueCodeableConcept?: Concept;
}

interface PlanFields extends Resource {
  readonly status?: string;
  readonly topic?: readonly Concept[];
  readonly effectivePeriod?: Period;
  readonly useContext?: readonly UseContext[];
  readonly action?: readonly {
    readonly id?: string;
    readonly title?: string;
    readonly timingTiming?: { readonly repeat?: Promised };
    readonly definitionCanonical?: string;
  }[];
}

interface ItemFields extends Resource {
  readonly url?: string;
  readonly version?: string;
  readonly title?: string;
  readonly status?: string;
  readonly kind?: string;
  readonly code?: Concept;
  readonly useContext?: readonly UseContext[];
}

/** One service that a package promises. */
export interface Service {
  /** Tells it from the others of the contract; the same for every version of the package. */
  readonly key: string;
  readonly title: string;
  readonly code: Concept;
  readonly kind?: string;
  /** `url|version` of the ActivityDefinition; absent when the server does not have it. */
  readonly item?: string;
  readonly promised: Promised;
  /** The public-health programme that it is a part of. */
  readonly programme?: Coding;
}

export interface Package {
  readonly canonical: string;
  /** Where the contract names it. */
  readonly at: string;
  /** basic or personalised, as the contract says. */
  readonly type: string | undefined;
  readonly plan: PlanFields | undefined;
  readonly services: readonly Service[];
}

/** Undefined when the server does not have it. */
export async function findByCanonical(
  scene: Scene,
  type: 'PlanDefinition' | 'ActivityDefinition',
  canonical: string,
): Promise<Resource | undefined> {
  const [url, version] = canonical.split('|');
  const found = await scene.search(type, [
    ['url', url!],
    ...(version ? [['version', version] as const] : []),
  ]);
  const active = found.filter((r) => r.status === 'active');
  return newest(active.length > 0 ? active : found);
}

/** By version, numbers in it as numbers: `2026.10` after `2026.9`. */
export function newest(resources: readonly Resource[]): Resource | undefined {
  const version = (r: Resource) => String(r.version ?? '');
  return resources.toSorted((a, b) => version(b).localeCompare(version(a), 'en', { numeric: true }))[0];
}

export async function resolvePackages(scene: Scene, contract: Resource): Promise<Package[]> {
  const packages: Package[] = [];
  for (const named of packagesOf(contract)) {
    const plan = (await findByCanonical(scene, 'PlanDefinition', named.canonical)) as PlanFields | undefined;
    packages.push({ ...named, plan, services: plan ? await servicesOf(scene, plan, named.canonical) : [] });
  }
  return packages;
}

async function servicesOf(scene: Scene, plan: PlanFields, canonical: string): Promise<Service[]> {
  const services: Service[] = [];
  for (const [i, action] of (plan.action ?? []).entries()) {
    const named = action.definitionCanonical;
    const item = named
      ? ((await findByCanonical(scene, 'ActivityDefinition', named)) as ItemFields | undefined)
      : undefined;
    const title = action.title ?? item?.title ?? '';
    services.push({
      key: `${canonical.split('|')[0]!.split('/').at(-1)}.${action.id ?? i + 1}`,
      title,
      code: item?.code ?? { text: title },
      kind: item?.kind,
      item: item ? [item.url, item.version].filter(Boolean).join('|') : named,
      promised: action.timingTiming?.repeat ?? {},
      programme: contexts(item, 'program')[0]?.coding?.[0],
    });
  }
  return services;
}

function contexts(
  resource: { readonly useContext?: readonly UseContext[] } | undefined,
  code: string,
): Concept[] {
  return (resource?.useContext ?? [])
    .filter((u) => u.code?.system === USAGE_SYSTEM && u.code.code === code)
    .flatMap((u) => u.valueCodeableConcept ?? []);
}

/** What stands against promising the packages to this resident from this day on. */
export function packageIssues(packages: readonly Package[], contract: Resource, day: string): Issue[] {
  const populations = populationsOf(contract);
  return packages.flatMap(({ canonical, at, type, plan }) => {
    if (plan?.status !== 'active') {
      return [
        problem(
          'business-rule',
          {
            en: `There is no service package ${canonical} that may be signed. Name an active PlanDefinition as url|version.`,
            zh: `没有可签约的服务包 ${canonical}。请以 url|version 指明在用的 PlanDefinition。`,
          },
          { expression: at, rule: 'package-unknown' },
        ),
      ];
    }
    const issues: Issue[] = [];
    if (!isWithin(plan.effectivePeriod, day)) {
      const { start = '', end = '' } = plan.effectivePeriod ?? {};
      issues.push(
        problem(
          'business-rule',
          {
            en: `The package ${canonical} may be signed from ${start} to ${end || 'further notice'}, not on ${day}.`,
            zh: `服务包 ${canonical} 的可签约期为 ${start} 至 ${end || '另行通知'},不含 ${day}。`,
          },
          { expression: at, rule: 'package-not-effective' },
        ),
      );
    }
    const topic = plan.topic?.map((t) => codeIn(t, PACKAGE_TYPE_SYSTEM)).find(Boolean);
    if (topic !== type) {
      issues.push(
        problem(
          'business-rule',
          {
            en: `The package ${canonical} is ${topic}, and the term says ${type}.`,
            zh: `服务包 ${canonical} 的类型为 ${topic},与协议条款所写的 ${type} 不一致。`,
          },
          { expression: `${at}.type`, rule: 'package-type-contradicts' },
        ),
      );
    }
    const meant = contexts(plan, 'focus').flatMap((c) => codeIn(c, POPULATION_SYSTEM) ?? []);
    if (meant.length > 0 && !meant.some((code) => populations.includes(code))) {
      issues.push(
        problem(
          'business-rule',
          {
            en: `The package ${canonical} is for key population ${meant.join(', ')}; the contract names ${populations.join(', ') || 'none'}.`,
            zh: `服务包 ${canonical} 适用于重点人群 ${meant.join('、')};协议所注人群为 ${populations.join('、') || '无'}。`,
          },
          { expression: at, rule: 'package-not-for-resident' },
        ),
      );
    }
    return issues;
  });
}
