/** Something that every process looks at again and again. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `look`, pauses, and so on until stopped, whatever goes wrong meanwhile. */
export function repeat(
  pauseMs: number,
  look: () => Promise<unknown>,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(onError);
      await sleep(pauseMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
