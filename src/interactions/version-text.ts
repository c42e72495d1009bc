/** The text of a version: what the client sent, with this server's id and meta spliced in. */
import { type Member, members, minify } from '../kernel/json-text.ts';
import type { Body } from './engine.ts';

/**
 * `id` and `meta` come right after `resourceType`, as FHIR writes them; everything else keeps its order and
 * its digits. The client's `meta.profile`, `tag`, `security`, `source` and extensions stay; `versionId` and
 * `lastUpdated` are the server's. https://hl7.org/fhir/R4/resource.html#Meta
 */
export function versionText(body: Body, id: string, version: number, updated: number): string {
  const text = minify(body.text);
  const found = members(text);
  const meta = [
    `"versionId":"${version}"`,
    `"lastUpdated":"${new Date(updated).toISOString()}"`,
    ...found
      .filter((m) => m.key === 'meta')
      .flatMap((m) => members(text, m.start))
      .filter((m) => !/^_?(versionId|lastUpdated)$/.test(m.key))
      .map((m) => memberText(text, m)),
  ];
  const parts = [
    `"resourceType":${JSON.stringify(body.resource.resourceType)}`,
    `"id":${JSON.stringify(id)}`,
    `"meta":{${meta.join(',')}}`,
    ...found
      .filter((m) => m.key !== 'resourceType' && m.key !== 'id' && m.key !== 'meta')
      .map((m) => memberText(text, m)),
  ];
  return `{${parts.join(',')}}`;
}

function memberText(text: string, { key, start, end }: Member): string {
  return `${JSON.stringify(key)}:${text.slice(start, end)}`;
}

/** A body from a value of our own making. */
export function bodyOf(resource: object): Body {
  return { text: JSON.stringify(resource), resource: resource as Body['resource'] };
}
