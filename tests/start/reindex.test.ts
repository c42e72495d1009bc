/** kill -9 in the middle of indexing: the next start goes on where it was. */
import { expect, test } from 'vitest';
import { call, connectTo, dataFolder, freePort, type Program, start, until } from './support.ts';

const RESOURCES = 1500;

const parameter = {
  resourceType: 'SearchParameter',
  id: 'number',
  url: 'http://example.org/SearchParameter/number',
  name: 'n',
  status: 'active',
  description: 'd',
  code: 'number',
  base: ['Basic'],
  type: 'number',
  expression: "Basic.extension('urn:n').value",
};

const basic = (id: string, n: number) => ({
  resourceType: 'Basic',
  id,
  code: { text: 'x' },
  extension: [{ url: 'urn:n', valueInteger: n }],
});

async function load(program: Program): Promise<void> {
  const entry = Array.from({ length: RESOURCES }, (_, i) => ({
    resource: basic(`b${i}`, i),
    request: { method: 'PUT', url: `Basic/b${i}` },
  }));
  const answer = await call(program, 'POST', '', {
    body: { resourceType: 'Bundle', type: 'transaction', entry },
  });
  expect(answer.status).toBe(200);
}

const latest = async (program: Program) => {
  const { body } = await call(program, 'GET', '$reindex-status');
  const [first] = (body.parameter ?? []) as { part: { name: string; [value: string]: unknown }[] }[];
  const of = (name: string) => first?.part.find((p) => p.name === name);
  return { status: of('status')?.valueCode, done: of('done')?.valueDecimal as number };
};

test('a parameter that was being built when the program was killed is finished by the next start', async () => {
  const settings = {
    PORT: String(await freePort()),
    DATA_DIR: await dataFolder(),
    DEMO: '0',
    AUTH: 'open',
  };
  const program = await start(settings);
  await load(program);
  // Somebody holds a resource of the third slice, so that the work stands still behind the second.
  const holder = (await connectTo(settings.DATA_DIR))!;
  await holder.query('begin');
  await holder.query(`select from resource where key =
    (select key from resource where type = 'Basic' order by key offset 1200 limit 1) for update`);
  expect((await call(program, 'PUT', 'SearchParameter/number', { body: parameter })).status).toBe(201);
  await until('two slices', async () => (await latest(program)).done === 1000);
  expect(await program.stop('SIGKILL')).toBe('SIGKILL');
  await holder.end().catch(() => {});

  const again = await start(settings);
  const changed = await call(again, 'PUT', 'Basic/b1499', { body: basic('b1499', 3) });
  expect(changed.status, changed.text).toBe(200);
  await until('the parameter to be usable', async () => {
    const answer = await call(again, 'GET', 'Basic?number=3');
    if (answer.status === 400) expect(answer.text).toMatch(/being built|has no search parameter/);
    return answer.status === 200;
  });
  const found = await call(again, 'GET', 'Basic?number=3&_elements=id');
  const ids = (found.body.entry as { resource: { id: string } }[]).map((e) => e.resource.id).sort();
  expect(ids).toEqual(['b1499', 'b3']);
  const all = await call(again, 'GET', 'Basic?number=ge0&_summary=count');
  expect(all.body.total).toBe(RESOURCES);
  // It went on, and did not begin again: each resource was looked at once.
  expect(await latest(again)).toEqual({ status: 'completed', done: RESOURCES });
  expect(await again.stop()).toBe(0);
});
