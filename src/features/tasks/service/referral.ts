/** A referral that a visit demanded was submitted: the task to refer is done. */
import { dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isOpen } from '../model.ts';
import { nameOf } from './fhir.ts';
import { REFERRALS } from './programme.ts';
import { codeOf, moved, output, programmeCodeOf } from './task.ts';

export async function followReferral(scene: Scene, request: Resource): Promise<Resource[]> {
  const today = dayOf(scene.ctx.now);
  const tasks = await scene.search('Task', [['focus', nameOf(request)]]);
  return tasks
    .filter((t) => programmeCodeOf(t) && REFERRALS.includes(codeOf(t)) && isOpen(t.status))
    .map((t) =>
      moved(t, 'completed', scene.ctx.now, {
        executionPeriod: { start: today, end: today },
        output: [output('record', { valueReference: { reference: nameOf(request) } })],
      }),
    );
}
