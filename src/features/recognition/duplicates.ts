/**
 * An order that repeats a result which may be recognised, without a decision: it is shown as a DetectedIssue and
 * never blocked. The decision is the mitigation.
 */
import { createHash } from 'node:crypto';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { dateRange } from '../../kernel/dates.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { FhirError } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { settingOfEncounter } from './cds-context.ts';
import { type Assessed, checkRecognition, eligible } from './check.ts';
import { type DecisionTask, plainReference } from './decision-records.ts';
import { decisionsAbout, stands } from './decisions.ts';
import { looksIn } from './look.ts';

const PROFILE = `${CANONICAL}/StructureDefinition/county-duplicate-order`;
const ISSUE_SYSTEM = `${CANONICAL}/CodeSystem/county-detected-issue`;
const INSTITUTION = `${CANONICAL}/StructureDefinition/asking-institution`;

interface OrderFields extends Resource {
  readonly status?: string;
  readonly code?: Concept;
  readonly subject?: Reference;
  readonly encounter?: Reference;
  readonly requester?: Reference;
  readonly authoredOn?: string;
  readonly supportingInfo?: readonly Reference[];
}

interface IssueFields extends Resource {
  readonly status?: string;
  readonly extension?: readonly { readonly url?: string; readonly valueReference?: Reference }[];
  readonly implicated?: readonly Reference[];
  readonly mitigation?: readonly object[];
}

/** The issue of an order has one id for ever, so that an order that is written again has one issue. */
function issueId(order: string): string {
  return `duplicate-${createHash('sha256').update(order).digest('hex').slice(0, 32)}`;
}

export async function flagOrder(
  scene: Scene,
  { id, after }: Pick<WriteFacts, 'id' | 'after'>,
): Promise<Consequence> {
  const order = `ServiceRequest/${id}`;
  await inTurn(scene, after?.subject as Reference | undefined);
  const there = (await scene.read(`DetectedIssue/${issueId(order)}`)) as IssueFields | undefined;
  if (after?.status !== 'active') {
    return there?.status === 'preliminary' ? { writes: [{ ...there, status: 'cancelled' }] } : {};
  }
  const duplicated = await duplicatedBy(scene, after as OrderFields);
  if (!duplicated) return {};
  return { writes: [issueOf(scene, order, after as OrderFields, duplicated, there)] };
}

/** An order and a decision about it, at once: the second sees the first. */
async function inTurn(scene: Scene, patient: Reference | undefined): Promise<void> {
  const reference = plainReference(patient?.reference, scene.ctx.base);
  if (reference !== undefined) await scene.alone(`duplicate-order ${reference}`);
}

interface Duplicated {
  readonly assessed: Assessed;
  readonly name: string;
  readonly organization?: string;
}

/** The result that spares the order, when nobody has decided about the two. */
async function duplicatedBy(scene: Scene, order: OrderFields): Promise<Duplicated | undefined> {
  const looks = looksIn(scene);
  const patient = localReference(order.subject?.reference ?? '', looks.base);
  if (patient?.type !== 'Patient' || !order.code || !(await scene.read(`Patient/${patient.id}`)))
    return undefined;
  const organization = await institutionOf(scene, order);
  const question = {
    patientId: patient.id,
    items: [order.code],
    organization,
    setting: settingOfEncounter(await scene.read(order.encounter?.reference)),
    at: Math.min(dateRange(order.authoredOn ?? '')?.hi ?? Number.POSITIVE_INFINITY, scene.ctx.now.getTime()),
  };
  const answers = await checkRecognition(looks, question, true).catch((error: unknown) => {
    // Somebody with so many results is in intensive care: an order is never held up by what is only shown.
    if (error instanceof FhirError && error.category === 'too-costly') return undefined;
    throw error;
  });
  const [answer] = answers?.items ?? [];
  const assessed = answer && eligible(answer.candidates);
  if (!assessed) return undefined;
  const decisions = await decisionsAbout(looks, patient.id, [assessed.reference]);
  if (decisions.some(({ task }) => settles(task, order, organization, looks.base))) return undefined;
  return { assessed, name: answer.item?.name ?? order.code.text ?? '', organization };
}

/** A decision about this very order; or a denial in the same encounter, or that the order itself names. */
function settles(
  task: DecisionTask,
  order: OrderFields,
  organization: string | undefined,
  base: string,
): boolean {
  if (!stands(task) || isOfOthers(task, organization, base)) return false;
  if (plainReference(task.basedOn?.[0]?.reference, base) === `ServiceRequest/${order.id}`) return true;
  if (task.status !== 'rejected') return false;
  const same = plainReference(task.encounter?.reference, base);
  if (same !== undefined && same === plainReference(order.encounter?.reference, base)) return true;
  return (order.supportingInfo ?? []).some((r) => plainReference(r.reference, base) === `Task/${task.id}`);
}

/** Whether another institution has decided for itself. */
function isOfOthers(task: DecisionTask, organization: string | undefined, base: string): boolean {
  const asker = plainReference(task.requester?.reference, base);
  return asker !== undefined && organization !== undefined && asker !== organization;
}

