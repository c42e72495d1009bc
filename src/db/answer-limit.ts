/** No answer of the database may fill the memory of the process: what is larger is cut off while it comes. */
import type pg from 'pg';
import { streamOf } from './silence.ts';

/** Above the largest resource (`MAX_BODY_BYTES` in `http/server.ts`), so that each can be had alone. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The answer to one statement was larger than `MAX_ANSWER_BYTES`; its connection is gone. */
export class AnswerTooLarge extends Error {}

/** Watches a connection from its beginning. */
export function limitAnswers(client: pg.ClientBase): void {
  const stream = streamOf(client);
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      stream.destroy(new AnswerTooLarge('The answer of the database is too large'));
  });
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
  connection.on('readyForQuery', () => {
    bytes = 0;
  });
}
