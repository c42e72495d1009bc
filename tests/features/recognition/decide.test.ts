/** `$decide-recognition` and `$revoke-recognition`, and the law over plain writes, through HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { random, seedOf } from '../../fuzz/random.ts';
import { BASE, startTestApp, type TestApp } from '../../support/app.ts';
import { as, type Call } from '../tokens.ts';
import { anyEvent, begin, faults } from './chance.ts';
import {
  ago,
  CANONICAL,
  DOCTOR,
  decide,
  decision,
  decisionsOn,
  evidence,
  FULL,
  HOSPITAL,
  type Json,
  LABORATORY,
  load,
  mark,
  parameters,
  person,
  recheckReason,
  reference,
  resources,
  result,
  revoke,
  rules,
  STRANGER,
} from './story.ts';

let app: TestApp;
let doctor: Call;
let next = 0;

beforeAll(async () => {
  app = await startTestApp({ auth: 'smart', demo: true });
  doctor = await as(app, FULL, { organization: HOSPITAL });
  await load(doctor, [
    evidence('good', LABORATORY, ['HGB', 'TG']),
    person('zhang'),
    person('baby', { identifier: undefined }),
  ]);
});
afterAll(() => app.close());

/** A new result of haemoglobin. */
async function fresh(more: Json = {}, patient = 'zhang'): Promise<string> {
  const id = `result-${++next}`;
  await load(doctor, [result(id, patient, 'HGB', { extension: [mark('good')], ...more })]);
  return `Observation/${id}`;
}

async function decided(to: string, more?: Json): Promise<Json> {
  return resources(await decide(doctor, decision(to, more)), 'Task')[0];
}

const EXPLAINED = { reason: '2', explanation: '病情变化快,需要复查' };

