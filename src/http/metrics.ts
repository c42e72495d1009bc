/** Prometheus metrics of the process and of HTTP; of all processes, when there are several. */
import cluster from 'node:cluster';
import { AggregatorRegistry, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { askPrimary } from '../kernel/primary.ts';

export interface Metrics {
  readonly contentType: string;
  /** `route` is a pattern, so that no address (and no patient) becomes a label. */
  observe(method: string, route: string, status: number, seconds: number): void;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  if (cluster.isWorker) answerPrimary(registry);
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    observe: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    text: cluster.isWorker ? () => ofAllWorkers(registry) : () => registry.metrics(),
  };
}

/** The process that forked this one gathers them, by asking every worker; this one's alone when it does not answer. */
async function ofAllWorkers(registry: Registry): Promise<string> {
  try {
    return await askPrimary('metrics');
  } catch {
    return registry.metrics();
  }
}

/** Whichever worker is asked, each tells its own. */
function answerPrimary(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  new AggregatorRegistry();
}
