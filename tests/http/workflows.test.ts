import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../src/access/decide.ts';
import { fireDue } from '../../src/interactions/deadlines.ts';
import type { Engine } from '../../src/interactions/engine.ts';
import { perform } from '../../src/interactions/perform.ts';
import type { Contribution, Resource, WriteFacts } from '../../src/kernel/contribution.ts';
import type { Ctx } from '../../src/kernel/ctx.ts';
import { problem } from '../../src/kernel/issue.ts';
import type { Workflow } from '../../src/kernel/workflow.ts';
import { BASE, startBeside, startTestApp, type TestApp } from '../support/app.ts';

/**
 * Beds: a Basic of code `stay` holds the bed that it names; a Task tells the ward; it must be left within a day.
 * A stay in bed `closed` is refused.
 */
const HOUR = 3_600_000;
const isStay = (r: Resource | undefined) =>
  r?.resourceType === 'Basic' && (r.code as { text?: string }).text === 'stay';
const bedOf = (r: Resource) => (r.identifier as { value: string }[])[0]!.value;
const left = (r: Resource) => (r.identifier as unknown[]).length > 1;
let engine: Engine;

const beds: Workflow = {
  name: 'beds',
  concerns: ({ before, after }: WriteFacts) => isStay(before) || isStay(after),
  claims: (stay) =>
    isStay(stay) && !left(stay)
      ? [
          {
            name: `bed:${bedOf(stay)}`,
            taken: (holder) =>
              problem('business-rule', { en: `Bed is taken by ${holder}.`, zh: `床位已被 ${holder} 占用。` }),
          },
        ]
      : [],
  deadlines: (stay) =>
    isStay(stay) && !left(stay)
      ? [{ name: 'leave', at: Date.parse(stay.created as string) + 24 * HOUR }]
      : [],
  async follow(scene, { before, after }) {
    if (!after || before) return {};
    if (bedOf(after) === 'closed') {
      return { issues: [problem('business-rule', { en: 'This bed is closed.', zh: '该床位停用。' })] };
    }
    const told = await scene.search('Task', [['focus', `Basic/${after.id}`]]);
    return told.length > 0 ? {} : { writes: [task(after.id as string, 'come')] };
  },
  async due(_scene, stay) {
    return { writes: [task(stay.id as string, 'overdue')] };
  },
};

function task(stay: string, description: string): Resource {
  return {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    description,
    focus: { reference: `Basic/${stay}` },
  };
}

function stay(bed: string, more: object = {}) {
  return {
    resourceType: 'Basic',
    code: { text: 'stay' },
    identifier: [{ value: bed }],
    created: '2026-01-01',
    ...more,
  };
}

const contribution: Contribution<Engine> = {
  name: 'beds',
  workflows: (on) => {
    engine = on;
    return [beds];
  },
};

