/**
 * What a worker and the process that forked it say to each other, when several processes serve one port
 * (https://nodejs.org/api/cluster.html).
 */

/** From a worker: it listens. */
export const READY = 'xiantong:ready';
/** From a worker: a question by its number. */
export const QUESTION = 'xiantong:question';
/** To a worker: the answer. */
export const ANSWER = 'xiantong:answer';
/** To a worker: where its database is. */
export const CONNECTION = 'xiantong:connection';

export interface Message {
  readonly type: string;
  readonly number?: number;
  readonly about?: string;
  readonly value?: unknown;
}

export function isMessage(message: unknown, type: string): message is Message {
  return (message as Partial<Message> | undefined)?.type === type;
}

/** The next message of a type from the process that forked this one. */
export function fromPrimary(type: string, number?: number): Promise<unknown> {
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      if (!isMessage(message, type) || message.number !== number) return;
      process.off('message', hear);
      resolve(message.value);
    };
    process.on('message', hear);
  });
}

let questions = 0;

/** Asks the process that forked this one. Rejects when it does not answer in time. */
export async function askPrimary(about: string): Promise<string> {
  const number = ++questions;
  const answer = fromPrimary(ANSWER, number);
  process.send?.({ type: QUESTION, number, about } satisfies Message);
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), PATIENCE_MS).unref();
  });
  return (await Promise.race([answer, timeout])) as string;
}

const PATIENCE_MS = 6_000;
