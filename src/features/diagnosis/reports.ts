/** What a report brings about: the steps of its Task, and the word to whoever read it when it is changed. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { FhirError } from '../../kernel/fhir-error.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { type Event, isOpen, stateAfter } from './model.ts';
import { institutionOf } from './people.ts';
import {
  isPublished,
  type OrderFields,
  plain,
  type ReportFields,
  stateOf,
  type TaskFields,
} from './reading.ts';
import { newTask, notice, output, stepped } from './records.ts';
import { illegal } from './rules.ts';
import { tasksOf, verificationIssues } from './tasks.ts';

const WORKING = new Set(['registered', 'partial', 'preliminary']);
const WITHDRAWN = new Set(['entered-in-error', 'cancelled']);

/** A report of a shared diagnosis takes its Task along; from whichever door it came. */
export async function followReport(scene: Scene, facts: WriteFacts): Promise<Consequence> {
  const report = (facts.after ?? facts.before) as ReportFields;
  const was = facts.before as ReportFields | undefined;
  const writes: Resource[] = [];
  for (const { reference } of report.basedOn ?? []) {
    const order = plain(reference, scene.ctx.base);
    if (!order?.startsWith('ServiceRequest/')) continue;
    const tasks = await tasksOf(scene, order, 'shared-diagnosis');
    if (tasks.length === 0) continue;
    const along = await alongWith(scene, order, tasks, report, was, facts.after === undefined);
    if (along.issues) return along;
    writes.push(...(along.writes ?? []));
  }
  return { writes: [...writes, ...(await wordToReaders(scene, report, was, facts.after === undefined))] };
}

async function alongWith(
  scene: Scene,
  order: string,
  tasks: readonly TaskFields[],
  report: ReportFields,
  was: ReportFields | undefined,
  deleted: boolean,
): Promise<Consequence> {
  const { now } = scene.ctx;
  const me = `DiagnosticReport/${report.id}`;
  const open = tasks.find((t) => isOpen('shared-diagnosis', stateOf(t)));
  const done = tasks.find((t) => stateOf(t) === 'published');
  const status = String(report.status);
  if (isPublished(status) && !deleted) {
    const issues = await verificationIssues(scene, report);
    if (issues.length > 0) return { issues };
  }
  if (isPublished(was?.status)) {
    const changed =
      deleted || WITHDRAWN.has(status)
        ? 'cancelled'
        : status !== was!.status && status !== 'final'
          ? 'amended'
          : undefined;
    if (!changed || !done) return {};
    const why = report.extension?.find((e) => e.url?.endsWith('/amendment-reason'))?.valueString;
    const facts = {
      kind: 'shared-diagnosis',
      order,
      patient: done.for,
      owner: done.owner?.reference ?? '',
      partOf: `Task/${done.id}`,
      state: changed,
      ...(changed === 'cancelled' ? { reason: { text: why ?? '报告已作废' } } : { report: me }),
    } as const;
    return { writes: [newTask(facts, now)] };
  }
  const event: Event | undefined = WORKING.has(status)
    ? 'interpret'
    : isPublished(status)
      ? 'publish'
      : undefined;
  if (!event || deleted) return {};
  const state = open && stateOf(open);
  if (event === 'interpret' && state === 'interpreting') return {};
  const to = state && stateAfter('shared-diagnosis', state, event);
  if (!open || !to)
    return {
      issues: [
        illegal(
          'shared-diagnosis',
          state ?? stateOf(tasks[0]),
          event === 'publish' ? 'published' : 'interpreting',
        ),
      ],
    };
  return { writes: [stepped(open, to, [output('report', me)], undefined, now)] };
}

/** A report that was published and is changed or withdrawn reaches everybody who had it. */
async function wordToReaders(
  scene: Scene,
  report: ReportFields,
  was: ReportFields | undefined,
  deleted: boolean,
): Promise<Resource[]> {
  if (!isPublished(was?.status)) return [];
  const withdrawn = deleted || WITHDRAWN.has(String(report.status));
  if (!withdrawn && (report.status === was!.status || report.status === 'final')) return [];
  const recipients = await readersOf(scene, report);
  if (recipients.length === 0) return [];
  const reason = report.extension?.find((e) => e.url?.endsWith('/amendment-reason'))?.valueString;
  const text = `您查阅过的报告${withdrawn ? '已作废' : '已更正'}${reason ? `:${reason}` : ''}。请以现行版本为准。`;
  const sender = report.performer?.find(({ reference }) => !reference?.includes('CareTeam/'));
  return [
    notice(
      { about: [`DiagnosticReport/${report.id}`], patient: report.subject, sender, recipients, text },
      scene.ctx.now,
    ),
  ];
}

interface AuditFields {
  readonly agent?: readonly { readonly who?: { readonly reference?: string } }[];
  readonly entity?: readonly { readonly query?: string; readonly what?: { readonly reference?: string } }[];
  readonly action?: string;
}

/** Who ordered it, and whom the audit log shows to have read it: by its id, or in a search or a whole record. */
async function readersOf(scene: Scene, report: ReportFields): Promise<string[]> {
  const { base } = scene.ctx;
  const me = `DiagnosticReport/${report.id}`;
  const found = new Set<string>();
  const add = (reference: string | undefined) => {
    const local = plain(reference, base);
    if (local !== undefined) found.add(local);
  };
  for (const { reference } of report.basedOn ?? []) {
    const { requester } = ((await scene.read(reference)) ?? {}) as Partial<OrderFields>;
    add(requester?.reference);
    add(await institutionOf(scene, requester?.reference));
  }
  const since = report.issued ?? (report.meta as { lastUpdated?: string } | undefined)?.lastUpdated;
  const patient = plain(report.subject?.reference, base);
  const events = [
    ...(await search(scene, [['entity', me]])),
    ...(patient
      ? await search(scene, [['patient', patient], ...(since ? [['date', `ge${since}`] as const] : [])])
      : []),
  ];
  for (const { agent, entity, action } of events) {
    const direct = (action === 'R' || action === 'E') && entity?.some((e) => e.what?.reference === me);
    const query = entity
      ?.map((e) => (e.query ? Buffer.from(e.query, 'base64').toString('utf8') : ''))
      .join(' ');
    if (direct || /DiagnosticReport|\$everything/.test(query ?? ''))
      for (const { who } of agent ?? []) add(who?.reference);
  }
  return [...found];
}

async function search(scene: Scene, query: readonly (readonly [string, string])[]): Promise<AuditFields[]> {
  try {
    return (await scene.search('AuditEvent', query)) as AuditFields[];
  } catch (error) {
    // More accesses than can be looked through: who read it by its id, and who ordered it, are told all the same.
    if (error instanceof FhirError && error.category === 'too-costly') return [];
    throw error;
  }
}
