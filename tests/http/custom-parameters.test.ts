/** Search parameters that clients make: their whole life, in two servers on one database. https://hl7.org/fhir/R4/searchparameter.html */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createParameters } from '../../src/search/parameters.ts';
import { readParameterSet } from '../../src/store/parameter-set.ts';
import { countyIndexRows, inconsistencies } from '../fuzz/consistency.ts';
import { BASE, startBeside, startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, ids, type Json, load, observation, patient, post } from './support.ts';

let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  other = await startBeside(app);
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const definitions = loadDefinitions('profiles', ['terminology']);
const VILLAGE = 'http://example.org/village';

/** An active parameter of Patient on the extension `village`. */
const village = (more: Json = {}): Json => ({
  resourceType: 'SearchParameter',
  url: `http://example.org/SearchParameter/${more.code ?? 'village'}`,
  name: 'village',
  status: 'active',
  description: 'The village',
  code: 'village',
  base: ['Patient'],
  type: 'token',
  expression: `Patient.extension('${VILLAGE}').value`,
  ...more,
});
const livingIn = (id: string, code: string) =>
  patient(id, { extension: [{ url: VILLAGE, valueCoding: { system: 'urn:villages', code } }] });

async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 1500; tries++) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(20);
  }
  throw new Error(`Waited in vain for ${what}`);
}

const usable = (server: TestApp, query: string) =>
  until(`${query} to be answered`, async () => {
    const answer = await server.call('GET', query);
    if (answer.status === 200) return answer;
    expectError(answer, 400, { code: 'not-supported' });
    return undefined;
  });
const unknown = (server: TestApp, query: string) =>
  until(`${query} to be refused`, async () => {
    const answer = await server.call('GET', query);
    return answer.status === 400 && /has no search parameter/.test(answer.text);
  });

async function declared(server: TestApp, type: string): Promise<string[]> {
  const { body } = await server.call('GET', 'metadata');
  return body.rest[0].resource.find((r: Json) => r.type === type).searchParam.map((p: Json) => p.name);
}

/** Faults of the index, by the parameters that the database has now. */
async function faults(server: TestApp): Promise<string[]> {
  const parameters = createParameters(definitions);
  parameters.use(await readParameterSet(server.database));
  return inconsistencies(server.database, countyIndexRows(parameters, BASE));
}

async function idle(server: TestApp): Promise<void> {
  await until('all reindexing to end', async () => {
    const { body } = await server.call('GET', '$reindex-status');
    const open = (body.parameter ?? []).filter((p: Json) =>
      p.part.some((x: Json) => x.name === 'status' && /queued|running/.test(x.valueCode)),
    );
    return open.length === 0;
  });
}

/** Holds a resource, as a long transaction does, so that the work on its type waits. Answers how to let it go. */
async function hold(server: TestApp, id: string): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  onTestFinished(release);
  let ended: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    ended = server.database.tx(async (db) => {
      await db.query({
        text: `select from resource where type = 'Basic' and id = $1 for update`,
        values: [id],
      });
      resolve();
      await released;
    });
  });
  return async () => {
    release();
    await ended;
  };
}

const part = (parameters: Json, name: string) => {
  const found = parameters.parameter.find((p: Json) => p.name === name);
  return found?.[Object.keys(found).find((k) => k.startsWith('value'))!];
};

test('a parameter lives from its POST to its DELETE, in every server, over what is there and what comes', async () => {
  await load(app, [livingIn('v1', 'east'), livingIn('v2', 'west'), patient('v3')]);
  expectError(await app.call('GET', 'Patient?village=east'), 400, { code: 'not-supported' });
  const created = await app.call('POST', 'SearchParameter', village());
  expect(created.status, created.text).toBe(201);
  const id = created.body.id as string;
  for (const server of [app, other]) {
    expect(ids(await usable(server, 'Patient?village=east'))).toEqual(['v1']);
    expect(await find(server, 'Patient?village=urn:villages|west')).toEqual(['v2']);
    expect(await find(server, 'Patient?village:missing=true')).toEqual(['v3']);
    expect(await declared(server, 'Patient')).toContain('village');
  }

  await load(other, [livingIn('v4', 'east')]);
  await load(app, [livingIn('v1', 'south')]);
  for (const server of [app, other]) {
    expect(await find(server, 'Patient?village=east')).toEqual(['v4']);
    expect(await find(server, 'Patient?village=south,west&_sort=-_lastUpdated')).toEqual(['v1', 'v2']);
  }
  await load(app, [observation('v-o', { subject: { reference: 'Patient/v4' } })]);
  expect(await find(other, 'Observation?subject:Patient.village=east')).toEqual(['v-o']);

  const status = await other.call('GET', `SearchParameter/${id}/$index-status`);
  expect(status.body.parameter[0].part).toEqual([
    { name: 'reference', valueReference: { reference: `SearchParameter/${id}` } },
    { name: 'code', valueCode: 'village' },
    { name: 'base', valueCode: 'Patient' },
    { name: 'status', valueCode: 'usable' },
    { name: 'percent', valueInteger: 100 },
  ]);
  expect(await faults(app)).toEqual([]);

  expect((await other.call('DELETE', `SearchParameter/${id}`)).status).toBe(204);
  for (const server of [app, other]) {
    await unknown(server, 'Patient?village=east');
    expect(await declared(server, 'Patient')).not.toContain('village');
  }
  await idle(app);
  expect(await faults(app)).toEqual([]);
});