describe('a decision', () => {
  test('to recognise becomes a completed Task and its Provenance', async () => {
    const to = await fresh();
    const answer = await decide(
      doctor,
      decision(to, { order: 'ServiceRequest/s1', encounter: 'Encounter/e1' }),
    );
    const [task] = resources(answer, 'Task');
    expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
    expect(task).toMatchObject({
      status: 'completed',
      intent: 'order',
      focus: { reference: to },
      for: { reference: 'Patient/zhang' },
      basedOn: [{ reference: 'ServiceRequest/s1' }],
      encounter: { reference: 'Encounter/e1' },
      owner: { reference: DOCTOR },
      businessStatus: { coding: [{ code: 'recognized' }] },
      meta: { profile: [`${CANONICAL}/StructureDefinition/county-recognition-decision`], versionId: '1' },
    });
    expect(task.output).toHaveLength(1);
    const [provenance] = resources(answer, 'Provenance');
    expect(provenance).toMatchObject({
      target: [{ reference: `Task/${task.id}` }],
      agent: [{ who: { reference: DOCTOR }, onBehalfOf: { reference: HOSPITAL } }],
      entity: [{ role: 'source', what: { reference: to } }],
    });
    expect((await doctor('GET', `Task/${task.id}`)).body).toEqual(task);
  });

  test('names the report as its source when the result is on one', async () => {
    const to = await fresh();
    await load(doctor, [
      {
        resourceType: 'DiagnosticReport',
        id: 'a-report',
        status: 'final',
        code: { text: 'x' },
        subject: { reference: 'Patient/zhang' },
        result: [{ reference: to }],
      },
    ]);
    const [provenance] = resources(await decide(doctor, decision(to)), 'Provenance');
    expect(provenance.entity[0].what.reference).toBe('DiagnosticReport/a-report');
  });

  test('not to recognise keeps the reason and what the patient was told', async () => {
    const task = await decided(await fresh(), EXPLAINED);
    expect(task).toMatchObject({
      status: 'rejected',
      statusReason: { coding: [{ code: '2' }] },
      businessStatus: { coding: [{ code: 'denied' }] },
    });
    const explanation = task.output.find((o: Json) => o.type.coding[0].code === 'explanation');
    expect(explanation.valueString).toBe(EXPLAINED.explanation);
  });

  test.each([
    ['an unlisted reason', { reason: '42', explanation: 'because' }, ['recheck-reason-unlisted']],
    ['no reason', { outcome: 'denied', explanation: 'because' }, ['recheck-reason-unlisted']],
    ['no explanation', { reason: '1' }, ['explanation-missing']],
    ['an explanation of blanks', { reason: '1', explanation: '  ' }, ['explanation-missing']],
    ['neither', { outcome: 'denied' }, ['recheck-reason-unlisted', 'explanation-missing']],
  ])('not to recognise with %s is refused, and nothing is stored', async (_, more, broken) => {
    const to = await fresh();
    const answer = await decide(doctor, decision(to, more));
    expect(answer.status, answer.text).toBe(422);
    expect(rules(answer)).toEqual(broken);
    expect(answer.body.issue[0].expression).toEqual([`Parameters.parameter.where(name='decision')[0]`]);
    expect(await decisionsOn(doctor, to)).toEqual([]);
  });

  test('says in the refusal which reasons there are, in both languages', async () => {
    const to = await fresh();
    const body = parameters(decision(to, { reason: '42', explanation: 'x' }), reference('decider', DOCTOR));
    const path = 'ServiceRequest/$decide-recognition';
    const en = await doctor('POST', path, body);
    expect(en.body.issue[0].diagnostics).toMatch(/'42'.*1, 2, 3, 4, 5, 6/);
    const zh = await doctor('POST', path, body, { 'accept-language': 'zh' });
    expect(zh.body.issue[0].diagnostics).toMatch(/“42”.*1, 2, 3, 4, 5, 6/);
  });

  test('about several results is made for all or none', async () => {
    const [a, b, c] = [await fresh(), await fresh(), await fresh()];
    const answer = await decide(doctor, decision(a), decision(b, { reason: '42' }), decision(c));
    expect(answer.status).toBe(422);
    expect(rules(answer)).toEqual(['recheck-reason-unlisted', 'explanation-missing']);
    expect(answer.body.issue[0].expression).toEqual([`Parameters.parameter.where(name='decision')[1]`]);
    for (const to of [a, b, c]) expect(await decisionsOn(doctor, to)).toEqual([]);
    const good = await decide(doctor, decision(a), decision(b, EXPLAINED), decision(c));
    expect(resources(good, 'Task').map((t) => t.status)).toEqual(['completed', 'rejected', 'completed']);
    expect(resources(good, 'Provenance')).toHaveLength(3);
  });

  test('is the doctor’s: a result that the rules would not recommend may be recognised', async () => {
    const to = await fresh({ extension: undefined, effectiveDateTime: ago(400) });
    expect((await decided(to)).status).toBe('completed');
  });

  test.each([
    ['preliminary', { status: 'preliminary' }, 'zhang'],
    ['entered in error', { status: 'entered-in-error' }, 'zhang'],
    ['of a newborn without an identifier', {}, 'baby'],
    [
      'preliminary and of no item of the catalogue',
      { status: 'preliminary', code: { text: '自拟项目' } },
      'zhang',
    ],
    ['of a newborn, and of no item of the catalogue', { code: { text: '自拟项目' } }, 'baby'],
    ['preliminary and without a time', { status: 'preliminary', effectiveDateTime: undefined }, 'zhang'],
  ])('cannot recognise a result that is %s, but can decline it', async (_, more, patient) => {
    const to = await fresh(more, patient);
    const answer = await decide(doctor, decision(to));
    expect(answer.status, answer.text).toBe(422);
    expect(rules(answer)).toEqual(['recognition-not-eligible']);
    expect(await decisionsOn(doctor, to)).toEqual([]);
    expect((await decided(to, EXPLAINED)).status).toBe('rejected');
  });

  test('cannot recognise a preliminary result that many newer ones hide', async () => {
    await load(doctor, [
      person('many'),
      result('old-tg', 'many', 'TG', { status: 'preliminary', effectiveDateTime: ago(50) }),
      ...[1, 2, 3, 4, 5, 6, 7].map((d) => result(`new-tg-${d}`, 'many', 'TG', { effectiveDateTime: ago(d) })),
    ]);
    const answer = await decide(doctor, decision('Observation/old-tg'));
    expect(answer.status).toBe(422);
    expect(rules(answer)).toEqual(['recognition-not-eligible']);
  });

  test.each([
    ['a result that is not there', decision('Observation/no-such'), 404],
    ['what is no result', decision('Patient/zhang'), 400],
    ['a result elsewhere', decision('http://elsewhere.example/Observation/1'), 400],
    ['an outcome there is not', decision('Observation/result-1', { outcome: 'maybe' }), 400],
    ['nothing', undefined, 422],
    ['a part that is not known', { name: 'decision', part: [{ name: 'resultt', valueString: 'x' }] }, 422],
  ] as const)('about %s is refused in words', async (_, given, status) => {
    const answer = await decide(doctor, ...(given ? [given as Json] : []));
    expect(answer.status, answer.text).toBe(status);
    expect(answer.body.resourceType).toBe('OperationOutcome');
    if (status === 422 && given) expect(answer.text).toContain('resultt');
  });

  test('needs a decider', async () => {
    const answer = await doctor(
      'POST',
      'ServiceRequest/$decide-recognition',
      parameters(decision(await fresh())),
    );
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('decider');
    const nobody = reference('decider', 'Practitioner/nowhere');
    const path = 'ServiceRequest/$decide-recognition';
    const unknown = await doctor('POST', path, parameters(decision(await fresh()), nobody));
    expect(rules(unknown)).toEqual(['recognition-decider-unknown']);
  });

  test('cannot be asked for with GET, for it changes something', async () => {
    const answer = await doctor('GET', 'ServiceRequest/$decide-recognition');
    expect([404, 405]).toContain(answer.status);
  });
});

