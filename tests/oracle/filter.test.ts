/** `_filter`, `_list`, `_text` and `_content` against an evaluation in memory, on random resources. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { folded } from './evaluate.ts';
import { FilterGenerator } from './filters.ts';
import { COUNTS, idOf } from './generate.ts';
import type { Json } from './parameters.ts';
import { QueryGenerator } from './queries.ts';
import { Random } from './random.ts';
import { load, makeWorld, type World } from './world.ts';

const SEED = Number(process.env.ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const FILTERS = Number(process.env.ORACLE_QUERIES ?? 1000);
const MOST_REPORTED = 8;

const KNOWN: ReadonlySet<string> = new Set(
  JSON.parse(readFileSync(new URL('known-differences.json', import.meta.url), 'utf8')).map(
    ({ name }: { name: string }) => name,
  ),
);

const random = new Random(SEED);
let app: TestApp;
let world: World;
beforeAll(async () => {
  console.log(`ORACLE_SEED=${SEED}`);
  app = await startTestApp({ linking: false });
  world = await makeWorld(app, random, KNOWN);
});
afterAll(() => app.close());

async function found(path: string): Promise<Set<string>> {
  const answer = await app.call('GET', `${path}&_count=1000&_linked=false`);
  expect(answer.status, `${path}\n${answer.text.slice(0, 600)}`).toBe(200);
  return new Set((answer.body.entry ?? []).map((e: Json) => `${e.resource.resourceType}/${e.resource.id}`));
}

test('_filter finds what it says', { timeout: 600_000 }, async () => {
  const queries = new QueryGenerator(new Random(SEED + 1), world.versions);
  const filters = new FilterGenerator(random, world.oracle, queries);
  const reports: string[] = [];
  let matched = 0;
  for (let i = 0; i < FILTERS && reports.length < MOST_REPORTED; i++) {
    const type = random.pick(filters.types);
    const { text, truths } = filters.filter(type);
    const got = await found(`${type}?_filter=${encodeURIComponent(text)}`);
    matched += got.size;
    const missing = [...truths].filter(([key, truth]) => truth === true && !got.has(key));
    const unexpected = [...got].filter((key) => (truths.get(key) ?? false) === false);
    if (missing.length + unexpected.length === 0) continue;
    const wrong = missing[0]?.[0] ?? unexpected[0]!;
    reports.push(
      `${type}?_filter=${text}: missing ${missing.map(([key]) => key).join(' ')}, unexpected ${unexpected.join(' ')}\n${JSON.stringify(world.oracle.get(wrong)).slice(0, 1500)}`,
    );
  }
  expect(reports, `repeat with ORACLE_SEED=${SEED}`).toEqual([]);
  expect(matched).toBeGreaterThan(FILTERS);
});

test('_list finds what stands in the List', async () => {
  const types = Object.keys(COUNTS);
  const reference = () => {
    const local = `${random.pick(types)}/${idOf(random.below(8))}`;
    return random.pick([
      local,
      local,
      local,
      `${local}/_history/1`,
      `${BASE}/${local}`,
      `http://other.example/fhir/${local}`,
    ]);
  };
  for (let i = 0; i < 60; i++) {
    const entry = Array.from({ length: random.below(8) }, () => ({
      deleted: random.pick([undefined, undefined, false, true]),
      item: random.chance(0.1) ? { display: 'x' } : { reference: reference() },
    }));
    const mode = entry.some(({ deleted }) => deleted !== undefined) ? 'changes' : 'working';
    await load(app, [
      {
        resourceType: 'List',
        id: `l${i % 5}`,
        status: 'current',
        mode,
        ...(entry.length > 0 ? { entry } : {}),
      },
    ]);
    const items = entry
      .filter(({ deleted }) => !deleted)
      .flatMap(({ item }) => (item.reference ?? '').replace(`${BASE}/`, '').replace(/\/_history\/.*$/, ''));
    for (const type of random.some(types, 4)) {
      const expected = new Set(items.filter((key) => key.startsWith(`${type}/`) && world.oracle.get(key)));
      expect(await found(`${type}?_list=l${i % 5}`), `repeat with ORACLE_SEED=${SEED}`).toEqual(expected);
    }
  }
});

const WORDS = [
  'bone',
  'bones',
  'Trombone',
  'liver',
  'naïve',
  '肺炎',
  '社区获得性肺炎',
  'ＣＴ',
  'x-ray',
  'a&b',
  '5<6',
  '100%',
];
const TAGS = ['p', 'b', 'td', 'span', 'i', 'li'];
const INLINE = ['b', 'span', 'i'];

test('_text and _content find the words of a text', async () => {
  const markup = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const texts = new Map<string, { narrative: string; whole: string }>();
  const resources = Array.from({ length: 60 }, (_, i) => {
    let html = '';
    let plain = '';
    for (let n = 1 + random.below(5); n > 0; n--) {
      const tag = random.pick(TAGS);
      const word = random.pick(WORDS);
      const gap = INLINE.includes(tag) ? '' : ' ';
      html += `<${tag}>${markup(word)}</${tag}>`;
      plain += `${gap}${word}${gap}`;
      if (random.chance(0.5)) [html, plain] = [`${html} `, `${plain} `];
    }
    const other = random.some(WORDS, 2);
    texts.set(`Basic/w${i}`, {
      narrative: folded(plain),
      whole: [plain, ...other].map(folded).join('\u0001'),
    });
    return {
      resourceType: 'Basic',
      id: `w${i}`,
      text: { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${html}</div>` },
      code: { text: 'code', ...(other.length > 0 ? { coding: other.map((display) => ({ display })) } : {}) },
    };
  });
  await load(app, resources);
  const has = (text: string, word: string): boolean => {
    const wanted = folded(word);
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      if (!/^[a-z0-9]/.test(wanted) || !/[a-z0-9]$/.test(text.slice(0, at))) return true;
    }
    return false;
  };
  for (let i = 0; i < 150; i++) {
    const [a, b, c] = [random.pick(WORDS), random.pick(WORDS), random.pick(WORDS)];
    const name = random.pick(['_text', '_content']);
    const [query, fits] = random.pick<[string, (text: string) => boolean]>([
      [a, (t) => has(t, a)],
      [`${a} ${b}`, (t) => has(t, a) && has(t, b)],
      [`${a} OR ${b}`, (t) => has(t, a) || has(t, b)],
      [`${a} or ${b} and ${c}`, (t) => has(t, a) || (has(t, b) && has(t, c))],
      [`(${a} or ${b}) ${c}`, (t) => (has(t, a) || has(t, b)) && has(t, c)],
      [`${a} NOT ${b}`, (t) => has(t, a) && !has(t, b)],
      [`${a},${b}`, (t) => has(t, a) || has(t, b)],
    ]);
    const expected = [...texts]
      .filter(([, { narrative, whole }]) => fits(name === '_text' ? narrative : whole))
      .map(([key]) => key);
    const got = await found(`Basic?${name}=${encodeURIComponent(query)}`);
    expect([...got].sort(), `${name}=${query}, ORACLE_SEED=${SEED}`).toEqual(expected.sort());
  }
});
