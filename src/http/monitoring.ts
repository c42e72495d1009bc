/**
 * `/metrics`, for Prometheus: how busy a county's hospitals are is not everybody's to know. Answered to this very
 * machine, to whoever shows the token of `METRICS_TOKEN`, and to administrators. A proxy that runs on this machine is
 * told by what it adds (`X-Forwarded-For`, `Forwarded`); one that adds nothing must not pass `/metrics` on.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type AdminOptions, administratorOf } from './admin/admin.ts';
import type { Metrics } from './metrics.ts';
import { answerOutcomes } from './outcomes.ts';

export interface MonitoringOptions extends Omit<AdminOptions, 'parts'> {
  readonly metrics: Metrics;
  /** See `Config`. */
  readonly metricsToken?: string;
}

export function monitoring(app: FastifyInstance, options: MonitoringOptions, done: () => void): void {
  const { metrics, metricsToken } = options;
  answerOutcomes(app);
  app.get('/metrics', async (request, reply) => {
    const { authorization } = request.headers;
    const isKnown =
      (authorization === undefined && isOfThisMachine(request)) ||
      (metricsToken !== undefined && isSame(authorization ?? '', `Bearer ${metricsToken}`));
    // Throws `unauthenticated` or `forbidden`.
    if (!isKnown) await administratorOf(request, options);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  done();
}

const OF_PROXIES = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

function isOfThisMachine({ raw, headers }: FastifyRequest): boolean {
  const address = (raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const isLoopback = address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
  return isLoopback && !OF_PROXIES.some((name) => name in headers);
}

function isSame(shown: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(expected));
}
