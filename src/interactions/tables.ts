/**
 * Code tables and what lies beside them: the tables go into the database as they are; the resources that describe
 * them are left to a job, so that they are stored as any other resource is.
 */
import type { CodeSystem } from '@medplum/fhirtypes';
import { enqueue } from '../jobs/enqueue.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Ctx, Database, Db } from '../kernel/ctx.ts';
import { type LoadOptions, type LoadReport, loadTable } from '../terminology/tables/load.ts';
import { resourcesBeside } from '../terminology/tables/resources.ts';
import { readTable, type Table, tableFolders } from '../terminology/tables/table.ts';
import type { Engine, FhirResource } from './engine.ts';
import { publish } from './publish.ts';

const PUBLISH = 'publish-terminology';

/** Stores what loads have left to be stored. */
export function publishJob(engine: Engine, ctx: () => Ctx): JobKind {
  return {
    name: PUBLISH,
    run: async (payload) => {
      await publish(engine, ctx(), (payload as { resources: readonly FhirResource[] }).resources);
    },
  };
}

/** Loads a table, and has the CodeSystem that describes it stored. Throws TableFault. */
export function loadAndPublish(
  database: Database,
  table: Table,
  options: Pick<LoadOptions, 'progress'> = {},
): Promise<LoadReport> {
  const within = (db: Db, concepts: number) => publishLater(db, [resourceOf(table, concepts)]);
  return loadTable(database, table, { ...options, within });
}

/** Every table below a folder: what is there already costs no more than its hash. Answers how many were new. */
export async function loadTables(database: Database, folder: string): Promise<number> {
  let loaded = 0;
  for (const place of await tableFolders(folder)) {
    const { unchanged } = await loadAndPublish(database, await readTable(place));
    if (!unchanged) loaded++;
  }
  return loaded;
}

/** Value sets and concept maps beside the tables. Answers how many there are. */
export async function publishBeside(database: Database, folder: string): Promise<number> {
  const resources = await resourcesBeside(folder);
  if (resources.length > 0) await publishLater(database, resources);
  return resources.length;
}

/** The job is there if, and only if, what `db` writes is there. */
function publishLater(db: Db, resources: readonly { resourceType: string; id?: string }[]): Promise<void> {
  const names = resources.map((r) => `${r.resourceType}/${r.id}`).join(' ');
  return enqueue(db, PUBLISH, { resources }, `${PUBLISH} ${names.slice(0, 400)}`);
}

/** A table as a resource has none of its concepts. https://hl7.org/fhir/R4/valueset-codesystem-content-mode.html */
function resourceOf({ header }: Table, concepts: number): CodeSystem {
  return { ...header, resourceType: 'CodeSystem', content: 'not-present', count: concepts };
}
