/** Records of one person: linked, merged, kept apart, and read as one. Through HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBeside, startTestApp, type TestApp } from '../../support/app.ts';
import { CANONICAL, idNumber, type Json, type Known, parameters, patient, RESIDENT_ID } from './people.ts';

let app: TestApp;
let other: TestApp;
let serial = 100;

beforeAll(async () => {
  app = await startTestApp({ clock: 'movable' });
  other = await startBeside(app);
});
afterAll(async () => {
  await other?.close();
  await app?.close();
});

/** Somebody nobody else looks like. */
function somebody(): Required<Pick<Known, 'name' | 'birthDate' | 'gender' | 'number'>> {
  const day = new Date(Date.UTC(1950, 0, 1) + serial * 86_400_000 * 37).toISOString().slice(0, 10);
  const name = `顾${'东南西北中发白春夏秋冬梅兰竹菊'[serial % 15]}${'甲乙丙丁戊己庚辛壬癸'[serial % 10]}`;
  serial += 2;
  return { name, birthDate: day, gender: 'female', number: idNumber(day, serial) };
}

async function put(id: string, known: Known, on = app) {
  const answer = await on.call('PUT', `Patient/${id}`, patient({ ...known, id }));
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

async function read(path: string) {
  return (await app.call('GET', path)).body;
}

function step(name: string, source: string, target: string, reason?: string) {
  const body = parameters({ 'source-patient': `Patient/${source}`, 'target-patient': `Patient/${target}` });
  if (reason) body.parameter.push({ name: 'reason', valueString: reason });
  return app.call('POST', `Patient/$${name}`, body);
}

const links = (p: Json) => (p.link ?? []).map((l: Json) => `${l.type} ${l.other.reference}`);

async function ids(query: string) {
  const { body } = await app.call('GET', query);
  return (body.entry ?? []).map((e: Json) => e.resource.id).sort();
}

const observation = (id: string, of: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: `Patient/${of}` },
  effectiveDateTime: '2026-01-02',
});

