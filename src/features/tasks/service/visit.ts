/** A completed follow-up form: checked, extracted, graded; the tasks that the visit did are closed with it. */
import { ageOn, dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import type { Consequence, Scene } from '../../../kernel/workflow.ts';
import { isOpen } from '../model.ts';
import { institutionOf, ownerOf, programmesManaged } from './enrolment.ts';
import { CLASS_SYSTEM, MENTAL_CLASS_SYSTEM, nameOf, referenceIn, TRIGGER_SYSTEM } from './fhir.ts';
import {
  type Answers,
  answersOf,
  codedIn,
  dayAnswered,
  isOwnWord,
  measuredIn,
  observationsOf,
  type ResponseFields,
  visitDay,
} from './form.ts';
import { type Findings, gradeOf, isTooGood } from './grade.ts';
import { decide } from './next.ts';
import { implausibleIssues } from './plausible.ts';
import { type Action, type Programme, VISITS } from './programme.ts';
import { programmesOn, type Record, recordOf } from './record.ts';
import { classesBefore } from './successor.ts';
import {
  codeOf,
  isOfContract,
  moved,
  newTask,
  output,
  outputsOf,
  periodOf,
  programmeCodeOf,
  vacant,
  windowOf,
} from './task.ts';
import { voided } from './withdraw.ts';

/** The Questionnaire that a response answers, by `url|version`, or else the version that is newest. */
export async function formOf(scene: Scene, response: ResponseFields): Promise<Resource | undefined> {
  const [url, version] = (response.questionnaire ?? '').split('|');
  if (!url) return undefined;
  const found = await scene.search('Questionnaire', [
    ['url', url],
    ...(version ? [['version', version] as const] : []),
  ]);
  return found.toSorted((a, b) => String(b.version ?? '').localeCompare(String(a.version ?? '')))[0];
}

export async function followForm(scene: Scene, response: ResponseFields): Promise<Consequence> {
  if (isOwnWord(response)) return {};
  const form = await formOf(scene, response);
  const day = visitDay(response);
  if (!form || !day) return {};
  const uses = (await programmesOn(scene, day)).flatMap((programme) => {
    const actions = programme.actions.filter((a) => a.form?.split('|')[0] === form.url);
    return actions.length > 0 ? [{ programme, actions }] : [];
  });
  if (uses.length === 0) return {};
  const patient = await scene.read(referenceIn(response.subject));
  if (patient?.resourceType !== 'Patient') return { issues: [residentUnknown()] };
  const today = dayOf(scene.ctx.now);
  if (day > today) return { issues: [inFuture(day, today)] };
  const observations = observationsOf(form, response);
  const impossible = observations.flatMap((o) => impossibleIn(o));
  if (impossible.length > 0) return { issues: impossible };
  const record = await recordOf(scene, patient);
  const issues: Issue[] = [];
  const writes: Resource[] = [...observations, ...(await voided(scene, response, observations))];
  for (const { programme, actions } of uses) {
    const visit = { scene, response, patient, record, programme, actions, day, observations };
    const done = visitOf(visit);
    issues.push(...done.issues);
    writes.push(...done.writes);
  }
  return { issues, writes };
}

function impossibleIn(observation: Resource): Issue[] {
  const measured = measuredIn([observation]);
  const [systolic, diastolic] = [measured.get('8480-6'), measured.get('8462-4')];
  const turned = systolic !== undefined && diastolic !== undefined && systolic <= diastolic;
  return [
    ...implausibleIssues(observation, 'QuestionnaireResponse.item'),
    ...(turned ? [pressureTurned(systolic, diastolic)] : []),
  ];
}

interface VisitForm {
  readonly scene: Scene;
  readonly response: ResponseFields;
  readonly patient: Resource;
  readonly record: Record;
  readonly programme: Programme;
  /** Those that are done with this form. */
  readonly actions: readonly Action[];
  readonly day: string;
  readonly observations: readonly Resource[];
}

function visitOf(visit: VisitForm): { issues: Issue[]; writes: Resource[] } {
  const { scene, response, record, programme, day, observations } = visit;
  const answers = answersOf(response);
  const graded = gradeOf(programme, findingsIn(answers, observations, record, day));
  const stated = codedIn(answers, 'class') ?? codedIn(answers, 'mental-class');
  const isVisit = visit.actions.some((a) => VISITS.includes(a.code));
  const issues: Issue[] = [];
  const found = stated?.code ?? graded.class;
  const classified = programme.actions.some((a) => a.rule);
  if (isVisit && classified && found === undefined) issues.push(classMissing());
  if (stated?.code && graded.class && isTooGood(stated.code, graded.class)) {
    issues.push(classContradicts(stated.code, graded.class));
  }
  const reasons = [
    ...new Set([
      ...(answers.get('referral-reason') ?? []).flatMap((a) =>
        a.valueCoding?.system === TRIGGER_SYSTEM ? (a.valueCoding.code ?? []) : [],
      ),
      ...(graded.emergency ? ['5'] : []),
    ]),
  ];
  const named = dayAnswered(answers, 'next-due');
  const before = classesBefore(record.tasks, programme.code, day);
  const given = { day, class: found, before, reasons };
  const limit = decide(programme, given).visit?.window.end;
  if (isVisit && named && limit && named > limit) issues.push(nextTooLate(named, limit));
  if (issues.length > 0) return { issues, writes: [] };
  const next = isVisit ? decide(programme, { ...given, nextDue: named }).visit?.window.end : undefined;
  const encounter = referenceIn(response.encounter);
  const method = codedIn(answers, 'method');
  const outputs = [
    ...(encounter ? [output('visit', { valueReference: { reference: encounter } })] : []),
    output('form', { valueReference: { reference: nameOf(response) } }),
    ...observations.map((o) => output('measurement', { valueReference: { reference: nameOf(o) } })),
    ...(method ? [output('method', { valueCoding: method })] : []),
    ...(isVisit && found ? [output('class', { valueCoding: classCoding(found) })] : []),
    ...(isVisit ? reasons : []).map((code) =>
      output('referral-reason', { valueCoding: { system: TRIGGER_SYSTEM, code } }),
    ),
    ...(next ? [output('next-due', { valueDate: next })] : []),
  ];
  const done = tasksDone(visit).map((task) =>
    moved(task, 'completed', scene.ctx.now, { executionPeriod: { start: day, end: day }, output: outputs }),
  );
  return { issues, writes: done };
}

/** Those that the form did already, when it is corrected; else those that were open; else one for the record. */
function tasksDone(visit: VisitForm): Resource[] {
  const { scene, response, patient, record, programme, actions, day } = visit;
  const ofProgramme = record.tasks.filter((t) => programmeCodeOf(t) === programme.code);
  const mine = ofProgramme.filter((t) =>
    outputsOf(t, 'form').some((o) => o.valueReference?.reference === nameOf(response)),
  );
  if (mine.length > 0) return mine;
  const isVisit = actions.some((a) => VISITS.includes(a.code));
  const fits = (t: Resource) => (isVisit ? VISITS.includes(codeOf(t)) : actions.some((a) => isFor(t, a)));
  const open = ofProgramme.filter((t) => isOpen(t.status) && fits(t));
  // A second form of the same day is about the same visit, not about the next that follows from it.
  const next = `after-${day}`;
  const planned = open.filter((t) => !isOfContract(t) && periodOf(t) !== next);
  const begun = open
    .filter((t) => isOfContract(t) && (windowOf(t)?.start ?? '') <= day)
    .toSorted((a, b) => ((windowOf(a)?.end ?? '') < (windowOf(b)?.end ?? '') ? -1 : 1));
  // A visit of long ago, entered late, is none of those that were due since.
  const later = isVisit && hasLaterVisit(ofProgramme, day);
  const done = [
    ...(later ? planned.filter((t) => (windowOf(t)?.start ?? '') <= day) : planned),
    ...begun.slice(0, 1),
  ];
  if (done.some((t) => !isOfContract(t))) return done;
  const action = actions.find((a) => VISITS.includes(a.code)) ?? actions[0]!;
  const owner = ownerOf(patient, record.episodes, programme.code) ?? referenceIn(response.author);
  if (owner === undefined) return done;
  const task = newTask({
    patient,
    programme,
    period: vacant(record.tasks, patient, programme.code, `visit-${day}`),
    code: action.code,
    title: action.title,
    window: { start: day, end: day },
    owner,
    institution: institutionOf(patient, record.episodes),
    now: scene.ctx.now,
    origin: 'manual',
  });
  return [...done, record.tasks.find((t) => t.id === task.id) ?? task];
}

function hasLaterVisit(tasks: readonly Resource[], day: string): boolean {
  return tasks.some(
    (t) =>
      t.status === 'completed' &&
      VISITS.includes(codeOf(t)) &&
      (dayIn((t.executionPeriod as { start?: string } | undefined)?.start) ?? '') > day,
  );
}

/** Whether a task was made from an action. */
export function isFor(task: Resource, action: Action): boolean {
  const period = periodOf(task);
  return period === action.id || new RegExp(`^${action.id}-\\d{4}(-\\d{2}-\\d{2}|-\\d+)?$`).test(period);
}

function findingsIn(
  answers: Answers,
  observations: readonly Resource[],
  { patient, episodes }: Record,
  day: string,
): Findings {
  const birth = dayIn(patient.birthDate);
  const yes = (linkId: string) => answers.get(linkId)?.[0]?.valueBoolean === true;
  const risk = codedIn(answers, 'risk')?.code;
  return {
    age: birth === undefined ? 0 : ageOn(birth, day),
    programmes: programmesManaged(episodes),
    measured: measuredIn(observations),
    adverseReaction: codedIn(answers, 'adverse-reaction')?.code === '2',
    ...(risk === undefined
      ? {}
      : {
          mental: {
            risk: Number(risk),
            symptomsGone: yes('symptoms-gone'),
            insight: yes('insight'),
            socialFunction: Number(codedIn(answers, 'social-function')?.code ?? 3),
            somaticDisease: (answers.get('somatic-disease')?.[0]?.valueString ?? '') !== '',
          },
        }),
  };
}

function classCoding(code: string) {
  return { system: /^\d$/.test(code) ? CLASS_SYSTEM : MENTAL_CLASS_SYSTEM, code };
}

function inFuture(day: string, today: string): Issue {
  return problem(
    'business-rule',
    {
      en: `The visit is dated ${day}, and today is ${today}.`,
      zh: `随访日期为 ${day},晚于今日 ${today}。`,
    },
    { expression: 'QuestionnaireResponse.item', rule: 'visit-in-future' },
  );
}

function pressureTurned(systolic: number, diastolic: number): Issue {
  return problem(
    'business-rule',
    {
      en: `The systolic pressure (${systolic}) is above the diastolic (${diastolic}), or they were exchanged.`,
      zh: `收缩压(${systolic})应高于舒张压(${diastolic}),请核对是否填反。`,
    },
    { expression: 'QuestionnaireResponse.item', rule: 'pressure-order' },
  );
}

function residentUnknown(): Issue {
  return problem(
    'business-rule',
    {
      en: 'A completed form of a programme is of a resident whom the server knows: subject → Patient.',
      zh: '已完成的随访表须对应本服务器上的居民:subject → Patient。',
    },
    { expression: 'QuestionnaireResponse.subject', rule: 'form-resident-unknown' },
  );
}

function classMissing(): Issue {
  return problem(
    'business-rule',
    {
      en: 'The visit has no class, and nothing was measured from which it follows. Measure, or state the class.',
      zh: '随访没有分类,也没有可据以判定的测量值。请填写测量值或随访分类。',
    },
    { expression: 'QuestionnaireResponse.item', rule: 'visit-class-missing' },
  );
}

function classContradicts(stated: string, found: string): Issue {
  return problem(
    'business-rule',
    {
      en: `The visit is stated as class ${stated}, and by what was measured it is ${found}. A doctor may grade worse than the targets say, never better.`,
      zh: `填写的随访分类为 ${stated},而按测量结果应为 ${found}。医生可从严判定,不得高于控制目标。`,
    },
    { expression: 'QuestionnaireResponse.item', rule: 'visit-class-contradicts' },
  );
}

function nextTooLate(named: string, limit: string): Issue {
  return problem(
    'business-rule',
    {
      en: `The next visit is planned for ${named}; by the norm it is due by ${limit}.`,
      zh: `下次随访日期 ${named} 晚于规范要求的 ${limit}。`,
    },
    { expression: 'QuestionnaireResponse.item', rule: 'next-visit-too-late' },
  );
}
