/**
 * Random `_filter`s with what they must find. What another search parameter can ask is asked of the oracle as that;
 * the operators of `_filter` alone are evaluated here, by https://hl7.org/fhir/R4/search_filter.html.
 */
import { type Criterion, folded, keyOf, matchesToken, type Oracle, spanOf, TEXTS } from './evaluate.ts';
import { all, not, some, type Truth } from './logic.ts';
import { type Json, type Parameter, parametersOf } from './parameters.ts';
import type { QueryGenerator } from './queries.ts';
import type { Random } from './random.ts';
import { span } from './values.ts';

export interface RandomFilter {
  readonly text: string;
  /** Whether each resource of the type matches, by `Type/id`. */
  readonly truths: ReadonlyMap<string, Truth>;
}

const SPACES = ['', ' ', '  '];
/** Kinds whose values stand each for itself. */
const SIMPLE: ReadonlySet<string> = new Set([
  'token',
  'string',
  'reference',
  'date',
  'number',
  'quantity',
  'uri',
]);
const HAN = /\p{Script=Han}/u;

export class FilterGenerator {
  readonly #r: Random;
  readonly #oracle: Oracle;
  readonly #criteria: ReadonlyMap<string, readonly Criterion[]>;

  constructor(random: Random, oracle: Oracle, queries: QueryGenerator) {
    this.#r = random;
    this.#oracle = oracle;
    const pool = Array.from({ length: 3000 }, () => queries.query());
    this.#criteria = new Map(
      [...Map.groupBy(pool, ({ type }) => type)].map(([type, made]) => [
        type,
        made.flatMap((q) => q.criteria),
      ]),
    );
  }

  get types(): string[] {
    return [...this.#criteria.keys()];
  }

  filter(type: string, depth = 3): RandomFilter {
    const r = this.#r;
    const p = depth === 0 ? 1 : r.next();
    const space = r.pick(SPACES);
    if (p < 0.15) {
      const { text, truths } = this.filter(type, depth - 1);
      return {
        text: `not${space}(${space}${text}${space})`,
        truths: this.#map(type, (key) => not(truths.get(key)!)),
      };
    }
    if (p < 0.25) {
      const { text, truths } = this.filter(type, depth - 1);
      return { text: `(${space}${text}${space})`, truths };
    }
    if (p < 0.6) return this.#logical(type, depth);
    return r.chance(0.45) ? this.#ownTest(type) : this.#borrowedTest(type);
  }

  /** Read from left to right, neither `and` nor `or` binding tighter. */
  #logical(type: string, depth: number): RandomFilter {
    const r = this.#r;
    const test = () => (r.chance(0.3) ? this.#parenthesised(type, depth - 1) : this.filter(type, 0));
    let left = test();
    for (let i = 1 + r.below(3); i > 0; i--) {
      const right = test();
      const operator = r.pick(['and', 'or'] as const);
      const before = left.truths;
      left = {
        text: `${left.text} ${operator} ${right.text}`,
        truths: this.#map(type, (key) =>
          (operator === 'and' ? all : some)([before.get(key)!, right.truths.get(key)!]),
        ),
      };
    }
    return left;
  }

  #parenthesised(type: string, depth: number): RandomFilter {
    const { text, truths } = this.filter(type, depth);
    return { text: `(${text})`, truths };
  }

  #map(type: string, truth: (key: string, resource: Json) => Truth): Map<string, Truth> {
    return new Map(
      this.#oracle.ofType(type).map((resource) => [keyOf(resource), truth(keyOf(resource), resource)]),
    );
  }

  /** A test that is a search parameter in other words. */
  #borrowedTest(type: string): RandomFilter {
    for (;;) {
      const [name, value] = this.#r.pick(this.#criteria.get(type)!);
      if (/(?<!\\),/.test(value)) continue;
      // Amounts in different units are compared by twelve digits: what differs behind them is not tested.
      if (value.replace(/\|.*/s, '').replace(/\D/g, '').length > 11 && /^\D*\d+\.\d+\|/.test(value)) continue;
      const test = this.#reworded(name, value);
      if (!test) continue;
      return { text: test, truths: this.#oracle.search(type, [[name, value]]) };
    }
  }

  /** `patient.name:contains=x` -> `patient.name co "x"`; undefined when there are no such words. */
  #reworded(name: string, value: string): string | undefined {
    const end = /[^.:]+(?::[^.:]+)?$/.exec(name)![0];
    const [code, modifier] = end.split(':') as [string, string?];
    const links = name.slice(0, name.length - end.length);
    const kind = kindOf(code);
    if (kind === undefined || /:$/.test(links.replace(/_has:\w+:[\w-]+:$/, ''))) return undefined;
    const path = `${links}${code}`;
    switch (kind) {
      case 'string':
        if (modifier === 'exact' || modifier === 'missing') return undefined;
        return `${path} ${modifier === 'contains' ? 'co' : 'sw'} ${JSON.stringify(unescaped(value))}`;
      case 'token':
        return modifier === undefined ? `${path} eq ${this.#value(value)}` : undefined;
      case 'uri':
        return modifier === undefined ? `${path} eq ${this.#value(unescaped(value))}` : undefined;
      case 'reference':
        return modifier === undefined ? `${path} re ${this.#value(unescaped(value))}` : undefined;
      case 'date':
      case 'number':
      case 'quantity': {
        if (modifier !== undefined) return undefined;
        const [, prefix, rest] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/.exec(value)!;
        return `${path} ${prefix ?? 'eq'} ${this.#value(rest!)}`;
      }
      default:
        return modifier === undefined ? `${path} eq ${this.#value(value)}` : undefined;
    }
  }

  /** A token where it can be one, or a string. */
  #value(text: string): string {
    return /^[^\s)\]"]+$/.test(text) && this.#r.chance(0.6) ? text : JSON.stringify(text);
  }

  /** A test by an operator that no other search has. */
  #ownTest(type: string): RandomFilter {
    const r = this.#r;
    const resources = this.#oracle.ofType(type);
    for (;;) {
      const [code, parameter] = r.pick(Object.entries(parametersOf(type)));
      const sample = r.pick(resources.flatMap((resource) => parameter.elements(resource)));
      if (SIMPLE.has(parameter.kind) && r.chance(0.15)) {
        const wanted = r.chance(0.5);
        const truths = this.#map(type, (_, resource) => {
          const there = isPresent(parameter, resource);
          return wanted ? there : not(there);
        });
        return { text: `${code} pr ${wanted}`, truths };
      }
      if (sample === undefined) continue;
      const test = this.#operatorTest(parameter, sample);
      if (!test) continue;
      return {
        text: `${code} ${test.text}`,
        truths: this.#map(type, (_, resource) => some(parameter.elements(resource).map(test.truth))),
      };
    }
  }

  #operatorTest(
    parameter: Parameter,
    sample: Json,
  ): { text: string; truth: (element: Json) => Truth } | undefined {
    const r = this.#r;
    switch (parameter.kind) {
      case 'string': {
        const text = r.pick(textsOf(sample));
        if (text === undefined || folded(text) === '') return undefined;
        const operator = r.pick(['eq', 'ne', 'ew', 'gt', 'lt', 'ge', 'le']);
        const wanted = operator === 'ew' ? [...text].slice(-1 - r.below(4)).join('') : text;
        if (folded(wanted) === '') return undefined;
        return {
          text: `${operator} ${JSON.stringify(r.pick([wanted, wanted.toUpperCase()]))}`,
          truth: (element) => stringTruth(parameter, operator, element, folded(wanted)),
        };
      }
      case 'token': {
        const coded = sample.coding?.[0] ?? sample;
        const plain = typeof coded === 'object' ? (coded.code ?? coded.value) : String(coded);
        if (plain === undefined || /[\\,|$]/.test(plain)) return undefined;
        const text = coded.system && r.chance(0.5) ? `${coded.system}|${plain}` : plain;
        return {
          text: `ne ${this.#value(text)}`,
          truth: (element) => not(matchesToken(parameter, element, text)),
        };
      }
      case 'date': {
        const text = typeof sample === 'string' ? sample : (sample.start ?? sample.end);
        if (text === undefined) return undefined;
        const moment = r.pick([text, text.slice(0, 10), text.slice(0, 7), text.slice(0, 4)]);
        const operator = r.pick(['po', 'co']);
        const asked = span(moment);
        return {
          text: `${operator} ${moment}`,
          truth: (element) => {
            const there = spanOf(element);
            if (!there) return false;
            return operator === 'po'
              ? there.from < asked.to && asked.from < there.to
              : there.from <= asked.from && asked.to <= there.to;
          },
        };
      }
      default:
        return undefined;
    }
  }
}