describe('A workflow of the county', () => {
  let one: TestApp;
  let other: TestApp;
  let mine: Engine;
  beforeAll(async () => {
    one = await startTestApp({ clock: 'movable' }, [contribution]);
    mine = engine;
    other = await startBeside(one, {}, [contribution]);
  });
  afterAll(async () => {
    await other?.close();
    await one?.close();
  });

  const tasksOf = async (id: string) =>
    (await one.call('GET', `Task?focus=Basic/${id}`)).body.entry?.map(
      (e: { resource: { description: string } }) => e.resource.description,
    ) ?? [];
  const ctx: Ctx = {
    actor: { client: 'test', display: 'test' },
    access: openAccess(),
    now: new Date(),
    requestId: 'x',
    lang: 'en',
    base: BASE,
  };
  const inForce = { created: new Date().toISOString().slice(0, 10) };

  it('writes what follows in the transaction of the write, by every door', async () => {
    const posted = await one.call('POST', 'Basic', stay('1', inForce));
    expect(posted.status).toBe(201);
    expect(await tasksOf(posted.body.id)).toEqual(['come']);
    expect((await one.call('PUT', 'Basic/b2', stay('2', { id: 'b2', ...inForce }))).status).toBe(201);
    expect(await tasksOf('b2')).toEqual(['come']);
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { request: { method: 'PUT', url: 'Basic/b3' }, resource: stay('3', { id: 'b3', ...inForce }) },
        {
          request: { method: 'POST', url: 'Task' },
          resource: task('b3', 'brought along'),
        },
      ],
    };
    expect((await one.call('POST', '', bundle)).status).toBe(200);
    expect(await tasksOf('b3'), 'it sees what the transaction itself writes').toEqual(['brought along']);
    const log = await one.call('GET', 'AuditEvent?_sort=-date&_count=1&entity=Basic/b2');
    expect(JSON.stringify(log.body)).toContain('Task/');
  });

  it('refuses with what the workflow says, and keeps nothing of it', async () => {
    const refused = await one.call('PUT', 'Basic/closed', stay('closed', { id: 'closed', ...inForce }));
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('This bed is closed.');
    expect((await one.call('GET', 'Basic/closed')).status).toBe(404);
    const entry = { request: { method: 'POST', url: 'Basic' }, resource: stay('closed', inForce) };
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [entry] };
    const inBundle = await one.call('POST', '', bundle);
    expect(inBundle.status).toBe(422);
    expect(inBundle.body.issue[0].expression).toEqual(['Bundle.entry[0]']);
  });

  it('lets only one of many at once hold what it claims, and gives it free', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? one : other).call('POST', 'Basic', stay('9', inForce))),
    );
    const statuses = answers.map((a) => a.status).sort();
    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
    const winner = answers.find((a) => a.status === 201)!.body;
    expect(answers.find((a) => a.status === 409)!.text).toContain(`Basic/${winner.id}`);
    expect((await one.call('DELETE', `Basic/${winner.id}`)).status).toBe(204);
    const next = await one.call('POST', 'Basic', stay('9', inForce));
    expect(next.status).toBe(201);
    const patch = [{ op: 'add', path: '/identifier/-', value: { value: 'left' } }];
    const patched = await one.call('PATCH', `Basic/${next.body.id}`, patch, {
      'content-type': 'application/json-patch+json',
    });
    expect(patched.status).toBe(200);
    expect((await other.call('POST', 'Basic', stay('9', inForce))).status).toBe(201);
  });

  it('deals with a deadline once, whoever looks, and not at all when it was met', async () => {
    const late = await one.call('POST', 'Basic', stay('20', { created: '2026-01-01' }));
    const met = await one.call(
      'POST',
      'Basic',
      stay('21', { created: '2026-01-01', identifier: [{ value: '21' }, { value: 'left' }] }),
    );
    const fire = {
      engine: mine,
      contextAt: (now: Date) => ({ ...ctx, now }),
      onError: (e: unknown) => expect.fail(String(e)),
    };
    await Promise.all(Array.from({ length: 8 }, () => fireDue(fire, new Date())));
    expect((await tasksOf(late.body.id)).sort()).toEqual(['come', 'overdue']);
    expect(await tasksOf(met.body.id)).toEqual(['come']);
    await one.call('PUT', `Basic/${late.body.id}`, { ...late.body, language: 'zh' });
    await fireDue(fire, new Date());
    expect((await tasksOf(late.body.id)).sort(), 'another version does not open it again').toEqual([
      'come',
      'overdue',
    ]);
  });

  it('moves its time when it was started so', async () => {
    const { body } = await one.call('POST', 'Basic', stay('30', inForce));
    const parameter = [{ name: 'to', valueDateTime: new Date(Date.now() + 30 * HOUR).toISOString() }];
    const moved = await one.call('POST', '$advance-clock', { resourceType: 'Parameters', parameter });
    expect(moved.status).toBe(200);
    expect((await tasksOf(body.id)).sort()).toEqual(['come', 'overdue']);
    const version = await one.call('POST', 'Basic', stay('31', inForce));
    expect(Date.parse(version.body.meta.lastUpdated)).toBeGreaterThan(Date.now() + 29 * HOUR);
    const back = [{ name: 'to', valueDateTime: '2026-01-01T00:00:00Z' }];
    expect(
      (await one.call('POST', '$advance-clock', { resourceType: 'Parameters', parameter: back })).status,
    ).toBe(400);
    const ages = [{ name: 'to', valueDateTime: '2426-01-01T00:00:00Z' }];
    const far = await one.call('POST', '$advance-clock', { resourceType: 'Parameters', parameter: ages });
    expect([far.status, far.body.issue[0].expression]).toEqual([400, ['to']]);
    expect(
      (await other.call('POST', '$advance-clock', { resourceType: 'Parameters', parameter })).status,
    ).toBe(404);
  });

  it('does a step in one transaction, refused whole', async () => {
    const step = (bed: string) =>
      perform(mine, ctx, async () => ({
        answer: bed,
        writes: [task('x', `for ${bed}`), stay(bed, inForce) as unknown as Resource],
      }));
    const done = await step('40');
    expect(done.written.map((w) => w.type)).toEqual(['Task', 'Basic', 'Task']);
    await expect(step('40')).rejects.toMatchObject({ category: 'conflict' });
    await expect(step('closed')).rejects.toMatchObject({ category: 'business-rule' });
    const tasks = await one.call('GET', 'Task?focus=Basic/x');
    expect(tasks.body.entry).toHaveLength(1);
  });
});
