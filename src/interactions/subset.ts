/** `_summary` and `_elements`: parts of resources. https://hl7.org/fhir/R4/search.html#summary */
import type { Definitions } from '../definitions/definitions.ts';
import { badParameter } from '../kernel/fhir-error.ts';
import { keepMembers, members, parseExactly } from '../kernel/json-text.ts';
import type { QueryPairs } from '../search/parse.ts';
import type { SearchPlan } from '../search/plan.ts';
import type { Subset } from './bundle.ts';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** What part of a resource a read or history asks for. https://hl7.org/fhir/R4/http.html#parameters */
export function shapeOf(query: QueryPairs): Pick<SearchPlan, 'summary' | 'elements'> {
  const summary = query.find(([name]) => name === '_summary')?.[1] ?? 'false';
  if (summary !== 'true' && summary !== 'text' && summary !== 'data' && summary !== 'false') {
    throw badParameter('_summary', {
      en: `_summary=${summary} is not possible here. Use true, text, data or false.`,
      zh: `此处不支持 _summary=${summary}。可用:true、text、data、false。`,
    });
  }
  const elements = query.filter(([name]) => name === '_elements').flatMap(([, value]) => value.split(','));
  return { summary, elements: elements.filter((e) => e !== '') };
}

const whole: Subset = (_type, text) => text;

/**
 * The function that cuts resources down as a request asks. `_summary` speaks of everything in the answer. The plain
 * names of `_elements` speak of what is searched for; `Patient.name` speaks of Patients, be they included.
 */
export function subsetOf(definitions: Definitions, asked: Pick<SearchPlan, 'summary' | 'elements'>): Subset {
  if (asked.elements.length > 0) {
    return (type, text, mode = 'match') => {
      const names = namesFor(asked.elements, type, mode);
      return names.size === 0 ? text : subset(text, keepTopLevel(definitions, type, names));
    };
  }
  switch (asked.summary) {
    case 'text':
      return (type, text) => subset(text, keepTopLevel(definitions, type, new Set(['text'])));
    case 'data':
      return (_type, text) => subset(text, (key) => key !== 'text');
    case 'true':
      return (type, text) => JSON.stringify(summary(definitions, type, parseExactly(text)));
    default:
      return whole;
  }
}

/** The elements of a type that are named. Only those of the root can be: of `name.family` counts `name`. */
function namesFor(elements: readonly string[], type: string, mode: 'match' | 'include'): Set<string> {
  const names = new Set<string>();
  for (const [first, second] of elements.map((e) => e.split('.'))) {
    if (!/^[A-Z]/.test(first!)) {
      if (mode === 'match') names.add(first!);
    } else if (first === type && second !== undefined) names.add(second);
  }
  return names;
}

/** Id, meta, what is mandatory, and what is named. */
function keepTopLevel(
  definitions: Definitions,
  type: string,
  names: ReadonlySet<string>,
): (key: string) => boolean {
  const children = definitions.children(type);
  return (key) => {
    if (key === 'resourceType' || key === 'id' || key === 'meta') return true;
    const property = key.startsWith('_') ? key.slice(1) : key;
    const element = children.get(property)?.element;
    return names.has(property) || (element !== undefined && (names.has(element.name) || element.min > 0));
  };
}

function subset(text: string, keep: (key: string) => boolean): string {
  return tagged(keepMembers(text, keep));
}

/** A part must not be taken for the whole: it is tagged SUBSETTED. */
function tagged(text: string): string {
  const meta = members(text).find((m) => m.key === 'meta');
  if (!meta) return text;
  const value = withTag(JSON.parse(text.slice(meta.start, meta.end)));
  return text.slice(0, meta.start) + JSON.stringify(value) + text.slice(meta.end);
}

function withTag(meta: { tag?: { system?: string; code?: string }[] }) {
  const others = (meta.tag ?? []).filter(
    ({ system, code }) => system !== SUBSETTED.system || code !== SUBSETTED.code,
  );
  return { ...meta, tag: [...others, SUBSETTED] };
}

function summary(definitions: Definitions, type: string, resource: unknown): unknown {
  const part = summaryPart(definitions, type, resource as Record<string, unknown>, true);
  part.meta = withTag((part.meta ?? {}) as Parameters<typeof withTag>[0]);
  return part;
}

/** Kept as they are: extensions belong to their element, and a resource inside another has a summary of its own. */
const UNCUT = new Set(['Extension', 'Resource', 'Meta']);

/**
 * The elements flagged as summary, at every level, and the mandatory ones, without which nothing is valid. A
 * value that is kept keeps its id and extensions; what is large in it (the data of an Attachment) goes.
 */
function summaryPart(
  definitions: Definitions,
  typeOrPath: string,
  value: Record<string, unknown>,
  root: boolean,
): Record<string, unknown> {
  const children = definitions.children(typeOrPath);
  const part: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const definition = children.get(key.startsWith('_') ? key.slice(1) : key);
    const always = key === 'id' || (root ? key === 'resourceType' || key === 'meta' : key === 'extension');
    if (!always && !(definition && (definition.element.isSummary || definition.element.min > 0))) continue;
    const cut = (v: unknown) =>
      definition &&
      !key.startsWith('_') &&
      !UNCUT.has(definition.type) &&
      !definitions.isPrimitive(definition.type)
        ? summaryPart(definitions, definition.type, v as Record<string, unknown>, false)
        : v;
    part[key] = Array.isArray(child) ? child.map(cut) : cut(child);
  }
  return part;
}
