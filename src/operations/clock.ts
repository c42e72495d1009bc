/** `$advance-clock`: moves the time of a server that was started with `CLOCK=movable`, to try out what time brings. */
import { assertAdministrator } from '../access/decide.ts';
import { type Fire, fireDue, nextDue } from '../interactions/deadlines.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import type { MovableClock } from '../kernel/clock.ts';
import type { Nightly, OperationBinding } from '../kernel/contribution.ts';
import { dateRange } from '../kernel/dates.ts';
import { malformed } from '../kernel/fhir-error.ts';
import { firstOf, type Parameter, parameterValue } from './parameters.ts';

/** Every day on the way has its work: more at once takes longer than anybody waits for. */
const MOST_YEARS = 10;

export const ADVANCE_CLOCK = `${CANONICAL}/OperationDefinition/advance-clock`;

/**
 * Answers when all that fell due on the way has been dealt with, each at its time and in its order, and the work of
 * the night before the new day is done.
 */
export function clockOperation(
  fire: Fire,
  clock: MovableClock,
  nightly: readonly Nightly[] = [],
): OperationBinding {
  return {
    definition: ADVANCE_CLOCK,
    run: async (ctx, input) => {
      assertAdministrator(ctx);
      const given = parameterValue(firstOf((input.parameters.parameter ?? []) as Parameter[], 'to'));
      const to = instantOf(given, clock.now());
      let fired = 0;
      for (let next = await nextDue(fire, to); next; next = await nextDue(fire, to)) {
        clock.moveTo(next);
        fired += await fireDue(fire, next);
      }
      clock.moveTo(to);
      for (const work of nightly) await work.runNow(fire.contextAt(clock.now()));
      const parameter = [
        { name: 'now', valueInstant: clock.now().toISOString() },
        { name: 'deadlines', valueInteger: fired },
      ];
      return { text: JSON.stringify({ resourceType: 'Parameters', parameter }) };
    },
  };
}

function instantOf(value: unknown, now: Date): Date {
  const range = typeof value === 'string' ? dateRange(value) : undefined;
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + MOST_YEARS);
  if (range && range.lo > latest.getTime()) {
    throw malformed(
      {
        en: `'to' must not be after ${latest.toISOString()}: the clock is moved by ${MOST_YEARS} years at most at once.`,
        zh: `“to”不得晚于 ${latest.toISOString()}:每次最多拨快 ${MOST_YEARS} 年。`,
      },
      'to',
    );
  }
  if (range && range.lo >= now.getTime()) return new Date(range.lo);
  throw malformed(
    {
      en: `'to' must be a date and time after ${now.toISOString()}: this clock goes forward only.`,
      zh: `“to”必须是晚于 ${now.toISOString()} 的时间:时钟只能向前。`,
    },
    'to',
  );
}
