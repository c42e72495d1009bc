/**
 * No answers of the database may fill the memory of the process. What is too large is cut off while it
 * comes; of what is large only little comes at a time, and the rest waits in the database.
 */
import type pg from 'pg';
import { streamOf } from './silence.ts';

/** Above the largest resource (`MAX_BODY_BYTES` in `http/server.ts`), so that each can be had alone. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** From here on an answer is large. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** Large answers that come at a time. */
const MAX_LARGE = 2;

/** The answer to one statement was larger than `MAX_ANSWER_BYTES`; its connection is gone. */
export class AnswerTooLarge extends Error {}

/** For the connections of one pool: what it returns watches a connection from its beginning. */
export function createAnswerLimit(): (client: pg.ClientBase) => void {
  let large = 0;
  const waiting = new Set<() => void>();

  function release(): void {
    large -= 1;
    const [next] = waiting;
    if (next) next();
  }

  return (client) => {
    const stream = streamOf(client);
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    let bytes = 0;
    let isLarge = false;

    const goOn = () => {
      waiting.delete(goOn);
      large += 1;
      isLarge = true;
      stream.resume();
    };
    const answered = () => {
      bytes = 0;
      waiting.delete(goOn);
      if (isLarge) release();
      isLarge = false;
    };
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) {
        stream.destroy(new AnswerTooLarge('The answer of the database is too large'));
      } else if (bytes > LARGE_BYTES && !isLarge) {
        if (large < MAX_LARGE) return goOn();
        stream.pause();
        waiting.add(goOn);
      }
    });
    connection.on('readyForQuery', answered);
    stream.on('close', answered);
  };
}
