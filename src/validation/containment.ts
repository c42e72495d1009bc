/** Rules of a resource as a whole: contained resources (https://hl7.org/fhir/R4/references.html#contained, dom-2 … dom-5). */
import { isObject, type Json } from './fhirpath/items.ts';
import type { Run } from './run.ts';

/** Checks the contained resources of a resource; called on the resource itself. */
export function checkContainment(resource: Json, run: Run): void {
  const contained = resource.contained;
  if (!Array.isArray(contained)) return;
  const used = new Set<string>();
  collect(resource, used);
  const seen = new Set<unknown>();
  contained.forEach((inner: unknown, i) => {
    if (!isObject(inner)) return;
    const at = `contained[${i}]`;
    if (inner.contained !== undefined) {
      run.add({
        code: 'structure',
        rule: 'contained-nested',
        at: `${at}.contained`,
        text: {
          en: 'A contained resource may not contain others; put them side by side (dom-2).',
          zh: '被包含的资源不得再包含资源;请并列放置(dom-2)。',
        },
      });
    }
    const meta = isObject(inner.meta) ? inner.meta : {};
    for (const name of ['versionId', 'lastUpdated', 'security']) {
      if (meta[name] === undefined) continue;
      run.add({
        code: 'structure',
        rule: 'contained-meta',
        at: `${at}.meta.${name}`,
        text: {
          en: `A contained resource has no meta.${name}; it shares that of the resource it is in (dom-4, dom-5).`,
          zh: `被包含的资源不得有 meta.${name};以外层资源为准(dom-4、dom-5)。`,
        },
      });
    }
    if (inner.id !== undefined && seen.has(inner.id)) {
      run.add({
        code: 'duplicate',
        rule: 'contained-id',
        at: `${at}.id`,
        text: {
          en: `Two contained resources have the id '${inner.id}'; ids must differ within a resource.`,
          zh: `两个被包含的资源 id 同为“${inner.id}”;同一资源内 id 不得重复。`,
        },
      });
    }
    seen.add(inner.id);
    if (!used.has(`#${inner.id}`) && !refersToContainer(inner)) {
      run.add({
        code: 'structure',
        rule: 'contained-unreferenced',
        at,
        text: {
          en: `Nothing refers to this contained resource as '#${inner.id ?? ''}' (dom-3).`,
          zh: `没有任何元素以“#${inner.id ?? ''}”引用此被包含的资源(dom-3)。`,
        },
      });
    }
  });
}

/** Every string that looks like a local reference. */
function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 35) into.add(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collect(inner, into);
  }
}

function refersToContainer(resource: Json): boolean {
  const used = new Set<string>();
  collect(resource, used);
  return used.has('#');
}