describe('a result that was decided', () => {
  test('is not decided a second time, whichever way', async () => {
    const to = await fresh();
    await decided(to);
    for (const again of [
      decision(to),
      decision(to, EXPLAINED),
      decision(`${BASE}/${to}`),
      decision(`${to}/_history/1`),
    ]) {
      const answer = await decide(doctor, again);
      expect(answer.status, answer.text).toBe(422);
      expect(rules(answer)).toEqual(['recognition-decision-final']);
      expect(answer.body.issue[0].diagnostics).toContain('$revoke-recognition');
    }
    expect(await decisionsOn(doctor, to)).toHaveLength(1);
  });

  test('is decided anew for another order or another encounter', async () => {
    const to = await fresh();
    await decided(to, { encounter: 'Encounter/a' });
    await decided(to, { encounter: 'Encounter/b', ...EXPLAINED });
    await decided(to, { order: 'ServiceRequest/a' });
    await decided(to);
    expect(await decisionsOn(doctor, to)).toHaveLength(4);
    const again = await decide(doctor, decision(to, { encounter: `${BASE}/Encounter/a` }));
    expect(rules(again)).toEqual(['recognition-decision-final']);
  });

  test.each([
    ['the same words', (to: string, _n: number) => decision(to)],
    ['different outcomes', (to: string, n: number) => decision(to, n % 2 ? EXPLAINED : {})],
    ['different spellings', (to: string, n: number) => decision(n % 2 ? to : `${BASE}/${to}`)],
  ])('by many at once in %s is decided once', async (_, make) => {
    const to = await fresh();
    const answers = await Promise.all(Array.from({ length: 8 }, (_x, n) => decide(doctor, make(to, n))));
    expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
    for (const lost of answers.filter((a) => a.status !== 200)) {
      expect([409, 422], lost.text).toContain(lost.status);
      expect(rules(lost)).toEqual(['recognition-decision-final']);
    }
    const tasks = await decisionsOn(doctor, to);
    expect(tasks).toHaveLength(1);
    const provenances = await doctor('GET', `Provenance?target=Task/${tasks[0].id}`);
    expect(resources(provenances, 'Provenance')).toHaveLength(1);
  });

  test('twice in one request is refused, and not decided at all', async () => {
    const to = await fresh();
    const answer = await decide(doctor, decision(to), decision(to, EXPLAINED));
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(await decisionsOn(doctor, to)).toEqual([]);
  });
});

