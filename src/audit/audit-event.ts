/** AuditEvents as values. https://hl7.org/fhir/R4/auditevent.html */
import type { AuditEvent, AuditEventEntity } from '@medplum/fhirtypes';
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

/** One AuditEvent for one request, without id and meta. Never carries content, only who, what and whose. */
export function auditEvent(ctx: Ctx, facts: AuditFacts): AuditEvent {
  const entity: AuditEventEntity[] = [];
  for (const patient of facts.patients) {
    entity.push({
      what: { reference: `Patient/${patient}` },
      role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1' },
    });
  }
  for (const target of facts.targets) {
    entity.push({
      what: { reference: target },
      role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '4' },
    });
  }
  if (facts.query !== undefined) {
    entity.push({
      query: Buffer.from(facts.query).toString('base64'),
      role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '24' },
    });
  }
  entity.push({
    description: 'request',
    detail: [{ type: 'X-Request-Id', valueString: ctx.requestId }],
  });
  return {
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: facts.interaction }],
    action: ACTION[facts.interaction] ?? 'R',
    recorded: ctx.now.toISOString(),
    outcome: facts.refusal === undefined ? '0' : '4',
    ...(facts.refusal === undefined ? {} : { outcomeDesc: facts.refusal }),
    agent: [
      {
        altId: ctx.actor.client,
        name: ctx.actor.display,
        requestor: true,
        ...(ctx.actor.organization ? { who: { reference: ctx.actor.organization } } : {}),
        ...(ctx.address ? { network: { address: ctx.address, type: '2' } } : {}),
      },
    ],
    source: { observer: { display: 'Xiantong' } },
    entity,
  };
}
