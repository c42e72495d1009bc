/** Modifiers of R4 as the oracle reads them: https://hl7.org/fhir/R4/search.html#modifiers */
import { some, type Truth } from './logic.ts';
import type { Json } from './parameters.ts';

const A = 'http://example.org/a';
const B = 'http://example.org/b';
const GENDER = 'http://hl7.org/fhir/administrative-gender';
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';

/** Stored beside the generated resources, never changed. */
export const TERMINOLOGY: readonly Json[] = [
  {
    resourceType: 'CodeSystem',
    id: 'letters',
    url: A,
    status: 'active',
    content: 'complete',
    concept: [
      { code: 'x1', concept: [{ code: 'x2', concept: [{ code: 'x3' }] }] },
      // Every code that the generated resources have of this system: one that it lacks would be refused.
      ...['中', 'a,b|c$d\\e', 'c1', 'c2', 'MR', 'SB'].map((code) => ({ code })),
    ],
  },
  {
    resourceType: 'ValueSet',
    id: 'some-codes',
    url: 'http://example.org/sets/some-codes',
    status: 'active',
    compose: {
      include: [
        { system: A, concept: [{ code: 'x1' }, { code: '中' }] },
        { system: B, concept: [{ code: 'x2' }, { code: 'c1' }] },
      ],
    },
  },
  {
    resourceType: 'ValueSet',
    id: 'below-x2',
    url: 'http://example.org/sets/below-x2',
    status: 'active',
    compose: { include: [{ system: A, filter: [{ property: 'concept', op: 'is-a', value: 'x2' }] }] },
  },
];

/** Value sets by what a query calls them, as `[system, code]`. */
export const VALUE_SETS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'ValueSet/some-codes': [
    [A, 'x1'],
    [A, '中'],
    [B, 'x2'],
    [B, 'c1'],
  ],
  'http://example.org/sets/below-x2': [
    [A, 'x2'],
    [A, 'x3'],
  ],
  'http://hl7.org/fhir/ValueSet/administrative-gender': ['male', 'female', 'other', 'unknown'].map(
    (code) => [GENDER, code] as const,
  ),
};

/** Each code, and the codes above it. */
const ABOVE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  [A]: { x1: [], x2: ['x1'], x3: ['x2', 'x1'], 中: [] },
  [CLINICAL]: {
    active: [],
    recurrence: ['active'],
    relapse: ['active'],
    inactive: [],
    remission: ['inactive'],
    resolved: ['inactive'],
  },
};

/** Codes that `:above` and `:below` can be asked about. */
export const PLACED: readonly (readonly [string, string])[] = Object.entries(ABOVE).flatMap(
  ([system, codes]) => Object.keys(codes).map((code) => [system, code] as const),
);

export function related(system: string, code: string, modifier: 'above' | 'below'): string[] {
  const codes = ABOVE[system]!;
  return modifier === 'above'
    ? [code, ...codes[code]!]
    : [code, ...Object.keys(codes).filter((other) => codes[other]!.includes(code))];
}

/** The words beside a code; undefined for an element that cannot have any. */
export function wordsOf(element: Json): string[] | undefined {
  if (typeof element !== 'object') return undefined;
  if (element.coding || element.text !== undefined) {
    return [element.text, ...(element.coding ?? []).map((c: Json) => c.display)].filter(
      (t) => t !== undefined,
    );
  }
  if (element.code !== undefined) return [element.display].filter((t) => t !== undefined);
  // ContactPoint has a system that is no address.
  if (element.value !== undefined && (element.system === undefined || element.system.includes(':'))) {
    return [element.type?.text].filter((t) => t !== undefined);
  }
  return undefined;
}

export function matchesType(element: Json, system: string, code: string, value: string): boolean {
  return (
    element.value === value &&
    (element.type?.coding ?? []).some((c: Json) => c.system === system && c.code === code)
  );
}

/** ":above and :below only apply to URLs": by the slashes. */
export function matchesLevel(element: string, wanted: string, modifier: 'above' | 'below'): boolean {
  const level = (url: string) => url.replace(/\/+$/, '');
  const [upper, lower] = modifier === 'below' ? [level(wanted), element] : [level(element), level(wanted)];
  return lower === upper || lower.startsWith(`${upper}/`);
}

/** Whether a reference parameter for one type of target has a value; only who has the target knows in some cases. */
export function presence(found: readonly (string | undefined)[], only: string | undefined): Truth {
  return some(
    found.map((key): Truth => {
      if (only === undefined) return true;
      return key === undefined ? 'open' : key.startsWith(`${only}/`);
    }),
  );
}
