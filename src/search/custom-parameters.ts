/**
 * Search parameters that clients made: SearchParameters in the database. What may become one is decided here,
 * before it is stored; which of them there are is kept by `indexing/`. https://hl7.org/fhir/R4/searchparameter.html
 */
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import { type Issue, type IssueCode, problem, type Text } from '../kernel/issue.ts';
import { compositeFault } from './custom-composites.ts';
import { compileExpression, ExpressionFault, expressionTypes, isComputed } from './expression.ts';
import { jsonPaths } from './json-path.ts';
import type { searchTypes } from './types/all.ts';
import { hasNarrative } from './words.ts';

/** One that resources are indexed by. */
export interface CustomParameter {
  /** Of the SearchParameter. */
  readonly id: string;
  readonly definition: SearchParameter;
  readonly types: readonly string[];
  /** Whether every resource of its types is indexed by it, so that searches may ask for it. */
  readonly usable: boolean;
  /** How much of them is, until then. */
  readonly percent: number;
}

/** All of them, as one version of the set has them. */
export interface CustomParameters {
  readonly version: number;
  readonly parameters: readonly CustomParameter[];
}

/** Elements that a kind of parameter can index. https://hl7.org/fhir/R4/search.html#table */
const INDEXABLE = {
  token:
    'Coding CodeableConcept Identifier ContactPoint boolean integer positiveInt unsignedInt code id string uri url canonical oid uuid'.split(
      ' ',
    ),
  string: ['string', 'markdown', 'HumanName', 'Address'],
  reference: ['Reference', 'canonical', 'uri'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  number: ['integer', 'positiveInt', 'unsignedInt', 'decimal', 'Range'],
  quantity: 'Quantity Age Duration Distance Count SimpleQuantity Money Range SampledData'.split(' '),
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
} as const satisfies Partial<Record<keyof typeof searchTypes, readonly string[]>>;

/** The server's own AuditEvents are a log that is indexed in its own way. */
const NO_BASE = new Set(['AuditEvent']);
const ABSTRACT: ReadonlySet<string> = new Set(['Resource', 'DomainResource']);
const CODE = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

/** The concrete types that a definition is for: a base may be Resource or DomainResource, which stand for many. */
export function typesOf(definitions: Definitions, { base = [] }: SearchParameter): string[] {
  const all = [...definitions.resourceTypes].filter((type) => !NO_BASE.has(type));
  const types = (base as readonly string[]).flatMap((one) =>
    one === 'Resource' ? all : one === 'DomainResource' ? all.filter(hasNarrative) : [one],
  );
  return [...new Set(types)].sort();
}

/** Whether it only says again what a package of this server defines, for whoever reads it. */
export function isOfPackage(definitions: Definitions, definition: SearchParameter): boolean {
  const bases = (definition.base ?? []).map((base) =>
    definitions.resourceTypes.has(base) ? base : 'Patient',
  );
  return (
    bases.length > 0 &&
    bases.every((base) => {
      const known = definitions.searchParams(base).get(definition.code ?? '');
      const same = definitions.searchParam(definition, base);
      return known?.url === definition.url && known?.expression === same.expression;
    })
  );
}

/** Why this SearchParameter cannot be searched by; empty when it can. `id` is its own. */
export function customParameterIssues(
  definitions: Definitions,
  others: readonly Pick<CustomParameter, 'id' | 'definition' | 'types'>[],
  id: string,
  definition: SearchParameter,
): Issue[] {
  const issues = [
    ...kindIssues(definition),
    ...codeIssues(definition),
    ...baseIssues(definitions, definition),
    ...expressionIssues(definitions, others, definition),
  ];
  return issues.length > 0 ? issues : takenIssues(definitions, others, id, definition);
}

function unusable(code: IssueCode, element: string, text: Text): Issue {
  return problem(code, text, { expression: `SearchParameter.${element}`, rule: 'search-parameter-unusable' });
}

function kindIssues({ type }: SearchParameter): Issue[] {
  if (type && (type === 'composite' || Object.hasOwn(INDEXABLE, type))) return [];
  const possible = [...Object.keys(INDEXABLE), 'composite'].join(', ');
  return [
    unusable('not-supported', 'type', {
      en: `Parameters of type '${type}' cannot be added to this server. Possible: ${possible}. With status draft it is stored without being used.`,
      zh: `本服务器不能新增“${type}”类型的检索参数。可用类型:${possible}。以 draft 状态保存则只存储、不启用。`,
    }),
  ];
}

function codeIssues({ code }: SearchParameter): Issue[] {
  if (code && CODE.test(code)) return [];
  return [
    unusable('value', 'code', {
      en: `The code '${code}' cannot stand in an address. Use letters, digits and '-', beginning with a letter.`,
      zh: `代码“${code}”不能用于地址。请使用字母、数字和“-”,并以字母开头。`,
    }),
  ];
}

function baseIssues(definitions: Definitions, { base = [] }: SearchParameter): Issue[] {
  return base.flatMap((type, i) =>
    ABSTRACT.has(type) || (definitions.resourceTypes.has(type) && !NO_BASE.has(type))
      ? []
      : [
          unusable('not-supported', `base[${i}]`, {
            en: `'${type}' cannot be the base of a parameter here. Name resource types, AuditEvent excepted, or Resource or DomainResource for all of them.`,
            zh: `“${type}”不能作为检索参数的 base。请写明资源类型(AuditEvent 除外),或以 Resource、DomainResource 表示全部类型。`,
          }),
        ],
  );
}

function expressionIssues(
  definitions: Definitions,
  others: readonly Pick<CustomParameter, 'id' | 'definition' | 'types'>[],
  definition: SearchParameter,
): Issue[] {
  const { expression, type } = definition;
  if (!expression) {
    return [
      unusable('required', 'expression', {
        en: 'A parameter that is to be used needs an expression: the FHIRPath to its values.',
        zh: '要启用的检索参数必须给出 expression,即取值的 FHIRPath。',
      }),
    ];
  }
  for (const one of typesOf(definitions, definition).filter((t) => definitions.resourceTypes.has(t))) {
    const text = expressionFault(definitions, one, definition, INDEXABLE[type as keyof typeof INDEXABLE]);
    if (text) return [unusable('invalid', 'expression', text)];
    const fault = type === 'composite' ? compositeFault(definitions, one, definition, others) : undefined;
    if (fault) return [unusable('invalid', 'component', fault)];
  }
  return [];
}

function expressionFault(
  definitions: Definitions,
  base: string,
  definition: SearchParameter,
  indexable: readonly string[] | undefined,
): Text | undefined {
  const { expression } = definitions.searchParam(definition, base);
  try {
    compileExpression(definitions, base, expression || definition.expression!);
    const types = expressionTypes(definitions, base, expression);
    if (indexable && ![...types].some((t) => indexable.includes(t))) {
      return {
        en: `'${expression}' finds ${[...types].join(', ')}, which a ${definition.type} parameter does not index. It indexes ${indexable.join(', ')}.`,
        zh: `“${expression}”的取值类型为 ${[...types].join('、')},${definition.type} 类型的参数无法索引。可索引:${indexable.join('、')}。`,
      };
    }
    const countsWhatIsFiltered = !isComputed(expression) && !/exists\(\)\s*$/.test(expression);
    if (countsWhatIsFiltered && !jsonPaths(definitions, base, expression)) {
      return {
        en: `In '${expression}' an index or first() may only stand behind the one element it counts.`,
        zh: `“${expression}”中的下标或 first() 只能紧跟在它所计数的单个元素之后。`,
      };
    }
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionFault) return error.text;
    throw error;
  }
}

/** One code of a type means one thing. */
function takenIssues(
  definitions: Definitions,
  others: readonly Pick<CustomParameter, 'id' | 'definition' | 'types'>[],
  id: string,
  definition: SearchParameter,
): Issue[] {
  const { code } = definition;
  const issues = typesOf(definitions, definition).flatMap((type) => {
    const known = definitions.searchParams(type).get(code!);
    const other = others.find((o) => o.id !== id && o.definition.code === code && o.types.includes(type));
    if (!known && !other) return [];
    const by = known ? known.url : `SearchParameter/${other!.id}`;
    return [takenIssue(type, code!, by)];
  });
  // One that is for all types may meet it everywhere.
  return issues.slice(0, definition.base?.length);
}

/** The code is that of another parameter of the type, which is `by`. */
export function takenIssue(type: string, code: string, by: string): Issue {
  return problem(
    'duplicate',
    {
      en: `${type} has a search parameter '${code}' already (${by}). Choose another code.`,
      zh: `${type} 已有检索参数“${code}”(${by})。请另选代码。`,
    },
    { expression: 'SearchParameter.code', rule: 'search-parameter-taken' },
  );
}