describe('what is written finds the records of the same person', () => {
  test('a certain match is linked, on both sides, and the answer shows it', async () => {
    const person = somebody();
    await put('his-1', person);
    const second = await put('his-2', { ...person, phone: '13900000001' });
    expect(links(second)).toEqual(['seealso Patient/his-1']);
    expect(second.meta.versionId).toBe((await read('Patient/his-2')).meta.versionId);
    expect(links(await read('Patient/his-1'))).toEqual(['seealso Patient/his-2']);
    const third = await put('his-3', person);
    expect(links(third)).toHaveLength(1);
    expect(await ids('Linkage?item=Patient/his-3')).toHaveLength(1);
  });

  test('links survive what an institution sends that knows nothing of them', async () => {
    const person = somebody();
    await put('keeps-1', person);
    await put('keeps-2', person);
    const again = await put('keeps-2', { ...person, phone: '13900000002' });
    expect(links(again)).toEqual(['seealso Patient/keeps-1']);
    expect(again.telecom[0].value).toBe('13900000002');
  });

  test('a number with another person behind it is put before somebody, not linked', async () => {
    const person = somebody();
    await put('number-1', person);
    const second = await put('number-2', { ...somebody(), number: person.number });
    expect(links(second)).toEqual([]);
    expect(await ids('Task?code=identity-review&patient=Patient/number-2')).toHaveLength(1);
  });

  test('a doubtful pair becomes one Task, which the decision closes', async () => {
    const { number: _, ...person } = somebody();
    await put('doubt-1', person);
    await put('doubt-2', person);
    await put('doubt-2', { ...person, phone: '13900000003' });
    const tasks = await ids('Task?code=identity-review&patient=Patient/doubt-2');
    expect(tasks).toHaveLength(1);
    const task = await read(`Task/${tasks[0]}`);
    expect(task).toMatchObject({ status: 'requested', focus: { reference: 'Patient/doubt-2' } });
    expect(JSON.stringify(task.input)).toContain('Patient/doubt-1');
    const valid = await app.call(
      'POST',
      `Task/$validate?profile=${CANONICAL}/StructureDefinition/county-identity-review`,
      task,
    );
    expect(valid.body.issue.filter((i: Json) => i.severity === 'error')).toEqual([]);
    expect((await step('keep-apart', 'doubt-1', 'doubt-2')).status).toBe(200);
    expect((await read(`Task/${tasks[0]}`)).status).toBe('rejected');
    await put('doubt-2', { ...person, phone: '13900000004' });
    expect((await read(`Task/${tasks[0]}`)).status, 'nobody is asked again').toBe('rejected');
    const linked = await step('link', 'doubt-1', 'doubt-2');
    expect(linked.status, linked.text).toBe(200);
    expect(linked.body.parameter[0].resource).toMatchObject({ resourceType: 'Linkage', active: true });
  });

  test('a person of several records is put before somebody once', async () => {
    const person = somebody();
    await put('many-1', person);
    await put('many-2', person);
    const { number: _, ...unnumbered } = person;
    await put('many-3', unnumbered);
    expect(await ids('Task?code=identity-review&patient=Patient/many-3&_linked=false')).toHaveLength(1);
  });

  test('who is certainly two people that somebody kept apart is linked with neither', async () => {
    const person = somebody();
    await put('two-1', person);
    await put('two-2', person);
    expect((await step('unlink', 'two-1', 'two-2')).status).toBe(200);
    const third = await put('two-3', person);
    expect(links(third)).toEqual([]);
    expect(await ids('Task?code=identity-review&patient=Patient/two-3')).toHaveLength(2);
    const certain = await app.call('POST', 'Patient/$match', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource: patient(person) },
        { name: 'onlyCertainMatches', valueBoolean: true },
      ],
    });
    expect(certain.body.total, certain.text).toBe(0);
  });

  test('two institutions that register a person at once are linked', async () => {
    const person = somebody();
    await Promise.all([put('once-1', person), put('once-2', person, other), put('once-3', person)]);
    expect(await ids('Observation?patient=Patient/once-1')).toEqual([]);
    await app.call('PUT', 'Observation/once-o', observation('once-o', 'once-3'));
    expect(await ids('Observation?patient=Patient/once-1')).toEqual(['once-o']);
    expect(await ids('Observation?patient=Patient/once-2')).toEqual(['once-o']);
  });

  test('records without numbers that are registered at once are put before a person', async () => {
    const { number: _, ...person } = { ...somebody(), phone: '13912345678', address: '东街3号' };
    const none = await startBeside(app, { linking: false });
    try {
      await put('late-1', person);
      // As somebody whose transaction began before and ends after.
      await put('late-2', person, none);
    } finally {
      await none.close();
    }
    expect(await ids('Task?focus=Patient/late-1')).toEqual([]);
    await Promise.all([put('late-3', person), put('late-4', person, other)]);
    const to = new Date(Date.now() + 120_000).toISOString();
    const moved = await app.call('POST', '$advance-clock', {
      resourceType: 'Parameters',
      parameter: [{ name: 'to', valueDateTime: to }],
    });
    expect(moved.status, moved.text).toBe(200);
    const { entry } = await read('Task?code=identity-review&_count=200');
    const pairs = entry.flatMap(({ resource }: Json) => {
      const about = JSON.stringify(resource).match(/late-\d/g) ?? [];
      return about.length > 0 ? [[...new Set(about)].sort().join(' ')] : [];
    });
    expect(new Set(pairs).size).toBe(6);
  });

  test('institutions that register a person at once are linked when the server chooses the ids', async () => {
    const people = Array.from({ length: 4 }, somebody);
    const created = await Promise.all(
      people.flatMap((person) =>
        ['a', 'b', 'c'].map((id) =>
          app.call('POST', 'Patient', { ...patient({ ...person, id }), id: undefined }),
        ),
      ),
    );
    const now = await Promise.all(created.map(({ body }) => read(`Patient/${body.id}`)));
    for (const [i, record] of now.entries()) {
      const others = now.filter((_, j) => Math.floor(j / 3) === Math.floor(i / 3));
      expect(links(record)).not.toEqual([]);
      const reached = others.flatMap((o) => links(o).map((link: string) => link.split(' ')[1]));
      expect([...new Set(reached)].sort()).toEqual(others.map((o) => `Patient/${o.id}`).sort());
    }
  });

  test('a transaction links what it writes', async () => {
    const person = somebody();
    const entry = ['both-1', 'both-2'].map((id) => ({
      request: { method: 'PUT', url: `Patient/${id}` },
      resource: patient({ ...person, id }),
    }));
    const { status, body } = await app.call('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry,
    });
    expect(status).toBe(200);
    const now = await read('Patient/both-2');
    expect(body.entry[1].response.etag).toBe(`W/"${now.meta.versionId}"`);
    expect(links(now)).toEqual(['seealso Patient/both-1']);
  });

  test('a newborn gets its number later and is found by it; the former number stays', async () => {
    const { number, ...person } = somebody();
    const typed = idNumber(person.birthDate, 901);
    await put('baby', { ...person, number: typed });
    await put('registered', { ...person, number });
    const corrected = await put('baby', { ...person, number });
    expect(links(corrected)).toEqual(['seealso Patient/registered']);
    expect(corrected.identifier).toMatchObject([
      { system: RESIDENT_ID, value: number },
      { system: RESIDENT_ID, value: typed, use: 'old', period: { end: expect.any(String) } },
    ]);
  });

  test('a person taken in without a name is on a list until somebody knows who it is', async () => {
    const tag = [{ system: `${CANONICAL}/CodeSystem/identity-state`, code: 'temporary' }];
    await put('unknown', { name: '无名氏', more: { meta: { tag } } });
    const [task] = await ids('Task?code=identify&patient=Patient/unknown');
    expect((await read(`Task/${task}`)).status).toBe('requested');
    await put('unknown', somebody());
    expect((await read(`Task/${task}`)).status).toBe('completed');
  });
});

