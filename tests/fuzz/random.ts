/** Chance that can be repeated: the same seed makes the same cases. */

export interface Random {
  /** Whole number below `n`. */
  below(n: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32 */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (n) => Math.floor(next() * n),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)]!,
  };
}

/** `FUZZ_SEED`, or a new one; said in the output so that a failure can be repeated. */
export function seedOf(name: string): number {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  console.log(`fuzz ${name}: FUZZ_SEED=${seed}`);
  return seed;
}

/** Strings that have surprised programs before. */
export const STRANGE = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\ufeff',
  '__proto__',
  'constructor',
  'a'.repeat(3000),
  '\u0301\u0316'.repeat(50),
  '\u{1F600}',
  '张三',
  "' or 1=1 --",
  '$1',
  '%',
  '%%00',
  '\\',
  '\\,',
  'x|y',
  '|',
  ',',
  'a,b',
  '..',
  '../..',
  '_history',
  '$x',
  'Patient/1',
  'Patient/',
  'Patient?identifier=1',
  'Patient/p1/_history/1',
  '#p',
  'urn:uuid:0',
  'http://127.0.0.1:8080/fhir/Patient/p1',
  '2020-13-45',
  '0000',
  '9999-12-31T23:59:60Z',
  'ge2020',
  '1e400',
  '-0',
  '1.50',
  '99999999999999999999',
] as const;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function strange(r: Random): Json {
  switch (r.below(6)) {
    case 0:
      return r.pick<Json>([null, true, false, 0, -1, 1.5, 1e308, 5e-324, 2 ** 53]);
    case 1:
      return r.pick<Json>([
        {},
        [],
        [[]],
        [null],
        { resourceType: 'Patient' },
        { reference: 5 },
        { url: 'x' },
      ]);
    default:
      return r.pick(STRANGE);
  }
}

/** A copy of a value with some places changed. */
export function mutated(r: Random, value: unknown, times = 1 + r.below(3)): unknown {
  const copy = structuredClone(value) as Json;
  for (let i = 0; i < times; i++) mutateOnce(r, copy);
  return copy;
}

function mutateOnce(r: Random, root: Json): void {
  let at = root;
  for (let depth = 0; depth < 8; depth++) {
    if (typeof at !== 'object' || at === null) return;
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = r.pick(keys);
    const holder = at as Record<string, Json>;
    const child = holder[key]!;
    if (typeof child === 'object' && child !== null && r.chance(0.7)) {
      at = child;
      continue;
    }
    switch (r.below(6)) {
      case 0:
        delete holder[key];
        break;
      case 1:
        holder[key] = [child];
        break;
      case 2:
        // A strange key may have given the array another prototype.
        if (Array.isArray(child)) child[child.length] = strange(r);
        else holder[`_${key}`] = strange(r);
        break;
      case 3:
        holder[r.pick(STRANGE)] = child;
        break;
      default:
        holder[key] = strange(r);
    }
    return;
  }
}

/** JSON text with its characters changed: what is no JSON, what has keys twice, numbers as nobody writes them. */
export function mutatedText(r: Random, text: string): string {
  const at = r.below(text.length + 1);
  switch (r.below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + r.pick(STRANGE) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + r.below(20));
    case 3:
      return text.replace(/\d+/, r.pick(['1e999999', '-0', '1E400', '0.10', '00', '.5', '1e-999999']));
    case 4: {
      // One member again, with another value, before itself.
      const members = [...text.matchAll(/"([A-Za-z]+)":/g)];
      if (members.length === 0) return text;
      const member = r.pick(members);
      const value = JSON.stringify(strange(r));
      return `${text.slice(0, member.index)}${member[0]}${value},${text.slice(member.index)}`;
    }
    case 5:
      return `${'['.repeat(r.below(200))}${text}`;
    default:
      return text.replaceAll(':', () => (r.chance(0.02) ? ',' : ':'));
  }
}
