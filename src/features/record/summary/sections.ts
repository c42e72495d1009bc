/**
 * The sections of a summary: those of the International Patient Summary (http://hl7.org/fhir/uv/ips/), then those of
 * the national first page. Pure.
 */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Gathered, Item } from './gather.ts';
import { isStanding, markItem, marksOf } from './marks.ts';
import { latestResults } from './results.ts';
import { codeOf, conceptText, day, effectiveOf, referenceIn, table, valueText } from './words.ts';

const LOINC = 'http://loinc.org';
const FIRST_PAGE = `${CANONICAL}/CodeSystem/first-page-section`;

export interface Section {
  readonly title: string;
  readonly system: string;
  readonly code: string;
  readonly display?: string;
  /** Inside of the narrative's div. */
  readonly xhtml: string;
  readonly entries: readonly Item[];
  /** Why there are no entries: https://hl7.org/fhir/R4/valueset-list-empty-reason.html */
  readonly empty?: 'unavailable' | 'withheld' | 'nilknown';
}

export function sectionsOf(g: Gathered, now: Date): Section[] {
  const { parts } = g;
  const who = (reference: string | undefined) => nameOfMentioned(g, reference);
  const problems = parts.problems?.filter(isStanding);
  const past = parts.problems?.filter((c) =>
    ['resolved', 'inactive', 'remission'].includes(codeOf(c.resource.clinicalStatus) ?? ''),
  );
  const { allergies } = parts;
  const medicines =
    parts.requests || parts.statements
      ? [...takenStatements(parts.statements ?? []), ...currentRequests(parts.requests ?? [], now)]
      : undefined;
  const results = parts.results && latestResults(g);
  const marks = marksOf(g, now);
  const sections: (Section | undefined)[] = [
    required(['健康问题 (Problems)', '11450-4', 'Problem list - Reported'], problems, {
      head: ['诊断', '起病', '登记', '状态'],
      row: ({ resource: r }) => [
        conceptText(r.code),
        day(r.onsetDateTime),
        day(r.recordedDate),
        codeOf(r.clinicalStatus) ?? '',
      ],
    }),
    required(['过敏史 (Allergies)', '48765-2', 'Allergies and adverse reactions Document'], allergies, {
      head: ['过敏原', '反应', '严重程度', '登记'],
      row: ({ resource: r }) => {
        const reactions = (r.reaction ?? []) as { manifestation?: object[]; severity?: string }[];
        return [
          conceptText(r.code),
          reactions.flatMap((x) => (x.manifestation ?? []).map(conceptText)).join('、'),
          reactions.map((x) => x.severity ?? '').join(' '),
          day(r.recordedDate),
        ];
      },
    }),
    required(['用药 (Medication summary)', '10160-0', 'History of Medication use Narrative'], medicines, {
      head: ['药品', '用法', '开具', '开具机构'],
      row: ({ resource: r }) => [
        medicineOf(g, r),
        ((r.dosageInstruction ?? r.dosage ?? []) as { text?: string }[]).map((d) => d.text ?? '').join(';'),
        day(
          r.authoredOn ?? r.effectiveDateTime ?? (r.effectivePeriod as { start?: string } | undefined)?.start,
        ),
        who(referenceIn(r.requester)),
      ],
    }),
    optional(
      ['预防接种 (Immunizations)', '11369-6', 'History of Immunization Narrative'],
      parts.immunizations,
      {
        head: ['疫苗', '日期', '批号', '接种单位'],
        row: ({ resource: r }) => [
          conceptText(r.vaccineCode),
          day(r.occurrenceDateTime),
          String(r.lotNumber ?? ''),
          who(referenceIn(((r.performer ?? []) as { actor?: object }[])[0]?.actor)),
        ],
      },
    ),
    results && results.length > 0
      ? {
          ...loinc([
            '检查检验结果 (Results)',
            '30954-2',
            'Relevant diagnostic tests/laboratory data Narrative',
          ]),
          xhtml: table(
            ['项目', '结果', '趋势(上次)', '提示', '日期', '互认', '机构'],
            results.map(({ item, row }) => [
              ...row,
              who(referenceIn((item.resource.performer as object[] | undefined)?.[0])),
            ]),
          ),
          entries: results.map((r) => r.item),
        }
      : undefined,
    optional(['生命体征 (Vital signs)', '8716-3', 'Vital signs'], parts.vitals?.slice(0, 12), {
      head: ['项目', '结果', '日期'],
      row: ({ resource: r }) => [conceptText(r.code), valueText(r), day(effectiveOf(r))],
    }),
    optional(['手术与操作 (Procedures)', '47519-4', 'History of Procedures Document'], parts.procedures, {
      head: ['操作', '日期', '状态'],
      row: ({ resource: r }) => [
        conceptText(r.code),
        day(r.performedDateTime ?? (r.performedPeriod as { start?: string } | undefined)?.start),
        String(r.status ?? ''),
      ],
    }),
    optional(['既往疾病 (Past problems)', '11348-0', 'History of Past illness Narrative'], past, {
      head: ['诊断', '起病', '结束'],
      row: ({ resource: r }) => [conceptText(r.code), day(r.onsetDateTime), day(r.abatementDateTime)],
    }),
    optional(['健康计划 (Plan of care)', '18776-5', 'Plan of care note'], parts.plans, {
      head: ['计划', '开始', '结束'],
      row: ({ resource: r }) => {
        const { start, end } = (r.period ?? {}) as { start?: string; end?: string };
        return [
          String(r.title ?? r.description ?? conceptText((r.category as object[] | undefined)?.[0])),
          day(start),
          day(end),
        ];
      },
    }),
    optional(
      ['警示 (Alerts)', '104605-1', 'Alert'],
      parts.alerts?.filter((f) => f.resource.status === 'active'),
      {
        head: ['警示', '开始'],
        row: ({ resource: r }) => [
          conceptText(r.code),
          day((r.period as { start?: string } | undefined)?.start),
        ],
      },
    ),
    marks.length > 0
      ? {
          title: '个人健康标识',
          system: FIRST_PAGE,
          code: 'health-marks',
          xhtml: table(
            ['标识', '依据'],
            marks.map((m) => [m.zh, m.because]),
          ),
          entries: marks.map((m) => markItem(m, g.patient, now)),
        }
      : undefined,
    responsibility(g),
    parts.tasks && parts.tasks.length > 0
      ? {
          title: '待办服务',
          system: FIRST_PAGE,
          code: 'open-tasks',
          xhtml: table(
            ['事项', '状态', '到期', '责任机构'],
            parts.tasks.map(({ resource: r }) => {
              const { period } = (r.restriction ?? {}) as { period?: { end?: string } };
              return [
                conceptText(r.code) || String(r.description ?? ''),
                conceptText(r.businessStatus) || String(r.status),
                day(period?.end),
                who(referenceIn(r.owner)),
              ];
            }),
          ),
          entries: parts.tasks,
        }
      : undefined,
  ];
  return sections.filter((s) => s !== undefined);
}

