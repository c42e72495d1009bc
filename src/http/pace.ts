/**
 * A body as fast as it has to come. A large one holds room that others wait for; who sends it slowly, or stops, holds
 * that no longer.
 */
import type { Readable } from 'node:stream';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';

export interface Pace {
  /** So many bytes ... */
  readonly bytes: number;
  /** ... have to come within so many milliseconds, each time. */
  readonly milliseconds: number;
}

/** 16 KB a second: the slowest line of a village does more. */
export const SLOWEST: Pace = { bytes: 160 * 1024, milliseconds: 10_000 };

/** The rest of a body. Throws `too-slow` (408); what is not read stays, so that the sender can be told. */
export async function* paced(
  payload: Readable,
  { bytes, milliseconds }: Pace = SLOWEST,
): AsyncGenerator<Buffer> {
  const chunks = payload.iterator({ destroyOnReturn: false });
  let wanted = bytes;
  let deadline = Date.now() + milliseconds;
  for (;;) {
    const next = await within(chunks.next() as Promise<IteratorResult<Buffer>>, deadline - Date.now());
    if (next.done) return;
    wanted -= next.value.length;
    if (wanted <= 0) {
      wanted = bytes;
      deadline = Date.now() + milliseconds;
    }
    yield next.value;
  }
}

function within<T>(coming: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooSlow()), Math.max(0, milliseconds));
    coming.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** RFC 9110 §15.5.9: the connection is closed with it. */
function tooSlow() {
  const rate = Math.round((SLOWEST.bytes / SLOWEST.milliseconds) * (1000 / 1024));
  return failure(
    'too-slow',
    [
      problem('timeout', {
        en: `The body came too slowly: one of more than 256 KB has to come with ${rate} KB a second. Send less at a time.`,
        zh: `请求体传输过慢:超过 256 KB 的请求体须达到每秒 ${rate} KB。请减少每次提交的数据量。`,
      }),
    ],
    { connection: 'close' },
  );
}
