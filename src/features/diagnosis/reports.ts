/** What a report brings about: the steps of its Task, and what becomes of it afterwards. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Issue } from '../../kernel/issue.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { type Event, isOpen, stateAfter } from './model.ts';
import { assertParty, stepParties } from './parties.ts';
import { type Afterwards, afterwards } from './published.ts';
import { wordToReaders } from './readers.ts';
import { isPublished, plain, profile, type ReportFields, stateOf, type TaskFields } from './reading.ts';
import { newTask, output, stepped } from './records.ts';
import { illegal } from './rules.ts';
import { tasksOf, verificationIssues } from './tasks.ts';

const WORKING = new Set(['registered', 'partial', 'preliminary']);

/** A report of a shared diagnosis takes its Task along; from whichever door it came. */
export async function followReport(scene: Scene, facts: WriteFacts): Promise<Consequence> {
  const report = (facts.after ?? facts.before) as ReportFields;
  const what = afterwards(facts);
  const writes: Resource[] = [];
  for (const { reference } of report.basedOn ?? []) {
    const order = plain(reference, scene.ctx.base);
    if (!order?.startsWith('ServiceRequest/')) continue;
    const tasks = await tasksOf(scene, order, 'shared-diagnosis');
    if (tasks.length === 0) {
      const issues = await unsentIssues(scene, order, facts);
      if (issues.length > 0) return { issues };
      continue;
    }
    const along = await alongWith(scene, order, tasks, facts, what);
    if (along.issues) return along;
    writes.push(...(along.writes ?? []));
  }
  return { writes: [...writes, ...(await wordToReaders(scene, facts))] };
}

/** What was not sent to the centre has nothing to be read. An order that has no Task at all is worked elsewhere. */
async function unsentIssues(scene: Scene, order: string, { before, after }: WriteFacts): Promise<Issue[]> {
  const event = eventOf(after?.status);
  if (!event || isPublished(before?.status)) return [];
  const examination = (await tasksOf(scene, order, 'shared-examination')).at(-1);
  const to = event === 'publish' ? 'published' : 'interpreting';
  return examination ? [illegal('shared-examination', stateOf(examination), to)] : [];
}

/** The step that a report of this status is. */
function eventOf(status: unknown): Event | undefined {
  if (WORKING.has(String(status))) return 'interpret';
  return isPublished(status) ? 'publish' : undefined;
}

async function alongWith(
  scene: Scene,
  order: string,
  tasks: readonly TaskFields[],
  { before, after }: WriteFacts,
  what: Afterwards,
): Promise<Consequence> {
  const { now } = scene.ctx;
  const report = (after ?? before) as ReportFields;
  const me = `DiagnosticReport/${report.id}`;
  const open = tasks.find((t) => isOpen('shared-diagnosis', stateOf(t)));
  const done = tasks.find((t) => stateOf(t) === 'published');
  if (after && isPublished(after.status)) {
    const issues = await verificationIssues(scene, report);
    if (issues.length > 0) return { issues };
  }
  if (isPublished(before?.status)) {
    if (!what || !done) return {};
    await assertParty(scene, done, what, ['owner']);
    const why = report.extension?.find((e) => e.url === profile('amendment-reason'))?.valueString;
    const facts = {
      kind: 'shared-diagnosis',
      order,
      patient: done.for,
      owner: done.owner?.reference ?? '',
      requester: done.requester,
      partOf: `Task/${done.id}`,
      ...(what === 'withdrawn'
        ? { state: 'cancelled' as const, reason: { text: why ?? '报告已作废' } }
        : { state: 'amended' as const, report: me }),
    } as const;
    return { writes: [newTask(facts, now)] };
  }
  const event = after && eventOf(after.status);
  if (!event) return {};
  const state = open && stateOf(open);
  if (event === 'interpret' && state === 'interpreting') return {};
  const to = state && stateAfter('shared-diagnosis', state, event);
  if (!open || !to)
    return {
      issues: [
        illegal(
          'shared-diagnosis',
          state ?? stateOf(done ?? tasks[0]),
          event === 'publish' ? 'published' : 'interpreting',
        ),
      ],
    };
  await assertParty(scene, open, event, stepParties(event));
  return { writes: [stepped(open, to, [output('report', me)], undefined, now)] };
}