describe('a decision that stands', () => {
  test.each([
    ['recognised', {}, 'recognized-revoked'],
    ['declined', EXPLAINED, 'denied-revoked'],
  ])(
    'that %s is revoked with a reason, keeps its history, and makes room for another',
    async (_, more, state) => {
      const to = await fresh();
      const task = await decided(to, more);
      const answer = await revoke(doctor, task.id);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toMatchObject({
        resourceType: 'Task',
        id: task.id,
        status: 'cancelled',
        statusReason: { text: '患者补充了病史' },
        businessStatus: { coding: [{ code: state }] },
      });
      const history = await doctor('GET', `Task/${task.id}/_history`);
      expect(history.body.entry.map((e: Json) => e.resource.status)).toEqual(['cancelled', task.status]);
      const provenances = resources(await doctor('GET', `Provenance?target=Task/${task.id}`), 'Provenance');
      expect(provenances).toHaveLength(2);

      const second = await decided(to, more);
      expect(second.id).not.toBe(task.id);
      expect((await decisionsOn(doctor, to)).map((t) => t.status).sort()).toEqual(
        ['cancelled', task.status].sort(),
      );
      expect(rules(await decide(doctor, decision(to)))).toEqual(['recognition-decision-final']);
    },
  );

  test('is revoked once', async () => {
    const task = await decided(await fresh());
    const answers = await Promise.all(Array.from({ length: 6 }, () => revoke(doctor, task.id)));
    expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
    for (const lost of answers.filter((a) => a.status !== 200))
      expect([409, 412, 422]).toContain(lost.status);
    const again = await revoke(doctor, task.id);
    expect(again.status).toBe(422);
    expect(rules(again)).toEqual(['recognition-decision-final']);
  });

  test('is the only thing that can be revoked', async () => {
    await load(doctor, [{ resourceType: 'Task', id: 'other', status: 'completed', intent: 'order' }]);
    expect(rules(await revoke(doctor, 'other'))).toEqual(['recognition-decision-final']);
    expect((await revoke(doctor, 'no-such')).status).toBe(404);
  });

  const changes: readonly (readonly [string, (task: Json) => Json])[] = [
    ['to draft', (t) => ({ ...t, status: 'draft' })],
    ['to in-progress', (t) => ({ ...t, status: 'in-progress' })],
    ['to entered-in-error', (t) => ({ ...t, status: 'entered-in-error' })],
    [
      'from recognised to declined',
      (t) => ({
        ...t,
        status: 'rejected',
        statusReason: recheckReason('1'),
        output: [
          ...t.output,
          {
            type: {
              coding: [{ system: `${CANONICAL}/CodeSystem/county-decision-output`, code: 'explanation' }],
            },
            valueString: 'x',
          },
        ],
      }),
    ],
    ['to another result', (t) => ({ ...t, focus: { reference: 'Observation/other' } })],
    ['to another person', (t) => ({ ...t, for: { reference: 'Patient/baby' } })],
    [
      'to another doctor',
      (t) => ({ ...t, owner: { reference: 'Practitioner/county-hospital-physician-2' } }),
    ],
    ['to another encounter', (t) => ({ ...t, encounter: { reference: 'Encounter/other' } })],
    ['to another order', (t) => ({ ...t, basedOn: [{ reference: 'ServiceRequest/other' }] })],
    ['to another outcome', (t) => ({ ...t, output: [{ ...t.output[0], valueCode: 'denied' }] })],
    ['to a Task of another kind', (t) => ({ ...t, code: { text: 'x' } })],
    [
      'to another result while it is revoked',
      (t) => ({
        ...t,
        status: 'cancelled',
        statusReason: { text: 'x' },
        focus: { reference: 'Observation/other' },
      }),
    ],
  ];
  test.each(changes)('is not changed %s by a plain write, through whichever door', async (_, change) => {
    const task = await decided(await fresh());
    // Without the profile no invariant stands in the way: the rule alone must hold.
    const changed = { ...change(task), meta: undefined };
    const alone = await doctor('PUT', `Task/${task.id}`, changed);
    expect(alone.status, alone.text).toBe(422);
    expect(rules(alone)).toEqual(['recognition-decision-final']);
    const entry = [{ resource: changed, request: { method: 'PUT', url: `Task/${task.id}` } }];
    const together = await doctor('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(together.status).toBe(422);
    expect(rules(together)).toEqual(['recognition-decision-final']);
    const batched = await doctor('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
    expect(batched.body.entry[0].response.status).toMatch(/^422/);
    const conditional = await doctor('PUT', `Task?_id=${task.id}`, changed);
    expect(conditional.status).toBe(422);
    expect((await doctor('GET', `Task/${task.id}`)).body).toEqual(task);
  });

  test('that declined keeps its reason', async () => {
    const task = await decided(await fresh(), EXPLAINED);
    const changed = { ...task, meta: undefined, statusReason: recheckReason('3') };
    expect(rules(await doctor('PUT', `Task/${task.id}`, changed))).toEqual(['recognition-decision-final']);
  });

  test('is not deleted', async () => {
    const task = await decided(await fresh());
    for (const path of [`Task/${task.id}`, `Task?_id=${task.id}`]) {
      const answer = await doctor('DELETE', path);
      expect(answer.status, answer.text).toBe(422);
      expect(rules(answer)).toEqual(['recognition-decision-final']);
    }
    expect((await revoke(doctor, task.id)).status).toBe(200);
    const revoked = await doctor('DELETE', `Task/${task.id}`);
    expect(rules(revoked)).toEqual(['recognition-decision-final']);
  });

  test('may be sent back as it is, and given a note', async () => {
    const task = await decided(await fresh());
    expect((await doctor('PUT', `Task/${task.id}`, task)).status).toBe(200);
    const noted = { ...task, note: [{ text: '已归档' }], lastModified: new Date().toISOString() };
    expect((await doctor('PUT', `Task/${task.id}`, noted)).status).toBe(200);
  });

  test('may be revoked by a plain write that gives a reason, and not without one', async () => {
    const task = await decided(await fresh());
    const revoked = { ...task, meta: undefined, status: 'cancelled' };
    expect(rules(await doctor('PUT', `Task/${task.id}`, revoked))).toEqual(['revocation-reason-missing']);
    const answer = await doctor('PUT', `Task/${task.id}`, { ...revoked, statusReason: { text: '误操作' } });
    expect(answer.status, answer.text).toBe(200);
    const back = await doctor('PUT', `Task/${task.id}`, { ...revoked, status: 'completed' });
    expect(rules(back)).toEqual(['recognition-decision-final']);
  });
});

describe('the law over plain writes', () => {
  const denial = (more: Json = {}) => ({
    resourceType: 'Task',
    status: 'rejected',
    intent: 'order',
    code: { coding: [{ system: `${CANONICAL}/CodeSystem/county-task-code`, code: 'recognition-decision' }] },
    focus: { reference: 'Observation/result-1' },
    for: { reference: 'Patient/zhang' },
    owner: { reference: DOCTOR },
    statusReason: recheckReason('1'),
    output: [
      {
        type: { coding: [{ system: `${CANONICAL}/CodeSystem/county-decision-output`, code: 'explanation' }] },
        valueString: '病情变化',
      },
    ],
    ...more,
  });

  test.each([
    ['an unlisted reason', { statusReason: recheckReason('42') }, ['code-unknown']],
    [
      'a reason of another system',
      { statusReason: { coding: [{ system: 'urn:x', code: '1' }] } },
      ['recheck-reason-unlisted'],
    ],
    ['a reason in words alone', { statusReason: { text: '病情变化' } }, ['recheck-reason-unlisted']],
    ['no reason', { statusReason: undefined }, ['recheck-reason-unlisted']],
    ['no explanation', { output: undefined }, ['explanation-missing']],
    [
      'an empty decision',
      { output: undefined, statusReason: undefined },
      ['recheck-reason-unlisted', 'explanation-missing'],
    ],
  ])('refuses to create a rejected decision with %s', async (_, more, broken) => {
    const answer = await doctor('POST', 'Task', denial(more));
    expect(answer.status, answer.text).toBe(422);
    expect(rules(answer)).toEqual(broken);
    const put = await doctor('PUT', 'Task/plain-denial', { ...denial(more), id: 'plain-denial' });
    expect(rules(put)).toEqual(broken);
    expect((await doctor('GET', 'Task/plain-denial')).status).toBe(404);
  });

  test('lets a complete decision and Tasks of other kinds pass', async () => {
    expect((await doctor('POST', 'Task', denial())).status).toBe(201);
    const other = { resourceType: 'Task', status: 'rejected', intent: 'order' };
    expect((await doctor('POST', 'Task', other)).status).toBe(201);
  });

  describe.each(['Observation', 'DiagnosticReport'])('on a %s', (type) => {
    const marked = (...extension: Json[]): Json => ({
      resourceType: type,
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/zhang' },
      extension,
    });
    const inTransaction = (resource: Json) =>
      doctor('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource, request: { method: 'POST', url: type } }],
      });

    test('takes a mark with its evidence', async () => {
      expect((await doctor('POST', type, marked(mark('good')))).status).toBe(201);
    });

    test('takes a mark whose evidence comes with the same transaction', async () => {
      const fullUrl = 'urn:uuid:5b1fbc1e-4b3c-4d5a-9a37-0b1d0ac4f7b1';
      const { id: _, ...brought } = evidence('brought', HOSPITAL, ['HGB']);
      const resource = marked(mark('good'));
      resource.extension[0].extension.at(-1).valueReference.reference = fullUrl;
      const answer = await doctor('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { resource, request: { method: 'POST', url: type } },
          { fullUrl, resource: brought, request: { method: 'POST', url: 'Basic' } },
        ],
      });
      expect(answer.status, answer.text).toBe(200);
      const stored = await doctor('GET', answer.body.entry[0].response.location.replace(/^.*\/fhir\//, ''));
      expect(stored.body.extension).toHaveLength(1);
    });

    test('refuses a mark without evidence, beside good ones and through every door', async () => {
      const resource = marked(mark('good'), mark(undefined));
      const answer = await doctor('POST', type, resource);
      expect(answer.status, answer.text).toBe(422);
      expect(answer.body.issue.map((i: Json) => i.diagnostics).join()).toContain('evidence');
      const where = answer.body.issue.flatMap((i: Json) => i.expression);
      expect(
        where.every((e: string) => e.startsWith(`${type}.extension[1]`)),
        where.join(),
      ).toBe(true);
      expect((await inTransaction(resource)).status).toBe(422);
      const stored = await doctor('POST', type, marked(mark('good')));
      const added = await doctor('PUT', `${type}/${stored.body.id}`, { ...resource, id: stored.body.id });
      expect(added.status).toBe(422);
    });

    test('refuses a mark whose evidence is only words', async () => {
      const words = mark(undefined);
      words.extension.push({ url: 'evidence', valueReference: { display: '2026年度室间质评合格' } });
      for (const answer of [await doctor('POST', type, marked(words)), await inTransaction(marked(words))]) {
        expect(answer.status, answer.text).toBe(422);
        expect(rules(answer)).toEqual(['recognition-mark-without-evidence']);
      }
    });
  });
});

describe('who may decide', () => {
  test.each([
    ['Task.c', 'decide'],
    ['Observation.r', 'decide'],
    ['Patient.r', 'decide'],
    ['Observation.s', 'decide'],
    ['DiagnosticReport.s', 'decide'],
    ['Task.u', 'revoke'],
    ['Task.r', 'revoke'],
  ])('not those without system/%s, who would %s', async (missing, what) => {
    const [type, letter] = missing.split('.') as [string, string];
    const scope = FULL.replace(`system/${type}.cruds`, `system/${type}.${'cruds'.replace(letter, '')}`);
    const call = await as(app, scope, { organization: HOSPITAL });
    const to = await fresh();
    const answer =
      what === 'decide' ? await decide(call, decision(to)) : await revoke(call, (await decided(to)).id);
    expect(answer.status, answer.text).toBe(403);
    expect(answer.body.issue[0].diagnostics).toContain(`system/${missing}`);
    expect((await decisionsOn(doctor, to)).filter((t) => t.status !== 'completed')).toEqual([]);
  });

  test('those who may not write Provenances themselves: the decision brings its own', async () => {
    const call = await as(app, FULL.replace('system/Provenance.rs', ''), { organization: HOSPITAL });
    const answer = await decide(call, decision(await fresh()));
    expect(resources(answer, 'Provenance')).toHaveLength(1);
  });

  test('and every decision is written down with the client and the patient', async () => {
    const to = await fresh();
    const call = await as(app, FULL, { id: 'deciding-system', organization: HOSPITAL });
    const [task] = resources(await decide(call, decision(to)), 'Task');
    const found = await doctor('GET', 'AuditEvent?patient=Patient/zhang&_count=1000');
    const events = resources(found, 'AuditEvent').filter((e) => e.agent[0].altId === 'deciding-system');
    const operation = events.find((e) => e.subtype[0].code === 'operation');
    expect(operation.entity.map((e: Json) => e.what?.reference)).toContain(`Task/${task.id}`);
    expect(events.map((e) => e.subtype[0].code)).not.toContain('transaction');
  });
});

test('the system of the hospital that decided takes it back; that of another sees no decision', async () => {
  const scope = `${FULL} system/ServiceRequest.cruds`;
  const own = await as(app, scope, { organization: HOSPITAL, countyWide: false });
  const other = await as(app, scope, { organization: STRANGER, countyWide: false });
  const made = await decided(await fresh());
  expect((await revoke(other, made.id)).status).toBe(404);
  const answer = await revoke(own, made.id);
  expect(answer.body.status, answer.text).toBe('cancelled');
});

test('no sequence of events leads a decision astray, several at once', async () => {
  const r = random(seedOf('recognition'));
  const county = await as(app, `${FULL} system/DetectedIssue.rs`, { organization: HOSPITAL });
  await begin(county);
  const statuses = new Map<number, number>();
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all([1, 2, 3].map(() => anyEvent(r, county)));
    for (const { status, text } of answers) {
      expect([200, 201, 409, 412, 422], text).toContain(status);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    if (round % 7 === 6) expect(await faults(county), `round ${round}`).toEqual([]);
  }
  expect(statuses.get(200), 'some of it was legal').toBeGreaterThan(10);
  expect(statuses.get(422), 'and some was not').toBeGreaterThan(3);
});