type Heading = readonly [title: string, code: string, display: string];

interface Table {
  readonly head: readonly string[];
  row(item: Item): readonly string[];
}

function loinc([title, code, display]: Heading) {
  return { title, system: LOINC, code, display };
}

/** A section that must be there even when there is nothing to say. */
function required(heading: Heading, items: readonly Item[] | undefined, shape: Table): Section {
  const there = optional(heading, items, shape);
  if (there) return there;
  const empty = items ? 'unavailable' : 'withheld';
  const words = items ? '档案中没有相关记录。' : '当前权限不能查看此栏目。';
  return { ...loinc(heading), xhtml: `<p>${words}</p>`, entries: [], empty };
}

function optional(
  heading: Heading,
  items: readonly Item[] | undefined,
  { head, row }: Table,
): Section | undefined {
  if (!items || items.length === 0) return undefined;
  return { ...loinc(heading), xhtml: table(head, items.map(row)), entries: items };
}

/** The medicine in words: coded, contained, or a resource of its own. */
function medicineOf({ mentioned }: Gathered, r: Resource): string {
  const reference = referenceIn(r.medicationReference);
  if (reference === undefined) return conceptText(r.medicationCodeableConcept);
  const contained = ((r.contained ?? []) as Resource[]).find(({ id }) => reference === `#${id as string}`);
  const medicine = contained ?? mentioned.get(reference)?.resource;
  const { display } = r.medicationReference as { display?: string };
  return conceptText(medicine?.code) || (display ?? reference);
}

