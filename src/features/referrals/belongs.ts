/** Whose something is: diagnosis, record and visit of a referral are of its resident. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Reference } from '../../kernel/elements.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { linkedPatients } from '../../store/linked.ts';
import { outputs, plain, type Request, type Task } from './reading.ts';
import { broken } from './words.ts';

/** The records of the same person, `Patient/x`; the one that was named first. */
export async function recordsOf(scene: Scene, patient: string | undefined): Promise<string[]> {
  const named = plain(patient, scene.ctx.base);
  const local = localReference(named ?? '', scene.ctx.base);
  if (!named || !local) return named ? [named] : [];
  const linked = await linkedPatients(scene.db, [local.id]);
  return [...new Set([named, ...linked.map((id) => `Patient/${id}`)])];
}

/**
 * What a request refers to of the record; a system elsewhere (an absolute URL of its own) answers for itself. What
 * others have seen it refer to (`before`) may be gone since: nobody waits for that.
 */
export async function recordIssues(scene: Scene, request: Request, before?: Request): Promise<Issue[]> {
  const patient = request.subject?.reference;
  const added = (name: 'reasonReference' | 'supportingInfo') =>
    request[name]?.filter((r) => !before?.[name]?.some((b) => b.reference === r.reference));
  return [
    ...(await strangers(scene, patient, 'ServiceRequest.reasonReference', added('reasonReference'))),
    ...(await strangers(scene, patient, 'ServiceRequest.supportingInfo', added('supportingInfo'))),
  ];
}

/** The visits that a task came to. */
export async function visitIssues(scene: Scene, task: Task): Promise<Issue[]> {
  return strangers(scene, task.for?.reference, 'Task.output', outputs(task, 'encounter') as Reference[]);
}

async function strangers(
  scene: Scene,
  patient: string | undefined,
  expression: string,
  references: readonly Reference[] = [],
): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const { reference } of references) {
    const why = reference && (await strangeness(scene, patient, reference));
    if (!why) continue;
    issues.push(
      broken(
        { rule: 'referral-record-of-another', expression },
        {
          en: `${reference} ${why.en}. Refer to what is on the record of ${patient}.`,
          zh: `${reference} ${why.zh}。请引用 ${patient} 档案中的资料。`,
        },
      ),
    );
  }
  return issues;
}

async function strangeness(scene: Scene, patient: string | undefined, reference: string) {
  const { base } = scene.ctx;
  const local = localReference(reference, base);
  if (!local && !reference.startsWith('urn:')) return undefined;
  const found = local && (await scene.read(`${local.type}/${local.id}`));
  if (!found) return { en: 'is not known here', zh: '在本服务器上不存在' };
  const whose = patientOf(found);
  const [owner, own] = [localReference(whose ?? '', base), localReference(patient ?? '', base)];
  if (!owner || !own || owner.id === own.id) return undefined;
  if ((await linkedPatients(scene.db, [own.id])).includes(owner.id)) return undefined;
  return { en: `is of ${whose}`, zh: `属于 ${whose}` };
}

function patientOf(resource: Resource): string | undefined {
  return ((resource.subject ?? resource.patient) as Reference | undefined)?.reference;
}
