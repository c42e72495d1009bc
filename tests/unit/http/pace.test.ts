import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paced } from '../../../src/http/pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PACE = { bytes: 1000, milliseconds: 10_000 };

/** Reads a body that is given 10 chunks, each so many milliseconds after the one before. */
async function reading(chunkBytes: number, milliseconds: number) {
  const body = new PassThrough();
  let bytes = 0;
  const read = (async () => {
    for await (const chunk of paced(body, PACE)) bytes += chunk.length;
    return bytes;
  })().catch((error: Error & { status?: number; headers?: object }) => error);
  for (let n = 0; n < 10; n += 1) {
    await vi.advanceTimersByTimeAsync(milliseconds);
    body.write(Buffer.alloc(chunkBytes));
    await vi.advanceTimersByTimeAsync(0);
  }
  body.end();
  await vi.advanceTimersByTimeAsync(PACE.milliseconds + 1);
  return { body, result: await read };
}

test('what comes fast enough is read to its end, however long that takes', async () => {
  expect((await reading(1000, 9_000)).result).toBe(10_000);
  expect((await reading(200, 1_900)).result).toBe(2_000);
});

test('what comes slower is cut off with 408, and its sender can still be told', async () => {
  for (const [bytes, milliseconds] of [
    [1000, 10_001],
    [100, 2_000],
  ] as const) {
    const { result, body } = await reading(bytes, milliseconds);
    expect(result).toMatchObject({ status: 408, headers: { connection: 'close' } });
    expect(body.destroyed).toBe(false);
  }
});

test('what was sent fast before is no excuse for stopping', async () => {
  const body = new PassThrough();
  const read = (async () => {
    for await (const _ of paced(body, PACE));
  })().catch((error: Error) => error);
  body.write(Buffer.alloc(1_000_000));
  await vi.advanceTimersByTimeAsync(10_001);
  expect(await read).toMatchObject({ status: 408 });
});

test('a connection that breaks is told as that', async () => {
  const body = new PassThrough();
  const read = (async () => {
    for await (const _ of paced(body, PACE));
  })().catch((error: Error) => error);
  body.destroy(new Error('broken'));
  await vi.advanceTimersByTimeAsync(0);
  expect(await read).toMatchObject({ message: 'broken' });
});
