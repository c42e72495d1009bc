/**
 * What `Patient/$match` finds and costs in a county whose truth is known: `npm run match -- [residents …]`, by
 * default 100000. Writes the residents into a database of its own as the server would, but for the linking; asks the
 * server about second records of them, one after the other, and says precision, recall, the time of the answers with
 * network and JSON, and the processor time that the server and PostgreSQL spent on each, which other work on the
 * machine changes little. Ends by itself, writes nothing into the tree.
 */
import { join } from 'node:path';
import { createDatabase } from '../../src/db/pool.ts';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { record } from '../../src/features/record/index.ts';
import { bodyOf, versionText } from '../../src/interactions/version-text.ts';
import { createIndexRows } from '../../src/search/index-rows.ts';
import { createParameters } from '../../src/search/parameters.ts';
import type { Change } from '../../src/store/change.ts';
import { createWriter } from '../../src/store/writer.ts';
import { type KnownPatient, knownCounty } from '../support/known-county.ts';
import { type Answer, qualityOf } from '../support/match-quality.ts';
import { familyOf, processorMilliseconds } from './cpu-time.ts';
import { quantile } from './load-run.ts';
import { startOwnDatabase } from './own-database.ts';
import { startServer } from './processes.ts';

const sizes = process.argv.slice(2).map(Number);
const targets = sizes.length > 0 ? sizes : [100_000];
const QUESTIONS = 3_200;
const AT_ONCE = 1_000;
const ROOT = join(import.meta.dirname, '../..');
const BASE = 'http://127.0.0.1:8080/fhir';
const GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';

interface Entry {
  readonly resource: { readonly id: string };
  readonly search: { readonly extension: readonly { url: string; valueCode: string }[] };
}

const postgres = await startOwnDatabase('match');
const { client, postmaster } = postgres;
try {
  const server = await startServer(ROOT, postgres.connection, undefined);
  try {
    for (const target of targets) {
      const { residents, seconds } = knownCounty(target, QUESTIONS);
      await fill(residents);
      await client.query('vacuum analyze');
      await client.query('checkpoint');
      const times: number[] = [];
      const processor: number[] = [];
      let pids: number[] = [];
      const quality = await qualityOf(seconds, async (resource) => {
        const parameters = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource }] };
        if (times.length % 100 === 0) pids = [server.pid, ...familyOf(postmaster)];
        const before = processorMilliseconds(pids);
        const asked = performance.now();
        const bundle = await post(`${server.base}/Patient/$match`, parameters);
        times.push(performance.now() - asked);
        processor.push(processorMilliseconds(pids) - before);
        return ((bundle.entry ?? []) as Entry[]).map(({ resource: { id }, search }): Answer => {
          return { id, grade: search.extension.find((x) => x.url === GRADE)!.valueCode };
        });
      });
      console.log(
        JSON.stringify(
          {
            residents: target,
            ms: quantilesOf(times),
            processorMs: quantilesOf(processor),
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
  await postgres.stop();
}

/** With all index rows, in the transactions of a load. */
async function fill(residents: readonly KnownPatient[]): Promise<void> {
  const database = createDatabase(postgres.connection, { onError: () => {}, onOutdatedRows: async () => {} });
  const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
  const indexRows = createIndexRows(createParameters(definitions), BASE, undefined, record.keys);
  const writer = createWriter(database, indexRows);
  const updated = Date.now();
  for (let i = 0; i < residents.length; i += AT_ONCE) {
    const changes = residents.slice(i, i + AT_ONCE).map((resource): Change => {
      const { id } = resource;
      const content = versionText(bodyOf(resource), id, 1, updated);
      return { type: 'Patient', id, version: 1, updated, method: 'PUT', content, rows: indexRows(resource) };
    });
    await database.tx((db) => writer.within(db, changes));
    if ((i / AT_ONCE) % 20 === 0) console.error(`${i} residents`);
  }
  await database.close();
}

/** Without the first answers, which compile statements. */
function quantilesOf(times: readonly number[]): Readonly<Record<string, number>> {
  const settled = times.slice(200).sort((a, b) => a - b);
  const ms = (part: number) => Math.round(quantile(settled, part) * 10) / 10;
  return { p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) };
}

async function post(url: string, body: unknown): Promise<{ entry?: unknown }> {
  const headers = { 'content-type': 'application/fhir+json' };
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as { entry?: unknown };
}
