/** The doctor recognises seven results and repeats one, takes one decision back and makes it again. */
import type { Parameters, ParametersParameter, Task } from '@medplum/fhirtypes';
import { itemName, MEASURED, type MeasuredItem, POTASSIUM, SECOND_THOUGHT } from './items.ts';
import { codeSystem } from './shapes.ts';
import type { Stored } from './step-1-report.ts';
import { DOCTOR } from './step-2-find.ts';
import { ask, type Day, type Exchange, hold, localReference, reasonsOf, resourcesOf } from './systems.ts';

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

export async function decide(day: Day, stored: Stored, visit: string): Promise<void> {
  const { say } = day;
  const patient = stored.get('patient')!;
  const denial = { text: say.text('potassiumReason'), explanation: say.text('potassiumExplanation') };
  const decisionOn = (item: MeasuredItem): Decision => ({
    result: stored.get(`result-${item.loinc}`)!,
    denial: item === POTASSIUM ? { ...denial, reason: CHANGES_QUICKLY } : undefined,
  });

  const unlisted = { result: decisionOn(POTASSIUM).result, denial: { ...denial, reason: UNLISTED } };
  const refused = await ask(day, 'county-his', 'POST', DECIDE, 422, decideParameters([unlisted], visit));
  hold(reasonsOf(refused), day, refused, 'shouldExplain');
  say.meaning('refusedReason', { message: reasonsOf(refused) });

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
  hold(provenances.length > 0, day, decided, 'shouldContain', { what: 'Provenance' });
  say.meaning('decided', { recognized, denied, tasks: tasks.length, provenances: provenances.length });

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
  day.say.meaning('tasksFound', { completed, rejected, cancelled });
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
  for (const what of references) hold(targets.has(what), day, found, 'shouldContain', { what });
  day.say.meaning('provenanceFound', { count: references.length });
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
    revokeParameters(say.text('secondThoughts')),
  );
  const { status } = revoked.body as Task;
  hold(status === 'cancelled', day, revoked, 'shouldCount', {
    what: 'Task.status',
    expected: 'cancelled',
    got: status,
  });
  say.meaning('revoked', { item });
  const again = await ask(day, 'county-his', 'POST', DECIDE, 200, decideParameters([decision], visit));
  holdCount(day, again, 'Task', 1, resourcesOf(again, 'Task').length);
  say.meaning('decidedAgain', { item });
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

function holdCount(day: Day, exchange: Exchange, what: string, expected: number, got: number): void {
  hold(got === expected, day, exchange, 'shouldCount', { what, expected, got });
}