describe('a merge', () => {
  const encounter = (id: string, status: string) => ({
    resourceType: 'Encounter',
    id,
    status,
    class: { code: 'IMP' },
    subject: { reference: 'Patient/gone' },
  });

  test('is by pointer, refused while an encounter is open, and undone without a trace but its lineage', async () => {
    const { number: _, ...person } = somebody();
    await put('stays', person);
    await put('gone', { ...person, phone: '13900000005' });
    await app.call('PUT', 'Observation/of-gone', observation('of-gone', 'gone'));
    await app.call('PUT', 'Encounter/open', encounter('open', 'in-progress'));
    const refused = await step('merge', 'gone', 'stays');
    expect(refused.status).toBe(422);
    expect(refused.body.issue[0].details.coding[0].code).toBe('merge-during-encounter');
    expect(links(await read('Patient/gone'))).toEqual([]);
    await app.call('PUT', 'Encounter/open', encounter('open', 'finished'));

    const before = await read('Patient/gone');
    const merged = await step('merge', 'gone', 'stays', 'Same person, two cards');
    expect(merged.status, merged.text).toBe(200);
    const gone = await read('Patient/gone');
    expect(gone.active).toBe(false);
    expect(links(gone)).toEqual(['replaced-by Patient/stays']);
    expect(links(await read('Patient/stays'))).toEqual(['replaces Patient/gone']);
    expect((await read('Observation/of-gone')).subject.reference).toBe('Patient/gone');
    expect(await ids('Observation?patient=Patient/stays')).toEqual(['of-gone']);
    const found = await app.call('POST', 'Patient/$match', parameters({ resource: patient(person) }));
    expect(found.body.entry.map((e: Json) => e.resource.id)).toEqual(['stays']);

    const resent = await put('gone', { ...person, phone: '13900000006' });
    expect(resent.active, 'what its institution sends does not bring it back').toBe(false);
    expect(links(resent)).toEqual(['replaced-by Patient/stays']);

    expect((await step('unlink', 'gone', 'stays')).status, 'it was not linked but merged').toBe(422);
    expect((await step('unmerge', 'gone', 'stays')).status).toBe(200);
    const restored = await read('Patient/gone');
    expect(restored.active).toBe(true);
    expect(links(restored)).toEqual([]);
    expect(restored.name).toEqual(before.name);
    expect(await ids('Observation?patient=Patient/stays')).toEqual([]);
    const [linkage] = await ids('Linkage?item=Patient/gone');
    expect((await read(`Linkage/${linkage}/_history`)).entry).toHaveLength(2);
    expect(await ids(`Provenance?target=Linkage/${linkage}`)).toHaveLength(2);
    await put('gone', { ...person, phone: '13900000007' });
    expect(links(await read('Patient/gone')), 'it is not linked again by itself').toEqual([]);
  });

  test('is refused while an encounter of any record of either person is open', async () => {
    const person = somebody();
    for (const id of ['any-1', 'any-2']) await put(id, person);
    await put('any-3', { name: '孔任意', birthDate: '1991-02-03' });
    const open = { ...encounter('any-open', 'in-progress'), subject: { reference: 'Patient/any-2' } };
    await app.call('PUT', 'Encounter/any-open', open);
    const refused = await step('merge', 'any-3', 'any-1');
    expect(refused.status).toBe(422);
    expect(refused.body.issue[0].details.coding[0].code).toBe('merge-during-encounter');
  });

  test('is refused in a circle, twice, with itself and with nobody', async () => {
    for (const id of ['m1', 'm2', 'm3']) await put(id, { name: `孔${id}`, birthDate: '1990-01-01' });
    expect((await step('merge', 'm2', 'm1')).status).toBe(200);
    expect((await step('merge', 'm1', 'm2')).body.issue[0].details.coding[0].code).toBe(
      'replaces-and-replaced',
    );
    expect((await step('merge', 'm2', 'm3')).body.issue[0].details.coding[0].code).toBe('replaced-twice');
    expect((await step('merge', 'm3', 'm2')).status).toBe(422);
    expect((await step('merge', 'm1', 'm1')).body.issue[0].details.coding[0].code).toBe('same-record');
    expect((await step('merge', 'm1', 'nobody')).status).toBe(404);
    expect((await step('unmerge', 'm3', 'm1')).body.issue[0].details.coding[0].code).toBe(
      'records-not-linked',
    );
  });

  test('may come through the other doors: a link in the record, a Linkage', async () => {
    await put('door-1', { name: '严door', birthDate: '1991-01-01' });
    const more = { active: false, link: [{ other: { reference: 'Patient/door-1' }, type: 'replaced-by' }] };
    await put('door-2', { name: '华door', birthDate: '1992-01-01', more });
    expect(links(await read('Patient/door-1'))).toEqual(['replaces Patient/door-2']);
    const [id] = await ids('Linkage?item=Patient/door-2');
    const linkage = await read(`Linkage/${id}`);
    await app.call('PUT', `Linkage/${id}`, { ...linkage, active: false });
    expect(links(await read('Patient/door-2'))).toEqual([]);
    expect((await read('Patient/door-2')).active).toBe(true);
    await app.call('PUT', `Linkage/${id}`, linkage);
    expect(links(await read('Patient/door-2'))).toEqual(['replaced-by Patient/door-1']);
    await app.call('DELETE', `Linkage/${id}`);
    expect(links(await read('Patient/door-2'))).toEqual([]);
    expect(links(await read('Patient/door-1'))).toEqual([]);
  });

  test('of many at once leaves each record replaced once', async () => {
    for (let i = 0; i < 6; i++) await put(`many-${i}`, { name: `戚many${i}`, birthDate: '1993-01-01' });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].flatMap((i) => [
        step('merge', `many-${i}`, 'many-0'),
        step('merge', `many-${i}`, `many-${(i % 5) + 1}`),
      ]),
    );
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200, 422]));
    for (let i = 0; i < 6; i++) {
      const record = await read(`Patient/many-${i}`);
      const types = links(record).map((l: string) => l.split(' ')[0]);
      expect(types.filter((t: string) => t === 'replaced-by').length).toBeLessThan(2);
      if (types.includes('replaced-by')) expect(record.active).toBe(false);
      for (const link of record.link ?? []) {
        const back = links(await read(link.other.reference));
        expect(back.some((l: string) => l.endsWith(`Patient/many-${i}`))).toBe(true);
      }
    }
  });
});

