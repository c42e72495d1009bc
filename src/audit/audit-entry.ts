/**
 * The server's own AuditEvents (https://hl7.org/fhir/R4/auditevent.html) as entries of its log: one for each
 * request and patient, taken apart into what many have in common and what only this one has.
 */
import type { Ctx } from '../kernel/ctx.ts';
import { type AuditedInteraction, type AuditKind, kindOf } from './audit-kind.ts';

export type { AuditedInteraction } from './audit-kind.ts';

/** Some of what a request read or wrote: a patient's, or nobody's. */
export interface AuditSubject {
  /** Id of the patient whose data it was. */
  readonly patient?: string;
  /** What was read or written: `Observation/1`. */
  readonly targets?: readonly string[];
  /** Keys of the stored resources that an answer disclosed, which stand for their references. */
  readonly disclosed?: readonly string[];
}

export interface AuditFacts {
  readonly interaction: AuditedInteraction;
  /** One for each patient; none when there is nothing to name. */
  readonly subjects: readonly AuditSubject[];
  /** The query of a search, or the name of an operation. */
  readonly query?: string;
  /** What went wrong, when the request was refused. */
  readonly refusal?: string;
}

/** One access to the data of one patient, or of nobody. Never carries content, only who, what and whose. */
export interface AuditEntry extends AuditSubject, Pick<AuditFacts, 'query' | 'refusal'> {
  readonly audit: AuditKind;
  /** Milliseconds. */
  readonly at: number;
  /** Of the caller. */
  readonly address?: string;
  /** `X-Request-Id` */
  readonly request: string;
  /** Id of the access token. */
  readonly token?: string;
  /** Who was behind the client: `Practitioner/1`, and the name. */
  readonly person?: string;
  readonly personName?: string;
  /** Why the data was asked for, in words. */
  readonly reason?: string;
}

/**
 * An entry for each subject, and one at least: as BALP has it, whoever reads about one patient is told of no other
 * (https://profiles.ihe.net/ITI/BALP/StructureDefinition-IHE.BasicAudit.PatientQuery.html).
 */
export function auditEntries(ctx: Ctx, facts: AuditFacts): AuditEntry[] {
  const { subjects } = facts;
  return (subjects.length > 0 ? subjects : [{}]).map((subject) => auditEntry(ctx, facts, subject));
}

/** The entry of one subject. */
export function auditEntry(
  ctx: Ctx,
  { interaction, query, refusal }: Omit<AuditFacts, 'subjects'>,
  subject: AuditSubject,
): AuditEntry {
  const { actor, purpose } = ctx;
  return {
    ...subject,
    query,
    refusal,
    audit: kindOf(ctx, {
      interaction,
      refused: refusal !== undefined,
      ofPatient: subject.patient !== undefined,
      names: (subject.targets?.length ?? 0) + (subject.disclosed?.length ?? 0) > 0,
      asks: query !== undefined,
    }),
    at: ctx.now.getTime(),
    address: ctx.address,
    request: ctx.requestId,
    token: actor.token,
    person: actor.fhirUser,
    personName: actor.userName,
    reason: purpose?.reason,
  };
}
