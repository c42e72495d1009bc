/** Random searches over generated resources: mostly for values that are there, or nearly. */
import { type Criterion, escaped, folded, type Include } from './evaluate.ts';
import { A, B, CHINESE, CODES, DATES, LATIN, NUMBERS, URLS } from './generate.ts';
import { PLACED, VALUE_SETS, wordsOf } from './modifiers.ts';
import { type Json, type Parameter, parametersOf, TYPES } from './parameters.ts';
import type { Random } from './random.ts';
import { UNITS } from './values.ts';

export interface Query {
  readonly type: string;
  readonly criteria: readonly Criterion[];
  readonly sort: readonly string[];
  readonly includes: readonly Include[];
  /** Size of a page; undefined asks for everything in one. */
  readonly count: number | undefined;
  readonly total: boolean;
  readonly summary: boolean;
  readonly post: boolean;
}

/** The query as it follows the type in an address. */
export function addressOf(query: Query): string {
  const pairs: [string, string][] = query.criteria.map(([name, value]) => [name, value]);
  if (query.sort.length > 0) pairs.push(['_sort', query.sort.join(',')]);
  for (const include of query.includes) {
    pairs.push([`_${include.reverse ? 'rev' : ''}include${include.iterate ? ':iterate' : ''}`, include.path]);
  }
  if (query.summary) pairs.push(['_summary', 'count']);
  else pairs.push(['_count', String(query.count ?? 1000)]);
  if (query.total) pairs.push(['_total', 'accurate']);
  return pairs.map(([name, value]) => `${encodeURI(name)}=${encodeURIComponent(value)}`).join('&');
}

export class QueryGenerator {
  readonly #r: Random;
  /** All versions, old and deleted ones too: their values must not be found. */
  readonly #versions: ReadonlyMap<string, readonly Json[]>;

  constructor(random: Random, versions: readonly Json[]) {
    this.#r = random;
    this.#versions = Map.groupBy(versions, (resource) => resource.resourceType as string);
  }

  query(): Query {
    const r = this.#r;
    const type = r.pick(['Observation', 'Patient', ...TYPES]);
    const criteria = Array.from({ length: r.pick([0, 1, 1, 1, 1, 2, 2, 3]) }, () => this.#criterion(type, 2));
    const p = r.next();
    return {
      type,
      criteria,
      sort: r.chance(0.35) ? this.#sort(type) : [],
      includes: r.chance(0.15) ? this.#includes(type) : [],
      count: r.chance(0.3) ? 1 + r.below(r.pick([2, 7, 40])) : undefined,
      total: r.chance(0.15),
      summary: p < 0.08,
      post: r.chance(0.08),
    };
  }

  #criterion(type: string, depth: number): Criterion {
    const r = this.#r;
    const table = parametersOf(type);
    const codes = Object.keys(table);
    const p = r.next();
    if (depth > 0 && p < 0.12) {
      const references = codes.filter((code) => table[code]!.kind === 'reference' && code !== 'base');
      if (references.length > 0) {
        const code = r.pick(references);
        const targets = table[code]!.targets!.filter((target) => TYPES.includes(target));
        const target = r.pick(targets);
        const [name, value] = this.#criterion(target, depth - 1);
        const qualified = targets.length > 1 || r.chance(0.3) ? `${code}:${target}` : code;
        return [`${qualified}.${name}`, value];
      }
    } else if (depth > 0 && p < 0.22) {
      const from = r.pick(this.#referrers(type));
      if (from) {
        const [name, value] = this.#criterion(from[0], depth - 1);
        return [`_has:${from[0]}:${from[1]}:${name}`, value];
      }
    }
    // Parameters of every resource are many here, and simple.
    const own = codes.filter((code) => !code.startsWith('_'));
    const code = r.chance(0.12) ? r.pick(codes.filter((c) => c.startsWith('_'))) : r.pick(own);
    const parameter = table[code]!;
    const modifier = this.#fitting(type, parameter, this.#modifier(code, parameter));
    if (modifier === 'missing') return [`${code}:missing`, r.pick(['true', 'false'])];
    const values = Array.from({ length: r.pick([1, 1, 1, 2, 3]) }, () =>
      this.#value(type, code, parameter, modifier),
    );
    return [modifier === undefined ? code : `${code}:${modifier}`, values.join(',')];
  }

  /** Parameters that may point to the type. */
  #referrers(type: string): [string, string][] {
    return TYPES.flatMap((from) =>
      Object.entries(parametersOf(from))
        .filter(([, parameter]) => parameter.targets?.includes(type) && parameter.kind === 'reference')
        .filter(([code]) => code !== 'base')
        .map(([code]): [string, string] => [from, code]),
    );
  }