/** The institution that asks: the requester's, else the client's. */
async function institutionOf(scene: Scene, { requester }: OrderFields): Promise<string | undefined> {
  const local = localReference(requester?.reference ?? '', scene.ctx.base);
  if (local?.type === 'Organization') return `Organization/${local.id}`;
  const role =
    local?.type === 'PractitionerRole' ? await scene.read(`PractitionerRole/${local.id}`) : undefined;
  const organization = (role?.organization as Reference | undefined)?.reference;
  return plainReference(organization, scene.ctx.base) ?? scene.ctx.actor.organization;
}

function issueOf(
  scene: Scene,
  order: string,
  { subject, code }: OrderFields,
  { assessed, name, organization }: Duplicated,
  there: IssueFields | undefined,
): Resource {
  const results = [
    assessed.reference,
    ...(assessed.observation && assessed.report ? [`DiagnosticReport/${assessed.report.id}`] : []),
  ];
  return {
    resourceType: 'DetectedIssue',
    id: issueId(order),
    meta: { profile: [PROFILE] },
    ...(organization === undefined
      ? {}
      : { extension: [{ url: INSTITUTION, valueReference: { reference: organization } }] }),
    status: 'preliminary',
    code: { coding: [{ system: ISSUE_SYSTEM, code: 'duplicate-order' }] },
    severity: 'moderate',
    patient: subject,
    identifiedDateTime: scene.ctx.now.toISOString(),
    implicated: [order, ...results].map((reference) => ({ reference })),
    evidence: [{ code: [code] }],
    detail: `${name}:已有可互认的结果,尚无互认决定。请互认该结果,或说明复检原因并告知患者。`,
    ...(there?.mitigation ? { mitigation: there.mitigation } : {}),
  };
}

/** A decision closes the issues of its result and order; what is revoked opens them again. */
export async function closeIssues(scene: Scene, { before, after }: WriteFacts): Promise<Consequence> {
  const task = (after ?? before) as DecisionTask;
  const was = before as DecisionTask | undefined;
  const decided = after !== undefined && stands(task) && was?.status !== task.status;
  const undone = was !== undefined && stands(was) && (!after || !stands(task));
  if (!decided && !undone) return {};
  const { base } = scene.ctx;
  const result = plainReference(task.focus?.reference, base);
  if (result === undefined) return {};
  await inTurn(scene, task.for as Reference | undefined);
  const issues = (await scene.search('DetectedIssue', [
    ['implicated', result],
    ['code', `${ISSUE_SYSTEM}|duplicate-order`],
  ])) as IssueFields[];
  const writes: Resource[] = [];
  for (const issue of issues) {
    if (issue.status === 'cancelled' || !(await concerns(scene, task, issue))) continue;
    const mitigation = [
      ...(issue.mitigation ?? []),
      {
        action: { text: decided ? wordsOf(task) : '撤销互认决定' },
        date: scene.ctx.now.toISOString(),
        ...(task.owner ? { author: task.owner } : {}),
      },
    ];
    writes.push({ ...issue, status: decided ? 'final' : 'preliminary', mitigation });
  }
  if (undone) writes.push(...(await flagAgain(scene, task, writes)));
  return { writes };
}

/** Orders that the decision kept from being shown, and does no longer. */
async function flagAgain(scene: Scene, task: DecisionTask, opened: readonly Resource[]): Promise<Resource[]> {
  const { base } = scene.ctx;
  const encounter = plainReference(task.encounter?.reference, base);
  const ordered = await scene.read(plainReference(task.basedOn?.[0]?.reference, base));
  const beside =
    encounter === undefined
      ? []
      : await scene.search('ServiceRequest', [
          ['encounter', encounter],
          ['status', 'active'],
        ]);
  const shown = new Set(opened.map(({ id }) => id));
  const flagged = new Map<string, Resource>();
  for (const order of [...(ordered?.resourceType === 'ServiceRequest' ? [ordered] : []), ...beside]) {
    const id = order.id as string;
    if (order.status !== 'active' || flagged.has(id) || shown.has(issueId(`ServiceRequest/${id}`))) continue;
    const { writes = [] } = await flagOrder(scene, { id, after: order });
    for (const issue of writes) flagged.set(id, issue);
  }
  return [...flagged.values()];
}

async function concerns(
  scene: Scene,
  task: DecisionTask,
  { implicated = [], extension = [] }: IssueFields,
): Promise<boolean> {
  const { base } = scene.ctx;
  const asked = extension.find(({ url }) => url === INSTITUTION)?.valueReference?.reference;
  if (isOfOthers(task, plainReference(asked, base), base)) return false;
  const order = implicated
    .map((r) => plainReference(r.reference, base))
    .find((r) => r?.startsWith('ServiceRequest/'));
  if (order === undefined) return false;
  if (plainReference(task.basedOn?.[0]?.reference, base) === order) return true;
  const encounter = plainReference(task.encounter?.reference, base);
  const placed = (await scene.read(order)) as OrderFields | undefined;
  return encounter !== undefined && plainReference(placed?.encounter?.reference, base) === encounter;
}

function wordsOf({ status, statusReason }: DecisionTask): string {
  if (status === 'completed') return '互认既往结果';
  const reason = statusReason?.coding?.[0]?.code ?? '';
  return `不予互认,复检原因 ${reason}${statusReason?.text ? `(${statusReason.text})` : ''}`;
}
