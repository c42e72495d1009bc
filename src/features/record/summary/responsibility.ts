/** Who looks after the resident, as the national first page says it. Pure. */
import type { Gathered } from './gather.ts';
import { nameOfMentioned } from './mentioned.ts';
import { FIRST_PAGE, type Section } from './section.ts';
import { conceptText, day, referenceIn, table } from './words.ts';

/** Contract, team, and who is responsible by the record itself. */
export function responsibility(g: Gathered): Section | undefined {
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
    display: '签约与责任医生',
    xhtml: table(['项目', '内容', '期限'], rows),
    entries,
    ...(entries.length === 0 ? { empty: 'unavailable' as const } : {}),
  };
}
