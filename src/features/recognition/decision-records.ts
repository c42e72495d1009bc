/** A decision as resources: the Task that says what was decided, the Provenance that says on what. Pure. */

import { createHash } from 'node:crypto';
import type { FhirResource } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { localReference } from '../../kernel/ids.ts';
import { DECISION_CODE, OUTPUT_SYSTEM, TASK_CODE_SYSTEM } from './rules.ts';

const STATE_SYSTEM = `${CANONICAL}/CodeSystem/recognition-decision-state`;
const INPUT_SYSTEM = `${CANONICAL}/CodeSystem/county-decision-input`;
const PROFILE = `${CANONICAL}/StructureDefinition/county-recognition-decision`;
/** Identifiers that are URIs: https://hl7.org/fhir/R4/identifier-registry.html */
const URI_SYSTEM = 'urn:ietf:rfc:3986';

export type DecisionTask = FhirResource & {
  readonly id: string;
  readonly status: string;
  readonly statusReason?: Concept;
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
  readonly basedOn?: readonly Reference[];
  readonly focus?: Reference;
  readonly for?: Reference;
  readonly encounter?: Reference;
  readonly requester?: Reference;
  readonly owner?: Reference;
  readonly instantiatesUri?: string;
  readonly input?: readonly { readonly valueCodeableConcept?: Concept }[];
};

/** Types of what a decision may be about. */
export const DECIDABLE: readonly string[] = ['Observation', 'DiagnosticReport', 'ImagingStudy'];

/** What is decided about: one result, for one order or encounter of one institution. */
export interface Matter {
  /** `Observation/x`, `DiagnosticReport/x`, `ImagingStudy/x` */
  readonly result: string;
  readonly order?: string;
  readonly encounter?: string;
  /** The institution that asks, `Organization/x`: what others decide about the same is theirs. */
  readonly organization?: string;
}

/** What is known of a matter before anybody decides. */
export interface Offer extends Matter {
  readonly patientId: string;
  /** What is ordered. */
  readonly item: Concept;
  /** The doctor. */
  readonly owner: string;
  /** `url|version` of the ruleset that was applied. */
  readonly ruleset?: string;
}

export interface Verdict {
  readonly outcome: 'recognized' | 'denied';
  readonly reason?: Concept;
  /** What the patient was told. */
  readonly explanation?: string;
  /** Order to read recognised images again. */
  readonly rereading?: string;
}

/** The id says what is decided and for the how-manieth time: of two clients at once, one finds it taken. */
export function decisionId(matter: Matter, generation: number): string {
  return `recognition-${digestOf(matter, String(generation))}`;
}

