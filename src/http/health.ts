/** `/healthz`: the process runs. `/readyz`: it can serve. */
import type { FastifyInstance } from 'fastify';

export function health(app: FastifyInstance, ping: () => Promise<void>): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    try {
      await ping();
      return { status: 'ok' };
    } catch {
      return reply.code(503).header('retry-after', '2').send({ status: 'unavailable', reason: 'database' });
    }
  });
}