/** Of what kind a parameter of some type with this code is; undefined when types differ. */
function kindOf(code: string): string | undefined {
  const kinds = new Set(
    [
      'Patient',
      'Observation',
      'Condition',
      'Encounter',
      'Organization',
      'Practitioner',
      'Group',
      'Specimen',
      'ServiceRequest',
      'MedicationRequest',
      'DiagnosticReport',
      'RiskAssessment',
      'ValueSet',
      'StructureDefinition',
      'Task',
    ].flatMap((type) => parametersOf(type)[code]?.kind ?? []),
  );
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function textsOf(element: Json): string[] {
  return typeof element === 'string' ? [element] : TEXTS.flatMap((key) => element[key] ?? []);
}

function isPresent(parameter: Parameter, resource: Json): Truth {
  const elements = parameter.elements(resource);
  if (elements.length === 0) return false;
  const found =
    parameter.kind === 'string'
      ? elements.flatMap(textsOf).some((text) => folded(text) !== '')
      : parameter.kind === 'date'
        ? elements.some((element) => spanOf(element) !== undefined)
        : parameter.kind !== 'quantity' && parameter.kind !== 'number' && parameter.kind !== 'reference';
  // An element that holds nothing to search for: whether it is a value is not said.
  return found || 'open';
}

function stringTruth(parameter: Parameter, operator: string, element: Json, wanted: string): Truth {
  const texts = textsOf(element)
    .map(folded)
    .filter((text) => text !== '');
  const order = (text: string) => Buffer.compare(Buffer.from(text), Buffer.from(wanted));
  switch (operator) {
    case 'eq': {
      if (texts.includes(wanted)) return true;
      // A name is also a whole, and Chinese has readings: the county's additions.
      const whole = typeof element === 'object';
      return whole || (parameter.read && texts.some((text) => HAN.test(text))) ? 'open' : false;
    }
    case 'ne':
      return texts.some((text) => text !== wanted);
    case 'ew':
      return texts.some((text) => text.endsWith(wanted));
    case 'gt':
      return texts.some((text) => order(text) > 0);
    case 'lt':
      return texts.some((text) => order(text) < 0);
    case 'ge':
      return texts.some((text) => order(text) >= 0);
    default:
      return texts.some((text) => order(text) <= 0);
  }
}

function unescaped(text: string): string {
  return text.replace(/\\([\\,|$])/g, '$1');
}