function takenStatements(items: readonly Item[]): Item[] {
  return items.filter(({ resource }) => !['stopped', 'not-taken'].includes(resource.status as string));
}

/** Prescriptions that may still be taken: active ones, and those whose supply has not run out. */
function currentRequests(items: readonly Item[], now: Date): Item[] {
  return items.filter(({ resource }) => {
    if (resource.status !== 'completed') return true;
    const { dispenseRequest, authoredOn } = resource as {
      dispenseRequest?: { expectedSupplyDuration?: { value?: number; code?: string } };
      authoredOn?: string;
    };
    const { value = 0, code } = dispenseRequest?.expectedSupplyDuration ?? {};
    const days = code === 'd' ? value : code === 'wk' ? value * 7 : code === 'mo' ? value * 31 : 0;
    return authoredOn !== undefined && Date.parse(authoredOn) + days * 86_400_000 >= now.getTime();
  });
}

/** Contract, team, and who is responsible by the record itself. */
function responsibility(g: Gathered): Section | undefined {
  const { contracts = [], teams = [] } = g.parts;
  const doctors = ((g.patient.resource.generalPractitioner ?? []) as object[]).map((r) =>
    nameOfMentioned(g, referenceIn(r)),
  );
  const entries = [...contracts, ...teams];
  if (entries.length === 0 && doctors.length === 0) return undefined;
  const rows = [
    ...doctors.map((name) => ['责任机构/医生', name, '']),
    ...contracts.map(({ resource: r }) => {
      const { start, end } = (r.applies ?? {}) as { start?: string; end?: string };
      return ['签约协议', String(r.title ?? conceptText(r.type)), `${day(start)} 至 ${day(end)}`];
    }),
    ...teams.map(({ resource: r }) => ['家庭医生团队', String(r.name ?? ''), '']),
  ];
  return {
    title: '签约与责任医生',
    system: FIRST_PAGE,
    code: 'responsibility',
    xhtml: table(['项目', '内容', '期限'], rows),
    entries,
    ...(entries.length === 0 ? { empty: 'unavailable' as const } : {}),
  };
}

export function nameOfMentioned({ mentioned }: Gathered, reference: string | undefined): string {
  if (reference === undefined) return '';
  const resource = mentioned.get(reference)?.resource;
  if (!resource) return '';
  if (resource.resourceType === 'Organization') return String(resource.name ?? '');
  if (resource.resourceType === 'PractitionerRole') {
    const { practitioner, organization } = resource as Record<
      string,
      { reference?: string; display?: string }
    >;
    const names = [practitioner, organization].map(
      (r) => r?.display ?? nameOfMentioned({ mentioned } as Gathered, r?.reference),
    );
    return names.filter((n) => n !== '').join(' ');
  }
  const [name] = (resource.name ?? []) as { text?: string; family?: string; given?: string[] }[];
  return name?.text ?? `${name?.family ?? ''}${(name?.given ?? []).join('')}`;
}

export function divOf(inner: string): string {
  return `<div xmlns="http://www.w3.org/1999/xhtml" lang="zh-CN" xml:lang="zh-CN">${inner}</div>`;
}
