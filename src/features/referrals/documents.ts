/** The documents that end a treatment or a consultation, and whether they say what the next institution needs. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { codeIn, DOCUMENT, INTERVAL_EXTENSION, SECTION } from './codes.ts';
import { type Extension, isAbout } from './reading.ts';

interface Section {
  readonly code?: Concept;
  readonly text?: { readonly div?: string };
  readonly entry?: readonly Reference[];
}

export type Composition = Resource & {
  readonly status?: string;
  readonly type?: Concept;
  readonly date?: string;
  readonly section?: readonly Section[];
  readonly author?: readonly Reference[];
  readonly extension?: readonly Extension[];
};

/** A section that must be there, and whether entries are asked for. */
const HANDOVER: readonly (readonly [code: string, en: string, zh: string, entries: boolean])[] = [
  ['diagnosis', 'discharge diagnosis, with its Condition', '出院诊断(引用 Condition)', true],
  ['results', 'main results', '主要检查检验结果', false],
  ['medicines', 'medicines and their plan', '用药及用药计划', false],
  ['next-steps', 'next steps', '下一步治疗方案', false],
  ['red-flags', 'red flags', '预警指标', false],
  ['follow-up', 'follow-up', '随访安排', false],
];
const OPINION: readonly (readonly [code: string, en: string, zh: string, entries: boolean])[] = [
  ['opinion', 'opinion', '会诊意见', false],
  ['recommendations', 'recommendations', '处理建议', false],
];

/** The composition of a document: itself, first in its Bundle, or what a DocumentReference leads to. */
export async function compositionOf(
  scene: Scene,
  reference: string | undefined,
): Promise<Composition | undefined> {
  const found = await scene.read(reference);
  if (found?.resourceType !== 'DocumentReference') return compositionIn(found);
  const attached = await attachedTo(scene, found);
  return attached.map(compositionIn).find((composition) => composition !== undefined);
}

/** The documents of this server that a DocumentReference leads to. */
export async function attachedTo(scene: Scene, document: Resource): Promise<Resource[]> {
  if (document.resourceType !== 'DocumentReference') return [];
  const contents = (document.content ?? []) as { attachment?: { url?: string } }[];
  const found = await Promise.all(contents.map((c) => scene.read(c.attachment?.url)));
  return found.filter((resource) => compositionIn(resource) !== undefined) as Resource[];
}

export function compositionIn(resource: Resource | undefined): Composition | undefined {
  if (resource?.resourceType === 'Composition') return resource as Composition;
  if (resource?.resourceType !== 'Bundle') return undefined;
  const first = (resource.entry as { resource?: Resource }[] | undefined)?.[0]?.resource;
  return first?.resourceType === 'Composition' ? (first as Composition) : undefined;
}

/** What a hand-over document lacks; `records`: those of the resident, `Patient/x`, that of the referral first. */
export function handoverIssues(
  document: Composition | undefined,
  records: readonly string[],
  base: string,
): Issue[] {
  const issues = documentIssues(document, 'handover', HANDOVER, records, base);
  const interval = document?.extension?.find((e) => e.url === INTERVAL_EXTENSION)?.valueDuration;
  if (document && !interval) {
    issues.push(
      incomplete(
        'handover',
        'the follow-up interval (extension follow-up-interval)',
        '随访间隔(扩展 follow-up-interval)',
      ),
    );
  }
  return issues;
}

/** What an opinion lacks. */
export function opinionIssues(
  document: Composition | undefined,
  records: readonly string[],
  base: string,
): Issue[] {
  return documentIssues(document, 'consultation-opinion', OPINION, records, base);
}

type DocumentType = 'handover' | 'consultation-opinion';

function documentIssues(
  document: Composition | undefined,
  type: DocumentType,
  sections: typeof HANDOVER,
  records: readonly string[],
  base: string,
): Issue[] {
  if (!document) return [missing(type)];
  const issues: Issue[] = [];
  const lacks = (en: string, zh: string) => issues.push(incomplete(type, en, zh));
  if (codeIn(DOCUMENT, document.type) !== type) {
    lacks(`the type ${type} of ${DOCUMENT}`, `文书类型 ${type}(${DOCUMENT})`);
  }
  if (!isAbout(document, records, base)) lacks(`${records[0]} as its subject`, `文书对象 ${records[0]}`);
  if (!['final', 'amended'].includes(document.status ?? '')) {
    lacks('the status final (or amended)', '状态 final(或 amended)');
  }
  for (const [code, en, zh, entries] of sections) {
    const section = document.section?.find((s) => codeIn(SECTION, s.code) === code);
    const has = (section?.entry?.length ?? 0) > 0 || (!entries && section?.text?.div);
    if (!has) lacks(`the section ${code}: ${en}`, `章节 ${code}:${zh}`);
  }
  return issues;
}

/** There is no such document here, for whoever names it. */
export function missing(type: DocumentType): Issue {
  return type === 'handover'
    ? problem(
        'business-rule',
        {
          en: 'Treatment ends with a hand-over document of this server: a Composition, a document Bundle, or a DocumentReference that leads to one (output handover). A scanned text alone does not do.',
          zh: '完成诊疗须有本服务器上的交接文书:Composition、文档 Bundle,或指向它们的 DocumentReference(output handover)。仅有扫描件不够。',
        },
        { expression: 'Task.output', rule: 'handover-missing' },
      )
    : problem(
        'business-rule',
        {
          en: 'A consultation ends with an opinion document of this server: a Composition, a document Bundle, or a DocumentReference that leads to one (output opinion).',
          zh: '会诊结案须有本服务器上的会诊意见书:Composition、文档 Bundle,或指向它们的 DocumentReference(output opinion)。',
        },
        { expression: 'Task.output', rule: 'opinion-missing' },
      );
}

function incomplete(type: DocumentType, en: string, zh: string): Issue {
  const handover = type === 'handover';
  return problem(
    'business-rule',
    {
      en: `The ${handover ? 'hand-over document' : 'opinion'} lacks ${en}.`,
      zh: `${handover ? '交接文书' : '会诊意见书'}缺少${zh}。`,
    },
    { expression: 'Task.output', rule: handover ? 'handover-incomplete' : 'opinion-missing' },
  );
}

const DAY = 86_400_000;
const UNIT_DAYS: Readonly<Record<string, number>> = { d: 1, wk: 7, mo: 30, a: 365 };

/** The follow-up interval that a hand-over document asks for, in milliseconds. */
export function intervalOf(document: Composition | undefined): number | undefined {
  const found = document?.extension?.find((e) => e.url === INTERVAL_EXTENSION)?.valueDuration;
  const { value, code } = (found ?? {}) as { value?: number; code?: string };
  const days = UNIT_DAYS[code ?? ''];
  return value === undefined || days === undefined ? undefined : value * days * DAY;
}
