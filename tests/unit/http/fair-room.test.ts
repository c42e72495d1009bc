import { expect, test } from 'vitest';
import { createFairRoom } from '../../../src/http/fair-room.ts';

const LONG = 60_000;

/** Whether a promise is settled after everything that can happen now has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test('a place that comes free goes to whoever has the fewest, not to whoever asked first', async () => {
  const room = createFairRoom(4, 4);
  const places = await Promise.all([1, 2, 3, 4].map(() => room.take('loud', LONG)));
  const more = [1, 2, 3].map(() => room.take('loud', LONG));
  const quiet = room.take('quiet', LONG);
  expect(await isSettled(quiet)).toBe(false);
  places[0]!();
  expect(await isSettled(quiet)).toBe(true);
  expect(await isSettled(more[0]!)).toBe(false);
  places[1]!();
  expect(await isSettled(more[0]!)).toBe(true);
  expect(await isSettled(more[1]!)).toBe(false);
});

test('nobody takes every place, so that others need not wait for the slow requests of one', async () => {
  const room = createFairRoom(4, 3);
  const loud = [1, 2, 3, 4].map(() => room.take('loud', LONG));
  const [first, , third, fourth] = loud;
  expect(await isSettled(third!)).toBe(true);
  expect(await isSettled(fourth!)).toBe(false);
  expect(await isSettled(room.take('quiet', LONG))).toBe(true);
  (await first)!();
  expect(await isSettled(fourth!)).toBe(true);
});

test('who waits in vain is told so, and takes no place afterwards', async () => {
  const room = createFairRoom(1, 1);
  const place = await room.take('a', LONG);
  expect(await room.take('b', 1)).toBeUndefined();
  place!();
  place!();
  const next = room.take('c', LONG);
  expect(await isSettled(next)).toBe(true);
  expect(await isSettled(room.take('d', LONG))).toBe(false);
});

test('of equals, whoever has waited longest is next', async () => {
  const room = createFairRoom(1, 1);
  const place = await room.take('a', LONG);
  const order: string[] = [];
  const waits = ['b', 'c', 'd'].map(async (who) => {
    const giveBack = await room.take(who, LONG);
    order.push(who);
    giveBack!();
  });
  place!();
  await Promise.all(waits);
  expect(order).toEqual(['b', 'c', 'd']);
});
