/** What only one resource may hold at a time. */
import type { Db } from '../kernel/ctx.ts';

/** Gives up all that the holder has but `names`. */
export async function dropClaims(db: Db, holder: string, names: readonly string[]): Promise<void> {
  await db.query({
    name: 'store.dropClaims',
    text: 'delete from claim where holder = $1 and name <> all ($2::text[])',
    values: [holder, names],
  });
}

/**
 * Gives `names` to the holder. Answers the first that another has, and who. Whoever takes a name at the
 * same time waits for the other's transaction to end.
 */
export async function takeClaims(
  db: Db,
  holder: string,
  names: readonly string[],
): Promise<{ readonly name: string; readonly holder: string } | undefined> {
  if (names.length === 0) return undefined;
  // In one order, so that two transactions do not wait for each other.
  await db.query({
    name: 'store.takeClaims',
    text: `insert into claim (name, holder) select name, $1 from unnest($2::text[]) name order by name
on conflict (name) do nothing`,
    values: [holder, names],
  });
  const { rows } = await db.query<{ name: string; holder: string }>({
    name: 'store.othersClaims',
    text: 'select name, holder from claim where name = any ($2::text[]) and holder <> $1 order by name limit 1',
    values: [holder, names],
  });
  return rows[0];
}
