/** The personal health marks (个人健康标识) of the national first page: they follow from the record, nobody edits them. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Gathered, Item } from './gather.ts';
import { ageAt, codeOf, conceptText, effectiveOf, hasCode, hasDied, valueText } from './words.ts';

const SECTION = `${CANONICAL}/CodeSystem/first-page-section`;
const MARK = `${CANONICAL}/CodeSystem/health-mark`;
const MARK_PROFILE = `${CANONICAL}/StructureDefinition/county-health-mark`;
const NOTIFIABLE = `${CANONICAL}/StructureDefinition/county-notifiable-condition`;
const LOINC = 'http://loinc.org';
/** Hypertension, diabetes, coronary disease, stroke, chronic obstructive disease, neoplasms, severe mental disorders. */
const CHRONIC = /^(I1[0-5]|E1[0-4]|I2[0-5]|I6[0-9]|J44|C\d\d|F2[0-9]|F31)/;

export interface Mark {
  readonly code: string;
  readonly zh: string;
  /** In words: what it follows from. */
  readonly because: string;
  readonly from: readonly Item[];
}

export function marksOf({ patient, parts }: Gathered, now: Date): Mark[] {
  const marks: Mark[] = [];
  // Whom a mark of age would call to a service must be alive.
  const age = hasDied(patient.resource) ? undefined : ageAt(patient.resource.birthDate, now);
  if (age !== undefined && age < 7) mark('maternal-child', '妇幼', `${age} 岁`);
  if (age !== undefined && age >= 65) mark('older-person', '老年', `${age} 岁`);
  const conditions = (parts.problems ?? []).filter(isStanding);
  const chronic = conditions.filter((c) => icdOf(c).some((code) => CHRONIC.test(code)));
  if (chronic.length > 0) {
    const names = [...new Set(chronic.map((c) => conceptText(c.resource.code)))];
    mark('chronic-disease', '慢病重点疾病', names.join('、'), chronic);
  }
  const notifiable = conditions.filter((c) =>
    ((c.resource.meta as { profile?: string[] } | undefined)?.profile ?? []).some(
      (p) => p.split('|')[0] === NOTIFIABLE,
    ),
  );
  if (notifiable.length > 0) {
    mark(
      'notifiable-disease',
      '法定传染病',
      notifiable.map((c) => conceptText(c.resource.code)).join('、'),
      notifiable,
    );
  }
  const weight = latest(parts.vitals, '39156-5') ?? latest(parts.vitals, '29463-7');
  if (weight) {
    mark('body-weight', '体重', `${conceptText(weight.resource.code)} ${valueText(weight.resource)}`, [
      weight,
    ]);
  }
  const blood = parts.bloodGroup?.[0];
  if (blood) mark('blood-group', '血型', valueText(blood.resource), [blood]);
  return marks;

  function mark(code: string, zh: string, because: string, from: readonly Item[] = []) {
    marks.push({ code, zh, because, from });
  }
}

export function isStanding({ resource }: Item): boolean {
  const clinical = codeOf(resource.clinicalStatus);
  const verification = codeOf(resource.verificationStatus);
  return (
    clinical !== 'resolved' &&
    clinical !== 'inactive' &&
    clinical !== 'remission' &&
    verification !== 'refuted' &&
    verification !== 'entered-in-error'
  );
}

function icdOf({ resource }: Item): string[] {
  const { coding = [] } = (resource.code ?? {}) as { coding?: { system?: string; code?: string }[] };
  return coding.flatMap(({ system, code }) =>
    /icd-10|2\.3\.3\.11/.test(system ?? '') && code ? [code] : [],
  );
}

function latest(items: readonly Item[] | undefined, loinc: string): Item | undefined {
  return items?.find((i) => hasCode(i.resource.code, LOINC, loinc));
}

/** The mark as it stands in the document: an Observation that is stored nowhere. */
export function markItem(mark: Mark, patient: Item, now: Date): Item {
  const observations = mark.from.filter((f) => f.resource.resourceType === 'Observation');
  const others = mark.from.filter((f) => f.resource.resourceType !== 'Observation');
  const dates = mark.from.map((f) => effectiveOf(f.resource)).filter((d) => d !== '');
  const references = (items: readonly Item[]) => items.map(({ reference }) => ({ reference }));
  const resource = {
    resourceType: 'Observation',
    id: newId(),
    meta: { profile: [MARK_PROFILE] },
    status: 'final',
    code: {
      coding: [{ system: SECTION, code: 'health-marks', display: '个人健康标识' }],
      text: '个人健康标识',
    },
    subject: { reference: patient.reference },
    ...(others.length > 0 ? { focus: references(others) } : {}),
    effectiveDateTime: dates.sort().at(-1) ?? now.toISOString(),
    valueCodeableConcept: {
      coding: [{ system: MARK, code: mark.code, display: mark.zh }],
      text: `${mark.zh}:${mark.because}`,
    },
    ...(observations.length > 0 ? { derivedFrom: references(observations) } : {}),
  };
  return { reference: `urn:uuid:${resource.id}`, text: JSON.stringify(resource), resource };
}
