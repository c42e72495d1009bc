/** Several versions of one canonical. https://hl7.org/fhir/R4/references.html#canonical */
import type { Resource } from '@medplum/fhirtypes';
import { withoutVersion } from './registry.ts';

/** What a canonical resource says of itself. */
export type Canonical = Resource & {
  readonly url?: string;
  readonly version?: string;
  readonly status?: string;
};

export interface Canonicals<R> {
  /** `url|version`: that version when it is there; else, as for the bare url, the newest active one. */
  get(canonical: string): R | undefined;
  /** The newest active one of each url. */
  newest(): R[];
}

/** In force first; a definition that is not active serves while there is none. */
const BY_STATUS = ['active', 'draft', 'unknown', 'retired'];

export function byCanonical<R extends Canonical>(resources: readonly R[]): Canonicals<R> {
  const versions = new Map<string, R[]>();
  for (const resource of resources) {
    if (resource.url === undefined) continue;
    const list = versions.get(resource.url);
    if (list) list.push(resource);
    else versions.set(resource.url, [resource]);
  }
  for (const list of versions.values()) if (list.length > 1) list.sort(preferredFirst);
  return {
    get(canonical) {
      const list = versions.get(withoutVersion(canonical));
      if (!list || list.length === 1) return list?.[0];
      const version = /\|([^#]*)/.exec(canonical)?.[1];
      return (version !== undefined && list.find((r) => r.version === version)) || list[0];
    },
    newest: () => [...versions.values()].map((list) => list[0]!),
  };
}

function preferredFirst(a: Canonical, b: Canonical): number {
  return (
    rankOf(a) - rankOf(b) ||
    compareVersions(b.version ?? '', a.version ?? '') ||
    compareTexts(b.meta?.lastUpdated ?? '', a.meta?.lastUpdated ?? '') ||
    compareTexts(a.id ?? '', b.id ?? '')
  );
}

function rankOf({ status = 'unknown' }: Canonical): number {
  return BY_STATUS.indexOf(status);
}

/** By the numbers of each part (`2.10.0` after `2.9`); a labelled version (`2.0.0-ballot`) before the plain one. */
export function compareVersions(a: string, b: string): number {
  const [coreA = '', ...labelA] = a.split('-');
  const [coreB = '', ...labelB] = b.split('-');
  return (
    compareParts(coreA, coreB) ||
    Number(labelA.length === 0) - Number(labelB.length === 0) ||
    compareParts(labelA.join('.'), labelB.join('.'))
  );
}

function compareParts(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    const numbers = /^\d{1,15}$/.test(x) && /^\d{1,15}$/.test(y);
    const order = numbers ? Number(x) - Number(y) : compareTexts(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
