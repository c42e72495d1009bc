/** References to what is part of something: `:below` and `:above`. https://hl7.org/fhir/R4/search.html#reference */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { as } from '../features/tokens.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, ids, load } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ auth: 'open' });
  const location = (id: string, partOf?: string) => ({
    resourceType: 'Location',
    id,
    ...(partOf === undefined ? {} : { partOf: { reference: partOf } }),
  });
  const encounter = (id: string, place: string) => ({
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { code: 'AMB' },
    location: [{ location: { reference: place } }],
  });
  await load(app, [
    location('hospital'),
    location('building', 'Location/hospital'),
    location('ward', `${BASE}/Location/building`),
    location('bed', 'Location/ward/_history/1'),
    location('elsewhere'),
    location('circle-a', 'Location/circle-b'),
    location('circle-b', 'Location/circle-a'),
    ...['hospital', 'building', 'ward', 'bed', 'elsewhere', 'circle-a'].map((place) =>
      encounter(`in-${place}`, `Location/${place}`),
    ),
    { resourceType: 'Organization', id: 'county', name: 'County' },
    { resourceType: 'Organization', id: 'town', name: 'Town', partOf: { reference: 'Organization/county' } },
    { resourceType: 'Patient', id: 'p', managingOrganization: { reference: 'Organization/town' } },
  ]);
});
afterAll(() => app.close());

describe('A reference', () => {
  test.each([
    ['Encounter?location:below=Location/building', ['in-bed', 'in-building', 'in-ward']],
    ['Encounter?location:below=ward', ['in-bed', 'in-ward']],
    [
      `Encounter?location:below=${BASE}/Location/ward,Location/elsewhere`,
      ['in-bed', 'in-elsewhere', 'in-ward'],
    ],
    ['Encounter?location:above=Location/ward', ['in-building', 'in-hospital', 'in-ward']],
    ['Encounter?location:above=bed', ['in-bed', 'in-building', 'in-hospital', 'in-ward']],
    ['Encounter?location:below=circle-b', ['in-circle-a']],
    ['Encounter?location:above=circle-b', ['in-circle-a']],
    ['Encounter?location:below=nowhere', []],
    ['Location?partof:below=hospital', ['bed', 'building', 'ward']],
    ['Location?partof:above=building', ['building', 'ward']],
    ['Location?_has:Encounter:location:location:below=ward', ['bed', 'ward']],
    ['Patient?organization:below=Organization/county', ['p']],
    ['Patient?organization:above=Organization/county', []],
    ['AuditEvent?agent:below=Organization/county', []],
    ['Organization?partof:below=county&name=Town', ['town']],
  ])('%s', async (query, expected) => {
    expect(await find(app, query)).toEqual(expected);
  });

  test('keeps its place in the hierarchy of now, not of then', async () => {
    await app.call('PUT', 'Location/moved', {
      resourceType: 'Location',
      id: 'moved',
      partOf: { reference: 'Location/elsewhere' },
    });
    expect(await find(app, 'Location?partof:below=elsewhere')).toEqual(['moved']);
    await app.call('DELETE', 'Location/moved');
    expect(await find(app, 'Location?partof:below=elsewhere')).toEqual([]);
  });

  test('is asked so only where there is a hierarchy, and by what is in it', async () => {
    expectError(await app.call('GET', 'Encounter?subject:below=Patient/1'), 400, {
      expression: 'subject:below',
    });
    expectError(await app.call('GET', 'Encounter?location:below=Patient/1'), 400, {
      expression: 'location:below',
    });
    expectError(await app.call('GET', 'Encounter?location:below=urn:uuid:1'), 400);
  });
});

test('Who may not search the places is not told how they belong together', async () => {
  const closed = await startTestApp({ auth: 'smart' });
  try {
    const encounters = await as(closed, 'system/Encounter.rs');
    expectError(await encounters('GET', 'Encounter?location:below=ward'), 403, { code: 'forbidden' });
    const both = await as(closed, 'system/Encounter.rs system/Location.s');
    expect(ids(await both('GET', 'Encounter?location:below=ward'))).toEqual([]);
  } finally {
    await closed.close();
  }
});
