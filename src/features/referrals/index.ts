/** Two-way referral and consultation (双向转诊与会诊). */
import type { Definitions } from '../../definitions/definitions.ts';
import type { Engine } from '../../interactions/engine.ts';
import type { Contribution } from '../../kernel/contribution.ts';
import { deadlineRule, timetableOf } from './limits.ts';
import { referralOperations } from './operations.ts';
import { referralWorkflows } from './workflows.ts';

export function referrals(definitions: Definitions): Contribution<Engine> {
  const timetable = timetableOf(definitions);
  return {
    name: 'referrals',
    rules: [deadlineRule],
    operations: (engine) => referralOperations(engine, timetable),
    workflows: () => referralWorkflows(timetable),
  };
}
