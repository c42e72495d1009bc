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

/** The function that cuts resources down as a request asks. */
export function subsetOf(definitions: Definitions, asked: Pick<SearchPlan, 'summary' | 'elements'>): Subset {
  if (asked.elements.length > 0) {
    return (type, text) => {
      // `_elements=Patient.name,status`: a name may say for which type it is meant
      const named = asked.elements
        .map((e) => e.split('.'))
        .filter(([first, second]) => second === undefined || first === type || !/^[A-Z]/.test(first!))
        .map(([first, second]) => (second !== undefined && first === type ? second : first!));
      return subset(text, keepTopLevel(definitions, type, new Set(named)));
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
  const value = JSON.parse(text.slice(meta.start, meta.end)) as { tag?: unknown[] };
  value.tag = [...(value.tag ?? []), SUBSETTED];
  return text.slice(0, meta.start) + JSON.stringify(value) + text.slice(meta.end);
}

function summary(definitions: Definitions, type: string, resource: unknown): unknown {
  const part = summaryPart(definitions, type, resource as Record<string, unknown>);
  const meta = (part.meta ?? {}) as { tag?: unknown[] };
  part.meta = { ...meta, tag: [...(meta.tag ?? []), SUBSETTED] };
  return part;
}

/** The elements flagged as summary, at every level. */
function summaryPart(
  definitions: Definitions,
  typeOrPath: string,
  value: Record<string, unknown>,
): Record<string, unknown> {
  const children = definitions.children(typeOrPath);
  const part: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const definition = children.get(key.startsWith('_') ? key.slice(1) : key);
    const kept =
      key === 'resourceType' || key === 'id' || key === 'meta' || definition?.element.isSummary === true;
    if (!kept) continue;
    // Elements with content of their own are cut down too; data types are kept whole.
    const nested = definition?.type.includes('.') === true && !key.startsWith('_');
    part[key] = !nested
      ? child
      : Array.isArray(child)
        ? child.map((c) => summaryPart(definitions, definition.type, c as Record<string, unknown>))
        : summaryPart(definitions, definition.type, child as Record<string, unknown>);
  }
  return part;
}
