/** The least that FHIR demands of a resource: every required element, with any value that will do. */
import type { ChildElement, Definitions } from '../../src/definitions/definitions.ts';

type Json = Record<string, unknown>;

const VALUES: Readonly<Record<string, unknown>> = {
  boolean: true,
  integer: 1,
  unsignedInt: 1,
  positiveInt: 1,
  decimal: 1,
  date: '2024-01-01',
  dateTime: '2024-01-01',
  instant: '2024-01-01T00:00:00Z',
  time: '08:00:00',
  uri: 'http://example.org/x',
  url: 'http://example.org/x',
  canonical: 'http://example.org/x',
  id: 'x',
  string: 'x',
  markdown: 'x',
  base64Binary: 'YQ==',
  Coding: { system: 'http://example.org/codes', code: 'x' },
  Identifier: { value: 'x' },
  Quantity: { value: 1 },
  Period: { start: '2024' },
  Narrative: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
};

/** The required elements of a type or a backbone path. */
export function skeleton(definitions: Definitions, typeOrPath: string): Json {
  const out: Json = {};
  const done = new Set<unknown>();
  for (const [name, child] of definitions.children(typeOrPath)) {
    if (child.element.min === 0 || done.has(child.element)) continue;
    done.add(child.element);
    const value = valueOfChild(definitions, child);
    out[name] = child.element.array ? [value] : value;
  }
  return out;
}

function valueOfChild(definitions: Definitions, { element, type }: ChildElement): unknown {
  const codes = element.binding?.strength === 'required' && definitions.valueSet(element.binding.valueSet!);
  const [system, set] = codes ? [...codes][0]! : [];
  const code = set && [...set][0];
  if (type === 'code') return code ?? 'json';
  if (type === 'CodeableConcept') return code === undefined ? { text: 'x' } : { coding: [{ system, code }] };
  if (type === 'Reference') {
    const [target = 'Patient'] = element.types.find((t) => t.code === type)?.targets ?? [];
    return { reference: `${target}/1` };
  }
  if (type === 'Resource') return { resourceType: 'Basic', code: { text: 'x' } };
  return VALUES[type] ?? skeleton(definitions, type);
}

/**
 * A resource with this content at a path, and what else is required. A data type is put into an extension, where any
 * may stand. `root` overrides elements of the resource.
 */
export function resourceWith(definitions: Definitions, path: string, content: Json, root: Json = {}): Json {
  const [type = '', ...names] = path.split('.');
  if (!definitions.resourceTypes.has(type)) {
    const value = { ...skeleton(definitions, type), ...content };
    return {
      resourceType: 'Basic',
      code: { text: 'x' },
      extension: [{ url: 'http://example.org/x', [`value${type}`]: value }],
    };
  }
  return { resourceType: type, ...below(definitions, type, names, content), ...root };
}

function below(definitions: Definitions, path: string, names: readonly string[], content: Json): Json {
  const own = skeleton(definitions, path);
  const [name, ...rest] = names;
  if (name === undefined) return { ...own, ...content };
  const child = definitions.children(path).get(name)!;
  const value = below(definitions, child.type, rest, content);
  return { ...own, [name]: child.element.array ? [value] : value };
}
