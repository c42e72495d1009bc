/** Parts of resources in the words of a page. Pure. */
import type { Resource } from '../../../kernel/contribution.ts';
import type { Concept } from '../../../kernel/elements.ts';

export function conceptText(value: unknown): string {
  const { text, coding = [] } = (value ?? {}) as Concept;
  return text ?? coding.find((c) => c.display !== undefined)?.display ?? coding[0]?.code ?? '';
}

export function hasCode(value: unknown, system: string, ...codes: string[]): boolean {
  return ((value as Concept | undefined)?.coding ?? []).some(
    (c) => c.system === system && (codes.length === 0 || codes.includes(c.code ?? '')),
  );
}

/** http://hl7.org/fhir/StructureDefinition/data-absent-reason */
export const DATA_ABSENT = {
  url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
  valueCode: 'unknown',
};

/** Said by the resident or somebody near: http://terminology.hl7.org/CodeSystem/v3-ObservationValue */
export const PATIENT_REPORTED = 'PATRPT';

export function hasLabel({ meta }: Resource, code: string): boolean {
  const { security = [] } = (meta ?? {}) as { security?: readonly { readonly code?: string }[] };
  return security.some((s) => s.code === code);
}

/** The code of a status that is a CodeableConcept. */
export function codeOf(value: unknown): string | undefined {
  return (value as Concept | undefined)?.coding?.[0]?.code;
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  active: '活动',
  recurrence: '复发',
  relapse: '反复',
  inactive: '非活动',
  remission: '缓解',
  resolved: '已痊愈',
  unconfirmed: '未证实',
  mild: '轻度',
  moderate: '中度',
  severe: '重度',
  draft: '草拟',
  requested: '待接收',
  received: '已接收',
  accepted: '已接受',
  ready: '就绪',
  'in-progress': '进行中',
  'on-hold': '暂停',
  completed: '已完成',
  stopped: '已停止',
  intended: '拟使用',
  unknown: '不详',
};

/** The code of a status or a severity in words; one that is not known here stays as it is. */
export function statusText(code: unknown): string {
  return typeof code === 'string' ? (STATUS_WORDS[code] ?? code) : '';
}

/** As much of a date as there is: `2026-03-02`. */
export function day(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 10) : '';
}

/** A decimal as `parseExactly` reads it: 1.50 is not 1.5. */
export type Digits = number | { readonly rawJSON: string };

export function digits(value: Digits | undefined): string {
  return typeof value === 'object' ? value.rawJSON : String(value ?? '');
}

/** The value of an Observation or of one of its components, with its unit. */
export function valueText(of: Readonly<Record<string, unknown>>): string {
  const quantity = of.valueQuantity as { value?: Digits; unit?: string; comparator?: string } | undefined;
  if (quantity) return `${quantity.comparator ?? ''}${digits(quantity.value)} ${quantity.unit ?? ''}`.trim();
  if (of.valueCodeableConcept) return conceptText(of.valueCodeableConcept);
  for (const key of ['valueString', 'valueInteger', 'valueBoolean', 'valueDateTime']) {
    if (of[key] !== undefined) return String(of[key]);
  }
  if (of.dataAbsentReason) return `无结果(${conceptText(of.dataAbsentReason)})`;
  const parts = (of.component ?? []) as Readonly<Record<string, unknown>>[];
  return parts.map((c) => `${conceptText(c.code)} ${valueText(c)}`).join(';');
}

export function effectiveOf(observation: Resource): string {
  const { effectiveDateTime, effectiveInstant, effectivePeriod, issued } = observation as {
    effectiveDateTime?: string;
    effectiveInstant?: string;
    effectivePeriod?: { start?: string };
    issued?: string;
  };
  return effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.start ?? issued ?? '';
}

export function referenceIn(value: unknown): string | undefined {
  return (value as { reference?: string } | undefined)?.reference;
}

export function nameText(patient: Resource): string {
  const names = (patient.name ?? []) as { text?: string; family?: string; given?: string[]; use?: string }[];
  const name = names.find((n) => n.use === 'official') ?? names.find((n) => n.use !== 'old') ?? names[0];
  return name?.text ?? `${name?.family ?? ''}${(name?.given ?? []).join('')}`;
}

export function hasDied({ deceasedBoolean, deceasedDateTime }: Resource): boolean {
  return deceasedBoolean === true || deceasedDateTime !== undefined;
}

/** Whole years at a day; undefined when the birth date is not known so well. */
export function ageAt(birthDate: unknown, now: Date): number | undefined {
  if (typeof birthDate !== 'string' || birthDate.length < 10) return undefined;
  const today = new Date(now.getTime() + 8 * 3_600_000).toISOString();
  const years = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return today.slice(5, 10) < birthDate.slice(5, 10) ? years - 1 : years;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A table of XHTML: https://hl7.org/fhir/R4/narrative.html#xhtml */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((t) => `<${tag}>${escaped(t)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${cells('th', head)}</thead><tbody>${rows.map((r) => cells('td', r)).join('')}</tbody></table>`;
}
