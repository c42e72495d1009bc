/** What is overdue is told: a task of the referral centre, and a message to it and to whoever should have acted. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { concept, END_REASON, TASK_CODE } from './codes.ts';
import { centreOf, institutionOf } from './parties.ts';
import type { Request } from './reading.ts';

const ESCALATION = 'referral-escalation';
/** One step more urgent. https://hl7.org/fhir/R4/valueset-request-priority.html */
const RAISED: Readonly<Record<string, string>> = {
  routine: 'urgent',
  urgent: 'asap',
  asap: 'stat',
  stat: 'stat',
};

export interface Overdue {
  /** What is late: a task or a request. */
  readonly about: string;
  readonly request: Request;
  /** Who should have acted. */
  readonly owner?: string;
  readonly priority?: string;
  readonly zh: string;
  readonly en: string;
}

export async function escalate(scene: Scene, overdue: Overdue): Promise<Resource[]> {
  const { about, request, zh, en } = overdue;
  const requesting = await institutionOf(scene, request.requester?.reference);
  const late = (await institutionOf(scene, overdue.owner)) ?? overdue.owner;
  const centre = (await centreOf(scene, requesting)) ?? late ?? requesting;
  const now = scene.ctx.now.toISOString();
  const text = `${zh} ${en}`;
  const recipients = [...new Set([centre, late, requesting].filter((r) => r !== undefined))];
  return [
    {
      resourceType: 'Task',
      status: 'requested',
      statusReason: concept(END_REASON, 'timed-out'),
      intent: 'order',
      priority: RAISED[overdue.priority ?? 'routine'] ?? 'urgent',
      code: concept(TASK_CODE, ESCALATION),
      description: text,
      basedOn: [{ reference: `ServiceRequest/${request.id}` }],
      focus: { reference: about },
      for: request.subject,
      authoredOn: now,
      lastModified: now,
      ...(centre ? { owner: { reference: centre } } : {}),
    },
    {
      resourceType: 'Communication',
      status: 'completed',
      priority: RAISED[overdue.priority ?? 'routine'] ?? 'urgent',
      reasonCode: [concept(END_REASON, 'timed-out')],
      subject: request.subject,
      about: [{ reference: about }],
      basedOn: [{ reference: `ServiceRequest/${request.id}` }],
      sent: now,
      recipient: recipients.map((reference) => ({ reference })),
      payload: [{ contentString: text }],
    },
  ];
}

/** The escalations about something that are open, done: what they were about has gone on. */
export async function escalationsDone(scene: Scene, about: string): Promise<Resource[]> {
  const open = await scene.search('Task', [
    ['focus', about],
    ['code', `${TASK_CODE}|${ESCALATION}`],
    ['status', 'requested,received,accepted,in-progress'],
  ]);
  return open.map((task) => ({ ...task, status: 'completed', lastModified: scene.ctx.now.toISOString() }));
}
