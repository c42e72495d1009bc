/** A vaccination closes the task for its dose, and lets the next one be planned that is counted from it. */
import { dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isOpen } from '../model.ts';
import { nameOf, referenceIn } from './fhir.ts';
import { doseOf, newTasks, programmesOn, recordOf } from './record.ts';
import { doseKey } from './subject.ts';
import { moved, output, programmeCodeOf } from './task.ts';
import { isFor } from './visit.ts';

export async function followDose(scene: Scene, immunization: Resource): Promise<Resource[]> {
  const given = doseOf(immunization).map(([key]) => key);
  const patient = await scene.read(referenceIn(immunization.patient));
  if (given.length === 0 || patient?.resourceType !== 'Patient') return [];
  const now = scene.ctx.now;
  const today = dayOf(now);
  const programmes = (await programmesOn(scene, today)).filter((p) => p.actions.some((a) => a.dose));
  const record = await recordOf(scene, patient);
  const done = programmes.flatMap((programme) =>
    programme.actions
      .filter(({ dose }) => dose && given.includes(doseKey(dose.vaccine, dose.number)))
      .flatMap((action) =>
        record.tasks.filter(
          (t) => isOpen(t.status) && programmeCodeOf(t) === programme.code && isFor(t, action),
        ),
      ),
  );
  const start = dayIn(immunization.occurrenceDateTime);
  return [
    ...done.map((t) =>
      moved(t, 'completed', now, {
        executionPeriod: { start, end: start },
        output: [output('record', { valueReference: { reference: nameOf(immunization) } })],
      }),
    ),
    ...newTasks(record, programmes, { since: today, today }, now).tasks,
  ];
}
