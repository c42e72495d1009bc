/** The text of a version: what the client sent, with this server's id and meta spliced in. */
import { members, minify } from '../kernel/json-text.ts';
import type { Body } from './engine.ts';

/**
 * `id` and `meta` come right after `resourceType`, as FHIR writes them; everything else keeps its order and
 * its digits. The client's `meta.profile`, `tag`, `security`, `source` and extensions stay; `versionId` and
 * `lastUpdated` are the server's. https://hl7.org/fhir/R4/resource.html#Meta
 */
export function versionText(body: Body, id: string, version: number, updated: number): string {
  const {
    versionId: _v,
    lastUpdated: _l,
    ...clientMeta
  } = (body.resource.meta ?? {}) as Record<string, unknown>;
  const meta = { versionId: String(version), lastUpdated: new Date(updated).toISOString(), ...clientMeta };
  const parts = [
    `"resourceType":${JSON.stringify(body.resource.resourceType)}`,
    `"id":${JSON.stringify(id)}`,
    `"meta":${JSON.stringify(meta)}`,
  ];
  const text = minify(body.text);
  for (const m of members(text)) {
    if (m.key === 'resourceType' || m.key === 'id' || m.key === 'meta') continue;
    parts.push(`${JSON.stringify(m.key)}:${text.slice(m.start, m.end)}`);
  }
  return `{${parts.join(',')}}`;
}

/** A body from a value of our own making. */
export function bodyOf(resource: object): Body {
  return { text: JSON.stringify(resource), resource: resource as Body['resource'] };
}
