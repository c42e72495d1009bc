/**
 * `_filter` -> filters: each test becomes the search parameter that asks the same, where there is one, so that
 * both find the same. https://hl7.org/fhir/R4/search_filter.html#ops
 *
 * R4 leaves `eq` of a reference undefined; here it is `re`. Codes are compared as everywhere in a search,
 * with their case. What an operator cannot mean for a type of parameter is refused by name.
 */
import { badParameter, FhirError, failure } from '../../kernel/fhir-error.ts';
import { chained, reversed } from '../chain.ts';
import { type Condition, type ParseSpecial, unknownParameter } from '../condition.ts';
import { storedIdentifier } from '../identifiers.ts';
import type { Parameter } from '../parameters.ts';
import type { Filter, TextOperator } from '../plan.ts';
import { escaped, splitEscaped } from '../values.ts';
import { compareFilter } from './compare.ts';
import { type Expression, type Operator, type Path, parseFilter, type Test } from './grammar.ts';
import { groupOf, groupParameter } from './group.ts';
import { unequalFilter } from './unequal.ts';

/** Where an expression stands: the type it is about, and how many links lead there. */
type Scope = Omit<Parameters<ParseSpecial>[0], 'condition'> & Pick<Condition, 'type' | 'links'>;

export const filterExpression: ParseSpecial = ({ condition: { type, value, links }, ...asked }) => {
  try {
    return toFilter({ ...asked, type, links }, parseFilter(value));
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    throw failure(
      error.category,
      error.issues.map((issue) => ({ ...issue, expression: '_filter' })),
      error.headers,
    );
  }
};

/** The tests by value sets and hierarchies, as the search parameters that they become; none when it is no filter. */
export function terminologyAsked(text: string): [name: string, value: string][] {
  try {
    return testsOf(parseFilter(text)).flatMap(({ path, operator, value }) => {
      const modifier = TOKEN_MODIFIERS[operator];
      return modifier ? [[`${pathText(path)}:${modifier}`, tokenValue(modifier, value)]] : [];
    });
  } catch {
    return []; // said when it is read
  }
}

function testsOf(expression: Expression): Test[] {
  if (expression.kind === 'not') return testsOf(expression.inner);
  if (expression.kind !== 'test') return expression.parts.flatMap(testsOf);
  const inside: Test[] = [];
  for (let path: Path = expression.path; path.kind !== 'end'; path = path.rest) {
    if (path.kind === 'link' && path.where) inside.push(...testsOf(path.where));
  }
  return [expression, ...inside];
}

function toFilter(scope: Scope, expression: Expression): Filter {
  switch (expression.kind) {
    case 'and':
      return { kind: 'all', filters: expression.parts.map((part) => toFilter(scope, part)) };
    case 'or':
      return { kind: 'any', filters: expression.parts.map((part) => toFilter(scope, part)), asked: true };
    case 'not':
      return { kind: 'not', filter: toFilter(scope, expression.inner) };
    case 'test':
      return along(scope, expression.path, expression);
  }
}

/** Follows the links of a path to the test at its end. */
function along(scope: Scope, path: Path, test: Test): Filter {
  const { context, type, links } = scope;
  switch (path.kind) {
    case 'end':
      return testFilter(scope, path.name, test);
    case 'has':
      return reversed(context, type, { source: path.source, code: path.name }, pathText(path), (source) =>
        along({ ...scope, type: source, links: links + 1 }, path.rest, test),
      );
    case 'link': {
      const group = groupOf(type, path.name);
      if (group) {
        const [name, value] = groupParameter(group, path, test, (of, parameter) =>
          context.parameters(type).byCode.get(parameter)?.kind === 'reference'
            ? escaped(of.value)
            : tokenText(of.value),
        );
        return scope.behind({ type, name, value, links });
      }
      const link = path.target === undefined ? path.name : `${path.name}:${path.target}`;
      return chained(context, type, link, pathText(path), (target) => {
        const there = { ...scope, type: target, links: links + 1 };
        const rest = along(there, path.rest, test);
        // What the brackets ask holds of the same resource that the rest is about.
        return path.where ? { kind: 'all', filters: [toFilter(there, path.where), rest] } : rest;
      });
    }
  }
}

/** A path as it is written, for errors. */
function pathText(path: Path): string {
  switch (path.kind) {
    case 'end':
      return path.name;
    case 'has':
      return `_has:${path.source}:${path.name}:${pathText(path.rest)}`;
    case 'link':
      return `${path.name}${path.target === undefined ? '' : `:${path.target}`}${path.where ? '[…]' : ''}.${pathText(path.rest)}`;
  }
}

type Kind = Parameter['kind'];

const ORDERED: readonly Operator[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'pr'];

/** What each type of parameter can be asked. */
const POSSIBLE: Readonly<Partial<Record<string, readonly Operator[]>>> = {
  string: ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'pr'],
  token: ['eq', 'ne', 'pr', 'ss', 'sb', 'in', 'ni'],
  uri: ['eq', 'ne', 'pr'],
  reference: ['re', 'eq', 'pr'],
  date: [...ORDERED, 'po', 'co'],
  number: ORDERED,
  quantity: ORDERED,
};

