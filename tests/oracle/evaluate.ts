/**
 * FHIR R4 search over an array of resources: slow, and written from https://hl7.org/fhir/R4/search.html alone.
 * It knows nothing of the server; what the specification leaves to servers is 'open' (see logic.ts).
 */
import { all, not, some, type Truth } from './logic.ts';
import { matchesLevel, matchesType, presence, related, VALUE_SETS, wordsOf } from './modifiers.ts';
import { type Json, type Kind, type Parameter, parametersOf, TYPES } from './parameters.ts';
import {
  ALWAYS_FROM,
  ALWAYS_TO,
  absolute,
  compare,
  type Exact,
  exact,
  halfUnit,
  minus,
  plus,
  type Span,
  span,
  times,
  UNITS,
} from './values.ts';

const UCUM = 'http://unitsofmeasure.org';

/** A parameter as it stands in the address, decoded: `['patient.name:exact', '张三']`. */
export type Criterion = readonly [name: string, value: string];

export interface Include {
  readonly reverse: boolean;
  readonly iterate: boolean;
  /** `Observation:subject:Patient` */
  readonly path: string;
}

type Known = ReadonlySet<string>;

/** A resource of this server that something points to, perhaps in one version. */
interface Target {
  /** `Type/id` */
  readonly key: string;
  readonly versioned: boolean;
}

export class Oracle {
  readonly #resources: ReadonlyMap<string, Json>;
  readonly #base: string;
  /** Names of the known differences: what they touch is open. */
  readonly known: Known;
  /** Found before, because `_has` asks again and again. */
  readonly #targets = new Map<Parameter, Map<Json, readonly Target[]>>();

  /**
   * `base` is the address of the server, under which absolute references are its own. `known` names
   * the defects of known-differences.json: what they touch is taken as open.
   */
  constructor(resources: readonly Json[], base: string, known: Known = new Set()) {
    this.#resources = new Map(resources.map((resource) => [keyOf(resource), resource]));
    this.#base = base;
    this.known = known;
  }

