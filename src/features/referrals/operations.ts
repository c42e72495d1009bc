/** The operations of referrals. */
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding } from '../../kernel/contribution.ts';
import type { Timetable } from './limits.ts';
import { book } from './steps/booking.ts';
import { acknowledge, close, reportFollowUp } from './steps/handover.ts';
import {
  accept,
  cancel,
  noShow,
  receive,
  redirect,
  reject,
  returnForRevision,
  start,
  submit,
} from './steps/progress.ts';
import { completeEmergencyRecord, refer } from './steps/refer.ts';
import { type At, type Outcome, onTask } from './steps/step.ts';
import { arrive, discharge, referBack } from './steps/treatment.ts';

/** Operations on a referral task, by the id of their definition. */
const STEPS: Readonly<Record<string, (at: At, seen: number) => Promise<Outcome>>> = {
  submit,
  'return-for-revision': returnForRevision,
  receive,
  accept,
  reject,
  redirect,
  book,
  arrive,
  'no-show': noShow,
  start,
  discharge,
  'refer-back': referBack,
  acknowledge,
  close,
  cancel,
};

export function referralOperations(engine: Engine, timetable: Timetable): OperationBinding[] {
  const definition = (id: string) => `${CANONICAL}/OperationDefinition/${id}`;
  return [
    { definition: definition('refer'), run: (ctx, input) => refer(engine, ctx, input, timetable) },
    {
      definition: definition('complete-emergency-record'),
      run: (ctx, input) => completeEmergencyRecord(engine, ctx, input),
    },
    ...Object.entries(STEPS).map(
      ([id, step]): OperationBinding => ({
        definition: definition(id),
        run: (ctx, input) => onTask(engine, ctx, input, timetable, step),
      }),
    ),
    {
      definition: definition('report-follow-up'),
      run: (ctx, input) => reportFollowUp(engine, ctx, input, timetable),
    },
  ];
}
