/** Processes that hear of each other through PostgreSQL: here, two listeners on one database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/db/listen.ts';
import { createTestDatabase } from '../support/test-database.ts';

test('what all have heard is done in every process, the slow ones included', async () => {
  const at = await createTestDatabase({ empty: true });
  let done = 0;
  const slowly = async () => {
    await sleep(100);
    done += 1;
  };
  const listeners = await Promise.all(
    [slowly, () => {}].map((heard) => listen(at.connection, { told: heard }, () => {})),
  );
  onTestFinished(async () => {
    for (const listener of listeners) await listener.close();
    await at.drop();
  });
  await listeners[1]!.heardByAll(at.database);
  const before = done;
  await at.database.query({ text: `select pg_notify('told', '')`, values: [] });
  await listeners[1]!.heardByAll(at.database);
  expect(done).toBe(before + 1);
});
