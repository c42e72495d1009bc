/** Searches across types: of the whole server, and of compartments. https://hl7.org/fhir/R4/http.html#search */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  allPages,
  bundle,
  entries,
  expectError,
  ids,
  included,
  type Json,
  load,
  observation,
  patient,
} from './support.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const tag = { system: 'urn:t', code: 'here' };
const here = { meta: { tag: [tag] } };
const TAGGED = '_tag=urn:t|here';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [patient('p1', { ...here, generalPractitioner: [{ reference: 'Practitioner/dr' }] })]);
  await load(app, [
    observation('o1', {
      ...here,
      subject: { reference: 'Patient/p1' },
      effectiveDateTime: '2024-01-01',
      encounter: { reference: 'Encounter/e1' },
    }),
    { resourceType: 'Practitioner', id: 'dr', ...here, name: [{ family: 'Dr' }] },
  ]);
  await load(app, [
    {
      resourceType: 'Encounter',
      id: 'e1',
      ...here,
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/p1' },
      participant: [{ individual: { reference: 'Practitioner/dr' } }],
      period: { start: '2023-05-05' },
    },
    {
      resourceType: 'Condition',
      id: 'c1',
      subject: { reference: 'Patient/p1' },
      asserter: { reference: 'RelatedPerson/mother' },
    },
    { resourceType: 'RelatedPerson', id: 'mother', patient: { reference: 'Patient/p1' } },
    { resourceType: 'Device', id: 'pump', patient: { reference: 'Patient/p1' } },
    observation('o2', { subject: { reference: 'Device/pump' }, device: { reference: 'Device/pump' } }),
    observation('o3', { subject: { reference: 'Patient/p2' }, performer: [{ reference: 'Patient/p1' }] }),
    patient('p2'),
    { resourceType: 'Organization', id: 'org', name: 'Org' },
  ]);
  await load(app, [{ resourceType: 'Group', id: 'last', ...here, type: 'person', actual: false }]);
});
afterAll(() => app.close());

const names = (query: string, mode: 'match' | 'include' = 'match') =>
  app.call('GET', query).then((answer) => {
    ids(answer);
    return entries(answer, mode).map((r) => `${r.resourceType}/${r.id}`);
  });

describe('the search of the whole server', () => {
  test('finds in all types, newest first', async () => {
    const found = await names(`?${TAGGED}`);
    expect(found[0]).toBe('Group/last');
    expect(found[1]).toBe('Encounter/e1');
    expect(found.slice(2, 4).sort()).toEqual(['Observation/o1', 'Practitioner/dr']);
    expect(found.slice(4)).toEqual(['Patient/p1']);
  });

  test('keeps to the types that are named', async () => {
    expect((await names(`?_type=Patient,Observation&${TAGGED}`)).sort()).toEqual([
      'Observation/o1',
      'Patient/p1',
    ]);
    expect(await names('?_type=Patient&_id=p1,o1')).toEqual(['Patient/p1']);
    expect(await names('?_type=Basic')).toEqual([]);
    expect((await app.call('GET', '?_type=Basic')).body.total).toBe(0);
  });

  test('takes parameters that the named types share', async () => {
    expect(await names('?_type=Encounter,Observation&patient=p1&_sort=date')).toEqual([
      'Encounter/e1',
      'Observation/o1',
    ]);
    expect(await names('?_type=Observation,Encounter&patient=p1&_sort=-date')).toEqual([
      'Observation/o1',
      'Encounter/e1',
    ]);
    expect(await names('?_type=Encounter,Condition&patient.general-practitioner=dr&_sort=_id')).toEqual([
      'Condition/c1',
      'Encounter/e1',
    ]);
  });

  test.each([
    ['?name=x', 'name'],
    ['?_type=Patient,Observation&name=x', 'name'],
    ['?_type=Patient,Nonsense', '_type'],
    ['?_type=Patient&_type=Observation', '_type'],
    ['?_type=Patient,Observation&_sort=name', '_sort'],
    ['?_type=GraphDefinition,Slot&_sort=start', '_sort'],
  ])('refuses %s', async (query, expression) => {
    expectError(await app.call('GET', query), 400, { expression });
  });

  test('ignores for all types what one does not know, with lenient handling', async () => {
    const answer = await app.call('GET', '?_type=Patient,Observation&code=x&_sort=_id', undefined, {
      prefer: 'handling=lenient',
    });
    expect(ids(answer)).toEqual(['o1', 'o2', 'o3', 'p1', 'p2']);
    expect(entries(answer, 'outcome')[0].issue).toHaveLength(1);
    expect(answer.body.link[0].url).toMatch(/\/fhir\?_type=Patient%2CObservation&_sort=_id$/); // self
  });

  test('pages across types, forward and backward', async () => {
    for (const sort of ['_id', '-_id', '_lastUpdated', '-_lastUpdated,_id']) {
      const query = `?_type=Patient,Observation,Encounter,Practitioner,Group,Condition&_sort=${sort}`;
      const whole = ids(await app.call('GET', query));
      expect(whole).toHaveLength(9);
      for (const count of [1, 2, 4]) {
        const found: string[] = [];
        let answer = await app.call('GET', `${query}&_count=${count}`);
        const addressOf = (relation: string) =>
          answer.body.link.find((l: Json) => l.relation === relation)?.url.replace(/^.*?\/fhir/, '');
        found.push(...ids(answer));
        while (addressOf('next')) {
          answer = await app.call('GET', addressOf('next'));
          found.push(...ids(answer));
        }
        expect(found).toEqual(whole);
        const back = ids(answer);
        while (addressOf('previous')) {
          answer = await app.call('GET', addressOf('previous'));
          back.unshift(...ids(answer));
        }
        expect(back).toEqual(whole);
      }
    }
  });

  test('counts, includes, and may be posted', async () => {
    expect((await app.call('GET', `?${TAGGED}&_summary=count`)).body.total).toBe(5);
    expect(await names('?_type=Encounter&_include=Encounter:subject', 'include')).toEqual(['Patient/p1']);
    const posted = await app.call('POST', '_search', `_type=Patient,Group&${TAGGED}`, FORM);
    expect(ids(posted).sort()).toEqual(['last', 'p1']);
    expect(ids(await app.call('POST', `_search?${TAGGED}`, '_type=Group', FORM))).toEqual(['last']);
  });

  test('works inside a batch', async () => {
    const answer = await app.call(
      'POST',
      '',
      bundle('batch', [
        { request: { method: 'GET', url: `?_type=Group&${TAGGED}` } },
        { request: { method: 'GET', url: 'Patient/p1/Condition' } },
        { request: { method: 'GET', url: 'Encounter/e1/*' } },
        { request: { method: 'POST', url: `_search?_type=Group&${TAGGED}` } },
        { request: { method: 'POST', url: 'Patient/p1/Condition/_search' } },
      ]),
    );
    const found = answer.body.entry.map((e: Json) => e.resource.entry.map((x: Json) => x.resource.id).sort());
    expect(found).toEqual([['last'], ['c1'], ['e1', 'o1'], ['last'], ['c1']]);
  });

  test('is explained', async () => {
    for (const [address, search] of [
      ['?_type=Patient,Group&_explain=true', '?_type=Patient%2CGroup'],
      ['Patient/p1/*?_type=Condition&_explain=true', 'Patient/p1/*?_type=Condition'],
    ]) {
      const { parameter } = (await app.call('GET', address!)).body;
      expect(parameter[0]).toEqual({ name: 'search', valueString: search });
      expect(parameter.filter((p: Json) => p.name === 'statement').length).toBeGreaterThan(0);
    }
  });

  test('is declared', async () => {
    const { rest } = (await app.call('GET', 'metadata')).body;
    expect(rest[0].interaction.map((i: Json) => i.code)).toContain('search-system');
    expect(rest[0].searchParam.map((p: Json) => p.name)).toEqual(
      expect.arrayContaining(['_id', '_lastUpdated', '_tag', '_profile']),
    );
    expect(rest[0].searchParam.map((p: Json) => p.name)).not.toContain('name');
  });
});

