/** What is to fall due, as the database has it. */
import type { TestApp } from '../support/app.ts';

export const DEADLINES = `select holder || ' ' || name as name from deadline`;

/** `Type/id name` of each. */
export async function openDeadlines({ database }: TestApp): Promise<Set<string>> {
  const { rows } = await database.query<{ name: string }>({ text: DEADLINES, values: [] });
  return new Set(rows.map((r) => r.name));
}
