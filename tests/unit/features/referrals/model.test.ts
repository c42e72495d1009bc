/** The table of a referral, every state and event, against the same table written down by hand. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PlanDefinition } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../../../src/definitions/definitions.ts';
import { taskDeadlines } from '../../../../src/features/referrals/deadlines.ts';
import { limitsOf } from '../../../../src/features/referrals/limits.ts';
import {
  allowedNext,
  type Circumstances,
  EVENTS,
  type Event,
  isBeforeArrival,
  isUnderWay,
  requestStatusOf,
  STATES,
  type State,
  stepOf,
  stepTo,
  taskStatusOf,
} from '../../../../src/features/referrals/model.ts';
import type { Task } from '../../../../src/features/referrals/reading.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
type Case = {
  circumstances: Circumstances;
  table: Record<State, Record<Event, State | null>>;
};
const cases: Case[] = JSON.parse(
  readFileSync(resolve(ROOT, 'tests/cases/referrals/transitions.json'), 'utf8'),
);
const definitions = loadDefinitions(resolve(ROOT, 'profiles'), [resolve(ROOT, 'terminology')]);
const states = definitions.codeSystem('https://xiantong.example/fhir/CodeSystem/referral-state')!.concept!;

test.each(cases)('every state and event of $circumstances', ({ circumstances, table }) => {
  expect(Object.keys(table).sort()).toEqual([...STATES].sort());
  for (const state of STATES) {
    expect(Object.keys(table[state]).sort(), state).toEqual([...EVENTS].sort());
    for (const event of EVENTS) {
      const wanted = table[state][event];
      expect(stepOf(state, event, circumstances)?.to ?? null, `${state} ${event}`).toBe(wanted);
      if (wanted && wanted !== state) {
        expect(stepTo(state, wanted, circumstances)?.event, `${state} to ${wanted}`).toBe(event);
      }
    }
  }
});

test('every state is a concept of referral-state with its Task.status, and every concept a state', () => {
  const published = states.map((c) => [c.code, c.property?.find((p) => p.code === 'task-status')?.valueCode]);
  expect(published.sort()).toEqual(STATES.map((s) => [s, taskStatusOf(s)]).sort());
});

test('a state that is no end has a way on for people, and a request that is open', () => {
  for (const { circumstances, table } of cases) {
    const reachable = new Set<State>([
      'draft',
      'awaiting-consent',
      'internal-review',
      'submitted',
      'received',
    ]);
    for (let size = 0; size !== reachable.size; ) {
      size = reachable.size;
      for (const s of reachable) for (const next of Object.values(table[s])) if (next) reachable.add(next);
    }
    for (const state of [...reachable].filter(isUnderWay)) {
      expect(allowedNext(state, circumstances), state).not.toEqual([]);
      expect(['draft', 'active'], state).toContain(requestStatusOf(state));
    }
  }
});

test('every state that is no end has a deadline, whatever the priority', () => {
  const plan = definitions.resources('PlanDefinition').find((p) => p.id === 'referral-deadlines');
  const limits = limitsOf(plan as PlanDefinition);
  const task = (state: State, priority?: string) =>
    ({
      resourceType: 'Task',
      id: 'x',
      priority,
      businessStatus: {
        coding: [{ system: 'https://xiantong.example/fhir/CodeSystem/referral-state', code: state }],
      },
    }) as unknown as Task;
  for (const state of STATES.filter((s) => s !== 'closed' && s !== 'cancelled')) {
    for (const priority of [undefined, 'routine', 'urgent', 'asap', 'stat']) {
      const due = taskDeadlines(limits, task(state, priority), 1000);
      expect(due[0]!.at, `${state} ${priority}`).toBeGreaterThan(1000);
      expect(due.length).toBe(isBeforeArrival(state) ? 2 : 1);
    }
  }
  expect(taskDeadlines(limits, task('closed'), 0)).toEqual([]);
});