  ofType(type: string): Json[] {
    return [...this.#resources.values()].filter((resource) => resource.resourceType === type);
  }

  get(key: string): Json | undefined {
    return this.#resources.get(key);
  }

  /** Whether each resource of the type matches all criteria, by `Type/id`. */
  search(type: string, criteria: readonly Criterion[]): Map<string, Truth> {
    return new Map(
      this.ofType(type).map((resource) => [
        keyOf(resource),
        all(criteria.map(([name, value]) => this.#matches(resource, name, value))),
      ]),
    );
  }

  #matches(resource: Json, name: string, value: string): Truth {
    if (name.startsWith('_has:')) return this.#isReferredTo(resource, name, value);
    const dot = name.indexOf('.');
    const [code, modifier] = (dot < 0 ? name : name.slice(0, dot)).split(':') as [string, string?];
    const parameter = parametersOf(resource.resourceType)[code];
    if (!parameter) throw new Error(`no parameter ${code} of ${resource.resourceType}`);
    if (dot >= 0) return this.#chain(resource, parameter, modifier, name.slice(dot + 1), value);
    const values = parameter.elements(resource);
    if (modifier === 'missing') {
      const present = this.#present(parameter, values);
      return value === 'true' ? not(present) : present;
    }
    const any = some(
      split(value, ',').flatMap((alternative) =>
        values.map((element) => this.#matchesOne(parameter, modifier, element, alternative)),
      ),
    );
    return modifier === 'not' || modifier === 'not-in' ? not(any) : any;
  }

  #present(parameter: Parameter, values: readonly Json[]): Truth {
    if (parameter.kind === 'composite') {
      return values.some((focus) => parameter.parts!.every((part) => part.elements(focus).length > 0));
    }
    if (parameter.kind !== 'reference') return values.length > 0;
    const found = values.map((v) => this.#local(typeof v === 'string' ? v : v.reference)?.key);
    return presence(found, parameter.only);
  }

  /** Every component in the one element. https://hl7.org/fhir/R4/search.html#composite */
  #matchesTogether(parameter: Parameter, focus: Json, text: string): Truth {
    const texts = split(text, '$');
    return all(
      parameter.parts!.map((part, i) =>
        some(part.elements(focus).map((element) => this.#matchesOne(part, undefined, element, texts[i]!))),
      ),
    );
  }

  #isReferredTo(resource: Json, name: string, value: string): Truth {
    const [, type, code, ...rest] = name.split(':') as [string, string, string, ...string[]];
    const parameter = parametersOf(type)[code]!;
    return some(
      this.ofType(type)
        .filter((other) => this.targets(other, parameter).some((target) => target.key === keyOf(resource)))
        .map((other) => this.#matches(other, rest.join(':'), value)),
    );
  }

  #chain(resource: Json, parameter: Parameter, type: string | undefined, name: string, value: string): Truth {
    const first = /^[^.:]+/.exec(name)![0];
    return some(
      this.targets(resource, parameter)
        .map((target) => this.#resources.get(target.key))
        .filter((target) => target !== undefined)
        .filter((target) => type === undefined || target.resourceType === type)
        .filter((target) => first === '_has' || parametersOf(target.resourceType)[first] !== undefined)
        .map((target) => this.#matches(target, name, value)),
    );
  }

  /** Resources of this server that a reference parameter points to. */
  targets(resource: Json, parameter: Parameter): readonly Target[] {
    const found = this.#targets.get(parameter)?.get(resource) ?? this.#findTargets(resource, parameter);
    if (!this.#targets.has(parameter)) this.#targets.set(parameter, new Map());
    this.#targets.get(parameter)!.set(resource, found);
    return found;
  }

  #findTargets(resource: Json, parameter: Parameter): Target[] {
    return parameter
      .elements(resource)
      .map((element) => this.#local(typeof element === 'string' ? element : element.reference))
      .filter((target) => target !== undefined)
      .filter((target) => parameter.only === undefined || target.key.startsWith(`${parameter.only}/`));
  }

  #local(reference: string | undefined): Target | undefined {
    const relative = reference?.startsWith(`${this.#base}/`)
      ? reference.slice(this.#base.length + 1)
      : reference;
    const match = /^([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})(\/_history\/[A-Za-z0-9.-]{1,64})?$/.exec(
      relative ?? '',
    );
    return match ? { key: match[1]!, versioned: match[2] !== undefined } : undefined;
  }

  #matchesOne(parameter: Parameter, modifier: string | undefined, element: Json, text: string): Truth {
    switch (parameter.kind) {
      case 'composite':
        return this.#matchesTogether(parameter, element, text);
      case 'token':
        return matchesModifiedToken(parameter, modifier, element, text);
      case 'string':
        return matchesString(parameter, modifier, element, text);
      case 'date':
        return matchesDate(element, text);
      case 'number':
        return matchesNumber(exact(element), text);
      case 'quantity':
        return matchesQuantity(element, text);
      case 'uri':
        return modifier === 'above' || modifier === 'below'
          ? matchesLevel(element, unescaped(text), modifier)
          : matchesUri(element, unescaped(text));
      case 'reference':
        return this.#matchesReference(parameter, modifier, element, text);
    }
  }

  /** https://hl7.org/fhir/R4/search.html#reference */
  #matchesReference(parameter: Parameter, modifier: string | undefined, element: Json, text: string): Truth {
    if (modifier === 'identifier') {
      if (element.identifier === undefined) return false;
      const found = matchesToken({ ...parameter, kind: 'token' }, element.identifier, text);
      // Whether an identifier resolves to a Patient, only who has that Patient can say.
      return found === true && parameter.only !== undefined ? 'open' : found;
    }
    if (typeof element === 'string') {
      const match = modifier === 'below' ? isBelowCanonical : matchesCanonical;
      return match(element, unescaped(text));
    }
    const wanted = unescaped(text);
    const found = this.#local(element.reference);
    if (found && parameter.only !== undefined && !found.key.startsWith(`${parameter.only}/`)) return false;
    const asked = this.#local(wanted);
    if (asked) {
      if (modifier !== undefined && !asked.key.startsWith(`${modifier}/`)) return false;
      return found?.key === asked.key;
    }
    if (wanted.includes(':')) {
      if (element.reference !== wanted) return false;
      return parameter.only === undefined ? true : 'open';
    }
    if (!found) return false;
    const [type, id] = found.key.split('/') as [string, string];
    return id === wanted && (modifier === undefined || type === modifier);
  }

  /**
   * What goes along with the matches. `maybe` are targets of references to one version, which a server
   * may bring in that version, in the current one or not at all.
   */
  included(
    matches: readonly string[],
    includes: readonly Include[],
    answered: readonly Json[] = [],
  ): { must: Set<string>; maybe: Set<string> } {
    const must = new Set<string>();
    const maybe = new Set<string>();
    const seen = new Set(matches);
    let from = [...matches];
    for (let round = 1; from.length > 0; round++) {
      const found = includes
        .filter((include) => round === 1 || include.iterate)
        .flatMap((include) => this.#step(include, from));
      from = [];
      for (const { key, versioned } of found) {
        if (versioned) maybe.add(key);
        else if (!seen.has(key)) {
          seen.add(key);
          must.add(key);
          from.push(key);
        }
      }
    }
    // What hangs on a maybe is one, too: on the current version, or on that which was answered.
    for (const key of maybe) {
      const versions = [this.#resources.get(key), ...answered.filter((resource) => keyOf(resource) === key)];
      for (const include of includes.filter((i) => i.iterate)) {
        for (const step of this.#step(include, [key], versions)) maybe.add(step.key);
      }
    }
    return { must, maybe };
  }

  #step(
    include: Include,
    from: readonly string[],
    resources = from.map((key) => this.#resources.get(key)),
  ): Target[] {
    const [source, code, target] = include.path.split(':') as [string, string, string?];
    const parameters = Object.entries(parametersOf(source))
      .filter(([name, parameter]) => parameter.kind === 'reference' && (code === '*' || code === name))
      .map(([, parameter]) => parameter);
    const ofTarget = (key: string) => target === undefined || key.startsWith(`${target}/`);
    if (include.reverse) {
      return this.ofType(source).flatMap((resource) =>
        parameters
          .flatMap((parameter) => this.targets(resource, parameter))
          .filter(({ key }) => from.includes(key) && ofTarget(key))
          .map(({ versioned }) => ({ key: keyOf(resource), versioned })),
      );
    }
    return resources
      .filter((resource) => resource?.resourceType === source)
      .flatMap((resource) => parameters.flatMap((parameter) => this.targets(resource, parameter)))
      .filter(({ key }) => this.#resources.has(key) && ofTarget(key));
  }

  /** What a resource is sorted by, for each field. */
  sortKeys(resource: Json, sort: readonly string[]): SortKey[] {
    return sort.map((field) => {
      const code = field.replace(/^-/, '');
      const { kind, elements, only } = parametersOf(resource.resourceType)[code]!;
      const all = elements(resource);
      const where = only === undefined ? [] : all.map((element) => this.#resolves(element, only));
      if (where.includes('open')) return undefined;
      return sortKey(
        kind,
        field.startsWith('-'),
        all.filter((_, i) => where[i] !== false),
      );
    });
  }

  /** Whether a reference is to the type; open when it does not say where it leads. */
  #resolves(element: Json, type: string): Truth {
    const found = this.#local(element.reference);
    if (found) return found.key.startsWith(`${type}/`);
    return element.reference === undefined && element.type === undefined ? false : 'open';
  }

  /**
   * Below zero when a must come before b, above when after, zero when the specification leaves it open.
   * `field` is the one that decided.
   */
  order(
    a: readonly SortKey[],
    b: readonly SortKey[],
    sort: readonly string[],
  ): { sign: number; field: string } {
    for (const [i, field] of sort.entries()) {
      const [x, y] = [a[i], b[i]];
      if (x === undefined || y === undefined) break;
      // What has no value comes last, whichever way the sort goes.
      if (x === 'none' || y === 'none') {
        if (x === y) continue;
        return { sign: x === 'none' ? 1 : -1, field };
      }
      if (same(x, y)) continue;
      const up = field.startsWith('-') ? -1 : 1;
      if (before(x, y)) return { sign: -up, field };
      if (before(y, x)) return { sign: up, field };
      break;
    }
    return { sign: 0, field: '' };
  }
}

export function keyOf(resource: Json): string {
  return `${resource.resourceType}/${resource.id}`;
}

/** Splits at a separator that no backslash escapes; the parts keep their escapes. */
export function split(text: string, separator: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\' && i + 1 < text.length) parts.push(`${parts.pop()}${text[i]}${text[++i]}`);
    else if (text[i] === separator) parts.push('');
    else parts.push(`${parts.pop()}${text[i]}`);
  }
  return parts;
}

export function escaped(text: string): string {
  return text.replace(/[\\,|$]/g, '\\$&');
}

function unescaped(text: string): string {
  return text.replace(/\\([\\,|$])/g, '$1');
}

function matchesModifiedToken(
  parameter: Parameter,
  modifier: string | undefined,
  element: Json,
  text: string,
): Truth {
  const among = (codes: readonly (readonly [string, string])[]) =>
    some(codes.map(([system, code]) => matchesToken(parameter, element, `${system}|${escaped(code)}`)));
  switch (modifier) {
    case 'in':
    case 'not-in':
      return among(VALUE_SETS[text]!);
    case 'above':
    case 'below': {
      const [system, code] = split(text, '|').map(unescaped) as [string, string];
      return among(related(system, code, modifier).map((c) => [system, c]));
    }
    case 'of-type': {
      const [system, code, value] = split(text, '|').map(unescaped) as [string, string, string];
      return matchesType(element, system, code, value);
    }
    case 'text':
      return (wordsOf(element) ?? []).some((words) => folded(words).startsWith(folded(unescaped(text))));
    default:
      return matchesToken(parameter, element, text);
  }
}

/** https://hl7.org/fhir/R4/search.html#token */
export function matchesToken(parameter: Parameter, element: Json, text: string): Truth {
  const [first, second] = split(text, '|').map(unescaped) as [string, string?];
  return some(
    codings(parameter, element).map(({ systems, code }): Truth => {
      if (second === undefined) return code === first;
      if (second === '') return systems === 'none' ? false : systems.includes(first) && code !== undefined;
      if (code !== second) return false;
      // A code has a system that is not written, a string can have none: whether `|code` finds them is not said.
      if (first === '' && typeof element !== 'object') return 'open';
      if (first === '') return systems === 'none';
      return systems !== 'none' && systems.includes(first);
    }),
  );
}

interface Coded {
  readonly systems: readonly string[] | 'none';
  readonly code: string | undefined;
}

function codings(parameter: Parameter, element: Json): Coded[] {
  if (typeof element !== 'object') return [{ systems: parameter.systems ?? 'none', code: String(element) }];
  const of = (system: string | undefined, code: string): Coded => ({
    systems: system === undefined ? 'none' : [system],
    code,
  });
  if (element.coding) return element.coding.map((c: Json) => of(c.system, c.code));
  if (element.value !== undefined) return [of(element.system, element.value)]; // Identifier, ContactPoint
  return element.code === undefined ? [] : [of(element.system, element.code)];
}

/** Case, accents, width and repeated blanks do not matter. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim();
}

const HAN = /\p{Script=Han}/u;
const LATIN = /[a-z]/;
export const TEXTS = [
  'text',
  'family',
  'given',
  'prefix',
  'suffix', // HumanName
  'line',
  'city',
  'district',
  'state',
  'postalCode',
  'country', // Address
];

/** https://hl7.org/fhir/R4/search.html#string */
function matchesString(
  parameter: Parameter,
  modifier: string | undefined,
  element: Json,
  text: string,
): Truth {
  const wanted = unescaped(text);
  const texts: string[] =
    typeof element === 'string' ? [element] : TEXTS.flatMap((key) => element[key] ?? []);
  // Names are the same in traditional characters; this is the one that the world has.
  const alike = (value: string) =>
    parameter.read === true ? folded(value).replaceAll('張', '张') : folded(value);
  const fits = (value: string): boolean => {
    if (modifier === 'exact') return value === wanted;
    if (modifier === 'contains') return alike(value).includes(alike(wanted));
    return alike(value).startsWith(alike(wanted));
  };
  const found = texts.filter(fits);
  if (found.length > 0) return true;
  // Searching a name or an address as a whole is "a server-defined search": parts may be joined, or read apart.
  const whole = typeof element === 'string' ? [] : joined(element);
  if (whole.some(fits)) return modifier === undefined && HAN.test(wanted) ? true : 'open';
  if (modifier !== 'exact' && whole.some((value) => squeezed(value).includes(squeezed(wanted))))
    return 'open';
  // Characters have readings; that is the county's addition and tested elsewhere.
  const readable = parameter.read === true && modifier !== 'exact' && LATIN.test(folded(wanted));
  return readable && texts.some((value) => HAN.test(value)) ? 'open' : false;
}

const squeezed = (text: string) => folded(text).replace(/\s/g, '');

function joined(element: Json): string[] {
  const given: string[] = element.given ?? [];
  const order = element.family === undefined && given.length === 0 ? TEXTS.slice(5) : ['family', 'given'];
  const parts: string[] = order.flatMap((key) => element[key] ?? []);
  return HAN.test(parts[0] ?? '')
    ? [parts.join('')]
    : [parts.join(' '), [...given, element.family ?? ''].join(' '), given.join(' ')];
}

type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

function prefixed(text: string): [Prefix, string] {
  const match = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(.*)$/.exec(text);
  return match ? [match[1] as Prefix, match[2]!] : ['eq', text];
}

/** https://hl7.org/fhir/R4/search.html#prefix: by what the range above, below and of the search value does. */
function compares<T>(
  prefix: Exclude<Prefix, 'ap'>,
  searched: { from: T; to: T },
  target: { from: T; to: T },
  below: (a: T, b: T) => boolean,
): boolean {
  const above = below(searched.to, target.to);
  const under = below(target.from, searched.from);
  const contains = !under && !above;
  switch (prefix) {
    case 'eq':
      return contains;
    case 'ne':
      return !contains;
    case 'gt':
      return above;
    case 'lt':
      return under;
    case 'ge':
      return above || contains;
    case 'le':
      return under || contains;
    case 'sa':
      return !below(target.from, searched.to);
    case 'eb':
      return !below(searched.from, target.to);
  }
}

/** https://hl7.org/fhir/R4/search.html#date */
function matchesDate(element: Json, text: string): Truth {
  const [prefix, moment] = prefixed(text);
  const searched = span(moment);
  const target = spanOf(element);
  if (target === undefined) return false;
  if (prefix !== 'ap') return compares(prefix, searched, target, (a, b) => a < b);
  if (searched.from < target.to && target.from < searched.to) return true;
  // How far "approximately" reaches is left to the server; a tenth of the time since then is recommended.
  const apart = target.from >= searched.to ? target.from - searched.to : searched.from - target.to;
  const now = BigInt(Date.now()) * 1000n;
  const since = now > searched.from ? now - searched.from : searched.from - now;
  return apart > since / 2n + 86_400_000_000n ? false : 'open';
}

/** What a date, Period or Timing covers; of a Timing only the outer limits count. */
export function spanOf(element: Json): Span | undefined {
  if (typeof element === 'string') return span(element);
  if (element.event || element.repeat) {
    const spans: Span[] = [...(element.event ?? []), element.repeat?.boundsPeriod]
      .filter((part) => part !== undefined)
      .map((part: Json) => spanOf(part)!);
    if (spans.length === 0) return undefined;
    return {
      from: spans.map((s) => s.from).reduce((a, b) => (a < b ? a : b)),
      to: spans.map((s) => s.to).reduce((a, b) => (a > b ? a : b)),
    };
  }
  return {
    from: element.start === undefined ? ALWAYS_FROM : span(element.start).from,
    to: element.end === undefined ? ALWAYS_TO : span(element.end).to,
  };
}

/** https://hl7.org/fhir/R4/search.html#number: only eq and ne look at how many digits are written. */
function matchesNumber(target: Exact, text: string): Truth {
  return matchesRange({ low: target, high: target }, text, AS_WRITTEN);
}

interface Range {
  readonly low: Exact;
  readonly high: Exact;
}

function matchesRange({ low, high }: Range, text: string, by: Conversion): Truth {
  const [prefix, number] = prefixed(text);
  const value = by.searched(exact(number));
  const half = by.width(halfUnit(number));
  const [from, to] = [minus(value, half), plus(value, half)];
  const point = compare(low, high) === 0;
  const contained = compare(from, low) <= 0 && (compare(high, to) < 0 || (!point && compare(high, to) === 0));
  const above = compare(high, value) > 0;
  const under = compare(low, value) < 0;
  switch (prefix) {
    case 'eq':
      return contained;
    case 'ne':
      return !contained;
    case 'gt':
      return above;
    case 'lt':
      return under;
    // A range that begins with the searched number has it, and is not contained in it: the text allows both.
    case 'ge':
      return above || (compare(high, value) === 0 && (point || 'open'));
    case 'le':
      return under || (compare(low, value) === 0 && (point || 'open'));
    case 'sa':
      return compare(low, value) > 0;
    case 'eb':
      return compare(high, value) < 0;
    case 'ap': {
      const tenth = by.width(times(absolute(exact(number)), exact('0.1')));
      const most = [absolute(minus(low, value)), absolute(minus(high, value))];
      if (contained || most.every((distance) => compare(distance, tenth) <= 0)) return true;
      // A tenth is recommended; "systems may choose other values".
      const far = plus(times(tenth, exact('5')), half);
      return most.every((distance) => compare(distance, far) > 0) && !(under && above) ? false : 'open';
    }
  }
}

/** https://hl7.org/fhir/R4/search.html#quantity */
function matchesQuantity(element: Json, text: string): Truth {
  const [number, system, code] = split(text, '|').map(unescaped) as [string, string?, string?];
  const unit = (element.low ?? element.high ?? element) as Json;
  const compared = (by: Conversion): Truth => {
    const found = rangesOf(element).map(({ low, high }) =>
      matchesRange({ low: by.value(low), high: by.value(high) }, number, by),
    );
    // What "< 5" is compared with is not said.
    return unit.comparator === undefined && found.every((truth) => truth === found[0]) ? found[0]! : 'open';
  };
  if (system === undefined) return compared(AS_WRITTEN);
  // Taking a bare unit for UCUM and converting it is allowed, not demanded: in the search, and in the resource.
  const allowed = (by: Conversion | undefined) => (by && compared(by) !== false ? 'open' : false);
  const bare = unit.system === undefined && unit.code === undefined ? unit.unit : undefined;
  if (system === '') {
    if (unit.code === code || unit.unit === code) return compared(AS_WRITTEN);
    return allowed(conversion(code!, unit.system === UCUM ? unit.code : bare));
  }
  if (system === UCUM && bare !== undefined) return allowed(conversion(code!, bare));
  if (unit.system !== system) return false;
  if (unit.code === code) return compared(AS_WRITTEN);
  if (system !== UCUM) return false;
  const by = conversion(code!, unit.code);
  return by ? compared(by) : false;
}

/** All that a Quantity or Range can mean: a bound that is missing is "not known". */
function rangesOf(element: Json): Range[] {
  if (element.value !== undefined) return [{ low: exact(element.value), high: exact(element.value) }];
  const low = element.low && exact(element.low.value);
  const high = element.high && exact(element.high.value);
  if (low && high) return [{ low, high }];
  const one = (low ?? high) as Exact;
  return [{ low: one, high: one }, low ? { low, high: exact('1e30') } : { low: exact('-1e30'), high: one }];
}

/** Takes the searched number, a width and the value of the resource to one unit. */
interface Conversion {
  readonly searched: (value: Exact) => Exact;
  readonly width: (width: Exact) => Exact;
  readonly value: (value: Exact) => Exact;
}

const AS_WRITTEN: Conversion = { searched: (v) => v, width: (w) => w, value: (v) => v };

function conversion(searched: string, stored: string | undefined): Conversion | undefined {
  const [from, to] = [UNITS[searched], UNITS[stored ?? '']];
  if (!from || !to || from.dimension !== to.dimension) return undefined;
  const zero = exact('0');
  return {
    searched: (value) => plus(times(value, from.factor), from.offset ?? zero),
    width: (width) => times(width, from.factor),
    value: (value) => plus(times(value, to.factor), to.offset ?? zero),
  };
}

/** https://hl7.org/fhir/R4/search.html#uri: all of it, as written. */
function matchesUri(element: string, wanted: string): Truth {
  if (element === wanted) return true;
  // _profile is a uri by its definition but a canonical by its element.
  return element.includes('|') || wanted.includes('|') ? matchesCanonical(element, wanted) && 'open' : false;
}

/** https://hl7.org/fhir/R4/search.html#versions: every version, or those whose first parts are the wanted ones. */
function isBelowCanonical(element: string, wanted: string): Truth {
  const [url, version] = element.split('|');
  const [wantedUrl, wantedVersion] = wanted.split('|');
  if (url !== wantedUrl) return false;
  if (wantedVersion === undefined) return true;
  const parts = wantedVersion.split('.');
  return version !== undefined && version.split('.').slice(0, parts.length).join('.') === wantedVersion;
}

function matchesCanonical(element: string, wanted: string): Truth {
  if (element === wanted) return true;
  const [url, version] = element.split('|');
  const [wantedUrl, wantedVersion] = wanted.split('|');
  if (url !== wantedUrl) return false;
  if (wantedVersion === undefined) return true;
  return version === undefined ? 'open' : false;
}

/** The least and the greatest that a value can be sorted by. */
interface Bounds {
  readonly low: bigint | Exact | string;
  readonly high: bigint | Exact | string;
  /** Only what has the same can be compared. */
  readonly of?: string;
}

/** Undefined when the specification does not tell. */
type SortKey = Bounds | 'none' | undefined;

/**
 * "The sort is based on the item in the set of multiple parameters that comes earliest in the specified sort
 * order." Undefined when the specification does not tell what that is.
 */
function sortKey(kind: Kind, descending: boolean, elements: readonly Json[]): SortKey {
  const all = elements.map((element) => bounds(kind, element)).filter((b) => b !== 'none');
  if (all.length === 0) return 'none';
  if (all.some((b) => b === undefined) || new Set(all.map((b) => b!.of)).size > 1) return undefined;
  const first = (x: Bounds['low'], y: Bounds['low']) => (less(x, y) === descending ? y : x);
  const found = all as Bounds[];
  return {
    of: found[0]!.of,
    low: found.map((b) => b.low).reduce(first),
    high: found.map((b) => b.high).reduce(first),
  };
}

function bounds(kind: Kind, element: Json): SortKey {
  switch (kind) {
    case 'date': {
      const covered = spanOf(element);
      return covered ? { low: covered.from, high: covered.to } : 'none';
    }
    case 'number':
      return { low: exact(element), high: exact(element) };
    case 'quantity': {
      if (element.low || element.high) return undefined;
      const unit = element.system === UCUM ? UNITS[element.code] : undefined;
      if (!unit || element.comparator) return undefined;
      const value = plus(times(exact(element.value), unit.factor), unit.offset ?? exact('0'));
      return { low: value, high: value, of: unit.dimension };
    }
    case 'string': {
      const texts = (
        typeof element === 'string' ? [element] : TEXTS.flatMap((key): string[] => element[key] ?? [])
      )
        .map(folded)
        .sort();
      // How other letters are ordered depends on a language; a sort need not read long texts to their end.
      if (texts.length === 0 || texts.some((text) => !/^[a-z0-9]{1,200}$/.test(text))) return undefined;
      return { low: texts[0]!, high: texts.at(-1)! };
    }
    // How these are ordered is for the server to say; it says: by their texts as written.
    case 'token':
    case 'uri':
    case 'reference': {
      const texts = textsOf(element);
      // UTF-8 and UTF-16 order what lies beyond 16 bits differently.
      if (texts.some((text) => /[\ud800-\udfff]/.test(text))) return undefined;
      return texts.length === 0 ? 'none' : { low: texts[0]!, high: texts.at(-1)! };
    }
  }
}

/** What the server says that it sorts a code, an identifier, a reference by; in order. */
function textsOf(element: Json): string[] {
  if (typeof element !== 'object') return [String(element)];
  const codes: string[] = (element.coding ?? []).flatMap((c: Json) => c.code ?? []).sort();
  if (codes.length > 0) return codes;
  return [
    element.code ?? element.value ?? element.reference ?? element.identifier?.value ?? element.text,
  ].filter((text) => text !== undefined);
}

function same(a: Bounds, b: Bounds): boolean {
  return a.of === b.of && equal(a.low, b.low) && equal(a.high, b.high);
}

function before(a: Bounds, b: Bounds): boolean {
  return a.of === b.of && (typeof a.high === 'bigint' ? a.high <= (b.low as bigint) : less(a.high, b.low));
}

function equal(a: Bounds['low'], b: Bounds['low']): boolean {
  return typeof a === 'object' ? compare(a, b as Exact) === 0 : a === b;
}

function less(a: Bounds['low'], b: Bounds['low']): boolean {
  return typeof a === 'object' ? compare(a, b as Exact) < 0 : a < b;
}

export { TYPES };
