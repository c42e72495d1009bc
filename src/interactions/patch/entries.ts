/** Lists of elements as FHIR's JSON writes them: values, and beside them the ids and extensions of primitives. */

/** One element: its value, and its `_name` sibling. https://hl7.org/fhir/R4/json.html#primitive */
export interface Entry {
  readonly v: unknown;
  readonly e: unknown;
}

export function entriesOf(holder: Readonly<Record<string, unknown>>, key: string): Entry[] {
  const values = listAt(holder, key);
  const siblings = listAt(holder, `_${key}`);
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, i) => ({
    v: values[i] ?? undefined,
    e: siblings[i] ?? undefined,
  }));
}

function listAt(holder: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const list = Object.hasOwn(holder, key) ? holder[key] : undefined;
  return Array.isArray(list) ? list : [];
}

/** An empty list is no list in FHIR. */
export function writeEntries(holder: Record<string, unknown>, key: string, entries: readonly Entry[]): void {
  write(
    holder,
    key,
    entries.map(({ v }) => v),
  );
  write(
    holder,
    `_${key}`,
    entries.map(({ e }) => e),
  );
}

function write(holder: Record<string, unknown>, key: string, list: readonly unknown[]): void {
  if (list.every((value) => value === undefined)) delete holder[key];
  else holder[key] = list.map((value) => value ?? null);
}
