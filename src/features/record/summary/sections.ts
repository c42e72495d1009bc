/**
 * The sections of a summary: those of the International Patient Summary (http://hl7.org/fhir/uv/ips/), then those of
 * the national first page. Pure.
 */
import type { Gathered } from './gather.ts';
import { isStanding, markItem, marksOf } from './marks.ts';
import { currentRequests, medicineOf, takenStatements } from './medicines.ts';
import { nameOfMentioned, sourceOf } from './mentioned.ts';
import { optionalSections } from './optional-sections.ts';
import { responsibility } from './responsibility.ts';
import { latestReports, latestResults } from './results.ts';
import { FIRST_PAGE, loinc, optional, required, type Section } from './section.ts';
import { codeOf, conceptText, day, effectiveOf, referenceIn, statusText, table, valueText } from './words.ts';

const PERFORMED = new Set(['in-progress', 'on-hold', 'stopped', 'completed', 'unknown']);

export function sectionsOf(g: Gathered, now: Date): Section[] {
  const { parts } = g;
  const who = (reference: string | undefined) => nameOfMentioned(g, reference);
  const problems = parts.problems?.filter(isStanding);
  const past = parts.problems?.filter((c) =>
    ['resolved', 'inactive', 'remission'].includes(codeOf(c.resource.clinicalStatus) ?? ''),
  );
  const allergies = parts.allergies?.filter((a) => codeOf(a.resource.verificationStatus) !== 'refuted');
  const medicines =
    parts.requests || parts.statements
      ? [...takenStatements(parts.statements ?? []), ...currentRequests(parts.requests ?? [], now)]
      : undefined;
  const results = [...latestResults(g), ...latestReports(g)];
  const vitals = parts.vitals?.filter((v) => v.resource.status !== 'cancelled').slice(0, 12);
  const procedures = parts.procedures?.filter((p) => PERFORMED.has(String(p.resource.status)));
  const marks = marksOf(g, now);
  const sections: (Section | undefined)[] = [
    required(['健康问题 (Problems)', '11450-4', 'Problem list - Reported'], problems, {
      head: ['诊断', '起病', '登记', '状态'],
      row: ({ resource: r }) => [
        conceptText(r.code),
        day(r.onsetDateTime),
        day(r.recordedDate),
        statusText(codeOf(r.clinicalStatus)),
      ],
    }),
    required(['过敏史 (Allergies)', '48765-2', 'Allergies and adverse reactions Document'], allergies, {
      head: ['过敏原', '反应', '严重程度', '状态', '登记'],
      row: ({ resource: r }) => {
        const reactions = (r.reaction ?? []) as { manifestation?: object[]; severity?: string }[];
        return [
          conceptText(r.code),
          reactions.flatMap((x) => (x.manifestation ?? []).map(conceptText)).join('、'),
          reactions.map((x) => statusText(x.severity)).join(' '),
          statusText(codeOf(r.clinicalStatus)),
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
      parts.immunizations?.filter((i) => i.resource.status === 'completed'),
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
    results.length > 0
      ? {
          ...loinc([
            '检查检验结果 (Results)',
            '30954-2',
            'Relevant diagnostic tests/laboratory data Narrative',
          ]),
          xhtml: table(
            ['项目', '结果', '趋势(上次)', '提示', '日期', '互认', '机构'],
            results.map(({ item, row }) => [...row, sourceOf(g, item.resource)]),
          ),
          entries: results.map((r) => r.item),
        }
      : undefined,
    optional(['生命体征 (Vital signs)', '8716-3', 'Vital signs'], vitals, {
      head: ['项目', '结果', '日期', '来源'],
      row: ({ resource: r }) => [conceptText(r.code), valueText(r), day(effectiveOf(r)), sourceOf(g, r)],
    }),
    optional(['手术与操作 (Procedures)', '47519-4', 'History of Procedures Document'], procedures, {
      head: ['操作', '日期', '状态'],
      row: ({ resource: r }) => [
        conceptText(r.code),
        day(r.performedDateTime ?? (r.performedPeriod as { start?: string } | undefined)?.start),
        statusText(r.status),
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
    ...optionalSections(g),
    marks.length > 0
      ? {
          title: '个人健康标识',
          system: FIRST_PAGE,
          code: 'health-marks',
          display: '个人健康标识',
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
          display: '待办服务',
          xhtml: table(
            ['事项', '状态', '到期', '责任机构'],
            parts.tasks.map(({ resource: r }) => {
              const { period } = (r.restriction ?? {}) as { period?: { end?: string } };
              return [
                conceptText(r.code) || String(r.description ?? ''),
                conceptText(r.businessStatus) || statusText(r.status),
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
