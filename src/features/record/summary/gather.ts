/** What a summary is made of: read as the caller may read it, over all records of the person. */
import { may } from '../../../access/decide.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { read } from '../../../interactions/read.ts';
import { searchType } from '../../../interactions/search.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { localReference } from '../../../kernel/ids.ts';
import { parseExactly } from '../../../kernel/json-text.ts';
import type { Stored } from '../../../store/change.ts';
import { linkedPatients } from '../../../store/linked.ts';
import { replacedBy } from '../links.ts';
import { nameCodes } from './code-names.ts';
import { codeOf, PATIENT_REPORTED } from './words.ts';

/** Tobacco and alcohol, of http://hl7.org/fhir/uv/ips/: the latest of each. */
export const SOCIAL_CODES = ['72166-2', '74013-4'];
/** Whether pregnant, when due, and the pregnancies before, of http://hl7.org/fhir/uv/ips/. */
export const PREGNANCY_CODES = [
  '82810-3',
  ...['11778-8', '11779-6', '11780-4'],
  ...['11636-8', '11637-6', '11638-4', '11639-2', '11640-0', '11612-9', '11613-7', '11614-5', '33065-4'],
];

/** A resource with its text, in which decimals have all their digits. */
export interface Item<R extends Resource = Resource> {
  readonly reference: string;
  /** As it is stored, for the audit; absent of what is made here. */
  readonly stored?: Stored;
  readonly text: string;
  readonly resource: R;
}

type Query = readonly (readonly [string, string])[];
const OPEN_TASK = 'requested,received,accepted,ready,in-progress,on-hold';
const LABORATORY = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
const VITAL = 'http://terminology.hl7.org/CodeSystem/observation-category|vital-signs';

const RESIDENT_SAID = `http://terminology.hl7.org/CodeSystem/v3-ObservationValue|${PATIENT_REPORTED}`;
const ADVANCE_DIRECTIVE = 'http://terminology.hl7.org/CodeSystem/consentscope|adr';
const HISTORY = [...SOCIAL_CODES, ...PREGNANCY_CODES].map((code) => `http://loinc.org|${code}`).join(',');

/** Part of a summary -> what is asked for it. Newest first. */
const PARTS = {
  problems: ['Condition', [['_sort', '-recorded-date']], 100],
  allergies: ['AllergyIntolerance', [], 100],
  requests: ['MedicationRequest', [['status', 'active,on-hold,completed']], 50],
  statements: ['MedicationStatement', [], 50],
  immunizations: ['Immunization', [], 100],
  results: ['Observation', [['category', LABORATORY]], 300],
  vitals: ['Observation', [['category', VITAL]], 60],
  bloodGroup: [
    'Observation',
    [
      ['code', 'http://loinc.org|882-1,http://loinc.org|883-9'],
      ['_security:not', RESIDENT_SAID],
    ],
    1,
  ],
  reports: ['DiagnosticReport', [], 100],
  procedures: ['Procedure', [], 50],
  plans: ['CarePlan', [['status', 'active']], 20],
  alerts: ['Flag', [], 20],
  contracts: ['Contract', [['status', 'executed']], 5],
  teams: ['CareTeam', [['status', 'active']], 5],
  devices: ['DeviceUseStatement', [], 50],
  owned: ['Device', [['status', 'active']], 20],
  history: ['Observation', [['code', HISTORY]], 100],
  assessments: ['ClinicalImpression', [['status', 'completed']], 10],
  directives: [
    'Consent',
    [
      ['status', 'active'],
      ['scope', ADVANCE_DIRECTIVE],
    ],
    10,
  ],
  tasks: ['Task', [['status', OPEN_TASK]], 50],
} as const satisfies Record<string, readonly [string, Query, number]>;

export type Part = keyof typeof PARTS;

export interface Gathered {
  readonly patient: Item;
  /** Ids of all records of the person. */
  readonly linked: readonly string[];
  /** Undefined is what the caller may not see. */
  readonly parts: Readonly<Record<Part, readonly Item[] | undefined>>;
  /** Reference -> the institution, person, medicine or device, of those that are mentioned. */
  readonly mentioned: ReadonlyMap<string, Item>;
  /** Whose records these are. */
  readonly patients: readonly string[];
  /** What of them is told. */
  readonly disclosed: readonly Stored[];
}

