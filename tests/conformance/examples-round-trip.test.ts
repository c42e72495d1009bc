/** Every example of the specification that is valid is stored and read back unchanged (npm package hl7.fhir.r4.examples). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { members, minify } from '../../src/kernel/json-text.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import exceptions from './examples-exceptions.json' with { type: 'json' };

const folder = join(import.meta.dirname, '../../node_modules/hl7.fhir.r4.examples');

interface Example {
  readonly file: string;
  readonly text: string;
  readonly type: string;
  readonly id: string;
}

/** Each file under an id of its own, for some examples share theirs; an example keeps the id it has. */
function examples(): Example[] {
  const used = new Set<string>();
  return readdirSync(folder)
    .filter((name) => /^[A-Z].*\.json$/.test(name))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8').replace(/^\ufeff/, '');
      const { resourceType: type, id } = JSON.parse(text) as { resourceType?: string; id?: string };
      if (type === undefined || id === undefined || used.has(`${type}/${id}`)) return [];
      used.add(`${type}/${id}`);
      return [{ file, text, type, id }];
    });
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

/** Runs `fn` on all, some at a time. */
async function each<T>(all: readonly T[], fn: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < all.length) await fn(all[next++]!);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
}

/** What must come back: every member as it was written, without what belongs to the server. */
function content(text: string): string[] {
  const small = minify(text);
  return members(small).flatMap((m) => {
    const value = small.slice(m.start, m.end);
    if (m.key !== 'meta') return [`${m.key}: ${value}`];
    const kept = members(value).filter((k) => k.key !== 'versionId' && k.key !== 'lastUpdated');
    return kept.map((k) => `meta.${k.key}: ${value.slice(k.start, k.end)}`);
  });
}

test('every valid example comes back as it was sent', { timeout: 600_000 }, async () => {
  const all = examples();
  expect(all.length).toBeGreaterThan(5200);
  const refused: string[] = [];
  const unlike: string[] = [];
  await each(all, async ({ file, text, type, id }) => {
    const sent = await app.call('PUT', `${type}/${id}`, text, { prefer: 'return=minimal' });
    if (sent.status >= 400) {
      refused.push(file);
      if (sent.status !== 400 && sent.status !== 422)
        unlike.push(`${file}: ${sent.status} ${sent.text.slice(0, 300)}`);
      return;
    }
    const read = await app.call('GET', `${type}/${id}`, undefined, { accept: 'application/fhir+json' });
    const [was, is] = [content(text), content(read.text)];
    // The server writes resourceType, id and meta first; the rest keeps its order.
    const order = (list: string[]) => list.filter((m) => !/^(meta\.|id: |resourceType: )/.test(m));
    const meta = (list: string[]) => list.filter((m) => m.startsWith('meta.'));
    const same =
      JSON.stringify(order(was)) === JSON.stringify(order(is)) &&
      JSON.stringify(meta(was)) === JSON.stringify(meta(is)) &&
      read.text.startsWith(`{"resourceType":"${type}","id":"${id}","meta":{"versionId":"`);
    if (!same)
      unlike.push(
        `${file}: ${order(is)
          .find((m, i) => m !== order(was)[i])
          ?.slice(0, 200)}`,
      );
  });
  expect(unlike).toEqual([]);
  const known = new Set(exceptions.map((e) => e.file));
  expect(refused.filter((file) => !known.has(file))).toEqual([]);
  expect(all.filter((e) => known.has(e.file) && !refused.includes(e.file)).map((e) => e.file)).toEqual([]);
});
