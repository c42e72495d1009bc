/** What is delivered under a contract and how often: CarePlan, profile county-care-plan. Pure. */
import { createHash } from 'node:crypto';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Standing } from './carry-out.ts';
import { CATEGORY_SYSTEM, residentOf, SERVED_URL, teamOf } from './contract.ts';
import type { Service } from './packages.ts';
import { type Given, isOpen, taskNumber, taskNumbers } from './tasks.ts';

const PROFILE = `${CANONICAL}/StructureDefinition/county-care-plan`;
/** https://hl7.org/fhir/R4/valueset-care-plan-activity-kind.html */
const KINDS = [
  'Appointment',
  'CommunicationRequest',
  'DeviceRequest',
  'MedicationRequest',
  'NutritionOrder',
  'Task',
  'ServiceRequest',
  'VisionPrescription',
];

/** The plan as the contract and its tasks have it; what else somebody put into it stays. */
export function planOf(given: Given, existing: Resource | undefined, tasks: readonly Resource[]): Resource {
  const { contract, standing, packages } = given;
  const services = packages.flatMap((p) => p.services);
  const others = ((existing?.activity ?? []) as readonly { id?: string }[]).filter((a) => !a.id);
  return {
    ...existing,
    resourceType: 'CarePlan',
    id: existing?.id ?? idOf(contract.id),
    meta: existing?.meta ?? { profile: [PROFILE] },
    extension: existing?.extension ?? [
      { url: SERVED_URL, valueReference: { reference: `Contract/${contract.id}` } },
    ],
    instantiatesCanonical: packages.map((p) => p.canonical),
    status: statusOf(standing, contract.status),
    intent: 'plan',
    category: existing?.category ?? [
      { coding: [{ system: CATEGORY_SYSTEM, code: 'family-doctor-service' }] },
    ],
    subject: { reference: residentOf(contract)! },
    period: {
      start: standing.term.start,
      end: standing.last < standing.term.start ? standing.term.start : standing.last,
    },
    careTeam: [{ reference: teamOf(contract)! }],
    activity: [...services.map((s) => activityOf(given, s, tasks)), ...others],
  };
}

function statusOf({ state }: Standing, contract: unknown): string {
  if (state === 'void') return 'entered-in-error';
  if (state === 'paused') return 'on-hold';
  if (state !== 'ended') return 'active';
  return contract === 'revoked' || contract === 'cancelled' ? 'revoked' : 'completed';
}

function activityOf({ contract }: Given, service: Service, tasks: readonly Resource[]): Resource {
  const mine = tasks.filter((t) => taskNumber(t)?.startsWith(taskNumbers(contract, service)));
  const done = mine.filter((t) => t.status === 'completed');
  const open = mine.some(isOpen);
  const status = open
    ? done.length > 0
      ? 'in-progress'
      : 'not-started'
    : done.length > 0
      ? 'completed'
      : 'cancelled';
  return {
    id: service.key,
    ...(done.length > 0
      ? { outcomeReference: done.map((t) => ({ reference: `Task/${t.id}` })).toSorted(byReference) }
      : {}),
    detail: {
      ...(KINDS.includes(service.kind ?? '') ? { kind: service.kind } : {}),
      ...(service.item ? { instantiatesCanonical: [service.item] } : {}),
      code: service.code,
      status,
      scheduledTiming: { repeat: service.promised },
    },
  } as unknown as Resource;
}

function byReference(a: { reference: string }, b: { reference: string }): number {
  return a.reference < b.reference ? -1 : 1;
}

function idOf(contract: string): string {
  return `plan-${createHash('sha256').update(contract).digest('hex').slice(0, 32)}`;
}
