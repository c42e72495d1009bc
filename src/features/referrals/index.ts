/** Two-way referral and consultation (双向转诊与会诊). */
import type { Definitions } from '../../definitions/definitions.ts';
import type { Engine } from '../../interactions/engine.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { readLimits } from './deadlines.ts';
import { referralOperations } from './operations.ts';
import { referralWorkflows } from './workflows.ts';

export function referrals(definitions: Definitions): Contribution<Engine> {
  const limits = readLimits(definitions);
  return {
    name: 'referrals',
    operations: (engine) => referralOperations(engine, limits),
    workflows: () => referralWorkflows(limits),
  };
}
