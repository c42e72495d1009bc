/** Many who ask about codes at the same moment, as the entries of a transaction do, ask once. */
import type { CheckCodes, CodeCheck, CodeVerdict } from '../kernel/code-check.ts';

interface Batch {
  readonly checks: CodeCheck[];
  readonly verdicts: Promise<readonly CodeVerdict[]>;
}

/** Collects what is asked until the event loop turns to its promises, and hands it on as one question. */
export function batched(checkCodes: CheckCodes): CheckCodes {
  let open: Batch | undefined;
  return async (checks) => {
    open ??= start();
    const { checks: all, verdicts } = open;
    const from = all.length;
    all.push(...checks);
    return (await verdicts).slice(from, from + checks.length);
  };

  function start(): Batch {
    const checks: CodeCheck[] = [];
    const verdicts = Promise.resolve().then(() => {
      open = undefined;
      return checkCodes(checks);
    });
    return { checks, verdicts };
  }
}
