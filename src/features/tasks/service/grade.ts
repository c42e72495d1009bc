/** How a resident stands at a visit, by the targets of the programme. Pure. */
import { type Goal, goalsFor, type Programme } from './programme.ts';

/** LOINC -> value in the unit of the programme. */
export type Measured = ReadonlyMap<string, number>;

/** What of a visit decides its class. */
export interface Findings {
  readonly age: number;
  /** Programmes in which the resident is under management. */
  readonly programmes: ReadonlySet<string>;
  readonly measured: Measured;
  readonly adverseReaction: boolean;
  /** Of a visit for a severe mental disorder. */
  readonly mental?: {
    readonly risk: number;
    readonly symptomsGone: boolean;
    readonly insight: boolean;
    /** 1 good, 2 fair, 3 poor */
    readonly socialFunction: number;
    readonly somaticDisease: boolean;
  };
}

export interface Grade {
  /** Code of follow-up-class or mental-disorder-class; undefined when nothing was measured that decides. */
  readonly class?: string;
  readonly emergency: boolean;
}

export function gradeOf(programme: Programme, findings: Findings): Grade {
  const goals = goalsFor(programme, findings.age, findings.programmes);
  const of = (kind: string) => goals.filter((g) => g.kind === kind);
  const emergency = of('no-emergency').some((g) => isMissed(g, findings.measured));
  if (findings.mental) return { class: mentalClass(findings), emergency };
  const controlling = of('controlled');
  if (findings.adverseReaction) return { class: '3', emergency };
  if (!controlling.some((g) => isMeasured(g, findings.measured))) return { emergency };
  return { class: controlling.some((g) => isMissed(g, findings.measured)) ? '2' : '1', emergency };
}

/** The classes of 严重精神障碍管理服务规范: unstable, basically stable, stable. */
function mentalClass({ mental, adverseReaction }: Findings): string {
  const { risk, symptomsGone, insight, socialFunction, somaticDisease } = mental!;
  if (risk >= 3 || somaticDisease || (!symptomsGone && !insight && adverseReaction)) return 'unstable';
  const well = risk === 0 && symptomsGone && insight && socialFunction <= 2 && !adverseReaction;
  return well ? 'stable' : 'basically-stable';
}

/** From best to worst. A doctor may see more than was measured, and grade worse; never better. */
const SEVERITY: readonly (readonly string[])[] = [
  ['1', 'stable'],
  ['2', 'basically-stable'],
  ['3', '4', 'unstable'],
];

/** Whether what was stated is better than what was found. */
export function isTooGood(stated: string, found: string): boolean {
  const rank = (c: string) => SEVERITY.findIndex((codes) => codes.includes(c));
  // An adverse reaction is no matter of degree: it is stated or it is overlooked.
  return stated === '1' ? rank(found) > 0 : rank(stated) < rank(found) && found.length > 1;
}

function isMeasured({ targets }: Goal, measured: Measured): boolean {
  return targets.some((t) => measured.has(t.measure));
}

export function isMissed({ targets }: Goal, measured: Measured): boolean {
  return targets.some(({ measure, comparator, value }) => {
    const found = measured.get(measure);
    return found !== undefined && !meets(found, comparator, value);
  });
}

function meets(found: number, comparator: string, value: number): boolean {
  switch (comparator) {
    case '<':
      return found < value;
    case '<=':
      return found <= value;
    case '>':
      return found > value;
    case '>=':
      return found >= value;
    default:
      return found === value;
  }
}
