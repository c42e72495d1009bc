/**
 * What `Patient/$match` finds and costs in a county whose truth is known: `npm run match -- [residents …]`, by
 * default 100000. Loads the residents through the server into a database of its own, asks about second records of
 * them, and says precision, recall and the time of the answers. Ends by itself, writes nothing into the tree.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { knownCounty } from '../support/known-county.ts';
import { type Answer, qualityOf } from '../support/match-quality.ts';
import { quantile } from './load-run.ts';
import { startServer } from './processes.ts';

const sizes = process.argv.slice(2).map(Number);
const targets = sizes.length > 0 ? sizes : [100_000];
const QUESTIONS = 3_200;
const AT_ONCE = 200;
const GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';

interface Entry {
  readonly resource: { readonly id: string };
  readonly search: { readonly extension: readonly { url: string; valueCode: string }[] };
}

const dataDir = await mkdtemp(join(tmpdir(), 'xiantong-match-'));
await chmod(dataDir, 0o755); // the account that PostgreSQL has under root enters it
const quiet = { debug() {}, info() {}, warn: (text: string) => console.error(text) };
const postgres = await startEmbeddedPostgres({ dataDir, log: quiet });
const client = new pg.Client(postgres.connection);
try {
  await client.connect();
  const server = await startServer(join(import.meta.dirname, '../..'), postgres.connection, undefined);
  try {
    for (const target of targets) {
      const { residents, seconds } = knownCounty(target, QUESTIONS);
      const began = performance.now();
      for (let i = 0; i < residents.length; i += AT_ONCE) {
        const entry = residents.slice(i, i + AT_ONCE).map((resource) => ({
          request: { method: 'PUT', url: `Patient/${resource.id}` },
          resource,
        }));
        await post(server.base, { resourceType: 'Bundle', type: 'transaction', entry });
        if (i % 20_000 === 0) console.error(`${i} residents, ${Math.round(performance.now() - began)} ms`);
      }
      const loading = (performance.now() - began) / 1000;
      await client.query('vacuum analyze');
      await client.query('checkpoint');
      const times: number[] = [];
      const quality = await qualityOf(seconds, async (resource) => {
        const asked = performance.now();
        const parameters = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource }] };
        const bundle = await post(`${server.base}/Patient/$match`, parameters);
        times.push(performance.now() - asked);
        return ((bundle.entry ?? []) as Entry[]).map(({ resource: { id }, search }): Answer => {
          return { id, grade: search.extension.find((x) => x.url === GRADE)!.valueCode };
        });
      });
      // The first answers compile statements.
      const settled = times.slice(200).sort((a, b) => a - b);
      console.log(
        JSON.stringify(
          {
            residents: target,
            loadedPerSecond: Math.round(target / loading),
            ms: { p50: ms(settled, 0.5), p95: ms(settled, 0.95), p99: ms(settled, 0.99) },
            ...quality,
          },
          null,
          1,
        ),
      );
    }
  } finally {
    await server.stop();
  }
} finally {
  await client.end();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}

function ms(sorted: readonly number[], part: number): number {
  return Math.round(quantile(sorted, part) * 10) / 10;
}

async function post(url: string, body: unknown): Promise<{ entry?: unknown }> {
  const headers = { 'content-type': 'application/fhir+json' };
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as { entry?: unknown };
}
