/**
 * The server's own AuditEvents (https://hl7.org/fhir/R4/auditevent.html) as entries of its log: one for each
 * request, taken apart into what many requests have in common and what only this one has.
 */
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Ctx } from '../kernel/ctx.ts';

/** Codes of http://hl7.org/fhir/restful-interaction that are audited, and `operation`. */
export type AuditedInteraction =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'create'
  | 'search-type'
  | 'search-system'
  | 'transaction'
  | 'batch'
  | 'operation';

export interface AuditFacts {
  readonly interaction: AuditedInteraction;
  /** What was read or written: `Observation/1`. */
  readonly targets: readonly string[];
  /** Ids of the patients whose data it was. */
  readonly patients: readonly string[];
  /** The query of a search, or the name of an operation. */
  readonly query?: string;
  /** What went wrong, when the request was refused. */
  readonly refusal?: string;
}

/** Who, by which interaction, with which outcome: what many entries share. */
export interface AuditKind {
  /** Names the kind among all; equal for equal kinds. */
  readonly name: string;
  /** The AuditEvent without what differs: `recorded`, the agent's address, what its entities are. */
  readonly event: AuditEvent;
}

/** One access. Never carries content, only who, what and whose. */
export interface AuditEntry extends Omit<AuditFacts, 'interaction'> {
  readonly audit: AuditKind;
  /** Milliseconds. */
  readonly at: number;
  /** Of the caller. */
  readonly address?: string;
  /** `X-Request-Id` */
  readonly request: string;
}

const ACTION: Partial<Record<AuditedInteraction, AuditEvent['action']>> = {
  create: 'C',
  update: 'U',
  patch: 'U',
  delete: 'D',
  'search-type': 'E',
  'search-system': 'E',
  transaction: 'E',
  batch: 'E',
  operation: 'E',
};

export function auditEntry(ctx: Ctx, facts: AuditFacts): AuditEntry {
  const { interaction, ...rest } = facts;
  return {
    ...rest,
    audit: kindOf(ctx, facts),
    at: ctx.now.getTime(),
    address: ctx.address,
    request: ctx.requestId,
  };
}

function purposeOf({ code }: NonNullable<Ctx['purpose']>) {
  return { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }] };
}

/** Kinds met lately; more than a county has. */
const MAX_KINDS = 10_000;
const kinds = new Map<string, AuditKind>();

function kindOf({ actor, purpose }: Ctx, facts: AuditFacts): AuditKind {
  // Roles of its entities: https://hl7.org/fhir/R4/valueset-object-role.html
  const patient = facts.patients.length > 0 ? '1' : '';
  const target = facts.targets.length > 0 ? '4' : '';
  const query = facts.query === undefined ? '' : '24';
  const outcome = facts.refusal === undefined ? '0' : '4';
  const name = `${facts.interaction}\n${outcome}\n${patient}\n${target}\n${query}\n${actor.client}\n${actor.organization ?? ''}\n${actor.display}${purpose ? `\n${purpose.code}` : ''}`;
  let kind = kinds.get(name);
  if (!kind) {
    if (kinds.size >= MAX_KINDS) kinds.clear();
    const roles = [patient, target, query].filter((role) => role !== '');
    const event = eventOf(actor, facts.interaction, outcome, roles);
    kind = { name, event: purpose ? { ...event, purposeOfEvent: [purposeOf(purpose)] } : event };
    kinds.set(name, kind);
  }
  return kind;
}

function eventOf(
  actor: Ctx['actor'],
  interaction: AuditedInteraction,
  outcome: '0' | '4',
  roles: readonly string[],
): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: interaction }],
    action: ACTION[interaction] ?? 'R',
    recorded: '',
    outcome,
    agent: [
      {
        altId: actor.client,
        name: actor.display,
        requestor: true,
        ...(actor.organization ? { who: { reference: actor.organization } } : {}),
      },
    ],
    source: { observer: { display: 'Xiantong' } },
    entity: roles.map((code) => ({
      role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code },
    })),
  };
}
