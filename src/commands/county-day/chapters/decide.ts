/** The doctor recognises seven results and repeats one, takes one decision back and makes it again. */
import type { Parameters, ParametersParameter, Task } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import {
  itemName,
  MEASURED,
  type MeasuredItem,
  POTASSIUM,
  POTASSIUM_REASON,
  SECOND_THOUGHT,
} from '../items.ts';
import { DOCTOR } from '../people.ts';
import type { Words } from '../say.ts';
import { codeSystem } from '../shapes.ts';
import { ask, type Day, hold, holdCount, localReference, place, reasonsOf, resourcesOf } from '../systems.ts';
import { SHOULD } from '../words.ts';

const WORDS = {
  refusedReason: {
    en: 'A reason that is not listed is refused, and nothing was stored: {message}',
    zh: '目录之外的原因被拒绝,未保存任何内容:{message}',
  },
  decided: {
    en: '{recognized} results recognised, {denied} to be repeated: {tasks} Tasks and {provenances} Provenances.',
    zh: '互认 {recognized} 项,复检 {denied} 项:生成 {tasks} 个 Task 和 {provenances} 个 Provenance。',
  },
  tasksFound: {
    en: 'The decisions of this visit: {completed} recognised, {rejected} denied, {cancelled} revoked.',
    zh: '本次就诊的决定:互认 {completed}、不予互认 {rejected}、已撤销 {cancelled}。',
  },
  provenanceFound: {
    en: 'Each of the {count} decisions says where it came from.',
    zh: '{count} 个决定均可追溯来源。',
  },
  revoked: { en: 'The doctor took back the decision on {item}.', zh: '医生撤销了对“{item}”的决定。' },
  decidedAgain: { en: 'And made it again: {item} is recognised.', zh: '随后重新决定:“{item}”予以互认。' },
  potassiumExplanation: {
    en: 'Told the patient: the medicine he takes moves potassium from day to day, so a value two days old cannot guide the dose today.',
    zh: '已告知患者:所服利尿剂会使血钾逐日变化,两天前的结果不足以指导今天的用药,故需复查。',
  },
  secondThoughts: { en: 'Chosen by mistake', zh: '误选' },
} satisfies Words;

const DECIDE = 'ServiceRequest/$decide-recognition';
/** Of the six national situations: the value changes quickly in the course of the disease. */
const CHANGES_QUICKLY = '2';
const UNLISTED = '42';

export interface Denial {
  /** Code of the recheck reason. */
  readonly reason: string;
  readonly text: string;
  readonly explanation: string;
}

export interface Decision {
  /** `Observation/id` of the earlier result. */
  readonly result: string;
  readonly denial?: Denial;
}

async function live(day: Day): Promise<void> {
  const { say } = day;
  const [patient, visit] = [place(day, 'patient'), place(day, 'visit')];
  const denial = {
    text: say.text(POTASSIUM_REASON),
    explanation: say.text(WORDS.potassiumExplanation),
  };
  const decisionOn = (item: MeasuredItem): Decision => ({
    result: place(day, `result-${item.loinc}`),
    denial: item === POTASSIUM ? { ...denial, reason: CHANGES_QUICKLY } : undefined,
  });

  const unlisted = { result: decisionOn(POTASSIUM).result, denial: { ...denial, reason: UNLISTED } };
  const refused = await ask(day, 'county-his', 'POST', DECIDE, 422, decideParameters([unlisted], visit));
  hold(reasonsOf(refused), day, refused, SHOULD.explain);
  say.meaning(WORDS.refusedReason, { message: reasonsOf(refused) });

  const decided = await ask(
    day,
    'county-his',
    'POST',
    DECIDE,
    200,
    decideParameters(MEASURED.map(decisionOn), visit),
  );
  const tasks = resourcesOf(decided, 'Task');
  const provenances = resourcesOf(decided, 'Provenance');
  const recognized = tasks.filter(({ status }) => status === 'completed').length;
  const denied = tasks.filter(({ status }) => status === 'rejected').length;
  holdCount(day, decided, 'Task', MEASURED.length, tasks.length);
  holdCount(day, decided, 'Task completed', MEASURED.length - 1, recognized);
  holdCount(day, decided, 'Task rejected', 1, denied);
  hold(provenances.length > 0, day, decided, SHOULD.contain, { what: 'Provenance' });
  say.meaning(WORDS.decided, { recognized, denied, tasks: tasks.length, provenances: provenances.length });

  await totals(day, patient, visit, 0);
  await traced(day, tasks);
  await reconsider(day, tasks, decisionOn(SECOND_THOUGHT), visit);
  await totals(day, patient, visit, 1);
}

