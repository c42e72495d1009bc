/** Who had a report or a value that is changed or withdrawn afterwards, and the word to them. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { institutionOf } from './people.ts';
import { afterwards, publishedIssues } from './published.ts';
import { isPublished, type OrderFields, plain, profile, type ReportFields } from './reading.ts';
import { notice } from './records.ts';

/** A report that was published and is changed or withdrawn reaches everybody who had it. */
export async function wordToReaders(scene: Scene, facts: WriteFacts): Promise<Resource[]> {
  const what = afterwards(facts);
  const report = (facts.after ?? facts.before) as ReportFields;
  return what ? word(scene, report, [report], what) : [];
}

/** A value on a published report is amended as the report is, and whoever had either of them hears of it. */
export async function followPublishedValue(scene: Scene, facts: WriteFacts): Promise<Consequence> {
  const what = afterwards(facts);
  if (!what) return {};
  const found = (await scene.search('DiagnosticReport', [
    ['result', `Observation/${facts.id}`],
  ])) as ReportFields[];
  const reports = found.filter(({ status }) => isPublished(status));
  if (reports.length === 0) return {};
  const issues = publishedIssues(facts);
  if (issues.length > 0) return { issues };
  // A report that is amended with its value says so itself.
  const silent = reports.filter((report) => !isOfThisWrite(scene, report));
  const value = (facts.after ?? facts.before) as ReportFields;
  return silent.length > 0 ? { writes: await word(scene, value, [value, ...silent], what) } : {};
}

function isOfThisWrite(scene: Scene, { meta }: ReportFields): boolean {
  const updated = (meta as { lastUpdated?: string } | undefined)?.lastUpdated;
  return updated !== undefined && Date.parse(updated) === scene.ctx.now.getTime();
}

async function word(
  scene: Scene,
  subject: ReportFields,
  about: readonly ReportFields[],
  what: 'amended' | 'withdrawn',
): Promise<Resource[]> {
  const recipients = new Set<string>();
  for (const one of about) for (const reader of await readersOf(scene, one)) recipients.add(reader);
  if (recipients.size === 0) return [];
  const reason = subject.extension?.find((e) => e.url === profile('amendment-reason'))?.valueString;
  const kind = subject.resourceType === 'Observation' ? '结果' : '报告';
  const text = `您查阅过的${kind}${what === 'withdrawn' ? '已作废' : '已更正'}${reason ? `:${reason}` : ''}。请以现行版本为准。`;
  const sender = subject.performer?.find(({ reference }) => !reference?.includes('CareTeam/'));
  return [
    notice(
      {
        about: about.map(({ resourceType, id }) => `${resourceType}/${id}`),
        patient: subject.subject,
        sender,
        recipients: [...recipients],
        text,
      },
      scene.ctx.now,
    ),
  ];
}

interface AuditFields extends Resource {
  readonly action?: string;
  readonly outcome?: string;
  readonly agent?: readonly { readonly who?: { readonly reference?: string } }[];
}

/** Who ordered it, and to whom the audit log shows it to have been shown: alone, in a search, in a whole record. */
async function readersOf(
  scene: Scene,
  { resourceType, id, basedOn = [] }: ReportFields,
): Promise<Set<string>> {
  const { base } = scene.ctx;
  const found = new Set<string>();
  const add = (reference: string | undefined) => {
    const local = plain(reference, base);
    if (local !== undefined) found.add(local);
  };
  for (const { reference } of basedOn) {
    const { requester } = ((await scene.read(reference)) ?? {}) as Partial<OrderFields>;
    add(requester?.reference);
    add(await institutionOf(scene, requester?.reference));
  }
  const events = (await scene.search('AuditEvent', [['entity', `${resourceType}/${id}`]])) as AuditFields[];
  for (const { agent = [], action, outcome } of events) {
    if (outcome !== '0' || (action !== 'R' && action !== 'E')) continue;
    for (const { who } of agent) add(who?.reference);
  }
  return found;
}
