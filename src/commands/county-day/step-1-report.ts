/** The township centre stores everything of one report in one transaction, and reads back what it stored. */
import { randomUUID } from 'node:crypto';
import { PARTS, type Part, reportBundle } from './report-bundle.ts';
import { ask, bundleOf, type Day, hold, localReference } from './systems.ts';

/** Where the parts of the report are: `Type/id`. */
export type Stored = ReadonlyMap<Part, string>;

export async function report(day: Day): Promise<Stored> {
  const urns = new Map(PARTS.map((part) => [part, `urn:uuid:${randomUUID()}`]));
  const sent = await ask(day, 'township-his', 'POST', '', 200, reportBundle(day.run, day.now, urns));
  const entries = bundleOf(sent).entry ?? [];
  const stored = new Map<Part, string>();
  for (const [index, part] of PARTS.entries()) {
    const { response, resource } = entries[index] ?? {};
    const location =
      localReference(response?.location) ??
      (resource?.id ? `${resource.resourceType}/${resource.id}` : undefined);
    if (location) stored.set(part, location);
  }
  hold(stored.size === PARTS.length, day, sent, 'shouldLocate');
  day.say.meaning('stored', { count: PARTS.length });
  for (const location of stored.values()) {
    await ask(day, 'township-his', 'GET', location, 200);
    day.say.meaning('readBack', { what: location.split('/')[0]! });
  }
  return stored;
}
