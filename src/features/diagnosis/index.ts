/** Shared diagnostic centres: examined here, read there; critical values (共享诊断中心、危急值). */
import type { Engine } from '../../interactions/engine.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { diagnosisOperations } from './operations.ts';
import { criticalRule, diagnosisRule, reportRule } from './rules.ts';
import { diagnosisWorkflow } from './workflow.ts';

/** `minutes`: in which a critical value is to be acknowledged. */
export function diagnosis(minutes: number): Contribution<Engine> {
  return {
    name: 'diagnosis',
    operations: diagnosisOperations,
    rules: [diagnosisRule, criticalRule, reportRule],
    workflows: () => [diagnosisWorkflow(minutes)],
  };
}