test('A parameter of every DomainResource is one of each type, also where types are searched together', async () => {
  const HAMLET = 'http://example.org/hamlet';
  const extension = [{ url: HAMLET, valueCode: 'east' }];
  await load(app, [
    patient('dr-p', { extension }),
    observation('dr-o', { extension }),
    observation('dr-none'),
  ]);
  const made = village({
    code: 'hamlet',
    base: ['DomainResource'],
    expression: `DomainResource.extension('${HAMLET}').value`,
  });
  const { status, body } = await app.call('POST', 'SearchParameter', made);
  expect(status).toBe(201);
  expect(ids(await usable(app, 'Observation?hamlet=east'))).toEqual(['dr-o']);
  expect(await find(app, 'Patient?hamlet=east')).toEqual(['dr-p']);
  expect(await find(app, '?_type=Patient,Observation&hamlet=east')).toEqual(['dr-o', 'dr-p']);
  expect(await declared(app, 'Encounter')).toContain('hamlet');
  expect(await declared(app, 'Bundle')).not.toContain('hamlet');
  expectError(await app.call('GET', 'Bundle?hamlet=east'), 400);

  // GraphQL has it while it is there.
  const graph = () =>
    app.call('GET', `$graphql?query=${encodeURIComponent('{ PatientList(hamlet: "east") { id } }')}`);
  expect((await graph()).body).toEqual({ data: { PatientList: [{ id: 'dr-p' }] } });
  await app.call('DELETE', `SearchParameter/${body.id}`);
  await unknown(app, 'Patient?hamlet=east');
  expect((await graph()).status).toBe(400);
  await idle(app);
  expect(await faults(app)).toEqual([]);
});

let count = 0;
test.each([
  ['string', "extension('urn:x').value.as(string)", { valueString: 'Wàng 村' }, 'wang'],
  [
    'string',
    "extension.where(url = 'urn:x').value.ofType(HumanName)",
    { valueHumanName: { family: '王' } },
    '王',
  ],
  ['reference', "extension('urn:x').value", { valueReference: { reference: 'Group/g' } }, 'Group/g'],
  [
    'date',
    "(Group.extension('urn:x').value as Period)",
    { valuePeriod: { start: '2026-02-03' } },
    'ge2026-02',
  ],
  ['number', "extension('urn:x').value", { valueDecimal: 5.4 }, 'gt5'],
  [
    'quantity',
    "extension('urn:x').value",
    { valueQuantity: { value: 2, unit: 'g', code: 'g', system: 'http://unitsofmeasure.org' } },
    '2000||mg',
  ],
  ['uri', "extension('urn:x').value", { valueUri: 'urn:y' }, 'urn:y'],
  [
    'token',
    "extension('urn:x').value.coding.first()",
    { valueCodeableConcept: { coding: [{ code: 'a' }] } },
    'a',
  ],
  ['token', "extension('urn:x').exists()", { valueString: 'there' }, 'true'],
] as const)('a %s parameter on %s finds what it should', async (type, expression, value, asked) => {
  const path = expression.startsWith('(') ? expression : `Group.${expression}`;
  await load(app, [
    { resourceType: 'Group', id: 'none', type: 'person', actual: true },
    {
      resourceType: 'Group',
      id: 'one',
      type: 'person',
      actual: true,
      extension: [{ url: 'urn:x', ...value }],
    },
  ]);
  const code = `x${++count}-${type}`;
  const parameter = village({ id: code, code, base: ['Group'], type, expression: path });
  const stored = await app.call('PUT', `SearchParameter/${code}`, parameter);
  expect(stored.status, stored.text).toBe(type === 'token' && expression.includes('first') ? 422 : 201);
  if (stored.status === 422) return;
  const query = `Group?${code}=${encodeURIComponent(asked)}`;
  expect(ids(await usable(other, query))).toEqual(['one']);
  expect(await faults(app)).toEqual([]);
  expect((await app.call('DELETE', `SearchParameter/${code}`)).status).toBe(204);
  await unknown(other, query);
});

