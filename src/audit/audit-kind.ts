/**
 * What many entries of the log have in common: who, by which interaction, with which outcome. The shapes are those
 * of IHE Basic Audit Log Patterns 1.1: https://profiles.ihe.net/ITI/BALP/
 */
import type {
  AuditEvent,
  AuditEventAgent,
  AuditEventEntity,
  CodeableConcept,
  Coding,
} from '@medplum/fhirtypes';
import type { Ctx } from '../kernel/ctx.ts';
import { type AuditedInteraction, shapeOf } from './audit-shape.ts';

export type { AuditedInteraction } from './audit-shape.ts';

export interface KindFacts {
  readonly interaction: AuditedInteraction;
  readonly refused: boolean;
  /** Whether a patient is named. */
  readonly ofPatient: boolean;
  /** Whether resources are named. */
  readonly names: boolean;
  /** Whether there is a query. */
  readonly asks: boolean;
}

/** Who, by which interaction, with which outcome: what many entries share. */
export interface AuditKind {
  /** Names the kind among all; equal for equal kinds. */
  readonly name: string;
  /**
   * The AuditEvent without what differs: `recorded`, the client's address, who the person is, what its entities
   * are. Its agents are the client, others, and the person last if there is one.
   */
  readonly event: AuditEvent;
  readonly hasPerson: boolean;
  /** `Organization/x`, whose name is shown beside it. */
  readonly organization?: string;
}

/** Kinds met lately; more than a county has. */
const MAX_KINDS = 10_000;
const kinds = new Map<string, AuditKind>();

export function kindOf(ctx: Ctx, facts: KindFacts): AuditKind {
  const { actor, purpose } = ctx;
  const hasPerson = actor.fhirUser !== undefined;
  const flags = [
    facts.refused,
    facts.ofPatient,
    facts.names,
    facts.asks,
    hasPerson,
    ctx.address !== undefined,
  ];
  const name = [
    'balp',
    facts.interaction,
    flags.map(Number).join(''),
    purpose?.code ?? '',
    ctx.base,
    actor.client,
    actor.organization ?? '',
    actor.display,
  ].join('\n');
  let kind = kinds.get(name);
  if (!kind) {
    if (kinds.size >= MAX_KINDS) kinds.clear();
    kind = { name, event: eventOf(ctx, facts), hasPerson, organization: actor.organization };
    kinds.set(name, kind);
  }
  return kind;
}

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
const BALP = 'https://profiles.ihe.net/ITI/BALP';

/** https://hl7.org/fhir/R4/valueset-audit-entity-type.html and https://hl7.org/fhir/R4/valueset-object-role.html */
const PATIENT = entity('1', '1');
const DATA = entity('2', '4');
const QUERY = entity('2', '24');
const REQUEST: AuditEventEntity = {
  type: { system: `${BALP}/CodeSystem/BasicAuditEntityType`, code: 'XrequestId' },
};

function eventOf(ctx: Ctx, facts: KindFacts): AuditEvent {
  const { actor, purpose, base } = ctx;
  const shape = shapeOf(facts.interaction);
  const profile = profileOf(ctx, facts);
  const hasPerson = actor.fhirUser !== undefined;
  const client: AuditEventAgent = {
    type: shape.client,
    who: { identifier: { value: actor.client }, display: actor.display },
    altId: actor.client,
    name: actor.display,
    requestor: !hasPerson,
  };
  const server: AuditEventAgent = {
    type: shape.server,
    who: { identifier: { value: base }, display: 'Xiantong' },
    requestor: false,
    network: { address: base, type: '5' },
  };
  return {
    resourceType: 'AuditEvent',
    ...(profile ? { meta: { profile: [`${BALP}/StructureDefinition/${profile}`] } } : {}),
    type: shape.type,
    subtype: [shape.subtype],
    action: shape.action,
    recorded: '',
    outcome: facts.refused ? '4' : '0',
    ...(purpose
      ? { purposeOfEvent: [{ coding: [{ system: `${TERMINOLOGY}/v3-ActReason`, code: purpose.code }] }] }
      : {}),
    agent: [
      client,
      server,
      ...(actor.organization ? [organization(actor.organization)] : []),
      ...(hasPerson ? [{ type: shape.person, requestor: true }] : []),
    ],
    source: {
      observer: { identifier: { value: base }, display: 'Xiantong' },
      type: [{ system: `${TERMINOLOGY}/security-source-type`, code: '4' }],
    },
    entity: [
      ...(facts.ofPatient ? [PATIENT] : []),
      // BALP has one entity of that type in a query, which is the query.
      ...(facts.names ? [facts.asks ? { role: DATA.role! } : DATA] : []),
      ...(facts.asks ? [QUERY] : []),
      REQUEST,
    ],
  };
}

/** The profile that the event keeps to; undefined when BALP has none for it. */
function profileOf(
  ctx: Ctx,
  { interaction, refused, ofPatient, names, asks }: KindFacts,
): string | undefined {
  const { profile } = shapeOf(interaction);
  const isQuery = profile === 'Query';
  if (!profile || refused || ctx.address === undefined || isQuery !== asks || !(isQuery || names))
    return undefined;
  return `IHE.BasicAudit.${ofPatient ? 'Patient' : ''}${profile}`;
}

/** Whom the client, and the person, act for. */
function organization(reference: string): AuditEventAgent {
  return {
    type: concept(`${TERMINOLOGY}/v3-RoleClass`, 'PROV'),
    who: { reference },
    requestor: false,
  };
}

function entity(type: string, role: string): AuditEventEntity & { role: Coding } {
  return {
    type: { system: `${TERMINOLOGY}/audit-entity-type`, code: type },
    role: { system: `${TERMINOLOGY}/object-role`, code: role },
  };
}

function concept(system: string, code: string): CodeableConcept {
  return { coding: [{ system, code }] };
}
