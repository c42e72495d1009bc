/** The Tasks of an order, and what follows from a step of one of them. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { isOpen, type Kind } from './model.ts';
import { institutionOf, personsOf } from './people.ts';
import {
  isPublished,
  kindOf,
  type OrderFields,
  outputs,
  plain,
  type ReportFields,
  stateOf,
  TASK_CODE,
  type TaskFields,
} from './reading.ts';
import { newTask, notice, stepped } from './records.ts';

/** All Tasks of one kind of an order. */
export async function tasksOf(scene: Scene, order: string, kind: Kind): Promise<TaskFields[]> {
  const found = await scene.search('Task', [
    ['based-on', order],
    ['code', `${TASK_CODE}|${kind}`],
  ]);
  return found as TaskFields[];
}

export function orderOf(task: TaskFields, base: string): string | undefined {
  return plain(task.basedOn?.[0]?.reference, base);
}

/** A shared order that is placed gets its examination Task; one that is withdrawn ends what is open. */
export async function followOrder(scene: Scene, { id, before, after }: WriteFacts): Promise<Consequence> {
  const order = `ServiceRequest/${id}`;
  const placed = after as OrderFields | undefined;
  if (placed?.status === 'active') {
    if ((await tasksOf(scene, order, 'shared-examination')).length > 0) return {};
    const owner = await institutionOf(scene, placed.requester?.reference);
    if (!owner) return {};
    const facts = {
      kind: 'shared-examination',
      order,
      patient: placed.subject,
      owner,
      requester: placed.requester,
    } as const;
    return { writes: [newTask(facts, scene.ctx.now)] };
  }
  if (before?.status !== 'active' || placed?.status === 'completed' || placed?.status === 'on-hold')
    return {};
  const reason: Concept = { text: '申请已撤销' };
  const writes: Resource[] = [];
  for (const kind of ['shared-examination', 'shared-diagnosis'] as const) {
    for (const task of await tasksOf(scene, order, kind))
      if (isOpen(kind, stateOf(task))) writes.push(stepped(task, 'cancelled', [], reason, scene.ctx.now));
  }
  return { writes };
}

/** What a step of a Task brings about. */
export async function followTask(scene: Scene, { before, after }: WriteFacts): Promise<Consequence> {
  const task = after as TaskFields | undefined;
  const state = stateOf(task);
  if (!task || (before && stateOf(before) === state)) return {};
  const order = orderOf(task, scene.ctx.base);
  if (order === undefined) return {};
  if (kindOf(task) === 'shared-examination') {
    const issues = await outputIssues(scene, task, order);
    if (issues.length > 0) return { issues };
    return state === 'uploaded' ? uploaded(scene, task, order) : {};
  }
  switch (state) {
    case 'delivered':
      return {
        writes: await specimensOf(scene, order, (s) =>
          s.receivedTime ? s : { ...s, receivedTime: scene.ctx.now.toISOString() },
        ),
      };
    case 'unsatisfactory':
      return unsatisfactory(scene, task, order);
    case 'published':
      return published(scene, task, order);
    default:
      return {};
  }
}

async function uploaded(scene: Scene, task: TaskFields, order: string): Promise<Consequence> {
  if ((await tasksOf(scene, order, 'shared-diagnosis')).some((t) => isOpen('shared-diagnosis', stateOf(t))))
    return {};
  const { performer } = ((await scene.read(order)) ?? {}) as Partial<OrderFields>;
  const owner = performer?.find(({ reference }) =>
    /(Organization|HealthcareService|PractitionerRole)\//.test(reference ?? ''),
  );
  if (!owner?.reference) return {};
  const facts = {
    kind: 'shared-diagnosis',
    order,
    patient: task.for,
    owner: owner.reference,
    // Who examined sees how far the centre is.
    requester: task.owner,
  } as const;
  return { writes: [newTask(facts, scene.ctx.now)] };
}