test('a changed expression is a new parameter: nothing is answered by the old one', async () => {
  await load(app, [patient('c1', { gender: 'male', maritalStatus: { text: 'x', coding: [{ code: 'M' }] } })]);
  const parameter = village({ id: 'changing', code: 'changing', expression: 'Patient.gender' });
  expect((await app.call('PUT', 'SearchParameter/changing', parameter)).status).toBe(201);
  expect(ids(await usable(app, 'Patient?changing=male'))).toEqual(['c1']);
  const changed = { ...parameter, expression: 'Patient.maritalStatus' };
  expect((await app.call('PUT', 'SearchParameter/changing', changed)).status).toBe(200);
  await until('the new meaning', async () => {
    const answer = await other.call('GET', 'Patient?changing=M');
    return answer.status === 200 && answer.body.entry?.length === 1;
  });
  expect(await find(other, 'Patient?changing=male')).toEqual([]);
  await idle(app);
  expect(await faults(app)).toEqual([]);

  // What says the same in other words stays usable throughout.
  const renamed = { ...changed, name: 'renamed' };
  expect((await app.call('PUT', 'SearchParameter/changing', renamed)).status).toBe(200);
  for (let i = 0; i < 10; i++) expect(await find(app, 'Patient?changing=M')).toEqual(['c1']);
  expect((await app.call('PUT', 'SearchParameter/changing', { ...renamed, status: 'retired' })).status).toBe(
    200,
  );
  await unknown(app, 'Patient?changing=M');
});

test('a draft is stored and not used, until it becomes active', async () => {
  const draft = village({ id: 'draft', code: 'drafted', status: 'draft', expression: 'Patient.gender' });
  expect((await app.call('PUT', 'SearchParameter/draft', draft)).status).toBe(201);
  // Something that comes later is taken up, so the draft has been looked at.
  const later = village({ id: 'later', code: 'later', expression: 'Patient.gender' });
  expect((await app.call('PUT', 'SearchParameter/later', later)).status).toBe(201);
  await usable(app, 'Patient?later=male');
  await unknown(app, 'Patient?drafted=male');
  const patch = [{ op: 'replace', path: '/status', value: 'active' }];
  const headers = { 'content-type': 'application/json-patch+json' };
  expect((await app.call('PATCH', 'SearchParameter/draft', JSON.stringify(patch), headers)).status).toBe(200);
  await usable(other, 'Patient?drafted=male');
});

test('parameters made by a transaction are taken up, and one that fails takes none', async () => {
  const one = village({ code: 'by-bundle', expression: 'Patient.gender' });
  const made = await app.call('POST', '', bundle('transaction', [post(one)]));
  expect(made.status, made.text).toBe(200);
  await usable(other, 'Patient?by-bundle=male');
  const bad = village({ code: 'by-bad-bundle', expression: 'Patient.gendre' });
  const refused = await app.call('POST', '', bundle('transaction', [post(bad), post(patient('nobody'))]));
  expectError(refused, 422, { expression: 'Bundle.entry[0].resource.expression' });
});

test('of those that want one code at the same time, in two servers, one has it', async () => {
  const twin = (i: number) =>
    village({
      url: `urn:twin:${i}`,
      code: 'twin',
      expression: i % 2 ? 'Patient.gender' : 'Patient.maritalStatus',
    });
  const answers = await Promise.all(
    [0, 1, 2, 3, 4, 5].map((i) => (i % 2 ? app : other).call('POST', 'SearchParameter', twin(i))),
  );
  const refused = answers.filter((a) => a.status !== 201);
  expect(refused).toHaveLength(5);
  for (const answer of refused) {
    expect([409, 422]).toContain(answer.status);
    expect(answer.body.issue[0].details.coding[0].code).toBe('search-parameter-taken');
  }
  await usable(app, 'Patient?twin=male');
  const { id } = answers.find((a) => a.status === 201)!.body;
  expect((await app.call('DELETE', `SearchParameter/${id}`)).status).toBeLessThan(300);
  await unknown(app, 'Patient?twin=male');
  expect((await other.call('POST', 'SearchParameter', twin(1))).status, 'the code is free again').toBe(201);
});

