/**
 * When an earlier result may be recognised. Pure: the facts come in, the findings go out. The order of the checks
 * follows the national rules on mutual recognition: the person, the result, the item, its age, the mark, and the
 * quality evidence of the mark.
 */

import type { Coding, Concept } from '../../kernel/elements.ts';
import { comparableUnits, UCUM } from '../../terminology/units.ts';
import type { Catalogue, CatalogueItem } from './catalogue.ts';
import { agree, keyOf, type Setting } from './concept.ts';
import { covers, type WithinCommunity } from './ruleset.ts';

/** Codes of CodeSystem recognition-finding. */
export type Finding =
  | 'eligible'
  | 'too-old'
  | 'no-mark'
  | 'mark-out-of-scope'
  | 'evidence-missing'
  | 'evidence-expired'
  | 'evidence-failed'
  | 'evidence-item-mismatch'
  | 'unit-not-comparable'
  | 'specimen-not-comparable'
  | 'method-not-comparable'
  | 'identity-uncertain'
  | 'not-final'
  | 'not-in-catalogue'
  | 'item-mismatch';

/** A recognition mark, as printed on a report. */
export interface Mark {
  readonly scope: string;
  /** GB/T 2260, six digits. */
  readonly area?: string;
  /** `Basic/x` */
  readonly evidence?: string;
}

/** Quality evidence that a mark rests on. */
export interface Evidence {
  /** `Organization/x` */
  readonly laboratory?: string;
  readonly items: readonly Concept[];
  readonly result?: string;
  /** Milliseconds, half-open. */
  readonly from: number;
  readonly until: number;
}

/** What images are of. */
export interface Imaging {
  readonly modalities: readonly Coding[];
  readonly bodySites: readonly Concept[];
  readonly procedures: readonly Concept[];
}

/** An earlier result, with what it stands on. */
export interface Candidate {
  /** Of an Observation, or `available` of images. */
  readonly status: string;
  /** Status of the report it belongs to, when there is one. */
  readonly reportStatus?: string;
  readonly code: Concept;
  /** When the specimen was taken, in milliseconds. */
  readonly effective?: number;
  /** UCUM code of the value; undefined when the value has no unit. */
  readonly unit?: { readonly system?: string; readonly code?: string };
  readonly specimen?: Concept;
  readonly method?: Concept;
  /** Of images. */
  readonly imaging?: Imaging;
  /** `Organization/x` that answers for the result. */
  readonly performer?: string;
  readonly marks: readonly Mark[];
  /** What its marks name, and what is known of its laboratory; by reference. */
  readonly evidence: ReadonlyMap<string, Evidence>;
}

/** Where, when and for whom the question is asked. */
export interface Circumstances {
  readonly at: number;
  readonly setting: Setting;
  /** The patient has a verified strong identifier, and the record is neither provisional nor merged away. */
  readonly identityCertain: boolean;
  /** Whether an institution is in the asker's medical community. */
  readonly sameCommunity: (organization: string | undefined) => boolean;
  /** GB/T 2260 area of the asking institution. */
  readonly area?: string;
  /** Areas whose marks of scope `region` are recognised here. */
  readonly region?: readonly string[];
  /** What a result of the asker's own community needs: `marked` unless the ruleset says otherwise. */
  readonly withinCommunity?: WithinCommunity;
}

const DAY = 86_400_000;
const FINAL = new Set(['final', 'amended', 'corrected']);

/** Everything that speaks against recognising; `['eligible']` when nothing does. A suggestion: the doctor decides. */
export function assess(
  candidate: Candidate,
  ordered: CatalogueItem | undefined,
  catalogue: Catalogue,
  circumstances: Circumstances,
): Finding[] {
  const findings: Finding[] = [];
  if (!circumstances.identityCertain) findings.push('identity-uncertain');
  if (!isFinal(candidate)) findings.push('not-final');
  if (!ordered) return [...findings, 'not-in-catalogue'];
  findings.push(...comparability(candidate, ordered, catalogue));
  const window = ordered.windows[circumstances.setting];
  const age =
    candidate.effective === undefined ? Number.POSITIVE_INFINITY : circumstances.at - candidate.effective;
  if (window === undefined || age > window * DAY) findings.push('too-old');
  findings.push(...markFindings(candidate, ordered, catalogue, circumstances));
  return findings.length === 0 ? ['eligible'] : findings;
}

