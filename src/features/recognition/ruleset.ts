/** The rules of one region: PlanDefinition of profile county-recognition-ruleset -> a value. Pure. */
import { CANONICAL } from '../../kernel/canonical.ts';
import { BEGINNING, END, periodRange } from '../../kernel/dates.ts';
import type { Concept } from '../../kernel/elements.ts';
import { daysOf, keyOf, type Setting } from './concept.ts';

export const RULESET_TOPIC = 'recognition';
const RULES = `${CANONICAL}/StructureDefinition/recognition-rules`;
const WINDOW = `${CANONICAL}/StructureDefinition/recognition-window`;
/** GB/T 2260, as `PlanDefinition.jurisdiction` and the marks write it. */
export const AREA_SYSTEM = 'urn:oid:2.16.156.10011.2.3.3.2';

/** What a result of the asker's own medical community needs: a mark, or only evidence of its laboratory. */
export type WithinCommunity = 'marked' | 'evidence';

export interface Ruleset {
  /** `url|version` */
  readonly canonical: string;
  /** GB/T 2260 areas where it holds; everywhere when there are none. */
  readonly areas: readonly string[];
  /** Milliseconds, half-open. */
  readonly from: number;
  readonly until: number;
  readonly date: string;
  /** Canonical of the value set of reasons for repeating an examination. */
  readonly reasons?: string;
  /** Areas whose marks of scope `region` are recognised. */
  readonly region: readonly string[];
  readonly withinCommunity: WithinCommunity;
  /** Days by setting, by the codes of an item (`system|code`). */
  readonly windows: ReadonlyMap<string, Readonly<Partial<Record<Setting, number>>>>;
}

interface Extension {
  readonly url?: string;
  readonly extension?: readonly Extension[];
  readonly valueCode?: string;
  readonly valueCanonical?: string;
  readonly valueDuration?: { readonly value?: number; readonly code?: string };
}

export interface RulesetFields {
  readonly resourceType?: string;
  readonly url?: string;
  readonly version?: string;
  readonly status?: string;
  readonly date?: string;
  readonly jurisdiction?: readonly Concept[];
  readonly effectivePeriod?: { readonly start?: string; readonly end?: string };
  readonly extension?: readonly Extension[];
  readonly action?: readonly {
    readonly code?: readonly Concept[];
    readonly extension?: readonly Extension[];
  }[];
}

/** Undefined for one that is not active. */
export function rulesetOf(plan: RulesetFields): Ruleset | undefined {
  if (plan.status !== 'active') return undefined;
  const period = periodRange(plan.effectivePeriod ?? {});
  const rules = plan.extension?.find((e) => e.url === RULES)?.extension ?? [];
  const windows = new Map<string, Partial<Record<Setting, number>>>();
  for (const { code = [], extension = [] } of plan.action ?? []) {
    const days: Partial<Record<Setting, number>> = {};
    for (const { extension: parts = [] } of extension.filter((e) => e.url === WINDOW)) {
      const setting = parts.find((p) => p.url === 'setting')?.valueCode as Setting | undefined;
      const length = daysOf(parts.find((p) => p.url === 'length')?.valueDuration);
      if (setting && length !== undefined) days[setting] = length;
    }
    for (const coding of code.flatMap((c) => c.coding ?? [])) windows.set(keyOf(coding), days);
  }
  return {
    canonical: plan.version === undefined ? (plan.url ?? '') : `${plan.url}|${plan.version}`,
    areas: (plan.jurisdiction ?? []).flatMap((c) => c.coding ?? []).flatMap((c) => c.code ?? []),
    from: period?.lo ?? BEGINNING,
    until: period?.hi ?? END,
    date: plan.date ?? '',
    reasons: rules.find((p) => p.url === 'reasons')?.valueCanonical,
    region: rules.filter((p) => p.url === 'regionArea').flatMap((p) => p.valueCode ?? []),
    withinCommunity:
      rules.find((p) => p.url === 'withinCommunity')?.valueCode === 'evidence' ? 'evidence' : 'marked',
    windows,
  };
}

/**
 * The ruleset of an institution: of those in force then, the one of the narrowest area that the institution is in;
 * of several, the latest.
 */
export function chosen(
  rulesets: readonly Ruleset[],
  here: string | undefined,
  at: number,
): Ruleset | undefined {
  const width = ({ areas }: Ruleset) =>
    areas.length === 0
      ? 0
      : Math.max(-1, ...areas.filter((a) => covers(a, here)).map((a) => significant(a).length));
  return rulesets
    .filter((r) => r.from <= at && at < r.until && width(r) >= 0)
    .sort((a, b) => width(b) - width(a) || compare(b.date, a.date) || compare(b.canonical, a.canonical))[0];
}

/** Whether an area (`420000`, a province) includes another (`420106`, one of its counties). GB/T 2260 */
export function covers(area: string, other: string | undefined): boolean {
  return other?.startsWith(significant(area)) === true;
}

function significant(area: string): string {
  return area.replace(/(00)+$/, '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
