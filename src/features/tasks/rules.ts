/** The law of public-health tasks over plain writes, as far as one resource tells it. Pure. */
import type { WriteFacts, WriteRule } from '../../kernel/contribution.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { isStatus, mayFollow, statusesAfter } from './model.ts';
import { isImplausible, limitsOf } from './service/plausible.ts';
import { isKeyPopulation } from './service/population.ts';
import { isPublicHealthTask, programmeCodeOf } from './service/task.ts';

export const taskRules: readonly WriteRule[] = [stateRule, keptRule, plausibleRule, populationRule];

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

/** What was done is on record. */
function keptRule({ before, after }: WriteFacts): readonly Issue[] {
  if (after || !before || !isPublicHealthTask(before) || before.status !== 'completed') return [];
  return [
    problem(
      'business-rule',
      {
        en: 'A service that was delivered stays on record and cannot be deleted.',
        zh: '已完成的服务记录不得删除。',
      },
      { rule: 'task-kept' },
    ),
  ];
}

/** A home device that says what no living body can show is broken, or was held by nobody. */
function plausibleRule({ type, after }: WriteFacts): readonly Issue[] {
  if (type !== 'Observation' || !after) return [];
  return isImplausible(after).map(({ code, value, expression }) => {
    const { low, high, unit } = limitsOf(code)!;
    return problem(
      'business-rule',
      {
        en: `${value} ${unit} is no plausible measurement of a home device: it would be from ${low} to ${high}.`,
        zh: `居家测量值 ${value} ${unit} 不合理:应在 ${low} 至 ${high} 之间。`,
      },
      { expression, rule: 'measurement-implausible' },
    );
  });
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
