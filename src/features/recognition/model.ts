/**
 * When an earlier laboratory result may be recognised. Pure: the facts come in, the findings go out. Which
 * items, units and windows there are is data (CodeSystem recognition-item); the order of the checks follows
 * the national rules on mutual recognition: the person, the result, the mark, its quality evidence, its age.
 */
import { CANONICAL } from '../../kernel/canonical.ts';
import { comparableUnits, UCUM } from '../../terminology/units.ts';

export type Setting = 'outpatient' | 'inpatient' | 'emergency';

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
  | 'identity-uncertain'
  | 'not-final'
  | 'not-in-catalogue'
  | 'item-mismatch';

export interface Coding {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
}

export interface Concept {
  readonly coding?: readonly Coding[];
  readonly text?: string;
}

/** One item of the county's catalogue. */
export interface CatalogueItem {
  readonly code: string;
  readonly name: string;
  readonly loinc: readonly string[];
  /** UCUM; absent for results without a unit. */
  readonly unit?: string;
  /** Days from the specimen to the order. */
  readonly windows: Readonly<Record<Setting, number | undefined>>;
}

export interface Catalogue {
  /** The item a code means: by the catalogue's own code, or by LOINC. */
  find(concept: Concept): CatalogueItem | undefined;
}

export const ITEM_SYSTEM = `${CANONICAL}/CodeSystem/recognition-item`;
const LOINC = 'http://loinc.org';

interface CatalogueConcept {
  code?: string;
  display?: string;
  designation?: { language?: string; value?: string }[];
  property?: { code?: string; valueCode?: string; valueString?: string; valueInteger?: number }[];
}

/** Reads CodeSystem recognition-item. */
export function catalogueOf(codeSystem: { concept?: readonly CatalogueConcept[] }): Catalogue {
  const byCoding = new Map<string, CatalogueItem>();
  for (const concept of codeSystem.concept ?? []) {
    const all = (code: string) => (concept.property ?? []).filter((p) => p.code === code);
    const days = (setting: Setting) => all(`window-${setting}`)[0]?.valueInteger;
    const item: CatalogueItem = {
      code: concept.code!,
      name:
        concept.designation?.find((d) => d.language === 'zh-CN')?.value ?? concept.display ?? concept.code!,
      loinc: all('loinc').map((p) => p.valueCode!),
      unit: all('unit')[0]?.valueString,
      windows: { outpatient: days('outpatient'), inpatient: days('inpatient'), emergency: days('emergency') },
    };
    byCoding.set(`${ITEM_SYSTEM}|${item.code}`, item);
    for (const code of item.loinc)
      if (!byCoding.has(`${LOINC}|${code}`)) byCoding.set(`${LOINC}|${code}`, item);
  }
  return {
    find: ({ coding }) => {
      for (const c of coding ?? []) {
        const item = byCoding.get(`${c.system}|${c.code}`);
        if (item) return item;
      }
      return undefined;
    },
  };
}

/** The codings under which results of an item are found: `system|code`. */
export function codingsOf(item: CatalogueItem): string[] {
  return [`${ITEM_SYSTEM}|${item.code}`, ...item.loinc.map((code) => `${LOINC}|${code}`)];
}

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

/** An earlier result, with what it stands on. */
export interface Candidate {
  readonly status: string;
  /** Status of the report it belongs to, when there is one. */
  readonly reportStatus?: string;
  readonly code: Concept;
  /** When the specimen was taken, in milliseconds. */
  readonly effective?: number;
  /** UCUM code of the value; undefined when the value has no unit. */
  readonly unit?: { readonly system?: string; readonly code?: string };
  /** `Organization/x` that answers for the result. */
  readonly performer?: string;
  readonly marks: readonly Mark[];
  /** By reference. */
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
  if (
    !FINAL.has(candidate.status) ||
    (candidate.reportStatus !== undefined && !FINAL.has(candidate.reportStatus))
  ) {
    findings.push('not-final');
  }
  if (!ordered) return [...findings, 'not-in-catalogue'];
  if (catalogue.find(candidate.code)?.code !== ordered.code) findings.push('item-mismatch');
  if (!unitComparable(candidate, ordered)) findings.push('unit-not-comparable');
  const window = ordered.windows[circumstances.setting];
  const age =
    candidate.effective === undefined ? Number.POSITIVE_INFINITY : circumstances.at - candidate.effective;
  if (window === undefined || age > window * DAY) findings.push('too-old');
  findings.push(...markFindings(candidate, ordered, catalogue, circumstances));
  return findings.length === 0 ? ['eligible'] : findings;
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
  if (candidate.marks.length === 0) return ['no-mark'];
  let best: Finding[] | undefined;
  for (const mark of candidate.marks) {
    const findings: Finding[] = markReaches(mark, candidate, circumstances) ? [] : ['mark-out-of-scope'];
    findings.push(...evidenceFindings(mark, candidate, ordered, catalogue));
    if (!best || findings.length < best.length) best = findings;
  }
  return best!;
}

/** https://hl7.org/fhir/R4 knows no such scope: see CodeSystem recognition-scope. */
function markReaches(mark: Mark, candidate: Candidate, { area, sameCommunity }: Circumstances): boolean {
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
    case 'community':
      // A region's member areas are agreed between provinces; without that list only the community is certain.
      return sameCommunity(candidate.performer);
    default:
      return false;
  }
}

function evidenceFindings(
  mark: Mark,
  candidate: Candidate,
  ordered: CatalogueItem,
  catalogue: Catalogue,
): Finding[] {
  const evidence = mark.evidence === undefined ? undefined : candidate.evidence.get(mark.evidence);
  if (!evidence || (evidence.laboratory !== undefined && evidence.laboratory !== candidate.performer)) {
    return ['evidence-missing'];
  }
  const findings: Finding[] = [];
  if (evidence.result !== 'pass') findings.push('evidence-failed');
  if (!evidence.items.some((i) => catalogue.find(i)?.code === ordered.code))
    findings.push('evidence-item-mismatch');
  const { effective } = candidate;
  if (effective === undefined || effective < evidence.from || effective >= evidence.until) {
    findings.push('evidence-expired');
  }
  return findings;
}

/** States of a decision: Task.status of county-recognition-decision. */
export type DecisionStatus = 'completed' | 'rejected' | 'cancelled' | string;

/** Whether a decision may go from one status to another: one that was made can only be revoked. */
export function mayChange(from: DecisionStatus | undefined, to: DecisionStatus): boolean {
  if (from === undefined || from === to) return true;
  if (from === 'completed' || from === 'rejected') return to === 'cancelled';
  return from !== 'cancelled' && from !== 'failed' && from !== 'entered-in-error';
}
