/** Room for so much at a time, be it bytes or requests. Who finds none waits, in the order of coming. */
import type { FastifyReply } from 'fastify';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';

export interface Room {
  /** Takes room, or answers undefined when there is none. What it returns gives it back, once. */
  tryTake(amount: number): (() => void) | undefined;
  /** Takes room as soon as there is some; undefined when it was not to be had in time. */
  take(amount: number, milliseconds: number): Promise<(() => void) | undefined>;
}

interface Waiting {
  readonly amount: number;
  readonly granted: (giveBack: (() => void) | undefined) => void;
}

/** One taker always finds room, however much it wants. */
export function createRoom(max: number): Room {
  let taken = 0;
  const waiting: Waiting[] = [];

  function grant(amount: number): () => void {
    taken += amount;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      taken -= amount;
      while (waiting.length > 0 && fits(waiting[0]!.amount)) {
        const next = waiting.shift()!;
        next.granted(grant(next.amount));
      }
    };
  }

  const fits = (amount: number) => taken === 0 || taken + amount <= max;

  return {
    tryTake: (amount) => (waiting.length === 0 && fits(amount) ? grant(amount) : undefined),
    take(amount, milliseconds) {
      if (waiting.length === 0 && fits(amount)) return Promise.resolve(grant(amount));
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(entry), 1);
          resolve(undefined);
        }, milliseconds);
        const entry: Waiting = {
          amount,
          granted: (giveBack) => {
            clearTimeout(timer);
            resolve(giveBack);
          },
        };
        waiting.push(entry);
      });
    },
  };
}

/**
 * Gives back once the answer is with the client, or the client is gone and nothing works for it any more.
 * Throws 503 when there was no room.
 */
export function giveBackAtEnd(reply: FastifyReply, giveBack: (() => void) | undefined): void {
  const given = orBusy(giveBack);
  const end = () => void Promise.resolve(reply.request.work).then(given, given);
  if (reply.raw.closed) end();
  else reply.raw.once('close', end);
}

/** Throws 503 when there was no room. */
export function orBusy(giveBack: (() => void) | undefined): () => void {
  if (giveBack) return giveBack;
  throw failure('transient', [problem('throttled', BUSY)], { 'retry-after': '5' });
}

const BUSY = {
  en: 'Too much is under way; nothing was changed. Please try again shortly, with less at a time.',
  zh: '服务器正在处理的请求过多,未做任何更改。请稍后重试,并减少每次提交或获取的数据量。',
};
