/** `Patient/$completeness`, `Organization/$completeness`: what of the first page is there (档案完整性). */
import { assertMayAll } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { seenBy } from '../../interactions/scene.ts';
import { CANONICAL, HEALTH_RECORD_SYSTEM, RESIDENT_ID_SYSTEM } from '../../kernel/canonical.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { tooCostly } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { linkedPatients } from '../../store/linked.ts';
import { pagesOf } from './pages.ts';

const ELEMENT = `${CANONICAL}/CodeSystem/first-page-element`;
const EXTENSION = `${CANONICAL}/StructureDefinition`;
/** Records that one answer may look at; a county's institution keeps some ten thousand. */
const MOST_RECORDS = 50_000;
/** Patients that one search asks about. */
const AT_ONCE = 200;

type Has = (patient: Resource) => boolean;

/** What stands in the Patient itself. */
const OF_PATIENT: Readonly<Record<string, Has>> = {
  'resident-id': (p) => hasIdentifier(p, RESIDENT_ID_SYSTEM),
  name: (p) =>
    some(p.name, (n: { text?: string; family?: string }) => n.text !== undefined || n.family !== undefined),
  gender: (p) => p.gender !== undefined && p.gender !== 'unknown',
  'birth-date': (p) => typeof p.birthDate === 'string' && p.birthDate.length === 10,
  phone: (p) => some(p.telecom, (t: { value?: string }) => t.value !== undefined),
  address: (p) => some(p.address, () => true),
  ethnicity: (p) => hasExtension(p, 'ethnicity'),
  'residence-type': (p) => hasExtension(p, 'residence-type'),
  'health-record-number': (p) => hasIdentifier(p, HEALTH_RECORD_SYSTEM),
  'marital-status': (p) => p.maritalStatus !== undefined,
  'responsible-institution': (p) => refersTo(p, 'Organization', 'PractitionerRole'),
  'responsible-doctor': (p) => refersTo(p, 'Practitioner', 'PractitionerRole'),
};

/** What is a resource of its own: that there is none must be said by one, too. */
const OF_RECORD: Readonly<Record<string, readonly [type: string, ...query: (readonly [string, string])[]]>> =
  {
    'blood-group': ['Observation', ['code', 'http://loinc.org|882-1,http://loinc.org|883-9']],
    allergies: ['AllergyIntolerance'],
    problems: ['Condition'],
    contract: ['Contract', ['status', 'executed']],
  };

const ELEMENTS = [...Object.keys(OF_PATIENT), ...Object.keys(OF_RECORD)];

function assertReadable(ctx: Ctx): void {
  const types = new Set(Object.values(OF_RECORD).map(([type]) => type));
  assertMayAll(ctx, [
    { type: 'Patient', permission: 'r' },
    { type: 'Patient', permission: 's' },
    ...[...types].map((type) => ({ type, permission: 's' as const })),
  ]);
}

export async function completenessOfPatient(
  engine: Engine,
  ctx: Ctx,
  { id }: OperationInput,
): Promise<OperationAnswer> {
  assertReadable(ctx);
  await read(engine, ctx, 'Patient', id!);
  const ids = await linkedPatients(engine.database, [id!]);
  // Of the records of the person those count that the caller sees.
  const seen = seenBy(engine, ctx);
  const records = (await Promise.all(ids.map((one) => seen.read(`Patient/${one}`)))).filter((r) => !!r);
  const present = new Set(
    Object.entries(OF_PATIENT).flatMap(([code, has]) => (records.some(has) ? [code] : [])),
  );
  for (const code of Object.keys(OF_RECORD)) {
    if ((await withResource(engine, ctx, code, ids)).size > 0) present.add(code);
  }
  const elements = ELEMENTS.map((code) =>
    element(code, { name: 'present', valueBoolean: present.has(code) }),
  );
  return answerOf(
    [...elements, percent(present.size, ELEMENTS.length)],
    records.map((r) => r.id as string),
  );
}