/** Of images it does not matter how far their reading is: what is recognised is the images. */
function isFinal({ status, reportStatus, imaging }: Candidate): boolean {
  if (imaging) return status === 'available';
  return FINAL.has(status) && (reportStatus === undefined || FINAL.has(reportStatus));
}

/** Whether it is the same item: by code or equivalent, unit, specimen and class of methods; images by what they show. */
function comparability(candidate: Candidate, ordered: CatalogueItem, catalogue: Catalogue): Finding[] {
  if (candidate.imaging) return shows(candidate.imaging, ordered) ? [] : ['item-mismatch'];
  const findings: Finding[] = [];
  if (!isOfItem(candidate.code, ordered, catalogue)) findings.push('item-mismatch');
  if (!unitComparable(candidate, ordered)) findings.push('unit-not-comparable');
  const differs = (demanded: Concept | undefined, found: Concept | undefined) =>
    demanded !== undefined && found !== undefined && !agree(demanded, found);
  // The code of a result implies its specimen; the class of methods it does not imply.
  if (differs(ordered.specimen, candidate.specimen)) findings.push('specimen-not-comparable');
  if (ordered.methodClass && differs(ordered.methodClass, candidate.method ?? {}))
    findings.push('method-not-comparable');
  return findings;
}

/** Whether results with this code are of the item, or of one that is accepted in its place. */
export function isOfItem(code: Concept, ordered: CatalogueItem, catalogue: Catalogue): boolean {
  const found = catalogue.find(code);
  if (found?.code === ordered.code) return true;
  const keys = [...(code.coding ?? []).map(keyOf), ...(found?.codings ?? [])];
  return keys.some((key) => ordered.equivalent?.includes(key));
}

/** Whether images are of the item: by the code of the procedure, or by what made them and of what. */
export function shows({ modalities, bodySites, procedures }: Imaging, item: CatalogueItem): boolean {
  if (procedures.some(({ coding }) => coding?.some((c) => item.codings.includes(keyOf(c))))) return true;
  const sites = item.bodySites ?? [];
  return (
    item.modality !== undefined &&
    modalities.some((m) => m.code === item.modality?.code) &&
    sites.length > 0 &&
    sites.every((site) => bodySites.some((b) => agree(site, b)))
  );
}

function unitComparable({ unit }: Candidate, ordered: CatalogueItem): boolean {
  if (ordered.unit === undefined || unit === undefined) return ordered.unit === unit?.code;
  return unit.system === UCUM && unit.code !== undefined && comparableUnits(unit.code, ordered.unit);
}

/** The findings of the mark that holds best: none when one mark reaches here and its evidence carries it. */
function markFindings(
  candidate: Candidate,
  ordered: CatalogueItem,
  catalogue: Catalogue,
  circumstances: Circumstances,
): Finding[] {
  const ways = candidate.marks.map((mark): Finding[] => [
    ...(markReaches(mark, candidate, circumstances) ? [] : (['mark-out-of-scope'] as const)),
    ...evidenceFindings(mark.evidence, candidate, ordered, catalogue),
  ]);
  const { withinCommunity, sameCommunity } = circumstances;
  if (withinCommunity === 'evidence' && sameCommunity(candidate.performer)) {
    const known = [...candidate.evidence].filter(([, e]) => e.laboratory === candidate.performer);
    const carrying = known.length > 0 ? known.map(([reference]) => reference) : [undefined];
    ways.push(...carrying.map((reference) => evidenceFindings(reference, candidate, ordered, catalogue)));
  }
  return (
    ways.reduce<Finding[] | undefined>((a, b) => (a && a.length <= b.length ? a : b), undefined) ?? [
      'no-mark',
    ]
  );
}

