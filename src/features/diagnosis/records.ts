/** The Tasks and messages that a shared diagnosis writes. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { newId } from '../../kernel/ids.ts';
import { CRITICAL_STATUS, type Kind, STATUS, type State } from './model.ts';
import {
  CRITICAL_OUTPUT,
  CRITICAL_STATE,
  OUTPUT_SYSTEM,
  type Output,
  profile,
  STATE_SYSTEM,
  TASK_CODE,
  type TaskFields,
} from './reading.ts';

const ALERT = { system: 'http://terminology.hl7.org/CodeSystem/communication-category', code: 'alert' };
const PROFILES: Readonly<Record<Kind, string>> = {
  'shared-examination': profile('county-examination-task'),
  'shared-diagnosis': profile('county-diagnosis-task'),
};

export interface NewTask {
  readonly kind: Kind;
  readonly order: string;
  readonly patient: Reference | undefined;
  readonly owner: string;
  readonly requester?: Reference;
  readonly partOf?: string;
  readonly state?: State;
  readonly reason?: Concept;
  readonly report?: string;
}

export function newTask(facts: NewTask, now: Date): Resource {
  const { kind, order, patient, owner, requester, partOf, state = 'requested', reason, report } = facts;
  return {
    resourceType: 'Task',
    id: newId(),
    meta: { profile: [PROFILES[kind]] },
    basedOn: [{ reference: order }],
    ...(partOf ? { partOf: [{ reference: partOf }] } : {}),
    status: STATUS[state],
    ...(reason ? { statusReason: reason } : {}),
    businessStatus: { coding: [{ system: STATE_SYSTEM, code: state }] },
    intent: 'order',
    code: { coding: [{ system: TASK_CODE, code: kind }] },
    for: patient,
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    ...(requester ? { requester } : {}),
    owner: { reference: owner },
    ...(report ? { output: [output('report', report)] } : {}),
  };
}

/** A Task in its next state. Its deadline was that of the step before. */
export function stepped(
  task: TaskFields,
  state: State,
  more: readonly Output[],
  reason: Concept | undefined,
  now: Date,
): TaskFields {
  const { restriction: _, ...rest } = task;
  const kept = (task.output ?? []).filter((o) => !more.some((m) => same(o, m)));
  const all = [...kept, ...more];
  return {
    ...rest,
    status: STATUS[state],
    businessStatus: { coding: [{ system: STATE_SYSTEM, code: state }] },
    ...(reason ? { statusReason: reason } : {}),
    lastModified: now.toISOString(),
    ...(all.length > 0 ? { output: all } : {}),
  };
}

function same(a: Output, b: Output): boolean {
  return (
    a.valueReference?.reference !== undefined &&
    a.valueReference.reference === b.valueReference?.reference &&
    a.type?.coding?.[0]?.code === b.type?.coding?.[0]?.code
  );
}

export function output(code: string, reference: string): Output {
  return { type: { coding: [{ system: OUTPUT_SYSTEM, code }] }, valueReference: { reference } };
}

/** The output that a resource is: `Specimen/x` is the specimen. */
export function outputOf(reference: string): Output | undefined {
  const type = /([A-Za-z]+)\/[^/]+$/.exec(reference)?.[1];
  const code = {
    Specimen: 'specimen',
    ImagingStudy: 'images',
    Media: 'recording',
    DiagnosticReport: 'report',
  }[type ?? ''];
  return code === undefined ? undefined : output(code, reference);
}

export interface NewCritical {
  readonly focus: string;
  readonly order?: string;
  readonly patient: Reference | undefined;
  /** Who found it. */
  readonly requester: Reference;
  /** Who is to acknowledge it. */
  readonly owner: string;
  /** `Organization/x` of a person who is: its system is told, and acknowledges for the person. */
  readonly institution?: string;
  readonly partOf?: string;
}

/** The Task, and the notice that goes with it. */
export function criticalValue(facts: NewCritical, minutes: number, now: Date): Resource[] {
  const { focus, order, patient, requester, owner, institution, partOf } = facts;
  const id = newId();
  const end = new Date(now.getTime() + minutes * 60_000).toISOString();
  const task = {
    resourceType: 'Task',
    id,
    meta: { profile: [profile('county-critical-value-task')] },
    ...(order ? { basedOn: [{ reference: order }] } : {}),
    ...(partOf ? { partOf: [{ reference: partOf }] } : {}),
    status: CRITICAL_STATUS.notified,
    businessStatus: { coding: [{ system: CRITICAL_STATE, code: 'notified' }] },
    intent: 'order',
    priority: 'stat',
    code: { coding: [{ system: TASK_CODE, code: 'critical-value' }] },
    focus: { reference: focus },
    for: patient,
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    requester,
    owner: { reference: owner },
    restriction: {
      period: { end },
      ...(institution && institution !== owner ? { recipient: [{ reference: institution }] } : {}),
    },
  };
  const text = partOf
    ? `危急值未在时限内确认,已升级通知:${focus}。请在 ${minutes} 分钟内确认。`
    : `危急值:${focus}。请在 ${minutes} 分钟内确认并处理。`;
  return [
    task,
    notice(
      {
        about: [focus],
        task: `Task/${id}`,
        patient,
        sender: requester,
        recipients: [...new Set([owner, institution ?? owner])],
        text,
        urgent: true,
      },
      now,
    ),
  ];
}

export function criticalState(
  task: TaskFields,
  state: keyof typeof CRITICAL_STATUS,
  more: { readonly output?: readonly Output[]; readonly statusReason?: Concept },
  now: Date,
): TaskFields {
  return {
    ...task,
    status: CRITICAL_STATUS[state],
    businessStatus: { coding: [{ system: CRITICAL_STATE, code: state }] },
    lastModified: now.toISOString(),
    ...more,
  };
}

export function criticalOutput(code: string, value: Omit<Output, 'type'>): Output {
  return { type: { coding: [{ system: CRITICAL_OUTPUT, code }] }, ...value };
}

export interface Notice {
  readonly about: readonly string[];
  readonly task?: string;
  readonly patient: Reference | undefined;
  readonly sender?: Reference;
  readonly recipients: readonly string[];
  readonly text: string;
  readonly urgent?: boolean;
}

export function notice(
  { about, task, patient, sender, recipients, text, urgent }: Notice,
  now: Date,
): Resource {
  return {
    resourceType: 'Communication',
    id: newId(),
    ...(urgent ? { meta: { profile: [profile('county-critical-value-notice')] } } : {}),
    ...(task ? { basedOn: [{ reference: task }] } : {}),
    status: 'completed',
    category: [{ coding: [ALERT] }],
    priority: urgent ? 'stat' : 'urgent',
    subject: patient,
    about: about.map((reference) => ({ reference })),
    sent: now.toISOString(),
    recipient: recipients.map((reference) => ({ reference })),
    ...(sender ? { sender } : {}),
    payload: [{ contentString: text }],
  };
}
