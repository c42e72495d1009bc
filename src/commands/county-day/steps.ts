/** Steps of Tasks, and the states that answers say. */
import type { Parameters, ParametersParameter, Task } from '@medplum/fhirtypes';
import { codeSystem } from './shapes.ts';
import { ask, type Client, type Day, type Exchange, hold, resourcesOf } from './systems.ts';
import { SHOULD } from './words.ts';

/** A step of a Task: `POST Task/x/$name`. */
export function step(
  day: Day,
  client: Client,
  task: string,
  name: string,
  expected = 200,
  ...parameter: ParametersParameter[]
): Promise<Exchange> {
  const parameters: Parameters = {
    resourceType: 'Parameters',
    ...(parameter.length > 0 ? { parameter } : {}),
  };
  return ask(day, client, 'POST', `${task}/$${name}`, expected, parameters);
}

export function stateOf(task: Task): string {
  return task.businessStatus?.coding?.[0]?.code ?? '';
}

/** Goes on only when the Task is in this state: the one that the answer is, or one of those in it. */
export function holdState(day: Day, answer: Exchange, expected: string, task = answer.body as Task): void {
  const got = stateOf(task);
  hold(got === expected, day, answer, SHOULD.beState, { expected, got });
}

/** The one Task of a code about something, as a client finds it: `Task/id`. */
export async function taskAbout(
  day: Day,
  client: Client,
  parameter: 'based-on' | 'focus',
  about: string,
  code: string,
): Promise<string> {
  const found = await ask(day, client, 'GET', `Task?${parameter}=${about}&code=${code}`, 200);
  const [task] = resourcesOf(found, 'Task');
  hold(task, day, found, SHOULD.contain, { what: `Task ${code}` });
  return `Task/${task.id}`;
}

/** How a treatment ended, as a parameter. */
export function outcome(code: string): ParametersParameter {
  return {
    name: 'outcome',
    valueCodeableConcept: { coding: [{ system: codeSystem('referral-outcome'), code }] },
  };
}