describe('the compartment', () => {
  test.each([
    ['Patient/p1/Observation', ['o1', 'o3']],
    ['Patient/p1/Condition', ['c1']],
    ['Patient/p1/Patient', ['p1']],
    ['Practitioner/dr/Encounter', ['e1']],
    ['Practitioner/dr/Observation', []],
    ['Practitioner/dr/Patient', ['p1']],
    ['Device/pump/Observation', ['o2']],
    ['Encounter/e1/Observation', ['o1']],
    ['Encounter/e1/Encounter', ['e1']],
    ['RelatedPerson/mother/Condition', ['c1']],
    ['Patient/p1/Observation?code=nothing', []],
    ['Patient/p1/Organization', []],
  ])('%s has %j', async (address, expected) => {
    expect(ids(await app.call('GET', address)).sort()).toEqual(expected);
    expect(
      (await app.call('GET', `${address}${address.includes('?') ? '&' : '?'}_summary=count`)).body.total,
    ).toBe(expected.length);
    const [path, query = ''] = address.split('?');
    expect(ids(await app.call('POST', `${path}/_search`, query, FORM)).sort()).toEqual(expected);
  });

  test('has everything in it, whatever its type', async () => {
    expect((await names('Patient/p1/*?_type=Observation,Condition,Encounter')).sort()).toEqual([
      'Condition/c1',
      'Encounter/e1',
      'Observation/o1',
      'Observation/o3',
    ]);
    const all = await names('Patient/p1/*?_count=1000');
    const resources = all.filter((name) => !name.startsWith('AuditEvent/'));
    expect(resources.sort()).toEqual([
      'Condition/c1',
      'Encounter/e1',
      'Observation/o1',
      'Observation/o3',
      'Patient/p1',
      'RelatedPerson/mother',
    ]);
    expect((await names('Encounter/e1/*')).sort()).toEqual(['Encounter/e1', 'Observation/o1']);
    expect((await names(`Patient/p1/*?${TAGGED}`)).sort()).toEqual([
      'Encounter/e1',
      'Observation/o1',
      'Patient/p1',
    ]);
    const found = ids(await app.call('POST', 'Encounter/e1/*/_search', '_sort=_id', FORM));
    expect(found).toEqual(['e1', 'o1']);
  });

  test('pages', async () => {
    const query = 'Patient/p1/*?_type=Observation,Condition,Encounter,Patient&_sort=_id';
    expect(await allPages(app, `${query}&_count=2`)).toEqual(['c1', 'e1', 'o1', 'o3', 'p1']);
  });

  test('includes from outside', async () => {
    const answer = await app.call('GET', 'Patient/p1/Encounter?_include=Encounter:practitioner');
    expect(included(answer)).toEqual(['Practitioner/dr']);
  });

  test.each(['Organization/org/Patient', 'Organization/org/*', 'Group/last/Patient'])(
    '%s does not exist',
    async (address) => {
      expectError(await app.call('GET', address), 400);
    },
  );

  test('has no other types and no other parameters', async () => {
    expectError(await app.call('GET', 'Patient/p1/*?_type=Organization'), 400, { expression: '_type' });
    expectError(await app.call('GET', 'Patient/p1/*?code=x'), 400, { expression: 'code' });
  });
});