test('a composite is answered over the resource and over an element, of own parameters too', async () => {
  const definition = (code: string) => `http://hl7.org/fhir/SearchParameter/${code}`;
  const component = (url: string, expression: string) => ({ definition: url, expression });
  const composite = (code: string, expression: string, ...components: Json[]) =>
    village({ code, base: ['Observation'], type: 'composite', expression, component: components });
  const grade = village({ code: 'grade', base: ['Observation'], expression: 'Observation.dataAbsentReason' });
  const all = [
    grade,
    composite(
      'code-status',
      'Observation',
      component(definition('clinical-code'), 'code'),
      component(definition('Observation-status'), 'status'),
    ),
    composite(
      'part-amount',
      'Observation.component',
      component(definition('clinical-code'), 'code'),
      component(definition('Observation-value-quantity'), 'value.as(Quantity)'),
    ),
    composite(
      'code-grade',
      'Observation',
      component(definition('clinical-code'), 'code'),
      component(grade.url, 'dataAbsentReason'),
    ),
  ];
  const coded = (code: string) => ({ coding: [{ system: 'urn:c', code }] });
  const parts = [
    { code: coded('sys'), valueQuantity: { value: 120 } },
    { code: coded('dia'), valueQuantity: { value: 80 } },
  ];
  await load(app, [observation('composed', { code: coded('bp'), component: parts })]);
  for (const one of all) {
    const made = await app.call('POST', 'SearchParameter', one);
    expect(made.status, made.text).toBe(201);
    if (one === grade) await usable(app, 'Observation?grade=x');
  }
  await load(app, [
    observation('composed-2', { code: coded('bp'), status: 'amended', dataAbsentReason: coded('lost') }),
  ]);
  await usable(other, 'Observation?code-grade=bp$lost');
  const found = (query: string) => find(other, `Observation?${query}`);
  expect(await found('code-status=urn:c|bp$amended')).toEqual(['composed-2']);
  expect(await found('code-status=bp$cancelled')).toEqual([]);
  expect(await found('part-amount=sys$gt100')).toEqual(['composed']);
  expect(await found('part-amount=dia$gt100')).toEqual([]);
  expect(await found('code-grade=bp$lost')).toEqual(['composed-2']);
  expect(await faults(app)).toEqual([]);
});

test('a parameter is asked no otherwise than its definition says', async () => {
  const answer = await app.call(
    'POST',
    'SearchParameter',
    village({
      code: 'twins',
      type: 'number',
      expression: 'Patient.multipleBirth.ofType(integer)',
      multipleOr: false,
      multipleAnd: false,
      comparator: ['eq', 'gt'],
      modifier: ['missing'],
    }),
  );
  expect(answer.status, answer.text).toBe(201);
  await usable(app, 'Patient?twins=2');
  for (const query of ['twins=gt1', 'twins:missing=false', 'general-practitioner=x&twins=1']) {
    expect((await app.call('GET', `Patient?${query}`)).status, query).toBe(200);
  }
  for (const query of ['twins=1,2', 'twins=gt1&twins=2', 'twins=lt1', 'twins:not=1']) {
    const name = query.startsWith('twins:not') ? 'twins:not' : 'twins';
    expectError(await app.call('GET', `Patient?${query}`), 400, { expression: name });
  }
});