/** See CodeSystem recognition-scope. */
function markReaches(mark: Mark, candidate: Candidate, circumstances: Circumstances): boolean {
  const { area, region = [], sameCommunity } = circumstances;
  const sameArea = (digits: number) =>
    area !== undefined && mark.area !== undefined && mark.area.slice(0, digits) === area.slice(0, digits);
  switch (mark.scope) {
    case 'national':
      return true;
    case 'province':
      return sameArea(2) || sameCommunity(candidate.performer);
    case 'city':
      return sameArea(4) || sameCommunity(candidate.performer);
    case 'region':
      // Which areas belong to it is agreed between provinces, and stands in the ruleset.
      return region.some((a) => covers(a, mark.area)) || sameCommunity(candidate.performer);
    case 'community':
      return sameCommunity(candidate.performer);
    default:
      return false;
  }
}

function evidenceFindings(
  reference: string | undefined,
  candidate: Candidate,
  ordered: CatalogueItem,
  catalogue: Catalogue,
): Finding[] {
  const evidence = reference === undefined ? undefined : candidate.evidence.get(reference);
  if (!evidence || (evidence.laboratory !== undefined && evidence.laboratory !== candidate.performer)) {
    return ['evidence-missing'];
  }
  const findings: Finding[] = [];
  if (evidence.result !== 'pass') findings.push('evidence-failed');
  // The laboratory must be good at what it measured: that may be an equivalent of what is ordered.
  const measured = isOfItem(candidate.code, ordered, catalogue) ? catalogue.find(candidate.code) : undefined;
  if (!evidence.items.some((i) => catalogue.find(i)?.code === (measured ?? ordered).code))
    findings.push('evidence-item-mismatch');
  const { effective } = candidate;
  if (effective === undefined || effective < evidence.from || effective >= evidence.until) {
    findings.push('evidence-expired');
  }
  return findings;
}

/** Where a decision stands: codes of CodeSystem recognition-decision-state. */
export type DecisionState =
  | 'candidate'
  | 'offered'
  | 'viewed'
  | 'recognized'
  | 'denied'
  | 'recognized-revoked'
  | 'denied-revoked'
  | 'ineligible';

export type DecisionEvent = 'offer' | 'view' | 'recognize' | 'deny' | 'rule-out' | 'revoke';

/** `Task.status` of each state. */
export const DECISION_STATUS: Readonly<Record<DecisionState, string>> = {
  candidate: 'draft',
  offered: 'requested',
  viewed: 'in-progress',
  recognized: 'completed',
  denied: 'rejected',
  'recognized-revoked': 'cancelled',
  'denied-revoked': 'cancelled',
  ineligible: 'failed',
};

type Steps = Readonly<Partial<Record<DecisionEvent, DecisionState>>>;

const DECIDE: Steps = { recognize: 'recognized', deny: 'denied', 'rule-out': 'ineligible' };

/** What is not here is not allowed; a state that is not here is the last. */
const DECISION_STEPS: Readonly<Partial<Record<DecisionState, Steps>>> = {
  candidate: { offer: 'offered', ...DECIDE },
  offered: { view: 'viewed', ...DECIDE },
  viewed: DECIDE,
  recognized: { revoke: 'recognized-revoked' },
  denied: { revoke: 'denied-revoked' },
};

/** The state that an event leads to; undefined where it is not allowed. */
export function decisionAfter(state: DecisionState, event: DecisionEvent): DecisionState | undefined {
  return DECISION_STEPS[state]?.[event];
}

/** The Task.status that may follow, with the events that lead there. */
export function allowedChanges(status: string): readonly (readonly [DecisionEvent, string])[] {
  const states = Object.keys(DECISION_STATUS) as DecisionState[];
  const from = states.find((state) => DECISION_STATUS[state] === status);
  const steps = Object.entries((from && DECISION_STEPS[from]) ?? {}) as [DecisionEvent, DecisionState][];
  return steps.map(([event, to]) => [event, DECISION_STATUS[to]]);
}

/** Whether a decision may go from one Task.status to another. A new one may be in any that is a state's. */
export function mayChange(from: string | undefined, to: string): boolean {
  if (from === to) return true;
  if (from === undefined) return Object.values(DECISION_STATUS).includes(to);
  return allowedChanges(from).some(([, status]) => status === to);
}
