/** A home measurement beyond the targets of a programme opens a task for whoever answers for the resident. */
import { addDays, ageOn, dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import { localReference } from '../../../kernel/ids.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { linkedPatients } from '../../../store/linked.ts';
import { isOpen } from '../model.ts';
import { institutionOf, ownerOf, programmesManaged } from './enrolment.ts';
import { nameOf, referenceIn } from './fhir.ts';
import { measuredIn } from './form.ts';
import { isMissed } from './grade.ts';
import { goalsFor, type Programme } from './programme.ts';
import { programmesOn, recordOf } from './record.ts';
import { codeOf, moved, newTask, programmeCodeOf, windowOf } from './task.ts';

/** No norm says when; an emergency is for the same day. */
const DAYS = 3;

/** A device measures whom it belongs to. */
export async function deviceIssues(scene: Scene, observation: Resource): Promise<Issue[]> {
  const reference = referenceIn(observation.device);
  const local = localReference(reference ?? '', scene.ctx.base);
  if (!local) return [];
  const device = await scene.read(reference);
  const [owner, measured] = [device?.patient, observation.subject].map(
    (r) => localReference(referenceIn(r) ?? '', scene.ctx.base)?.id,
  );
  if (device && (!owner || !measured || owner === measured)) return [];
  if (owner && measured && (await linkedPatients(scene.db, [measured])).includes(owner)) return [];
  return [
    problem(
      'business-rule',
      {
        en: device
          ? `${reference} is the device of Patient/${owner}: who was measured with it is the subject.`
          : `${reference} is not known here: register the Device first.`,
        zh: device
          ? `${reference} 为 Patient/${owner} 的设备,测量对象(subject)应与其一致。`
          : `本服务器上没有 ${reference}:请先登记设备(Device)。`,
      },
      { expression: 'Observation.device', rule: 'device-of-another' },
    ),
  ];
}

export async function followMeasurement(scene: Scene, observation: Resource): Promise<Resource[]> {
  const patient = await scene.read(referenceIn(observation.subject));
  const day = dayIn(observation.effectiveDateTime);
  if (patient?.resourceType !== 'Patient' || !day) return [];
  const record = await recordOf(scene, patient);
  const today = dayOf(scene.ctx.now);
  const birth = dayIn(patient.birthDate);
  const age = birth === undefined ? 0 : ageOn(birth, day);
  const measured = measuredIn([observation]);
  const managed = programmesManaged(record.episodes);
  const missed = (await programmesOn(scene, today))
    .flatMap((programme) => {
      const enrolled = managed.has(programme.code);
      const kind = missedKind(programme, age, measured, managed);
      return kind ? [{ programme, kind, enrolled }] : [];
    })
    .toSorted((a, b) => Number(b.enrolled) - Number(a.enrolled));
  const [first] = missed;
  const owner = first && ownerOf(patient, record.episodes, first.programme.code);
  if (!first || !owner) return [];
  const emergency = missed.some((m) => m.kind === 'no-emergency');
  const window = { start: today, end: emergency ? today : addDays(today, DAYS) };
  const codes = missed.map((m) => m.programme.code);
  const open = record.tasks.find(
    (t) => codeOf(t) === 'out-of-range' && isOpen(t.status) && codes.includes(programmeCodeOf(t) ?? ''),
  );
  if (open) {
    if (!emergency || windowOf(open)?.end === today) return [];
    const focus = { reference: nameOf(observation) };
    return [
      { ...moved(open, 'ready', scene.ctx.now), focus, priority: 'stat', restriction: { period: window } },
    ];
  }
  const task = newTask({
    patient,
    programme: first.programme,
    period: `out-of-range-${String(observation.id)}`,
    code: 'out-of-range',
    title: emergency ? '居家测量达危急值,立即处置' : '居家测量超出控制目标',
    window,
    owner,
    institution: institutionOf(patient, record.episodes),
    now: scene.ctx.now,
    origin: 'warning',
    focus: nameOf(observation),
  });
  return [emergency ? { ...task, priority: 'stat' } : task];
}

/** Emergencies are everybody's; targets are those of the programmes in which the resident is. */
function missedKind(
  programme: Programme,
  age: number,
  measured: ReadonlyMap<string, number>,
  managed: ReadonlySet<string>,
): string | undefined {
  const missed = goalsFor(programme, age, managed)
    .filter((g) => isMissed(g, measured))
    .map((g) => g.kind);
  if (missed.includes('no-emergency')) return 'no-emergency';
  return managed.has(programme.code) && missed.includes('controlled') ? 'controlled' : undefined;
}
