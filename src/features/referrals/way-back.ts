/** The way back to the community: the down-referral, its task, and the follow-up of the responsible team. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { newId } from '../../kernel/ids.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { recordsOf } from './belongs.ts';
import { newTask, referencesOf } from './build.ts';
import {
  CARE_TEAM_EXTENSION,
  CATEGORY,
  CONSENT,
  CONSENT_EXTENSION,
  codeIn,
  concept,
  DIRECTION,
  DIRECTION_EXTENSION,
  DISCHARGE_MANNER,
  FOLLOW_UP_ORIGIN,
  FOLLOW_UP_STATE,
  FOLLOW_UP_TASK,
  ORDER_CODE,
  REASON,
  REQUEST_NUMBER,
  REQUEST_PROFILE,
} from './codes.ts';
import { consentIssues } from './completeness.ts';
import { compositionOf, intervalOf } from './documents.ts';
import type { Limits } from './limits.ts';
import type { State } from './model.ts';
import { centreOf, institutionOf, isPrimaryCare } from './parties.ts';
import {
  consentOf,
  type Extension,
  outputReference,
  outputs,
  plain,
  type Request,
  type Task,
  timeOf,
} from './reading.ts';

/** CV06.00.226: transferred by order to community or township care; discharged by order. */
const TO_COMMUNITY = '3';
const HOME = '1';

/** How the resident left, by the encounters of the task: a code of CV06.00.226. */
export async function dispositionOf(scene: Scene, task: Task): Promise<string | undefined> {
  for (const value of outputs(task, 'encounter') as Reference[]) {
    const encounter = await scene.read(value.reference);
    const left = (encounter?.hospitalization as { dischargeDisposition?: Concept } | undefined)
      ?.dischargeDisposition;
    const code = codeIn(DISCHARGE_MANNER, left);
    if (code !== undefined) return code;
  }
  return undefined;
}

export interface Responsible {
  /** Who takes the resident over. */
  readonly institution: string;
  /** Who follows up: a CareTeam, or the institution. */
  readonly team: string;
  /** By a contract in force. */
  readonly contracted: boolean;
}

/** Who is responsible for a resident: the contracted team, the community institution that referred, the general practitioner. */
export async function responsibleFor(scene: Scene, request: Request): Promise<Responsible | undefined> {
  const contracts = await scene.search('Contract', [
    ['subject', request.subject?.reference ?? ''],
    ['status', 'executed,amended,resolved'],
  ]);
  for (const contract of contracts) {
    const extensions = (contract.extension ?? []) as Extension[];
    const team = extensions.find((e) => e.url === CARE_TEAM_EXTENSION)?.valueReference as
      | Reference
      | undefined;
    const [authority] = (contract.authority ?? []) as Reference[];
    const institution = await institutionOf(scene, authority?.reference ?? team?.reference);
    if (institution) return { institution, team: team?.reference ?? institution, contracted: true };
  }
  const referring = await institutionOf(scene, request.requester?.reference);
  const patient = await scene.read(request.subject?.reference);
  const parties = [
    ...((await isPrimaryCare(scene, referring)) ? referencesOf(referring) : []),
    ...((patient?.generalPractitioner ?? []) as Reference[]),
    ...referencesOf(referring),
  ];
  for (const { reference } of parties) {
    const institution = await institutionOf(scene, reference);
    if (institution) return { institution, team: institution, contracted: false };
  }
  return undefined;
}

/** What the caller says of a down-referral; the rest comes from the referral that it continues. */
export interface Wish {
  readonly performer?: string;
  readonly requester?: string;
  readonly consent?: string;
  readonly category?: string;
  readonly reasons?: readonly Concept[];
  readonly summary?: string;
}

/**
 * The down-referral that continues a referral, with its task. Without a consent that covers the institution it waits
 * for one. Undefined when nobody is responsible.
 */
export async function downReferral(
  scene: Scene,
  limits: Limits,
  up: Request,
  task: Task,
  wish: Wish = {},
): Promise<{ readonly request: Request; readonly task: Task } | undefined> {
  const { now } = scene.ctx;
  const handover = outputReference(task, 'handover');
  const document = await compositionOf(scene, handover);
  const performer =
    wish.performer ?? (await destinationOf(scene, task)) ?? (await responsibleFor(scene, up))?.institution;
  const institution = await institutionOf(scene, performer);
  if (performer === undefined || institution === undefined) return undefined;
  const author = document?.author?.find((a) => a.reference?.startsWith('PractitionerRole/'))?.reference;
  const requester = wish.requester ?? author ?? up.performer?.[0]?.reference;
  const diagnoses = sectionEntries(document, 'diagnosis').filter((r) => r.reference?.includes('Condition/'));
  const consent = wish.consent ?? (await consentFor(scene, up, institution));
  const state: State = consent === undefined ? 'awaiting-consent' : 'submitted';
  const request = {
    resourceType: 'ServiceRequest',
    id: newId(),
    meta: { profile: [REQUEST_PROFILE] },
    extension: [
      { url: DIRECTION_EXTENSION, valueCoding: { system: DIRECTION, code: 'down' } },
      ...(consent ? [{ url: CONSENT_EXTENSION, valueReference: { reference: consent } }] : []),
    ],
    identifier: [requestNumber(now)],
    basedOn: [{ reference: `ServiceRequest/${up.id}` }],
    status: state === 'submitted' ? 'active' : 'draft',
    intent: 'order',
    category: [concept(CATEGORY, wish.category ?? 'rehab')],
    priority: 'routine',
    code: concept(ORDER_CODE, 'referral'),
    subject: up.subject,
    authoredOn: now.toISOString(),
    requester: { reference: requester },
    performer: [{ reference: performer }],
    reasonCode: wish.reasons?.length ? wish.reasons : [concept(REASON, 'stable')],
    reasonReference: diagnoses.length > 0 ? diagnoses : up.reasonReference,
    supportingInfo: referencesOf(handover),
    note: [{ text: wish.summary ?? '诊疗情况、用药计划与随访安排见交接文书。' }],
  } as unknown as Request;
  const asking = await institutionOf(scene, requester);
  const owner = (state === 'submitted' ? institution : asking) ?? institution;
  return { request, task: newTask(request, state, { owner, requester: asking }, scene.ctx, limits) };
}

