/** Family-doctor contracts (家庭医生签约). */
import type { Engine } from '../../interactions/engine.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { contractWorkflow } from './jobs.ts';
import { contractOperations } from './operations.ts';
import { contractRules } from './rules.ts';

export const contracts: Contribution<Engine> = {
  name: 'contracts',
  operations: contractOperations,
  rules: contractRules,
  workflows: () => [contractWorkflow],
};
