/** A vendor's first transaction: what is wrong with it is told at once, so that it can be mended from the answer alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import cases from '../cases/twelve-mistakes.json' with { type: 'json' };
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Json } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const steps = (path: string) => path.match(/[A-Za-z]+|\d+/g)!;

function get(from: Json, path: string): unknown {
  return steps(path).reduce((value: Json, step) => value?.[step], from);
}

/** Sets a value, or takes the element out when there is none. */
function set(into: Json, path: string, value: unknown): void {
  const all = steps(path);
  const last = all.pop()!;
  const holder = all.reduce((from: Json, step) => from[step], into);
  if (value === undefined || value === null) delete holder[last];
  else holder[last] = value;
}

const { right, mistakes } = cases;
const wrong = structuredClone(right) as Json;
for (const { path, wrong: value } of mistakes) set(wrong, path, value);

const errors = (body: Json): Json[] => body.issue.filter((i: Json) => i.severity === 'error');
const said = (issue: Json) => `${issue.details.coding?.[0]?.code} ${issue.expression}`;

test('twelve mistakes in four resources are told in one answer, each at its element, in both languages', async () => {
  expect(mistakes).toHaveLength(12);
  const refusal = await app.call('POST', '/', wrong);
  expect(refusal.status).toBe(422);
  expect(errors(refusal.body).map(said).sort()).toEqual(
    mistakes.map((m) => `${m.rule} ${m.expression}`).sort(),
  );
  for (const { what, expression, says } of mistakes) {
    const issue = errors(refusal.body).find((i) => i.expression[0] === expression)!;
    expect(issue.details.text, what).toContain(says);
  }
  const chinese = await app.call('POST', '/', wrong, { 'accept-language': 'zh-CN' });
  for (const issue of errors(chinese.body)) expect(issue.details.text).toMatch(/\p{Script=Han}/u);
});

test('the answer is the same in the same order, however often it is asked', async () => {
  const [one, two] = [await app.call('POST', '/', wrong), await app.call('POST', '/', wrong)];
  expect(two.body).toEqual(one.body);
});

test('$validate of the Bundle tells the same', async () => {
  const answer = await app.call('POST', 'Bundle/$validate', wrong);
  expect(answer.status).toBe(200);
  expect(errors(answer.body).map(said).sort()).toEqual(
    mistakes.map((m) => `${m.rule} ${m.expression}`).sort(),
  );
});

test('mending exactly what the answer names makes it pass, one mistake less each time', async () => {
  const bundle = structuredClone(wrong);
  for (let left = mistakes.length; left > 0; left--) {
    const { body } = await app.call('POST', 'Bundle/$validate', bundle);
    expect(errors(body)).toHaveLength(left);
    const named = mistakes.find((m) => said(errors(body)[0]!) === `${m.rule} ${m.expression}`)!;
    set(bundle, named.path, get(right as Json, named.path));
  }
  const stored = await app.call('POST', '/', bundle);
  expect(stored.status, stored.text).toBe(200);
  expect(stored.body.entry.map((e: Json) => e.response.status.slice(0, 3))).toEqual([
    '201',
    '201',
    '201',
    '201',
  ]);
});