/** A consent in force that covers an institution: that of the referral, or another of the resident. */
async function consentFor(scene: Scene, up: Request, institution: string): Promise<string | undefined> {
  const { now, base } = scene.ctx;
  const patient = plain(up.subject?.reference, base);
  const others = await scene.search('Consent', [
    ['patient', patient ?? ''],
    ['status', 'active'],
    ['category', `${CONSENT}|referral`],
  ]);
  const own = consentOf(up);
  const records = await recordsOf(scene, patient);
  for (const reference of [...(own ? [own] : []), ...others.map((c) => `Consent/${c.id}`)]) {
    const to = { records, receivers: [institution], now: now.getTime(), base };
    if (consentIssues(await scene.read(reference), reference, to).length === 0) return reference;
  }
  return undefined;
}

/** Where the encounter says that the resident went. */
async function destinationOf(scene: Scene, task: Task): Promise<string | undefined> {
  for (const value of outputs(task, 'encounter') as Reference[]) {
    const encounter = await scene.read(value.reference);
    const stay = encounter?.hospitalization as { destination?: Reference } | undefined;
    if (stay?.destination?.reference?.includes('Organization/')) return stay.destination.reference;
  }
  return undefined;
}

function sectionEntries(document: Awaited<ReturnType<typeof compositionOf>>, code: string): Reference[] {
  return (document?.section ?? [])
    .filter((s) => s.code?.coding?.some((c) => c.code === code))
    .flatMap((s) => s.entry ?? []);
}

/** A number for a request that came without one. */
export function requestNumber(now: Date) {
  const day = new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  return { system: REQUEST_NUMBER, value: `ZZ${day}-${newId().slice(0, 8)}` };
}

/** Who a submitted referral waits for: the centre of the community, else the institution that is asked. */
export async function firstOwner(scene: Scene, request: Request): Promise<string> {
  const requesting = await institutionOf(scene, request.requester?.reference);
  const receiving = await institutionOf(scene, request.performer?.[0]?.reference);
  const down = request.extension?.some(
    (e) => (e.valueCoding as { code?: string } | undefined)?.code === 'down',
  );
  const centre = down ? undefined : await centreOf(scene, requesting);
  return centre ?? receiving ?? request.performer?.[0]?.reference ?? requesting ?? '';
}

/** A discharge that leads to the community, or home to a resident with a contract. */
export async function wayBackOf(
  scene: Scene,
  task: Task,
  request: Request,
): Promise<'refer' | 'follow' | undefined> {
  const disposition = await dispositionOf(scene, task);
  if (disposition === TO_COMMUNITY) return 'refer';
  if (disposition !== HOME) return undefined;
  return (await responsibleFor(scene, request))?.contracted ? 'follow' : undefined;
}

/** The follow-up task of the responsible team; due as the hand-over document says. */
export async function followUpTask(
  scene: Scene,
  limits: Limits,
  request: Request,
  task: Task,
  handover: string | undefined,
): Promise<Resource & { readonly owner?: Reference }> {
  const document = await compositionOf(scene, handover);
  const responsible = await responsibleFor(scene, request);
  const receiving = await institutionOf(scene, request.performer?.[0]?.reference);
  const isDown = outputs(task, 'handover').length === 0;
  // Whoever takes the resident over follows up, through its own team when it is the contracted one.
  const owner = isDown && responsible?.institution !== receiving ? receiving : responsible?.team;
  const from = timeOf(document?.date) ?? scene.ctx.now.getTime();
  const until = from + (intervalOf(document) ?? limits.step('follow-up'));
  return {
    resourceType: 'Task',
    id: newId(),
    basedOn: [{ reference: `ServiceRequest/${request.id}` }],
    partOf: [{ reference: `Task/${task.id}` }],
    status: 'ready',
    businessStatus: concept(FOLLOW_UP_STATE, 'due'),
    intent: 'order',
    priority: 'routine',
    code: concept(FOLLOW_UP_TASK, 'referral-follow-up'),
    description: '转诊后随访:核对用药、红旗征象与康复情况 Follow-up after a referral',
    focus: { reference: `ServiceRequest/${request.id}` },
    for: request.subject,
    authoredOn: scene.ctx.now.toISOString(),
    lastModified: scene.ctx.now.toISOString(),
    requester: { reference: receiving ?? request.requester?.reference },
    ...(owner ? { owner: { reference: owner } } : {}),
    reasonCode: concept(FOLLOW_UP_ORIGIN, 'referral'),
    ...(handover ? { reasonReference: { reference: handover } } : {}),
    restriction: {
      period: { start: new Date(from).toISOString(), end: new Date(until).toISOString() },
    },
  };
}
