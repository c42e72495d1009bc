/** The code tables that come with the server: taken in when they differ from what is there. */
import type { CodeSystem } from '@medplum/fhirtypes';
import type { Engine } from '../../interactions/engine.ts';
import { readTable, readTableHead, tableFolders } from '../../kernel/code-table.ts';
import type { Ctx, Db } from '../../kernel/ctx.ts';
import { isTakenIn, takeIn } from '../../terminology/take-in.ts';
import { publishHeader } from './load.ts';

/** In the transaction of `db`. Answers how many were taken in: none at a second start. */
export async function takeInBundled(engine: Engine, ctx: Ctx, db: Db, folder: string): Promise<number> {
  let taken = 0;
  for (const place of await tableFolders(folder)) {
    const { header, sha256 } = await readTableHead(place);
    if (await isTakenIn(db, header, sha256)) continue;
    const table = await readTable(place);
    await takeIn(db, table);
    await publishHeader(engine, ctx, header as CodeSystem, table.concepts.length);
    taken++;
  }
  return taken;
}
