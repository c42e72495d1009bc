/**
 * Identifiers as they are stored: systems that mean the same thing become the preferred one, values lose
 * full-width characters and spaces around them, and what was sent stays in extensions of the Identifier. The
 * text is edited in place, so everything else keeps its bytes.
 */
import type { IdentifierSystems } from '../definitions/identifier-systems.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import { elements, members } from '../kernel/json-text.ts';
import type { Body, FhirResource } from './engine.ts';

/** Profiled in `profiles/core/fsh/extensions.fsh`. */
const ORIGINAL_SYSTEM = `${CANONICAL}/StructureDefinition/original-system`;
const ORIGINAL_VALUE = `${CANONICAL}/StructureDefinition/original-value`;

type Json = Record<string, unknown>;

/** What an Identifier becomes; of what does not change, nothing. */
interface Normal {
  readonly system?: string;
  readonly value?: string;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The body with the identifiers of the resource and of what it contains as they are stored; the same object when
 * they are so already. The entries of a Bundle are documents and messages that others have signed: they stay.
 */
export function withStoredIdentifiers(systems: IdentifierSystems, body: Body): Body {
  const { changes, above } = find(systems, body.resource);
  if (changes.size === 0) return body;
  const edits: Edit[] = [];
  const visit = (value: object, at: number): void => {
    const change = changes.get(value);
    if (change) edits.push(...editsOf(body.text, at, value as Json, change));
    const inside = Array.isArray(value)
      ? elements(body.text, at).map(({ start }, i) => ({ child: value[i], start }))
      : members(body.text, at).map(({ key, start }) => ({ child: (value as Json)[key], start }));
    for (const { child, start } of inside) if (above.has(child)) visit(child as object, start);
  };
  visit(body.resource, 0);
  const text = applied(body.text, edits);
  return { text, resource: JSON.parse(text) as Body['resource'] };
}

/** The Identifiers to be changed, and what is on the way to them (they included). */
function find(systems: IdentifierSystems, resource: FhirResource) {
  const changes = new Map<unknown, Normal>();
  const above = new Set<unknown>();
  const visit = (value: object): boolean => {
    const change = Array.isArray(value) ? undefined : changeOf(systems, value as Json);
    if (change) changes.set(value, change);
    let any = change !== undefined;
    for (const child of Array.isArray(value) ? value : Object.values(value)) {
      if (typeof child === 'object' && child !== null && visit(child)) any = true;
    }
    if (any) above.add(value);
    return any;
  };
  visit(resource.resourceType === 'Bundle' ? { ...resource, entry: undefined } : resource);
  return { changes, above };
}

/**
 * Identifiers are known by their members: no other type of R4 has a `system` that is an address beside a `value`
 * that is text. Undefined for those that stay.
 */
function changeOf(systems: IdentifierSystems, identifier: Json): Normal | undefined {
  const { system } = identifier;
  if (typeof system !== 'string') return undefined;
  const { value, code, extension } = identifier;
  if (code !== undefined) return undefined;
  // What is wrong here is for validation to say.
  if (extension !== undefined && !Array.isArray(extension)) return undefined;
  if (value !== undefined && typeof value !== 'string') return undefined;
  const preferred = systems.preferred(system);
  if (preferred === undefined) return undefined;
  const normal = value === undefined ? undefined : systems.normal({ system, value })!.value;
  const change = {
    ...(preferred === system ? {} : { system: preferred }),
    ...(normal === value ? {} : { value: normal }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

/** The edits of an Identifier whose text starts at `at`. */
function editsOf(text: string, at: number, identifier: Json, change: Normal): Edit[] {
  const found = new Map(members(text, at).map((m) => [m.key, m]));
  const edits: Edit[] = [];
  const originals: { readonly url: string; readonly text: string }[] = [];
  const replace = (key: 'system' | 'value', url: string, property: string) => {
    if (change[key] === undefined) return;
    const { start, end } = found.get(key)!;
    edits.push({ start, end, text: JSON.stringify(change[key]) });
    const original = `{"url":${JSON.stringify(url)},"${property}":${text.slice(start, end)}}`;
    originals.push({ url, text: original });
  };
  replace('system', ORIGINAL_SYSTEM, 'valueUri');
  replace('value', ORIGINAL_VALUE, 'valueString');

  const extension = found.get('extension');
  if (!extension) {
    const start = at + 1;
    const list = originals.map((o) => o.text).join(',');
    return [...edits, { start, end: start, text: `"extension":[${list}],` }];
  }
  const urls = (identifier.extension as (Json | null)[]).map((x) => x?.url);
  const places = elements(text, extension.start);
  const added = originals.filter(({ url }) => !urls.includes(url));
  for (const original of originals) {
    const place = places[urls.indexOf(original.url)];
    if (place) edits.push({ ...place, text: original.text });
  }
  if (added.length > 0) {
    const start = extension.end - 1;
    const comma = places.length > 0 ? ',' : '';
    edits.push({ start, end: start, text: comma + added.map((o) => o.text).join(',') });
  }
  return edits;
}

function applied(text: string, edits: readonly Edit[]): string {
  let out = '';
  let copied = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    out += text.slice(copied, edit.start) + edit.text;
    copied = edit.end;
  }
  return out + text.slice(copied);
}