describe('what cannot be used is refused', () => {
  test.each([
    [
      'an element that is not there',
      { expression: 'Patient.gendre' },
      'SearchParameter.expression',
      'gendre',
    ],
    [
      'FHIRPath beyond the subset',
      { expression: 'Patient.name.given.lower()' },
      'SearchParameter.expression',
      'lower',
    ],
    ['an expression of another type', { expression: 'Group.type' }, 'SearchParameter.expression', 'Patient'],
    ['no expression', { expression: undefined }, 'SearchParameter.expression', 'FHIRPath'],
    [
      'a type that does not index it',
      { type: 'date', expression: 'Patient.gender' },
      'SearchParameter.expression',
      'code',
    ],
    [
      'a composite of one',
      {
        type: 'composite',
        expression: 'Patient',
        component: [{ definition: 'urn:x', expression: 'gender' }],
      },
      'SearchParameter.component',
      'components',
    ],
    [
      'a composite of what is no parameter',
      {
        type: 'composite',
        expression: 'Patient',
        component: ['a', 'b'].map((x) => ({ definition: `urn:${x}`, expression: 'gender' })),
      },
      'SearchParameter.component',
      'urn:a',
    ],
    ['a special one', { type: 'special' }, 'SearchParameter.type', 'special'],
    [
      'a code that one of all types has',
      {
        base: ['DomainResource'],
        code: 'gender',
        expression: `DomainResource.extension('${VILLAGE}').value`,
      },
      'SearchParameter.code',
      'gender',
    ],
    [
      'the audit log',
      { base: ['AuditEvent'], expression: 'AuditEvent.action' },
      'SearchParameter.base[0]',
      'AuditEvent',
    ],
    ['a code of the specification', { code: 'gender' }, 'SearchParameter.code', 'gender'],
    ['a code that no address can hold', { code: '_village' }, 'SearchParameter.code', '_village'],
  ])('%s', async (_, more, expression, word) => {
    const outcome = expectError(await app.call('POST', 'SearchParameter', village(more)), 422, {
      expression,
    });
    const rules = outcome.issue.flatMap((i: Json) => i.details?.coding ?? []).map((c: Json) => c.code);
    expect(rules.some((r: string) => /^search-parameter-(unusable|taken)$/.test(r))).toBe(true);
    expect(JSON.stringify(outcome)).toContain(word);
    const headers = { 'accept-language': 'zh-CN' };
    const chinese = await app.call('POST', 'SearchParameter', village(more), headers);
    expect(chinese.text).toMatch(/\p{Script=Han}/u);
  });

  test('but what says again what the server defines is stored', async () => {
    const birthdate = {
      ...village({ code: 'birthdate', type: 'date' }),
      url: 'http://hl7.org/fhir/SearchParameter/individual-birthdate',
      base: ['Patient', 'Person', 'RelatedPerson'],
      expression: 'Patient.birthDate | Person.birthDate | RelatedPerson.birthDate',
    };
    expect((await app.call('POST', 'SearchParameter', birthdate)).status).toBe(201);
  });
});

test('while a parameter is being built it is refused with how far it is, and everything else is answered', async () => {
  await load(
    app,
    Array.from({ length: 1200 }, (_, i) => ({
      resourceType: 'Basic',
      id: `b${i}`,
      code: { coding: [{ code: `k${i % 3}` }] },
      extension: [{ url: 'urn:n', valueInteger: i }],
    })),
  );
  const parameter = village({
    id: 'n',
    code: 'n',
    base: ['Basic'],
    type: 'number',
    expression: "Basic.extension('urn:n').value",
  });
  // Somebody holds a resource in the middle: the work waits for it.
  const release = await hold(app, 'b700');
  expect((await app.call('PUT', 'SearchParameter/n', parameter)).status).toBe(201);
  const half = await until('the first slice', async () => {
    const answer = await other.call('GET', 'Basic?n=gt1190');
    return answer.status === 400 && / 41 %/.test(answer.text) ? answer : undefined;
  });
  expectError(half, 400, { code: 'not-supported', expression: 'n' });
  expect(half.headers['retry-after']).toBe('5');
  expectError(await app.call('GET', 'Basic?_sort=n'), 400, { expression: '_sort' });
  expect(await declared(other, 'Basic')).not.toContain('n');
  const lenient = await app.call('GET', 'Basic?n=1&code=k1&_total=accurate', undefined, {
    prefer: 'handling=lenient',
  });
  expect(lenient.body.total).toBe(400);
  const conditional = await app.call(
    'POST',
    'Basic',
    { resourceType: 'Basic', code: { text: 'x' } },
    { 'if-none-exist': 'n=1' },
  );
  expectError(conditional, 400, { code: 'not-supported' });
  // New writes, changes and deletions go on, in both servers.
  await load(app, [
    {
      resourceType: 'Basic',
      id: 'b1199',
      code: { text: 'x' },
      extension: [{ url: 'urn:n', valueInteger: 5 }],
    },
  ]);
  await load(other, [
    {
      resourceType: 'Basic',
      id: 'b-new',
      code: { text: 'x' },
      extension: [{ url: 'urn:n', valueInteger: 3000 }],
    },
  ]);
  expect((await other.call('DELETE', 'Basic/b1198')).status).toBe(204);
  await release();
  await usable(other, 'Basic?n=gt1190');
  for (const server of [app, other]) {
    expect(await find(server, 'Basic?n=gt1195')).toEqual(['b-new', 'b1196', 'b1197']);
    expect(await find(server, 'Basic?n=5')).toEqual(['b1199', 'b5']);
  }
  expect(ids(await app.call('GET', 'Basic?_sort=-n&_count=3'))).toEqual(['b-new', 'b1197', 'b1196']);
  expect(await faults(app)).toEqual([]);
});

