/** Tasks for what a person must look at: two records that may be one person's, a person not known yet. Pure. */
import { createHash } from 'node:crypto';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Found } from '../match.ts';
import { linkageId, type Relation } from './linkage.ts';

const TASK_CODE = `${CANONICAL}/CodeSystem/county-task-code`;
const INPUT = `${CANONICAL}/CodeSystem/identity-review-input`;
const STATE = `${CANONICAL}/CodeSystem/identity-state`;
const REVIEW_PROFILE = `${CANONICAL}/StructureDefinition/county-identity-review`;

/** One for each two records. */
export function reviewId(a: string, b: string): string {
  return linkageId(a, b);
}

/** `about` was written now; `found` was there. */
export function reviewOf(about: Resource, found: Found, now: Date): Resource {
  const { id, score, grade, levels } = found;
  const input = (code: string, value: object) => ({
    type: { coding: [{ system: INPUT, code }] },
    ...value,
  });
  const reference = { reference: `Patient/${about.id as string}` };
  return {
    resourceType: 'Task',
    id: reviewId(about.id as string, id),
    meta: { profile: [REVIEW_PROFILE] },
    status: 'requested',
    intent: 'order',
    code: codeOf('identity-review'),
    focus: reference,
    for: reference,
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...ownerOf(about),
    input: [
      input('other-record', { valueReference: { reference: `Patient/${id}` } }),
      input('grade', { valueCode: grade }),
      input('score', { valueDecimal: Number(score.toFixed(6)) }),
      ...Object.entries(levels).map(([field, level]) =>
        input('compared', { valueString: `${field}: ${level}` }),
      ),
    ],
  };
}

const CLOSED = new Set(['completed', 'rejected', 'cancelled', 'failed', 'entered-in-error']);

/** The Task once it is decided; undefined when nothing is open. */
export function reviewed(task: Resource | undefined, relation: Relation, now: Date): Resource | undefined {
  if (!task || CLOSED.has(task.status as string)) return undefined;
  const status = relation === 'apart' ? 'rejected' : 'completed';
  return { ...task, status, lastModified: now.toISOString() };
}

export function isTemporary(patient: Resource | undefined): boolean {
  const tags = (patient?.meta as { tag?: readonly { system?: string; code?: string }[] } | undefined)?.tag;
  return tags?.some((t) => t.system === STATE && t.code === 'temporary') === true;
}

export function identifyId(patient: string): string {
  return `identify-${createHash('sha256').update(patient).digest('hex').slice(0, 40)}`;
}

/** Whoever was taken in without a name or a number has to be found out about. */
export function identifyTaskOf(patient: Resource, now: Date): Resource {
  const reference = { reference: `Patient/${patient.id as string}` };
  return {
    resourceType: 'Task',
    id: identifyId(patient.id as string),
    status: 'requested',
    intent: 'order',
    code: codeOf('identify'),
    focus: reference,
    for: reference,
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...ownerOf(patient),
  };
}

function codeOf(code: string) {
  return { coding: [{ system: TASK_CODE, code }] };
}

/** The institution whose record it is sees to it. */
function ownerOf(patient: Resource): object {
  const owner = patient.managingOrganization as { reference?: string } | undefined;
  return owner?.reference === undefined ? {} : { owner: { reference: owner.reference } };
}