/** The decisions of this visit, as the server finds them. */
async function totals(day: Day, patient: string, visit: string, revoked: number): Promise<void> {
  const path = `Task?patient=${patient}&code=recognition-decision&encounter=${visit}&_count=50`;
  const found = await ask(day, 'county-his', 'GET', path, 200);
  const tasks = resourcesOf(found, 'Task');
  const count = (status: Task['status']) => tasks.filter((task) => task.status === status).length;
  const [completed, rejected, cancelled] = [count('completed'), count('rejected'), count('cancelled')];
  holdCount(day, found, 'Task completed', MEASURED.length - 1, completed);
  holdCount(day, found, 'Task rejected', 1, rejected);
  holdCount(day, found, 'Task cancelled', revoked, cancelled);
  day.say.meaning(WORDS.tasksFound, { completed, rejected, cancelled });
}

async function traced(day: Day, tasks: readonly Task[]): Promise<void> {
  const references = tasks.map(({ id }) => `Task/${id}`);
  const found = await ask(
    day,
    'county-his',
    'GET',
    `Provenance?target=${references.join(',')}&_count=50`,
    200,
  );
  const targets = new Set(
    resourcesOf(found, 'Provenance').flatMap(({ target }) =>
      target.map(({ reference }) => localReference(reference)),
    ),
  );
  for (const what of references) hold(targets.has(what), day, found, SHOULD.contain, { what });
  day.say.meaning(WORDS.provenanceFound, { count: references.length });
}

async function reconsider(
  day: Day,
  tasks: readonly Task[],
  decision: Decision,
  visit: string,
): Promise<void> {
  const { say } = day;
  const item = itemName(SECOND_THOUGHT, say.lang);
  const task = tasks.find(({ focus }) => localReference(focus?.reference) === decision.result);
  if (!task) throw new Error(`No Task about ${decision.result}`);
  const revoked = await ask(
    day,
    'county-his',
    'POST',
    `Task/${task.id}/$revoke-recognition`,
    200,
    revokeParameters(say.text(WORDS.secondThoughts)),
  );
  const { status } = revoked.body as Task;
  hold(status === 'cancelled', day, revoked, SHOULD.beState, { expected: 'cancelled', got: status });
  say.meaning(WORDS.revoked, { item });
  const again = await ask(day, 'county-his', 'POST', DECIDE, 200, decideParameters([decision], visit));
  holdCount(day, again, 'Task', 1, resourcesOf(again, 'Task').length);
  say.meaning(WORDS.decidedAgain, { item });
}

export function decideParameters(decisions: readonly Decision[], visit: string): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      ...decisions.map(({ result, denial }) => ({
        name: 'decision',
        part: [
          { name: 'result', valueReference: { reference: result } },
          { name: 'outcome', valueCode: denial ? 'denied' : 'recognized' },
          ...(denial ? denialParts(denial) : []),
          { name: 'encounter', valueReference: { reference: visit } },
        ],
      })),
      { name: 'decider', valueReference: { reference: DOCTOR } },
    ],
  };
}

function denialParts({ reason, text, explanation }: Denial): ParametersParameter[] {
  const coding = [{ system: codeSystem('recheck-reason'), code: reason }];
  return [
    { name: 'reason', valueCodeableConcept: { coding, text } },
    { name: 'explanation', valueString: explanation },
  ];
}

export function revokeParameters(reason: string): Parameters {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'reason', valueString: reason },
      { name: 'decider', valueReference: { reference: DOCTOR } },
    ],
  };
}

export const decide: Chapter = {
  heading: { en: 'The doctor decides', zh: '医生作出互认决定' },
  words: WORDS,
  live,
};