  #modifier(code: string, parameter: Parameter): string | undefined {
    const r = this.#r;
    if (r.chance(0.06)) return 'missing';
    switch (parameter.kind) {
      case 'token':
        if (r.chance(0.2)) return 'not';
        if (code === '_id' || !r.chance(0.25)) return undefined;
        return r.pick(['in', 'not-in', 'above', 'below', 'of-type', 'text']);
      case 'uri':
        return r.pick([undefined, undefined, 'above', 'below']);
      case 'string':
        return r.pick([undefined, undefined, 'exact', 'contains']);
      case 'reference':
        if (code === 'base') return r.pick([undefined, 'below']);
        return r.pick([undefined, undefined, undefined, r.pick(parameter.targets!), 'identifier']);
      default:
        return undefined;
    }
  }

  /** The modifier, if the elements of the parameter can have it. */
  #fitting(type: string, parameter: Parameter, modifier: string | undefined): string | undefined {
    if (modifier !== 'text' && modifier !== 'of-type') return modifier;
    const sample = this.#sample(type, parameter);
    if (modifier === 'text') return wordsOf(sample) ? modifier : undefined;
    return sample?.value !== undefined && sample.code === undefined && wordsOf(sample) ? modifier : undefined;
  }

  /** An element that the parameter finds in some version of some resource. */
  #sample(type: string, parameter: Parameter): Json | undefined {
    const r = this.#r;
    for (let i = 0; i < 6; i++) {
      const elements = parameter.elements(r.pick(this.#versions.get(type)!));
      if (elements.length > 0) return r.pick(elements);
    }
    return undefined;
  }

  #value(type: string, code: string, parameter: Parameter, modifier: string | undefined): string {
    const r = this.#r;
    const sample = r.chance(0.8) ? this.#sample(type, parameter) : undefined;
    switch (parameter.kind) {
      case 'composite':
        return this.#composite(parameter, sample);
      case 'token':
        return this.#modifiedToken(code, parameter, modifier, sample);
      case 'string':
        return this.#string(sample, modifier);
      case 'date':
        return this.#date(sample);
      case 'number':
        return `${this.#prefix()}${this.#number(sample ?? r.pick(NUMBERS))}`;
      case 'quantity':
        return this.#quantity(sample);
      case 'uri':
        return modifier === undefined ? escaped(sample ?? r.pick(URLS)) : this.#level(sample);
      case 'reference':
        return this.#reference(parameter, modifier, sample);
    }
  }

  #prefix(): string {
    return this.#r.pick(['', '', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']);
  }

  /** Components that one element has, or that several have. */
  #composite(parameter: Parameter, focus: Json): string {
    return parameter
      .parts!.map((part) => {
        const sample = this.#r.chance(0.85) ? part.elements(focus ?? {})[0] : undefined;
        for (;;) {
          const value = this.#part(part, sample);
          // A system without a code is not taken here, and what is not escaped would be several values.
          if (value !== '' && !/(^|[^\\])(\|$|[,$])/.test(value)) return value;
        }
      })
      .join('$');
  }

  #part(part: Parameter, sample: Json): string {
    switch (part.kind) {
      case 'token':
        return this.#token('code', part, sample);
      case 'string':
        return this.#string(sample, undefined);
      case 'date':
        return this.#date(sample);
      default:
        return this.#quantity(sample);
    }
  }

  /** A url, or a part or a continuation of one. */
  #level(sample: Json): string {
    const r = this.#r;
    const url: string = /^http/.test(sample ?? '')
      ? sample
      : r.pick(URLS.filter((u) => u.startsWith('http')));
    const p = r.next();
    if (p < 0.3) return escaped(url);
    if (p < 0.7) return escaped(url.slice(0, url.indexOf('/', 9) + 1 + r.below(url.length)));
    return escaped(`${url}/${r.pick(['', '1', 'x/y'])}`);
  }

  #modifiedToken(code: string, parameter: Parameter, modifier: string | undefined, sample: Json): string {
    const r = this.#r;
    switch (modifier) {
      case 'in':
      case 'not-in':
        return r.pick(Object.keys(VALUE_SETS));
      case 'above':
      case 'below':
        return r.pick(PLACED).join('|');
      case 'of-type': {
        const { system, code: type } = sample?.type?.coding?.[0] ?? { system: A, code: 'MR' };
        return `${system}|${type}|${escaped(sample?.value ?? '001')}`;
      }
      case 'text': {
        const words = (sample && wordsOf(sample)) ?? [];
        return this.#string(words.length > 0 ? r.pick(words) : undefined, undefined);
      }
      default:
        return this.#token(code, parameter, sample);
    }
  }

  #token(code: string, parameter: Parameter, sample: Json): string {
    const r = this.#r;
    if (code === '_id') return sample ?? 'none';
    const coded = sample?.coding ? r.pick(sample.coding as Json[]) : sample;
    const value =
      coded === undefined
        ? r.pick([...CODES, '001', 'male', 'true', 'final'])
        : escaped(String(typeof coded === 'object' ? (coded.code ?? coded.value ?? coded.text) : coded));
    const system = typeof coded === 'object' ? coded.system : r.pick(parameter.systems ?? [A]);
    // What the system of a ContactPoint or a boolean is called is not tested.
    if (['phone', 'email', 'telecom'].includes(code) || typeof coded === 'boolean') return value;
    return r.pick([
      value,
      value,
      value,
      `${escaped(system ?? '')}|${value}`,
      `|${value}`,
      `${escaped(system ?? B)}|`,
      `${r.pick([A, B])}|${value}`,
    ]);
  }

  #string(sample: Json, modifier: string | undefined): string {
    const r = this.#r;
    const texts =
      typeof sample === 'object'
        ? Object.values(sample)
            .flat()
            .filter((v) => typeof v === 'string')
        : [sample];
    const text = r.pick(texts as (string | undefined)[]) ?? r.pick([...LATIN, ...CHINESE]);
    const letters = [...text];
    let part = text;
    if (modifier === 'contains') {
      const start = r.below(letters.length);
      part = letters.slice(start, start + 1 + r.below(letters.length - start)).join('');
    } else if (modifier === undefined) part = letters.slice(0, 1 + r.below(letters.length)).join('');
    part = part.trim();
    const changed = modifier === 'exact' && r.chance(0.6) ? part : r.pick(CHANGES)(part);
    return escaped(folded(changed) === '' ? 'smith' : changed);
  }

  #date(sample: Json): string {
    const r = this.#r;
    const texts: string[] =
      typeof sample === 'object'
        ? (Object.values(sample)
            .flat()
            .filter((v) => typeof v === 'string') as string[])
        : [sample];
    let text = r.pick(texts) ?? r.pick(DATES);
    const p = r.next();
    if (p < 0.3) text = r.pick(DATES);
    else if (p < 0.45) text = text.slice(0, r.pick([4, 7, 10]));
    else if (p < 0.6 && text.length > 16) text = text.slice(0, r.pick([16, 19]));
    return `${this.#prefix()}${text}`;
  }

  #number(value: number): string {
    const r = this.#r;
    const p = r.next();
    if (p < 0.5) return String(value);
    if (p < 0.65) return value.toFixed(r.below(4));
    if (p < 0.75) return `${value.toFixed(4)}`;
    if (p < 0.85) return (value * 1.1).toFixed(2);
    return `${(value * 1000).toFixed(1)}e-3`;
  }

  #quantity(sample: Json): string {
    const r = this.#r;
    const quantity = sample?.low ?? sample?.high ?? sample ?? { value: r.pick(NUMBERS), code: 'mg' };
    const unit = UNITS[quantity.code];
    let code: string | undefined = quantity.code;
    let value: number = quantity.value;
    if (unit && r.chance(0.5)) {
      code = r.pick(Object.keys(UNITS).filter((other) => UNITS[other]!.dimension === unit.dimension));
      const other = UNITS[code]!;
      const shift = (u: typeof unit) => (u.offset ? Number(u.offset.n) / Number(u.offset.d) : 0);
      const factor =
        (Number(unit.factor.n) * Number(other.factor.d)) / (Number(unit.factor.d) * Number(other.factor.n));
      value = Number((value * factor + shift(unit) - shift(other)).toPrecision(12));
      if (/e/.test(String(value)) || value > 1e9) value = r.pick(NUMBERS);
    }
    const number = `${this.#prefix()}${this.#number(value)}`;
    const p = r.next();
    if (p < 0.2 || code === undefined) return number;
    if (p < 0.35) return `${number}||${escaped(code)}`;
    if (p < 0.4 && quantity.unit) return `${number}||${escaped(quantity.unit)}`;
    return `${number}|${quantity.system === undefined || unit ? 'http://unitsofmeasure.org' : quantity.system}|${escaped(code)}`;
  }

  #reference(parameter: Parameter, modifier: string | undefined, sample: Json): string {
    const r = this.#r;
    if (typeof sample === 'string') {
      const [url] = sample.split('|') as [string];
      return escaped(r.pick(modifier === 'below' ? [sample, url, `${url}|1`, `${url}|1.0`] : [sample, url]));
    }
    if (modifier === 'identifier') {
      const { system, value } = sample?.identifier ?? { system: 'urn:oid:1.2.3', value: '001' };
      return r.pick([escaped(value), `${system ?? ''}|${escaped(value)}`, `|${escaped(value)}`]);
    }
    const text: string = sample?.reference ?? `${r.pick(parameter.targets!)}/r1`;
    const local = text.replace('http://127.0.0.1:8080/fhir/', '').replace(/\/_history\/.*/, '');
    if (local.includes(':')) return modifier === undefined ? escaped(local) : 'r1';
    const [type, id] = local.split('/') as [string, string];
    if (modifier !== undefined) return r.chance(0.8) ? id : `${modifier}/${id}`;
    return r.pick([
      local,
      local,
      id,
      `http://127.0.0.1:8080/fhir/${local}`,
      `${r.pick([type, ...parameter.targets!])}/${id}`,
    ]);
  }

  #sort(type: string): string[] {
    const r = this.#r;
    // Values of several parts have no order.
    const sortable = Object.entries(parametersOf(type))
      .filter(([, { kind }]) => kind !== 'composite')
      .map(([code]) => code);
    return r.some(sortable, 3).map((code) => (r.chance(0.5) ? `-${code}` : code));
  }

  #includes(type: string): Include[] {
    const r = this.#r;
    const forward = (from: string): string[] =>
      Object.entries(parametersOf(from))
        .filter(([code, { kind }]) => kind === 'reference' && code !== 'base')
        .map(([code, { targets }]) => `${from}:${code}${r.chance(0.25) ? `:${r.pick(targets!)}` : ''}`);
    const made: Include[] = [];
    for (let i = 1 + r.below(3); i > 0; i--) {
      const iterate = r.chance(0.3);
      const from = iterate && r.chance(0.6) ? r.pick(TYPES) : type;
      if (r.chance(0.55)) {
        const paths = forward(from);
        if (paths.length > 0) made.push({ reverse: false, iterate, path: r.pick(paths) });
      } else {
        const referrer = r.pick(this.#referrers(from));
        if (referrer) made.push({ reverse: true, iterate, path: referrer.join(':') });
      }
    }
    return made;
  }
}

/** Ways to write the same text that a search may not tell apart. */
const CHANGES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFD').replace(/\p{M}/gu, ''),
  (text) => text.replace(/[!-~]/g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0)),
  (text) => text.replace(/e/g, 'é').replace(/u/g, 'Ü'),
];