describe('$reindex', () => {
  test('repairs what is missing and what is too much, and says how much', async () => {
    await load(app, [patient('r1', { gender: 'male', name: [{ family: 'Repair' }] }), patient('r2')]);
    await idle(app);
    const keys = await app.database.query<{ key: string; id: string }>({
      text: `select key, id from resource where type = 'Patient' and id in ('r1', 'r2') order by id`,
      values: [],
    });
    const [r1, r2] = keys.rows.map((r) => r.key);
    await app.database.query({ text: 'delete from token where key = $1', values: [r1] });
    await app.database.query({ text: 'delete from string where key = $1', values: [r1] });
    await app.database.query({
      text: `insert into string (hash, value, key) values (hashtextextended('Patient:family:', 0), 'nonsense', $1)`,
      values: [r2],
    });
    expect((await faults(app)).length).toBeGreaterThan(0);
    const started = await app.call('POST', 'Patient/$reindex', { resourceType: 'Parameters' });
    expect(started.status, started.text).toBe(202);
    const job = part(started.body, 'jobId');
    expect(part(started.body, 'type')).toBe('Patient');
    const ended = await until('the job to end', async () => {
      const { body } = await other.call('GET', `$reindex-status?job=${job}`);
      return part(body, 'status') === 'completed' ? body : undefined;
    });
    expect(part(ended, 'repaired')).toBeGreaterThan(3);
    expect(part(ended, 'done')).toBe(part(ended, 'total'));
    expect(await faults(app)).toEqual([]);
    expect(await find(app, 'Patient?family=nonsense')).toEqual([]);

    // What is right already is left alone.
    const again = await app.call('POST', '$reindex', { resourceType: 'Parameters' });
    const body = await until('the job to end', async () => {
      const answer = await other.call('GET', `$reindex-status?job=${part(again.body, 'jobId')}`);
      return part(answer.body, 'status') === 'completed' ? answer.body : undefined;
    });
    expect(part(body, 'repaired')).toBe(0);
    expect(part(body, 'done')).toBeGreaterThan(1000);
  });

  test('takes types or a parameter, and refuses what it does not know', async () => {
    const call = (parameter: Json[]) =>
      app.call('POST', '$reindex', { resourceType: 'Parameters', parameter });
    const some = await call([
      { name: 'type', valueCode: 'Patient' },
      { name: 'type', valueCode: 'Basic' },
    ]);
    expect(some.body.parameter.filter((p: Json) => p.name === 'type').map((p: Json) => p.valueCode)).toEqual([
      'Basic',
      'Patient',
    ]);
    const one = await call([{ name: 'parameter', valueString: 'n' }]);
    expect(part(one.body, 'type')).toBe('Basic');
    expectError(await call([{ name: 'type', valueCode: 'Patience' }]), 400, { expression: 'type' });
    expectError(await call([{ name: 'parameter', valueString: 'nothing' }]), 400, {
      expression: 'parameter',
    });
    expectError(await app.call('GET', '$reindex-status?job=0'), 404);
    expectError(await app.call('GET', '$reindex-status?job=x'), 404);
    await idle(app);
  });

  test('can be cancelled', async () => {
    const release = await hold(app, 'b0');
    const started = await app.call('POST', 'Basic/$reindex', { resourceType: 'Parameters' });
    const job = part(started.body, 'jobId');
    await until('it to run', async () => {
      const { body } = await app.call('GET', `$reindex-status?job=${job}`);
      return part(body, 'status') === 'running';
    });
    const cancelled = await app.call('POST', '$reindex-cancel', {
      resourceType: 'Parameters',
      parameter: [{ name: 'job', valueString: job }],
    });
    expect(cancelled.status, cancelled.text).toBe(200);
    expect(part(cancelled.body, 'status')).toBe('cancelled');
    await release();
    const { body } = await other.call('GET', `$reindex-status?job=${job}`);
    expect(part(body, 'status')).toBe('cancelled');
    expect(part(body, 'done')).toBe(0);
  });
});