/** A UUID that a card, or its suggestion, has for as long as the decision is the same. */
export function uuidOf(task: string, part: 'card' | 'recognise'): string {
  const hex = createHash('sha256').update(`${task}|${part}`).digest('hex');
  // https://www.rfc-editor.org/rfc/rfc9562#section-5.8
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** One text for each matter. */
export function nameOf({ result, order = '', encounter = '', organization = '' }: Matter): string {
  return [result, order, encounter, organization].join('|');
}

function digestOf(matter: Matter, more: string): string {
  return createHash('sha256')
    .update(`${nameOf(matter)}|${more}`)
    .digest('hex')
    .slice(0, 32);
}

/** Shown to the doctor, who has not decided. */
export function offered(offer: Offer, generation: number, now: Date): DecisionTask {
  const id = decisionId(offer, generation);
  return {
    ...common(id, offer, now),
    identifier: [{ system: URI_SYSTEM, value: `urn:uuid:${uuidOf(id, 'card')}` }],
    status: 'requested',
    businessStatus: state('offered'),
  };
}

/** What a decision is about. `base`: FHIR base of this server. */
export function matterOf(task: DecisionTask, base: string): Matter {
  const text = (reference: Reference | undefined) => plainReference(reference?.reference, base);
  return {
    result: text(task.focus) ?? '',
    order: text(task.basedOn?.[0]),
    encounter: text(task.encounter),
    organization: text(task.requester),
  };
}

/** What was offered, read from the Task. */
export function offerOf(task: DecisionTask, base: string): Offer {
  return {
    ...matterOf(task, base),
    patientId: localReference(plainReference(task.for?.reference, base) ?? '', base)?.id ?? '',
    item: task.input?.[0]?.valueCodeableConcept ?? {},
    owner: task.owner?.reference ?? '',
    ruleset: task.instantiatesUri,
  };
}

/** One spelling for each resource of ours: two spellings of a result would be two decisions. */
export function plainReference(reference: string | undefined, base: string): string | undefined {
  const local = reference === undefined ? undefined : localReference(reference, base);
  return local ? `${local.type}/${local.id}` : reference;
}

/** Search value for the offer whose card has this uuid. */
export function cardIdentifier(uuid: string): string {
  return `${URI_SYSTEM}|urn:uuid:${uuid.toLowerCase()}`;
}

/** Decided: of an offer, or at once. */
export function decided(
  before: DecisionTask | undefined,
  offer: Offer,
  verdict: Verdict,
  generation: number,
  now: Date,
): DecisionTask {
  const recognized = verdict.outcome === 'recognized';
  const begun: Omit<DecisionTask, 'status'> = before ?? common(decisionId(offer, generation), offer, now);
  const { statusReason: _, ...task } = begun as DecisionTask;
  return {
    ...task,
    status: recognized ? 'completed' : 'rejected',
    ...(recognized ? {} : { statusReason: verdict.reason }),
    businessStatus: state(verdict.outcome),
    lastModified: now.toISOString(),
    owner: { reference: offer.owner },
    output: outputs(verdict, now),
  };
}

/** The doctor looked at the result and set the card aside, without what a denial needs. */
export function setAside(
  before: DecisionTask,
  reason: Concept | undefined,
  note: string | undefined,
  now: Date,
): DecisionTask {
  return {
    ...before,
    status: 'in-progress',
    ...(reason ? { statusReason: reason } : {}),
    businessStatus: state('viewed'),
    lastModified: now.toISOString(),
    ...(note ? { note: [{ time: now.toISOString(), text: note }] } : {}),
  };
}

export function revoked(before: DecisionTask, reason: Concept, now: Date): DecisionTask {
  return {
    ...before,
    status: 'cancelled',
    statusReason: reason,
    businessStatus: state(before.status === 'completed' ? 'recognized-revoked' : 'denied-revoked'),
    lastModified: now.toISOString(),
  };
}

function common(id: string, offer: Offer, now: Date) {
  return {
    resourceType: 'Task',
    id,
    meta: { profile: [PROFILE] },
    ...(offer.ruleset === undefined ? {} : { instantiatesUri: offer.ruleset }),
    ...(offer.order === undefined ? {} : { basedOn: [{ reference: offer.order }] }),
    intent: 'order',
    code: { coding: [{ system: TASK_CODE_SYSTEM, code: DECISION_CODE }] },
    focus: { reference: offer.result },
    for: { reference: `Patient/${offer.patientId}` },
    ...(offer.encounter === undefined ? {} : { encounter: { reference: offer.encounter } }),
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...(offer.organization === undefined ? {} : { requester: { reference: offer.organization } }),
    owner: { reference: offer.owner },
    input: [{ type: { coding: [{ system: INPUT_SYSTEM, code: 'item' }] }, valueCodeableConcept: offer.item }],
  };
}

function outputs({ outcome, explanation, rereading }: Verdict, now: Date): object[] {
  const output = (code: string, value: object) => ({
    type: { coding: [{ system: OUTPUT_SYSTEM, code }] },
    ...value,
  });
  return [
    output('outcome', { valueCode: outcome }),
    ...(explanation?.trim()
      ? [
          output('explanation', { valueString: explanation }),
          output('explained-at', { valueDateTime: now.toISOString() }),
        ]
      : []),
    ...(rereading === undefined ? [] : [output('rereading', { valueReference: { reference: rereading } })]),
  ];
}

function state(code: string): Concept {
  return { coding: [{ system: STATE_SYSTEM, code }] };
}

/** Points to what was decided upon. `source`: `Type/id`. */
export function provenanceOf(task: FhirResource, decider: string, source: string, now: Date): FhirResource {
  const { requester } = task as DecisionTask;
  return {
    resourceType: 'Provenance',
    target: [{ reference: `Task/${task.id}` }],
    recorded: now.toISOString(),
    agent: [{ who: { reference: decider }, ...(requester ? { onBehalfOf: requester } : {}) }],
    entity: [{ role: 'source', what: { reference: source } }],
  };
}
