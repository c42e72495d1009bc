/** The demo county: put into an empty database at its first start, and finished if that start was cut off. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dispatchRead } from './interactions/dispatch.ts';
import type { Engine, FhirResource } from './interactions/engine.ts';
import { bundleEntries } from './interactions/entry.ts';
import { transaction } from './interactions/transaction.ts';
import type { Ctx } from './kernel/ctx.ts';

const NAME = 'demo-county';

/** Loads the Bundles of `folder` in the order of their names. Answers how many entries it wrote; 0 when there was nothing to do. */
export async function seedDemoCounty(engine: Engine, ctx: Ctx, folder: string): Promise<number> {
  const db = engine.database;
  const { rows } = await db.query<{ finished: boolean }>({
    text: 'select finished from seed where name = $1',
    values: [NAME],
  });
  if (rows[0]?.finished) return 0;
  if (!rows[0]) {
    const used = await db.query({
      text: `select 1 from resource where type = 'Patient' limit 1`,
      values: [],
    });
    if (used.count > 0) return 0;
    await db.query({ text: 'insert into seed (name) values ($1) on conflict do nothing', values: [NAME] });
  }
  let written = 0;
  for (const file of readdirSync(folder)
    .filter((f) => f.endsWith('.json'))
    .sort()) {
    const text = readFileSync(join(folder, file), 'utf8');
    const body = { text, resource: JSON.parse(text) as FhirResource };
    const entries = bundleEntries(engine.definitions, body, ctx.base);
    await transaction(engine, ctx, entries, (c, tx, entry) => dispatchRead(engine, c, tx, entry));
    written += entries.length;
  }
  await db.query({ text: 'update seed set finished = true where name = $1', values: [NAME] });
  return written;
}
