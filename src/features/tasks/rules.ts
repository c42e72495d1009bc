/** The law of public-health tasks over plain writes, as far as one resource tells it. Pure. */
import type { WriteFacts, WriteRule } from '../../kernel/contribution.ts';
import { dateRange } from '../../kernel/dates.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { isStatus, mayFollow, statusesAfter } from './model.ts';
import { implausibleIssues, isHomeMeasurement } from './service/plausible.ts';
import { isKeyPopulation } from './service/population.ts';
import { codeOf, isPublicHealthTask, programmeCodeOf } from './service/task.ts';

export const taskRules: readonly WriteRule[] = [
  stateRule,
  keptRule,
  reportRule,
  plausibleRule,
  populationRule,
];

/** How far the clock of a device may be ahead. */
const CLOCK_ERROR_MS = 10 * 60_000;

function stateRule({ before, after }: WriteFacts): readonly Issue[] {
  if (!after || !before || !isPublicHealthTask(before) || programmeCodeOf(before) === undefined) return [];
  const [from, to] = [before.status, after.status];
  if (!isStatus(from) || !isStatus(to) || mayFollow(from, to)) return [];
  const next = statusesAfter(from).join(', ');
  return [
    problem(
      'business-rule',
      {
        en: `A task that is ${from} cannot become ${to}. ${next ? `It may become: ${next}.` : 'It stays as it is; a new task takes its place.'}`,
        zh: `状态为 ${from} 的任务不能变为 ${to}。${next ? `允许:${next}。` : '该状态不再变化,请新建任务。'}`,
      },
      { expression: 'Task.status', rule: 'task-step-illegal' },
    ),
  ];
}

/** What was due, was done or was missed is on record. */
function keptRule({ before, after }: WriteFacts): readonly Issue[] {
  if (after || !before || !isPublicHealthTask(before) || programmeCodeOf(before) === undefined) return [];
  return [
    problem(
      'business-rule',
      {
        en: 'A public-health task stays on record and cannot be deleted. One that is not to be done is ended: status cancelled, with a statusReason.',
        zh: '公共卫生任务须留存,不得删除。无需执行的任务请终止:status 改为 cancelled 并填写 statusReason。',
      },
      { rule: 'task-kept' },
    ),
  ];
}

/** Disease control can only act on what it was told. */
function reportRule({ before, after }: WriteFacts): readonly Issue[] {
  if (after?.resourceType !== 'Task' || codeOf(after) !== 'notifiable-report') return [];
  if (after.status !== 'completed' || before?.status === 'completed') return [];
  if (after.executionPeriod !== undefined && after.output !== undefined) return [];
  return [
    problem(
      'business-rule',
      {
        en: 'A report that is done says when (executionPeriod) and refers to the report (output).',
        zh: '已完成的传染病报告应有报告时间(executionPeriod)和报告(output)。',
      },
      { expression: 'Task.output', rule: 'report-incomplete' },
    ),
  ];
}

/** A home device that says what no living body can show, or what is still to come, is broken. */
function plausibleRule({ type, after, ctx }: WriteFacts): readonly Issue[] {
  if (type !== 'Observation' || !after || !isHomeMeasurement(after)) return [];
  const measured = dateRange(String(after.effectiveDateTime ?? ''))?.lo;
  const ahead = measured !== undefined && measured > ctx.now.getTime() + CLOCK_ERROR_MS;
  return [...(ahead ? [notYet(String(after.effectiveDateTime))] : []), ...implausibleIssues(after)];
}

function notYet(at: string): Issue {
  return problem(
    'business-rule',
    {
      en: `The measurement is dated ${at}, which is still to come. Set the clock of the device.`,
      zh: `测量时间 ${at} 晚于当前时间。请校准设备时钟。`,
    },
    { expression: 'Observation.effective', rule: 'measurement-implausible' },
  );
}

/** Whom a group has tells what the county knows of them: of all residents it is made by who may see them all. */
function populationRule({ after, ctx }: WriteFacts): readonly Issue[] {
  if (!ctx.access.reach || !isKeyPopulation(after) || after?.managingEntity !== undefined) return [];
  return [
    problem(
      'business-rule',
      {
        en: 'A key population of the whole county is for county-wide clients. Name the institution whose residents it is of: managingEntity.',
        zh: '全县范围的重点人群分组仅限全县级客户端建立。请用 managingEntity 指明所属机构。',
      },
      { expression: 'Group.managingEntity', rule: 'population-without-institution' },
    ),
  ];
}