/** What is sent is there, is of this order and patient, and bears its number. */
async function outputIssues(scene: Scene, task: TaskFields, order: string): Promise<Issue[]> {
  const { base } = scene.ctx;
  const issues: Issue[] = [];
  for (const reference of ['specimen', 'images', 'recording'].flatMap((code) => outputs(task, code))) {
    const found = await scene.read(reference);
    const on = ((found?.request ?? found?.basedOn ?? []) as Reference[]).map((r) => plain(r.reference, base));
    const patient = plain((found?.subject as Reference | undefined)?.reference, base);
    const why = !found
      ? { en: 'is not known here', zh: '不存在' }
      : patient !== plain(task.for?.reference, base)
        ? { en: 'is of another patient', zh: '属于其他患者' }
        : found.status === 'unsatisfactory'
          ? { en: 'was rejected: take another', zh: '已判定为不合格,请重新采集' }
          : !on.includes(order)
            ? { en: `does not refer to ${order}`, zh: `未关联申请单 ${order}` }
            : found.resourceType !== 'Media' && !isNumbered(found)
              ? { en: 'bears no barcode or accession number', zh: '缺少条码或检查号' }
              : undefined;
    if (!why) continue;
    issues.push(
      problem(
        'business-rule',
        { en: `${reference} ${why.en}.`, zh: `${reference} ${why.zh}。` },
        { expression: 'Task.output', rule: 'examination-output-invalid' },
      ),
    );
  }
  return issues;
}

function isNumbered(resource: Resource): boolean {
  const identifiers = [
    ...((resource.identifier ?? []) as { value?: string }[]),
    resource.accessionIdentifier as { value?: string } | undefined,
  ];
  return identifiers.some((i) => i?.value);
}

/** To be taken again: the specimens are marked, the examining institution gets a new Task and is told why. */
async function unsatisfactory(scene: Scene, task: TaskFields, order: string): Promise<Consequence> {
  const [examined] = (await tasksOf(scene, order, 'shared-examination')).filter(
    (t) => stateOf(t) === 'uploaded',
  );
  const reason = task.statusReason!;
  const spoilt = await specimensOf(scene, order, (s) => ({
    ...s,
    status: 'unsatisfactory',
    condition: [reason],
  }));
  const owner = examined?.owner?.reference;
  if (owner === undefined) return { writes: spoilt };
  const facts = {
    kind: 'shared-examination',
    order,
    patient: task.for,
    owner,
    requester: task.owner,
    partOf: `Task/${task.id}`,
  } as const;
  const again = newTask(facts, scene.ctx.now);
  const words = reason.text ?? reason.coding?.[0]?.code ?? '';
  const told = notice(
    {
      about: [order],
      task: `Task/${again.id}`,
      patient: task.for,
      sender: task.owner,
      recipients: [owner],
      text: `标本或影像不合格(${words}),请重新采集或检查。`,
    },
    scene.ctx.now,
  );
  return { writes: [...spoilt, again, told] };
}

/** The specimens that the last examination sent, each as `change` makes it. */
async function specimensOf(
  scene: Scene,
  order: string,
  change: (specimen: Resource) => Resource,
): Promise<Resource[]> {
  const sent = (await tasksOf(scene, order, 'shared-examination')).filter((t) => stateOf(t) === 'uploaded');
  const writes: Resource[] = [];
  for (const reference of new Set(sent.flatMap((t) => outputs(t, 'specimen')))) {
    const specimen = await scene.lock(reference);
    if (specimen && specimen.status !== 'unsatisfactory') writes.push(change(specimen));
  }
  return writes;
}

/** Nothing skips the verification by a second person. */
async function published(scene: Scene, task: TaskFields, order: string): Promise<Consequence> {
  const reports = await Promise.all(outputs(task, 'report').map((r) => scene.read(r)));
  const issues = (
    await Promise.all(reports.map((r) => verificationIssues(scene, r as ReportFields | undefined)))
  ).flat();
  if (issues.length > 0) return { issues };
  const placed = await scene.read(order);
  return placed?.status === 'active' ? { writes: [{ ...placed, status: 'completed' }] } : {};
}

export async function verificationIssues(scene: Scene, report: ReportFields | undefined): Promise<Issue[]> {
  const broken = (rule: string, en: string, zh: string): Issue[] => [
    problem('business-rule', { en, zh }, { expression: 'DiagnosticReport.resultsInterpreter', rule }),
  ];
  if (!report || !isPublished(report.status))
    return broken(
      'report-unverified',
      'The report is not final: nobody has verified it.',
      '报告尚未审核发布(status 应为 final)。',
    );
  const verifiers = await personsOf(scene, report.resultsInterpreter);
  if (verifiers.size === 0)
    return broken(
      'report-unverified',
      'A published report names who verified it: resultsInterpreter, a Practitioner or PractitionerRole of this server.',
      '发布的报告应注明审核医生:resultsInterpreter 引用本服务器上的 Practitioner 或 PractitionerRole。',
    );
  const authors = await personsOf(scene, report.performer);
  return [...verifiers].some((v) => !authors.has(v))
    ? []
    : broken(
        'report-verified-by-author',
        'Who verifies a report is not who wrote it.',
        '审核医生不得为报告医生本人。',
      );
}