/** Operators that are modifiers of a token in other searches. */
const TOKEN_MODIFIERS: Readonly<Partial<Record<Operator, string>>> = {
  ss: 'below',
  sb: 'above',
  in: 'in',
  ni: 'not-in',
};

function testFilter(scope: Scope, name: string, { operator, value }: Test): Filter {
  const { context, type, links, behind } = scope;
  const parameter = context.parameters(type).byCode.get(name);
  const kind = parameter?.kind ?? engineKind(name);
  if (!kind) throw unknownParameter(context, type, name);
  const possible = POSSIBLE[kind] ?? (['eq', 'pr'] as const);
  if (!possible.includes(operator)) throw impossible(name, kind, operator, possible);
  const ask = (modifier: string, text: string) =>
    behind({ type, name: modifier === '' ? name : `${name}:${modifier}`, value: text, links });
  if (operator === 'pr') return ask('missing', missingOf(name, value));
  switch (kind) {
    case 'string':
      if (operator === 'co') return ask('contains', escaped(value));
      if (operator === 'sw') return ask('', escaped(value));
      scope.enter({ type, name, value, links });
      return compareFilter(parameter!, operator as TextOperator, value);
    case 'token': {
      const modifier = TOKEN_MODIFIERS[operator];
      if (modifier) return ask(modifier, tokenValue(modifier, value));
      const equal = ask('', tokenText(value));
      if (operator === 'eq') return equal;
      if (!parameter) return { kind: 'not', filter: equal };
      const [stored] = storedIdentifier(context.definitions.identifierSystems, tokenText(value));
      return unequalFilter(parameter, stored!, equal);
    }
    case 'uri': {
      const equal = ask('', escaped(value));
      return operator === 'eq' ? equal : unequalFilter(parameter!, escaped(value), equal);
    }
    case 'reference':
      return ask('', escaped(value));
    case 'date':
      return operator === 'po' || operator === 'co'
        ? periodFilter(ask('', `eq${commaless(value)}`), name, operator)
        : ask('', `${operator}${commaless(value)}`);
    case 'quantity':
      return ask('', `${operator}${quantityText(value)}`);
    case 'number':
      return ask('', `${operator}${commaless(value)}`);
    default:
      return ask('', commaless(value));
  }
}

/** The types of the parameters that have no element of their own. */
function engineKind(name: string): Kind | undefined {
  if (name === '_id') return 'token';
  return name === '_lastUpdated' ? 'date' : undefined;
}

function periodFilter(equal: Filter, name: string, operator: 'po' | 'co'): Filter {
  if (equal.kind !== 'date') throw impossible(name, 'date', operator, ORDERED);
  return { ...equal, any: equal.any.map((comparison) => ({ ...comparison, prefix: operator })) };
}

/** `pr true` finds what has a value. */
function missingOf(name: string, value: string): 'true' | 'false' {
  const wanted = value.toLowerCase();
  if (wanted === 'true') return 'false';
  if (wanted === 'false') return 'true';
  throw badParameter('_filter', {
    en: `'${name} pr' is followed by true or false, not by '${value}'.`,
    zh: `“${name} pr”之后应为 true 或 false,而不是“${value}”。`,
  });
}

function impossible(
  name: string,
  kind: string,
  operator: Operator,
  possible: readonly Operator[],
): FhirError {
  return badParameter(
    '_filter',
    {
      en: `'${operator}' means nothing for '${name}', a parameter of type ${kind}. Possible: ${possible.join(', ')}.`,
      zh: `运算符“${operator}”不适用于“${name}”(${kind} 类型参数)。可用:${possible.join('、')}。`,
    },
    false,
  );
}

/** Names that stand for their systems. */
const SYSTEMS: Readonly<Record<string, string>> = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  ucum: 'http://unitsofmeasure.org',
};

/** `loinc|1234-5` -> `http://loinc.org|1234-5` */
function tokenText(value: string): string {
  const [first = '', ...rest] = splitEscaped(commaless(value), '|');
  return [rest.length > 0 ? (SYSTEMS[first.toLowerCase()] ?? first) : first, ...rest].join('|');
}

/** A value set is named by its url, a code as ever. */
function tokenValue(modifier: string, value: string): string {
  return modifier === 'in' || modifier === 'not-in' ? escaped(value) : tokenText(value);
}

/** `5|ucum|mg` -> `5|http://unitsofmeasure.org|mg` */
function quantityText(value: string): string {
  const [number, system = '', ...rest] = splitEscaped(commaless(value), '|');
  return rest.length === 0
    ? commaless(value)
    : [number, SYSTEMS[system.toLowerCase()] ?? system, ...rest].join('|');
}

/** A comma is a character here: alternatives are written with `or`. */
function commaless(value: string): string {
  return value.replace(/\\.|,/gs, (found) => (found === ',' ? '\\,' : found));
}