export async function completenessOfOrganization(
  engine: Engine,
  ctx: Ctx,
  { id, parameters }: OperationInput,
): Promise<OperationAnswer> {
  assertReadable(ctx);
  assertMayAll(ctx, [{ type: 'Organization', permission: 'r' }]);
  await read(engine, ctx, 'Organization', id!);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const named = Number(parameterValue(firstOf(given, 'residents')) ?? 10);
  const present = new Map(ELEMENTS.map((code) => [code, 0]));
  const missing = new Map(ELEMENTS.map((code): [string, string[]] => [code, []]));
  let count = 0;
  for await (const page of pagesOf(engine, ctx, 'Patient', [
    ['organization', `Organization/${id}`],
    ['active:not', 'false'],
  ])) {
    count += page.length;
    if (count > MOST_RECORDS) throw tooMany();
    for (let i = 0; i < page.length; i += AT_ONCE) {
      const some = page.slice(i, i + AT_ONCE);
      const ids = some.map((p) => p.id);
      const having = new Map<string, ReadonlySet<string>>();
      for (const code of Object.keys(OF_RECORD)) having.set(code, await withResource(engine, ctx, code, ids));
      for (const { id: patient, content } of some) {
        const resource = JSON.parse(content!) as Resource;
        for (const code of ELEMENTS) {
          const has = OF_PATIENT[code]?.(resource) ?? having.get(code)!.has(patient);
          if (has) present.set(code, present.get(code)! + 1);
          else if (missing.get(code)!.length < named) missing.get(code)!.push(patient);
        }
      }
    }
  }
  const elements = ELEMENTS.map((code) =>
    element(
      code,
      { name: 'present', valueInteger: present.get(code) },
      ...missing.get(code)!.map((p) => ({ name: 'missing', valueReference: { reference: `Patient/${p}` } })),
    ),
  );
  const all = [...present.values()].reduce((a, b) => a + b, 0);
  return answerOf(
    [{ name: 'residents', valueInteger: count }, ...elements, percent(all, count * ELEMENTS.length)],
    [...new Set([...missing.values()].flat())],
  );
}

/** Those of the patients, linked records included, of whom there is such a resource. */
async function withResource(
  engine: Engine,
  ctx: Ctx,
  code: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const [type, ...query] = OF_RECORD[code]!;
  const { byCode } = engine.parameters(type);
  const subject = byCode.has('patient') ? 'patient' : 'subject';
  const found = new Set<string>();
  const whose = ids.map((id) => `Patient/${id}`).join(',');
  for await (const page of pagesOf(engine, ctx, type, [[subject, whose], ...query])) {
    for (const { patient, content } of page)
      found.add(patient ?? patientIn(JSON.parse(content!) as Resource));
  }
  return found;
}

function patientIn(resource: Resource): string {
  const [first] = [resource.subject, resource.patient].flat() as { reference?: string }[];
  return localReference(first?.reference ?? '')?.id ?? '';
}

function answerOf(parameter: readonly object[], patients: readonly string[]): OperationAnswer {
  return { text: JSON.stringify({ resourceType: 'Parameters', parameter }), patients };
}

function element(code: string, ...more: readonly object[]) {
  return { name: 'element', part: [{ name: 'code', valueCoding: { system: ELEMENT, code } }, ...more] };
}

function percent(part: number, whole: number) {
  return { name: 'percent', valueDecimal: whole === 0 ? 0 : Math.round((part / whole) * 1000) / 10 };
}

function some<T>(list: unknown, test: (one: T) => boolean): boolean {
  return Array.isArray(list) && (list as T[]).some(test);
}

function hasIdentifier(patient: Resource, system: string): boolean {
  return some(
    patient.identifier,
    (i: { system?: string; value?: string }) => i.system === system && !!i.value,
  );
}

function hasExtension(patient: Resource, name: string): boolean {
  return some(patient.extension, (e: { url?: string }) => e.url === `${EXTENSION}/${name}`);
}

function refersTo(patient: Resource, ...types: string[]): boolean {
  return some(patient.generalPractitioner, (r: { reference?: string }) =>
    types.includes(localReference(r.reference ?? '')?.type ?? ''),
  );
}

function tooMany() {
  return tooCostly({
    en: `The institution keeps more than ${MOST_RECORDS} records. Ask for its parts.`,
    zh: `该机构管理的档案超过 ${MOST_RECORDS} 份。请按下级机构查询。`,
  });
}
