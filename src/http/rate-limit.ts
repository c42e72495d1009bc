/**
 * How many requests a client, or a person through a client, may send: https://www.rfc-editor.org/rfc/rfc6585#section-4.
 * A rate that it may keep up, and so many more in ten seconds before it has to slow down.
 */
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Actor } from '../kernel/ctx.ts';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';

/** Of a person: nobody clicks faster, and an app that loads a record at once has its burst. */
const PERSON_SHARE = 0.1;
const BURST_SECONDS = 10;

/** Throws `throttled` (429) when the caller has sent too many. */
export type RateLimit = (actor: Actor) => Promise<void>;

/** Names who shares what: a client, and each person through it. */
export function callerOf({ client, fhirUser }: Actor): string {
  return fhirUser === undefined ? client : `${client} ${fhirUser}`;
}

/**
 * `perSecond`: of a client, in this process; 0 is no limit. A client may send as many again as in ten seconds at
 * that rate before it is refused.
 */
export function createRateLimit(perSecond: number): RateLimit {
  if (perSecond === 0) return async () => {};
  const clients = bucket(perSecond);
  const persons = bucket(Math.max(1, Math.round(perSecond * PERSON_SHARE)));
  return async (actor) => {
    const limiter = actor.fhirUser === undefined ? clients : persons;
    try {
      await limiter.consume(callerOf(actor));
    } catch (refused) {
      if (refused instanceof RateLimiterRes) throw tooMany(refused.msBeforeNext);
      throw refused;
    }
  };
}

function bucket(points: number): BurstyRateLimiter {
  return new BurstyRateLimiter(
    new RateLimiterMemory({ points, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: 'burst', points: points * BURST_SECONDS, duration: BURST_SECONDS }),
  );
}

function tooMany(milliseconds: number) {
  return failure(
    'throttled',
    [
      problem('throttled', {
        en: 'You have sent more requests than one client may in this time; this one was not carried out. Wait as Retry-After says, and send several changes as one transaction.',
        zh: '您在短时间内发送的请求过多,本次请求未执行。请按 Retry-After 等待后重试,并将多项修改合并为一个 transaction 提交。',
      }),
    ],
    { 'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1000))) },
  );
}
