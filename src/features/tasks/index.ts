/** Public-health programmes and their tasks (基本公共卫生服务). */
import type { Definitions } from '../../definitions/definitions.ts';
import type { Engine } from '../../interactions/engine.ts';
import type { Contribution, MoreKeys } from '../../kernel/contribution.ts';
import { KEY_POPULATION } from '../../store/populations.ts';
import { taskWorkflow } from './jobs.ts';
import { taskOperations } from './operations.ts';
import { taskRules } from './rules.ts';
import { notifiableDiseases } from './service/notifiable.ts';
import { isKeyPopulation } from './service/population.ts';
import { recalculateChanged } from './service/recalculate.ts';
import { programmeJobs, resumeRuns, runNow, startRun } from './service/run.ts';

export const taskKeys: readonly MoreKeys[] = [
  { type: 'Group', keysOf: (group) => (isKeyPopulation(group) ? [KEY_POPULATION] : []) },
];

export function tasks(definitions: Definitions): Contribution<Engine> {
  return {
    name: 'tasks',
    operations: taskOperations,
    rules: taskRules,
    keys: taskKeys,
    workflows: () => [taskWorkflow(notifiableDiseases(definitions))],
    jobs: programmeJobs,
    nightly: (engine) => ({
      start: async (ctx) => {
        if (!(await startRun(engine, ctx))) await resumeRuns(engine, ctx.now);
        await recalculateChanged(engine, ctx);
      },
      runNow: (ctx) => runNow(engine, ctx),
    }),
  };
}