describe('who asks for one of the records is answered what is of all', () => {
  let number = '';
  beforeAll(async () => {
    const person = somebody();
    number = person.number;
    await put('read-1', person);
    await put('read-2', person);
    await app.call('PUT', 'Encounter/read-e2', {
      resourceType: 'Encounter',
      id: 'read-e2',
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject: { reference: 'Patient/read-2' },
    });
    for (const id of ['1', '2']) {
      await app.call('PUT', `Observation/read-o${id}`, observation(`read-o${id}`, `read-${id}`));
    }
    const appointment = {
      resourceType: 'Appointment',
      id: 'read-a2',
      status: 'booked',
      start: '2026-01-05T08:00:00+08:00',
      end: '2026-01-05T09:00:00+08:00',
      participant: [{ actor: { reference: 'Patient/read-2' }, status: 'accepted' }],
    };
    expect((await app.call('PUT', 'Appointment/read-a2', appointment)).status).toBe(201);
    // Of types that R4 has in no compartment of Patient.
    const about = { reference: 'Patient/read-2' };
    for (const resource of [
      { resourceType: 'Task', id: 'read-t2', status: 'requested', intent: 'order', for: about },
      { resourceType: 'Contract', id: 'read-c2', status: 'executable', subject: [about] },
    ]) {
      const { resourceType, id } = resource;
      expect((await app.call('PUT', `${resourceType}/${id}`, resource)).status).toBe(201);
    }
  });

  test.each([
    ['Observation?patient=Patient/read-1', ['read-o1', 'read-o2']],
    ['Observation?subject=Patient/read-2', ['read-o1', 'read-o2']],
    ['Observation?subject:Patient=read-2', ['read-o1', 'read-o2']],
    ['Patient/read-1/Observation', ['read-o1', 'read-o2']],
    ['Appointment?actor=Patient/read-1', ['read-a2']],
    ['Task?patient=Patient/read-1', ['read-t2']],
    ['Task?subject=Patient/read-1&_linked=false', []],
    ['Contract?patient=Patient/read-1', ['read-c2']],
    ['Contract?subject=Patient/read-1', ['read-c2']],
    ['Observation?patient=Patient/read-1&_linked=false', ['read-o1']],
    ['Observation?patient.identifier=NUMBER', ['read-o1', 'read-o2']],
    ['Observation?subject:Patient._id=read-1', ['read-o1', 'read-o2']],
    ['Observation?patient._id=read-2', ['read-o1', 'read-o2']],
    ['Observation?subject:Patient._id=read-1&_linked=false', ['read-o1']],
    ['Observation?subject:Patient._id=nobody', []],
    ['Appointment?actor:Patient._id=read-1', ['read-a2']],
    ['Encounter?patient._has:Observation:patient:_id=read-o1', ['read-e2']],
    ['Patient?_has:Observation:patient:_id=read-o1', ['read-1', 'read-2']],
    ['Patient?_has:Observation:patient:_id=read-o1&_linked=false', ['read-1']],
    ['Patient?_id=read-1', ['read-1']],
    ['Patient?link=Patient/read-1', ['read-2']],
  ])('%s', async (query, found) => {
    expect(await ids(query.replace('NUMBER', number))).toEqual(found);
  });

  test('Patient/$everything has the whole, the other record of the person included', async () => {
    const { body } = await app.call('GET', 'Patient/read-1/$everything');
    const all = body.entry.map((e: Json) => `${e.resource.resourceType}/${e.resource.id}`);
    expect(all[0]).toBe('Patient/read-1');
    expect(all).toEqual(
      expect.arrayContaining([
        'Patient/read-2',
        'Observation/read-o1',
        'Observation/read-o2',
        'Appointment/read-a2',
        'Task/read-t2',
        'Contract/read-c2',
      ]),
    );
    const alone = await app.call('GET', 'Patient/read-1/$everything?_linked=false');
    expect(alone.text).not.toContain('read-o2');
  });

  test('the audit says whose records were read', async () => {
    await app.call('GET', 'Observation?patient=Patient/read-1&_count=7');
    for (const id of ['read-1', 'read-2']) {
      const log = await app.call(
        'GET',
        `AuditEvent?patient=Patient/${id}&_linked=false&_sort=-date&_count=1`,
      );
      const { entity } = log.body.entry[0].resource;
      const queries = entity.map((e: Json) => Buffer.from(e.query ?? '', 'base64').toString());
      expect(queries.join()).toContain('_count=7');
    }
  });
});
