import { expect, it } from 'vitest';
import { createRoom } from '../../../src/http/room.ts';

it('is taken until it is full, and again when something is given back, once', async () => {
  const room = createRoom(10);
  const first = room.tryTake(6);
  expect(first).toBeDefined();
  expect(room.tryTake(6)).toBeUndefined();
  expect(room.tryTake(4)).toBeDefined();
  first?.();
  first?.();
  expect(room.tryTake(7)).toBeUndefined();
  expect(room.tryTake(6)).toBeDefined();
});

it('has place for one that is larger than it', () => {
  const room = createRoom(10);
  const giveBack = room.tryTake(50);
  expect(giveBack).toBeDefined();
  expect(room.tryTake(1)).toBeUndefined();
  giveBack?.();
  expect(room.tryTake(1)).toBeDefined();
});

it('is given to who waits in the order of coming, so that the large are not passed over', async () => {
  const room = createRoom(10);
  const giveBack = room.tryTake(10);
  const order: string[] = [];
  const large = room.take(9, 10_000).then((taken) => {
    order.push('large');
    return taken;
  });
  const small = room.take(2, 10_000).then(() => order.push('small'));
  expect(room.tryTake(0)).toBeUndefined();
  giveBack?.();
  (await large)?.();
  await small;
  expect(order).toEqual(['large', 'small']);
});

it('is waited for only so long', async () => {
  const room = createRoom(10);
  const giveBack = room.tryTake(10);
  expect(await room.take(1, 5)).toBeUndefined();
  giveBack?.();
  expect(room.tryTake(10)).toBeDefined();
});