export async function gather(engine: Engine, ctx: Ctx, id: string): Promise<Gathered> {
  const linked = await linkedPatients(engine.database, [id]);
  const patient = await inUse(engine, ctx, itemOf(await read(engine, ctx, 'Patient', id)), linked);
  const names = Object.keys(PARTS) as Part[];
  const found = await Promise.all(names.map((name) => partOf(engine, ctx, id, name)));
  const parts = Object.fromEntries(names.map((name, i) => [name, found[i]])) as Gathered['parts'];
  const all = [patient, ...found.flatMap((items) => items ?? [])];
  const mentioned = await mentionedIn(engine, ctx, all, linked);
  await nameCodes(
    engine.terminology,
    all.map((item) => item.resource),
  );
  // Devices and teams may be of the record.
  for (const item of mentioned.values()) if (patientOf(item).length > 0) all.push(item);
  return {
    patient,
    linked,
    parts,
    mentioned,
    patients: [...new Set([id, ...all.flatMap(patientOf)])],
    disclosed: all.flatMap(({ stored }) => stored ?? []),
  };
}

/**
 * The record that replaces one that was merged, or that one where the caller does not see the other: the document is
 * about the person as the county knows it now.
 */
async function inUse(engine: Engine, ctx: Ctx, asked: Item, linked: readonly string[]): Promise<Item> {
  let patient = asked;
  for (let left = linked.length; left > 0; left--) {
    const next = replacedBy(patient.resource);
    if (next === undefined || !linked.includes(next) || !may(ctx.access, 'Patient', 's')) break;
    const { matches } = await searchType(engine, ctx, {
      type: 'Patient',
      query: [['_id', next]],
      lenient: false,
      toldByCaller: true,
    });
    if (!matches[0]) break;
    patient = itemOf(matches[0]);
  }
  return patient;
}

async function partOf(engine: Engine, ctx: Ctx, id: string, part: Part): Promise<Item[] | undefined> {
  const [type, query, count] = PARTS[part];
  if (!may(ctx.access, type, 's')) return undefined;
  const { byCode } = engine.parameters(type);
  const subject = byCode.has('patient') ? 'patient' : 'subject';
  const result = await searchType(engine, ctx, {
    type,
    query: [[subject, `Patient/${id}`], ...query, ['_count', String(count)]],
    lenient: false,
    toldByCaller: true,
  });
  return result.matches.map(itemOf).filter((item) => !isWithdrawn(item));
}

function isWithdrawn({ resource: { status, verificationStatus } }: Item): boolean {
  return status === 'entered-in-error' || codeOf(verificationStatus) === 'entered-in-error';
}

/** What the resources name as institution, doctor, team, medicine or device, of nobody else, as far as the caller may read it. */
async function mentionedIn(
  engine: Engine,
  ctx: Ctx,
  items: readonly Item[],
  linked: readonly string[],
): Promise<Map<string, Item>> {
  const wanted = new Map<string, Set<string>>();
  for (const { text } of items) {
    for (const [, type, id] of text.matchAll(MENTIONS)) {
      const ids = wanted.get(type!) ?? new Set();
      wanted.set(type!, ids.add(id!));
    }
  }
  const found = new Map<string, Item>();
  for (const [type, ids] of wanted) {
    if (!may(ctx.access, type, 's')) continue;
    const result = await searchType(engine, ctx, {
      type,
      query: [
        ['_id', [...ids].slice(0, MOST_MENTIONED).join(',')],
        ['_count', String(MOST_MENTIONED)],
      ],
      lenient: false,
      toldByCaller: true,
    });
    for (const item of result.matches.map(itemOf)) {
      if (patientOf(item).every((of) => linked.includes(of))) found.set(item.reference, item);
    }
  }
  return found;
}

const MENTIONS =
  /"reference":\s*"(Organization|PractitionerRole|Practitioner|CareTeam|Medication|Device)\/([A-Za-z0-9.-]{1,64})"/g;
const MOST_MENTIONED = 100;

function itemOf(stored: Stored): Item {
  const text = stored.content!;
  // Values are told to the digit.
  const resource = (stored.type === 'Observation' ? parseExactly(text) : JSON.parse(text)) as Resource;
  return { reference: `${stored.type}/${stored.id}`, stored, text, resource };
}

function patientOf({ resource }: Item): string[] {
  const { subject, patient, for: whose } = resource as Record<string, { reference?: string } | undefined>;
  return [subject, patient, whose].flatMap((r) => {
    const local = localReference((Array.isArray(r) ? r[0]?.reference : r?.reference) ?? '');
    return local?.type === 'Patient' ? [local.id] : [];
  });
}
