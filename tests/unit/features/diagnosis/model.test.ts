/** The transition tables of shared diagnosis, as data: tests/cases/diagnosis. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  allowed,
  criticalMayFollow,
  type Event,
  isOpen,
  type Kind,
  mayFollow,
  STATUS,
  type State,
  stateAfter,
} from '../../../../src/features/diagnosis/model.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const table = <T>(name: string): T =>
  JSON.parse(readFileSync(join(ROOT, 'tests/cases/diagnosis', name), 'utf8')) as T;
const { steps } = table<{ steps: [Kind, State, Event, State | null][] }>('steps.json');
const { changes } = table<{ changes: [string | null, string, boolean][] }>('critical.json');
const states = (kind: Kind) => [...new Set(steps.filter(([k]) => k === kind).map(([, state]) => state))];

describe('a step of a shared diagnosis', () => {
  test.each(steps)('%s, %s: %s leads to %s', (kind, state, event, to) => {
    expect(stateAfter(kind, state, event) ?? null).toBe(to);
    if (to) expect(mayFollow(kind, state, to)).toBe(true);
  });

  test.each(['shared-examination', 'shared-diagnosis'] as const)(
    'of %s may be written plainly where an event leads there, and nowhere else',
    (kind) => {
      for (const from of states(kind)) {
        const led = new Set(steps.filter(([k, s]) => k === kind && s === from).map(([, , , to]) => to));
        for (const to of states(kind)) expect(mayFollow(kind, from, to)).toBe(from === to || led.has(to));
      }
    },
  );

  test('sequences at random end in a state there is, and nothing follows an end', () => {
    let seed = 42;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const events: Event[] = [
      'register',
      'examine',
      'upload',
      'receive',
      'reject',
      'interpret',
      'publish',
      'cancel',
    ];
    for (let run = 0; run < 2000; run++) {
      const kind: Kind = random(2) === 0 ? 'shared-examination' : 'shared-diagnosis';
      let state: State = 'requested';
      let verified = false;
      for (let i = 0; i < 12; i++) {
        const event = events[random(events.length)]!;
        const to = stateAfter(kind, state, event);
        if (!isOpen(kind, state)) expect(to).toBeUndefined();
        if (to) {
          // Nothing is published that was not read.
          if (to === 'published') expect(state).toBe('interpreting');
          verified ||= to === 'published';
          state = to;
        }
        expect(states(kind)).toContain(state);
      }
      if (verified) expect(state).toBe('published');
      expect(allowed(kind, state).length > 0).toBe(isOpen(kind, state));
    }
  });

  test('leaves the Task in the status that the code system of states says', () => {
    const file = join(ROOT, 'profiles/recognition/CodeSystem-shared-diagnosis-state.json');
    const { concept } = JSON.parse(readFileSync(file, 'utf8')) as {
      concept: { code: State; property: { code: string; valueCode: string }[] }[];
    };
    expect(Object.fromEntries(concept.map((c) => [c.code, c.property[0]!.valueCode]))).toEqual(STATUS);
  });
});

describe('a critical value', () => {
  test.each(changes)('may go from %s to %s: %s', (from, to, expected) => {
    expect(criticalMayFollow(from ?? undefined, to)).toBe(expected);
  });
});
