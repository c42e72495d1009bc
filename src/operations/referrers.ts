/** What refers to a resource, as far as search parameters know. */
import { readableTypes } from '../access/filter.ts';
import type { Engine } from '../interactions/engine.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { LOGGED_TYPE } from '../search/audit-log.ts';
import { compileReferrers } from '../search/compile.ts';
import { referenceToken } from '../search/tokens.ts';
import type { Named } from '../store/read.ts';
import type { Row } from '../store/row.ts';

/** At most `limit` of the resources that refer to one, of the types that the caller may read: `Type/id`. */
export async function referrersOf(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  { type, id }: Named,
  limit: number,
): Promise<string[]> {
  const texts: string[] = [];
  const patientTypes: string[] = [];
  const types = readableTypes(
    ctx.access,
    [...engine.definitions.resourceTypes].filter((t) => t !== LOGGED_TYPE),
  );
  for (const source of types) {
    for (const parameter of engine.parameters(source).indexed) {
      if (parameter.kind !== 'reference') continue;
      if (parameter.targets.length > 0 && !parameter.targets.includes(type)) continue;
      if (parameter.isPatient && type === 'Patient') patientTypes.push(source);
      else texts.push(referenceToken(parameter.key, `${type}/${id}`));
    }
  }
  if (texts.length + patientTypes.length === 0) return [];
  const patientIds = patientTypes.length > 0 ? [id] : [];
  const { rows } = await db.query<Row>(
    compileReferrers({ types: [...types], texts, patientIds, patientTypes }, limit + 1),
  );
  return rows
    .map((row) => `${row.type}/${row.id}`)
    .filter((name) => name !== `${type}/${id}`)
    .slice(0, limit);
}
