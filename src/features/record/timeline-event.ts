/** One row of a timeline. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Stored } from '../../store/change.ts';
import { conceptText } from './summary/words.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The elements that tell when it was, the first that is there; a Period tells both ends. */
const WHEN = [
  'period',
  'effectivePeriod',
  'effectiveDateTime',
  'performedPeriod',
  'performedDateTime',
  'occurrencePeriod',
  'occurrenceDateTime',
  'executionPeriod',
  'applies',
  'start',
  'started',
  'sent',
  'onsetDateTime',
  'recordedDate',
  'authoredOn',
  'authored',
  'issued',
  'date',
];
const TITLE = [
  'code',
  'type',
  'vaccineCode',
  'medicationCodeableConcept',
  'serviceType',
  'category',
  'class',
];
const ORGANIZATION = [
  'serviceProvider',
  'managingOrganization',
  'performer',
  'owner',
  'custodian',
  'requester',
  'authority',
  'author',
  'sender',
];

export function eventOf(stored: Stored, resource: Resource, base: string): object {
  const { type, id, patient, updated } = stored;
  const { date, end } = whenOf(resource);
  const organization = organizationOf(resource, base);
  const title = titleOf(resource);
  const { source } = (resource.meta ?? {}) as { source?: string };
  const part: object[] = [
    { name: 'resource', valueReference: { reference: `${type}/${id}` } },
    { name: 'record', valueReference: { reference: `Patient/${patient ?? patientIn(resource, base)}` } },
  ];
  if (date !== undefined) part.push({ name: 'date', valueDateTime: date });
  if (end !== undefined) part.push({ name: 'end', valueDateTime: end });
  if (title !== '') part.push({ name: 'title', valueString: title });
  if (typeof resource.status === 'string') part.push({ name: 'status', valueCode: resource.status });
  if (organization !== undefined)
    part.push({ name: 'organization', valueReference: { reference: organization } });
  if (source !== undefined) part.push({ name: 'source', valueUri: source });
  part.push({ name: 'recorded', valueInstant: new Date(updated).toISOString() });
  return { name: 'event', part };
}

function whenOf(resource: Fields): { date?: string; end?: string } {
  for (const name of WHEN) {
    const value = resource[name];
    if (typeof value === 'string') {
      return {
        date: value,
        ...(name === 'start' && typeof resource.end === 'string' ? { end: resource.end } : {}),
      };
    }
    const { start, end } = (value ?? {}) as { start?: string; end?: string };
    if (start !== undefined || end !== undefined) return { date: start ?? end, end };
  }
  return {};
}

function titleOf(resource: Fields): string {
  if (typeof resource.title === 'string') return resource.title;
  for (const name of TITLE) {
    const value = resource[name];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const coding = first as { code?: string; display?: string; coding?: unknown; text?: string } | undefined;
    const text =
      coding?.coding || coding?.text ? conceptText(first) : (coding?.display ?? coding?.code ?? '');
    if (text !== '') return text;
  }
  return typeof resource.description === 'string' ? resource.description : '';
}

function organizationOf(resource: Fields, base: string): string | undefined {
  for (const name of ORGANIZATION) {
    const value = resource[name];
    for (const one of Array.isArray(value) ? value : [value]) {
      const { reference, actor } = (one ?? {}) as { reference?: string; actor?: { reference?: string } };
      const local = localReference(reference ?? actor?.reference ?? '', base);
      if (local?.type === 'Organization') return `Organization/${local.id}`;
    }
  }
  return undefined;
}

function patientIn(resource: Fields, base: string): string {
  for (const value of [resource.subject, resource.patient, resource.for].flat()) {
    const local = localReference((value as { reference?: string } | undefined)?.reference ?? '', base);
    if (local?.type === 'Patient') return local.id;
  }
  return 'unknown';
}
