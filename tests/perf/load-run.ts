/** One stretch of load on one address, with the time of every answer. */
import autocannon from 'autocannon';
import type { BenchRequest } from './scenarios.ts';

export interface Stretch {
  readonly perSecond: number;
  /** Milliseconds of every answer. */
  readonly times: readonly number[];
}

/** Throws when an answer is an error: what fails is no measurement. */
export async function putLoad(
  base: string,
  options: { connections: number; seconds: number },
  request: () => BenchRequest,
): Promise<Stretch> {
  const times: number[] = [];
  const start = performance.now();
  let last = start;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: base,
        connections: options.connections,
        duration: options.seconds,
        requests: [
          {
            setupRequest: (prepared) => {
              const { method, path, body, headers } = request();
              return {
                ...prepared,
                method,
                path: new URL(base).pathname.replace(/\/$/, '') + path,
                body,
                headers: {
                  ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
                  ...headers,
                },
              };
            },
          },
        ],
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
    run.on('response', (_client, _status, _bytes, milliseconds) => {
      times.push(milliseconds);
      last = performance.now();
    });
  });
  if (result.non2xx + result.errors + result.timeouts > 0 || times.length === 0) {
    throw new Error(
      `${base}: ${result.non2xx} answers were no success, ${result.errors} errors, ${result.timeouts} timeouts, ${times.length} answers`,
    );
  }
  return { perSecond: (times.length * 1000) / (last - start), times };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
