/** https://hl7.org/fhir/R4/search.html#return: sorting, paging, includes, summaries, totals. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  allPages,
  entries,
  expectError,
  find,
  ids,
  included,
  type Json,
  linkOf,
  load,
  observation,
  patient,
} from './support.ts';

let app: TestApp;
const family = (id: string, name: string | undefined, more: Json = {}) =>
  patient(id, { ...(name ? { name: [{ family: name }] } : {}), ...more });

beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    family('s1', 'Adams', { birthDate: '1980-01-01', gender: 'male' }),
    family('s2', 'Brown', { birthDate: '1970-01-01', gender: 'male' }),
    family('s3', 'Adams', { birthDate: '1990-01-01', gender: 'male' }),
    family('s4', undefined, { birthDate: '1975-01-01', gender: 'male' }),
    family('s5', 'Clark', { gender: 'male' }),
    family('s6', undefined, { gender: 'male' }),
    family('s7', '安', { birthDate: '1980-01-01', gender: 'male' }),
    { resourceType: 'Organization', id: 'top', name: 'Top' },
    { resourceType: 'Organization', id: 'middle', name: 'Middle', partOf: { reference: 'Organization/top' } },
    {
      resourceType: 'Organization',
      id: 'bottom',
      name: 'Bottom',
      partOf: { reference: 'Organization/middle' },
    },
    { resourceType: 'Practitioner', id: 'dr', name: [{ family: 'Dr' }] },
    patient('i1', {
      gender: 'female',
      managingOrganization: { reference: 'Organization/bottom' },
      generalPractitioner: [{ reference: 'Practitioner/dr' }],
    }),
    observation('o1', {
      subject: { reference: 'Patient/i1' },
      performer: [{ reference: 'Practitioner/dr' }, { reference: 'Practitioner/missing' }],
      valueQuantity: { value: 3 },
      effectiveDateTime: '2024-01-03',
    }),
    observation('o2', {
      subject: { reference: 'Patient/i1' },
      valueQuantity: { value: 1.5 },
      effectiveDateTime: '2024-01-02',
    }),
    observation('o3', {
      subject: { reference: 'Patient/i1' },
      effectiveDateTime: '2024-01-01',
      derivedFrom: [{ reference: 'Observation/o2' }],
    }),
    observation('o4', {
      subject: { reference: 'Patient/i1' },
      effectiveDateTime: '2024-01-04',
      derivedFrom: [{ reference: 'Observation/o3' }],
    }),
    {
      resourceType: 'Provenance',
      id: 'prov',
      target: [{ reference: 'Observation/o1' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { reference: 'Practitioner/dr' } }],
    },
  ]);
});
afterAll(() => app.close());

const sorted = async (query: string) => ids(await app.call('GET', query));

describe('sorting', () => {
  test.each([
    ['Patient?gender=male&_sort=_id', ['s1', 's2', 's3', 's4', 's5', 's6', 's7']],
    ['Patient?gender=male&_sort=-_id', ['s7', 's6', 's5', 's4', 's3', 's2', 's1']],
    ['Patient?gender=male&_sort=family,_id', ['s1', 's3', 's2', 's5', 's4', 's6']],
    ['Patient?gender=male&_sort=birthdate,_id', ['s2', 's4', 's1', 's7', 's3', 's5', 's6']],
    ['Patient?gender=male&_sort=-birthdate,_id', ['s3', 's1', 's7', 's4', 's2', 's5', 's6']],
    ['Patient?gender=male&_sort=birthdate,-_id', ['s2', 's4', 's7', 's1', 's3', 's6', 's5']],
    ['Observation?_sort=value-quantity,_id', ['o2', 'o1', 'o3', 'o4']],
    ['Observation?_sort=-value-quantity,_id', ['o1', 'o2', 'o3', 'o4']],
    ['Observation?_sort=date', ['o3', 'o2', 'o1', 'o4']],
    ['Observation?_sort=-date', ['o4', 'o1', 'o2', 'o3']],
    ['Observation?_sort=_lastUpdated,-date', ['o4', 'o1', 'o2', 'o3']],
  ])('orders %s, with what has no value last', async (query, expected) => {
    const found = await sorted(query);
    if (query.includes('_sort=family')) {
      // Chinese names are ordered among the others by their reading or by their character: either will do.
      expect(found.filter((id) => id !== 's7')).toEqual(expected.filter((id) => id !== 's7'));
    } else expect(found).toEqual(expected);
  });

  test('orders descending strings with ties broken by the next field, missing ones last', async () => {
    const found = (await sorted('Patient?gender=male&_sort=-family,-birthdate,_id')).filter(
      (id) => id !== 's7',
    );
    expect(found).toEqual(['s5', 's2', 's3', 's1', 's4', 's6']);
  });

  test('gives the same order page by page, for every page size', async () => {
    for (const sort of [
      '_id',
      '-_id',
      'family',
      '-family',
      'birthdate',
      '-birthdate',
      'family,-birthdate',
      '-family,birthdate,_id',
      '_lastUpdated',
      '-_lastUpdated,family',
    ]) {
      const whole = await sorted(`Patient?gender=male&_sort=${sort}`);
      expect(whole).toHaveLength(7);
      for (const count of [1, 2, 3, 6, 7]) {
        expect(
          await allPages(app, `Patient?gender=male&_sort=${sort}&_count=${count}`),
          `${sort} by ${count}`,
        ).toEqual(whole);
      }
    }
    for (const sort of ['value-quantity', '-value-quantity', 'value-quantity,-date', '-value-quantity,_id']) {
      const whole = await sorted(`Observation?_sort=${sort}`);
      expect(await allPages(app, `Observation?_sort=${sort}&_count=1`), sort).toEqual(whole);
    }
  });

  test('refuses to sort by what it does not know or cannot order', async () => {
    expectError(await app.call('GET', 'Patient?_sort=nonsense'), 400, { expression: '_sort' });
    expectError(await app.call('GET', 'Patient?_sort=organization.name'), 400, { expression: '_sort' });
    expectError(await app.call('GET', 'Patient?_sort=gender:not'), 400, { expression: '_sort' });
    expectError(await app.call('GET', 'Observation?_sort=code-value-quantity'), 400, { expression: '_sort' });
    expectError(await app.call('GET', 'Patient?_sort=_id,_id,_id,_id,_id,_id'), 400, { expression: '_sort' });
  });
});

describe('paging', () => {
  test('answers 20 when nothing is asked, and at most 1000', async () => {
    const many = Array.from({ length: 45 }, (_, i) => ({
      resourceType: 'Basic',
      id: `b${String(i).padStart(2, '0')}`,
      code: { text: 'x' },
    }));
    await load(app, many);
    const answer = await app.call('GET', 'Basic');
    expect(ids(answer)).toHaveLength(20);
    expect(linkOf(answer, 'self')).toBe('Basic');
    expect((await app.call('GET', 'Basic?_count=999999')).body.entry).toHaveLength(45);
    expect((await allPages(app, 'Basic')).sort()).toEqual(many.map((m) => m.id));
    expect(await allPages(app, 'Basic?_count=7&_sort=_id')).toEqual(many.map((m) => m.id));
  });

  test('ends with a page that has no next link, also when it is full', async () => {
    const answer = await app.call('GET', 'Basic?_count=45');
    expect(ids(answer)).toHaveLength(45);
    expect(linkOf(answer, 'next')).toBeUndefined();
  });

  test('answers only the total with _count=0 and _summary=count', async () => {
    for (const query of ['_count=0', '_summary=count']) {
      const answer = await app.call('GET', `Basic?${query}`);
      expect(answer.body.total).toBe(45);
      expect(answer.body.entry).toBeUndefined();
      expect(linkOf(answer, 'next')).toBeUndefined();
    }
  });

  test.each(['_count=-1', '_count=x', '_count=1.5'])('refuses %s', async (query) => {
    expectError(await app.call('GET', `Basic?${query}`), 400, { expression: '_count' });
  });

  test.each(['_id', '-_id', '_lastUpdated', '-_lastUpdated', ''])(
    'loses and repeats nothing that was there all the time, while others come and go (_sort=%s)',
    async (sort) => {
      const tag = { system: 'urn:example:paging', code: `t${sort}` };
      const make = (id: string) => ({ resourceType: 'Basic', id, code: { text: 'x' }, meta: { tag: [tag] } });
      const prefix = `page${sort.replace(/_/g, '')}`;
      const steady = Array.from({ length: 20 }, (_, i) => `${prefix}-s${String(i).padStart(2, '0')}`);
      const leaving = Array.from({ length: 10 }, (_, i) => `${prefix}-l${i}`);
      for (const id of [...steady, ...leaving].sort((a, b) => a.slice(-1).localeCompare(b.slice(-1))))
        await app.call('PUT', `Basic/${id}`, make(id));
      const query = `Basic?_tag=${tag.system}|${encodeURIComponent(tag.code)}&_count=3${sort ? `&_sort=${sort}` : ''}`;
      const found = await allPages(app, query, async (page) => {
        if (page < 10) {
          await app.call('DELETE', `Basic/${leaving[page]}`);
          await app.call('PUT', `Basic/${prefix}-n${page}`, make(`${prefix}-n${page}`));
        }
      });
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((id) => steady.includes(id)).sort()).toEqual(steady);
    },
  );

  test('finds a resource once that matches in several ways', async () => {
    await load(app, [
      patient('multi', { name: [{ family: 'Twice', given: ['Twice', 'Twicely'] }, { text: 'Twice' }] }),
    ]);
    expect(await sorted('Patient?name=twice')).toEqual(['multi']);
    expect(await sorted('Patient?name=twice,twicely&_sort=name')).toEqual(['multi']);
    expect((await app.call('GET', 'Patient?name=twice&_summary=count')).body.total).toBe(1);
  });
});

describe('totals', () => {
  test('are counted when asked for, and stay the same on all pages', async () => {
    for (const total of ['accurate', 'estimate']) {
      const first = await app.call('GET', `Patient?gender=male&_total=${total}&_count=2`);
      expect(first.body.total).toBe(7);
      const second = await app.call('GET', linkOf(first, 'next')!);
      expect(second.body.total).toBe(7);
    }
  });

  test('never count what is included', async () => {
    const answer = await app.call('GET', 'Observation?_include=Observation:subject&_total=accurate');
    expect(answer.body.total).toBe(4);
  });

  test('are the number of matches when one page holds all', async () => {
    expect((await app.call('GET', 'Patient?gender=male')).body.total).toBe(7);
  });

  test('refuse other words', async () => {
    expectError(await app.call('GET', 'Patient?_total=many'), 400, { expression: '_total' });
  });
});

describe('includes', () => {
  test.each([
    ['Observation?_id=o1&_include=Observation:subject', ['Patient/i1']],
    ['Observation?_id=o1&_include=Observation:patient', ['Patient/i1']],
    ['Observation?_id=o1&_include=Observation:performer', ['Practitioner/dr']],
    [
      'Observation?_id=o1&_include=Observation:subject&_include=Observation:performer',
      ['Patient/i1', 'Practitioner/dr'],
    ],
    ['Observation?_id=o1&_include=Observation:*', ['Patient/i1', 'Practitioner/dr']],
    ['Observation?_id=o1&_include=Observation:subject:Patient', ['Patient/i1']],
    ['Observation?_id=o1&_include=Observation:subject:Group', []],
    ['Observation?_id=o1&_include=Observation:subject&_include=Patient:organization', ['Patient/i1']],
    [
      'Observation?_id=o1&_include=Observation:subject&_include:iterate=Patient:organization',
      ['Organization/bottom', 'Patient/i1'],
    ],
    [
      'Observation?_id=o1&_include=Observation:subject&_include:iterate=Patient:organization&_include:iterate=Organization:partof',
      ['Organization/bottom', 'Organization/middle', 'Organization/top', 'Patient/i1'],
    ],
    ['Organization?_id=bottom&_include=Organization:partof', ['Organization/middle']],
    [
      'Organization?_id=bottom&_include:iterate=Organization:partof',
      ['Organization/middle', 'Organization/top'],
    ],
    ['Observation?_id=o4&_include:recurse=Observation:derived-from', ['Observation/o2', 'Observation/o3']],
    [
      'Patient?_id=i1&_revinclude=Observation:subject',
      ['Observation/o1', 'Observation/o2', 'Observation/o3', 'Observation/o4'],
    ],
    [
      'Patient?_id=i1&_revinclude=Observation:*',
      ['Observation/o1', 'Observation/o2', 'Observation/o3', 'Observation/o4'],
    ],
    [
      'Patient?_id=i1&_revinclude=Observation:subject&_revinclude:iterate=Provenance:target',
      ['Observation/o1', 'Observation/o2', 'Observation/o3', 'Observation/o4', 'Provenance/prov'],
    ],
    ['Observation?_id=o1&_revinclude=Provenance:target', ['Provenance/prov']],
    ['Observation?_id=o2&_revinclude=Provenance:target', []],
    ['Practitioner?_id=dr&_revinclude=Observation:performer', ['Observation/o1']],
    [
      'Organization?_id=top&_revinclude:iterate=Organization:partof',
      ['Organization/bottom', 'Organization/middle'],
    ],
  ])('%s brings the right ones, each once', async (query, expected) => {
    expect(included(await app.call('GET', query))).toEqual(expected);
  });

  test('do not repeat what is a match already', async () => {
    const answer = await app.call('GET', 'Observation?_include=Observation:derived-from');
    expect(entries(answer, 'match')).toHaveLength(4);
    expect(included(answer)).toEqual([]);
  });

  test('leave out what is deleted', async () => {
    await load(app, [patient('del'), observation('of-del', { subject: { reference: 'Patient/del' } })]);
    await app.call('DELETE', 'Patient/del');
    expect(included(await app.call('GET', 'Observation?_id=of-del&_include=Observation:subject'))).toEqual(
      [],
    );
    await app.call('DELETE', 'Observation/of-del');
  });

  test.each([
    '_include=Observation',
    '_include=Nonsense:subject',
    '_include=Observation:nonsense',
    '_include=Observation:code',
    '_include=Observation:subject:Nonsense',
    '_include:nonsense=Observation:subject',
    '_revinclude=Observation',
    '_revinclude=Nonsense:x',
  ])('refuse %s', async (query) => {
    expectError(await app.call('GET', `Observation?${query}`), 400, { expression: query.split('=')[0] });
  });
});

describe('parts of resources', () => {
  beforeAll(() =>
    load(app, [
      patient('part', {
        meta: { tag: [{ system: 'urn:t', code: 'kept' }] },
        text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
        name: [{ family: 'Part' }],
        gender: 'other',
        _gender: { extension: [{ url: 'http://e', valueString: 'x' }] },
        maritalStatus: { text: 'x' },
        contact: [{ name: { text: 'c' } }],
        communication: [{ language: { text: 'zh' } }],
      }),
    ]),
  );
  const one = async (query: string): Promise<Json> =>
    entries(await app.call('GET', `Patient?_id=part&${query}`), 'match')[0];
  const tags = (resource: Json) => resource.meta.tag.map((t: Json) => t.code);

  test('_summary=true keeps the summary elements', async () => {
    const found = await one('_summary=true');
    expect(Object.keys(found)).toEqual(['resourceType', 'id', 'meta', 'name', 'gender', '_gender']);
    expect(tags(found)).toEqual(['kept', 'SUBSETTED']);
  });

  test('_summary=true goes into parts and values, leaving out what is large', async () => {
    await load(app, [
      {
        resourceType: 'DocumentReference',
        id: 'doc',
        meta: {
          tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }],
        },
        status: 'current',
        description: 'd',
        content: [
          {
            attachment: {
              contentType: 'text/plain',
              data: 'eHh4',
              size: 3,
              title: 't',
              extension: [{ url: 'http://e', valueDecimal: 1.5 }],
            },
            format: { system: 'urn:f', code: 'f' },
          },
        ],
        context: { sourcePatientInfo: { reference: 'Patient/part' } },
      },
    ]);
    const doc = (await app.call('GET', 'DocumentReference?_id=doc&_summary=true')).body.entry[0].resource;
    const { attachment } = doc.content[0];
    expect(Object.keys(attachment)).toEqual(['contentType', 'size', 'title', 'extension']);
    expect(attachment.extension[0].valueDecimal).toBe(1.5);
    expect(doc.meta.tag).toHaveLength(1);
  });

  test('_summary=text keeps the narrative, id, meta and what is mandatory', async () => {
    const found = await one('_summary=text');
    expect(Object.keys(found)).toEqual(['resourceType', 'id', 'meta', 'text']);
    expect(tags(found)).toContain('SUBSETTED');
    const observed = await app.call('GET', 'Observation?_id=o1&_summary=text');
    expect(Object.keys(entries(observed, 'match')[0])).toEqual([
      'resourceType',
      'id',
      'meta',
      'status',
      'code',
    ]);
  });

  test('_summary=data leaves the narrative out', async () => {
    const found = await one('_summary=data');
    expect(found.text).toBeUndefined();
    expect(found.maritalStatus).toEqual({ text: 'x' });
    expect(tags(found)).toContain('SUBSETTED');
  });

  test('_summary=false keeps everything and says nothing of a subset', async () => {
    const found = await one('_summary=false');
    expect(found.text).toBeDefined();
    expect(tags(found)).toEqual(['kept']);
  });

  test('_summary of another kind is refused', async () => {
    expectError(await app.call('GET', 'Patient?_summary=all'), 400, { expression: '_summary' });
  });

  test('_elements keeps what is named, with id, meta and what is mandatory', async () => {
    const found = await one('_elements=gender,contact');
    expect(Object.keys(found)).toEqual(['resourceType', 'id', 'meta', 'gender', '_gender', 'contact']);
    expect(tags(found)).toEqual(['kept', 'SUBSETTED']);
    const observed = await app.call('GET', 'Observation?_id=o1&_elements=subject,value');
    expect(Object.keys(entries(observed, 'match')[0])).toEqual([
      'resourceType',
      'id',
      'meta',
      'status',
      'code',
      'subject',
      'valueQuantity',
    ]);
  });

  test('_elements can name a type', async () => {
    const answer = await app.call(
      'GET',
      'Observation?_id=o1&_include=Observation:subject&_elements=Observation.subject,Patient.gender',
    );
    expect(Object.keys(entries(answer, 'match')[0])).toContain('subject');
    expect(Object.keys(entries(answer, 'include')[0])).toEqual(['resourceType', 'id', 'meta', 'gender']);
  });
});

describe('POST _search', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test('answers as GET does', async () => {
    const posted = await app.call('POST', 'Patient/_search', 'gender=male&_sort=_id&_count=2', form);
    expect(ids(posted)).toEqual(['s1', 's2']);
    expect(linkOf(posted, 'next')).toBeDefined();
    expect(ids(await app.call('GET', linkOf(posted, 'next')!))).toEqual(['s3', 's4']);
  });

  test('joins the parameters of the address and of the body', async () => {
    const posted = await app.call('POST', 'Patient/_search?gender=male', 'family=brown', form);
    expect(ids(posted)).toEqual(['s2']);
  });

  test('takes Chinese, plus signs and an empty body', async () => {
    const body = new URLSearchParams([['name', '安']]).toString();
    expect(ids(await app.call('POST', 'Patient/_search', body, form))).toEqual(['s7']);
    expect((await app.call('POST', 'Patient/_search', '', form)).status).toBe(200);
    expect((await app.call('POST', 'Patient/_search')).status).toBe(200);
  });

  test('refuses unknown parameters', async () => {
    expectError(await app.call('POST', 'Patient/_search', 'nonsense=1', form), 400, {
      expression: 'nonsense',
    });
  });
});

describe('the Bundle', () => {
  test('is a searchset with fullUrls, modes and a self link that repeats the search', async () => {
    const answer = await app.call('GET', 'Patient?gender=male&family=brown&_include=Patient:organization');
    expect(answer.body.type).toBe('searchset');
    expect(answer.body.entry[0].fullUrl).toMatch(/\/fhir\/Patient\/s2$/);
    expect(answer.body.entry[0].search.mode).toBe('match');
    expect(linkOf(answer, 'self')).toBe('Patient?gender=male&family=brown&_include=Patient%3Aorganization');
    expect(await find(app, linkOf(answer, 'self')!)).toEqual(['s2']);
  });

  test('has no entry when nothing matches', async () => {
    const answer = await app.call('GET', 'Patient?family=nobody');
    expect(answer.body.total).toBe(0);
    expect(answer.body.entry).toBeUndefined();
  });
});
