/** Conditions of a transaction and what the same transaction writes. https://hl7.org/fhir/R4/http.html#trules */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bundle, expectError, find, type Json, load, patient, post, put } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const send = (...entry: Json[]) => app.call('POST', '', bundle('transaction', entry));
const uuid = (n: number) => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const identifier = (value: string) => [{ system: 'urn:tc', value }];
const criteria = (value: string) => `identifier=urn:tc|${value}`;
const identified = (value: string, more: Json = {}) => ({
  resourceType: 'Patient',
  identifier: identifier(value),
  ...more,
});
const about = (reference: string, more: Json = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference },
  ...more,
});

let names = 0;

/** Either order of two entries gives the same answer. */
async function inBothOrders(
  make: (name: string) => Json[],
  check: (name: string, answer: Json) => Promise<void>,
) {
  const [one, other] = [`order-${names++}`, `order-${names++}`];
  await check(one, await send(...make(one)));
  await check(other, await send(...make(other).reverse()));
}

describe('two creations under one condition', () => {
  test('of the same content make one resource, which both fullUrls mean', async () => {
    const answer = await send(
      post(identified('same'), { fullUrl: uuid(1), ifNoneExist: criteria('same') }),
      // The same criteria, written in another way.
      post(identified('same'), { fullUrl: uuid(2), ifNoneExist: 'identifier=urn%3Atc%7Csame' }),
      post(about(uuid(1))),
      post(about(uuid(2))),
    );
    expect(answer.status, answer.text).toBe(200);
    const [first, second, o1, o2] = answer.body.entry;
    expect([first.response.status, second.response.status]).toEqual(['201 Created', '200 OK']);
    const [id, ...others] = await find(app, `Patient?${criteria('same')}`);
    expect(others).toEqual([]);
    expect([first.resource.id, second.resource.id]).toEqual([id, id]);
    expect(o1.resource.subject.reference).toBe(`Patient/${id}`);
    expect(o2.resource.subject.reference).toBe(`Patient/${id}`);
  });

  test('of different contents are refused, in either order', async () => {
    await inBothOrders(
      (name) => [
        post(identified(name, { gender: 'male' }), { ifNoneExist: criteria(name) }),
        post(identified(name, { gender: 'female' }), { ifNoneExist: criteria(name) }),
      ],
      async (name, answer) => {
        expectError(answer, 412, { expression: 'Bundle.entry[1]' });
        expect(await find(app, `Patient?${criteria(name)}`)).toEqual([]);
      },
    );
  });

  test('find the one that is there', async () => {
    await load(app, [identified('there', { id: 'there' })]);
    const answer = await send(
      post(identified('there', { gender: 'male' }), { ifNoneExist: criteria('there') }),
      post(identified('there', { gender: 'female' }), { ifNoneExist: criteria('there') }),
    );
    expect(answer.body.entry.map((e: Json) => e.resource.id)).toEqual(['there', 'there']);
  });
});

test.each([
  ['a creation without a condition', (name: string) => post(identified(name))],
  [
    'a creation under another condition',
    (name: string) => post(identified(name), { ifNoneExist: `identifier=${name}` }),
  ],
  ['an update', (name: string) => put(identified(name, { id: `upd-${name}` }))],
])('a condition that finds nothing is refused when %s makes a match', async (_what, other) => {
  await inBothOrders(
    (name) => [post(identified(name), { ifNoneExist: criteria(name) }), other(name)],
    async (name, answer) => {
      expectError(answer, 412, { code: 'multiple-matches' });
      expect(await find(app, `Patient?${criteria(name)}`)).toEqual([]);
    },
  );
});

describe('a conditional reference', () => {
  test('finds what the same transaction creates, by POST and by PUT, also inside extensions', async () => {
    await inBothOrders(
      (name) => [
        post(
          about(`Patient?${criteria(name)}`, {
            extension: [
              { url: 'http://e/x', valueReference: { reference: `Organization?${criteria(name)}` } },
            ],
          }),
        ),
        post(identified(name)),
        put({ resourceType: 'Organization', id: `org-${name}`, name: 'x', identifier: identifier(name) }),
      ],
      async (name, answer) => {
        expect(answer.status, answer.text).toBe(200);
        const [id] = await find(app, `Patient?${criteria(name)}`);
        const o = answer.body.entry.find((e: Json) => e.resource.resourceType === 'Observation').resource;
        expect(o.subject.reference).toBe(`Patient/${id}`);
        expect(o.extension[0].valueReference.reference).toBe(`Organization/org-${name}`);
        expect(await find(app, `Observation?patient=${id}`)).toEqual([o.id]);
      },
    );
  });

  test('leads on to what itself refers by condition', async () => {
    const answer = await send(
      post(
        about(`Patient?${criteria('lead')}`, { encounter: { reference: `Encounter?${criteria('lead')}` } }),
      ),
      post({
        resourceType: 'Encounter',
        status: 'finished',
        class: { code: 'AMB' },
        identifier: identifier('lead'),
        subject: { reference: `Patient?${criteria('lead')}` },
      }),
      post(identified('lead', { managingOrganization: { reference: `Organization?${criteria('lead')}` } })),
      post({ resourceType: 'Organization', name: 'x', identifier: identifier('lead') }),
    );
    expect(answer.status, answer.text).toBe(200);
    const [o, e, p, g] = answer.body.entry.map((x: Json) => x.resource);
    expect(o.encounter.reference).toBe(`Encounter/${e.id}`);
    expect(e.subject.reference).toBe(`Patient/${p.id}`);
    expect(p.managingOrganization.reference).toBe(`Organization/${g.id}`);
  });

  test('does not find what the same transaction deletes', async () => {
    await load(app, [identified('gone', { id: 'gone' })]);
    const answer = await send(post(about(`Patient?${criteria('gone')}`)), {
      request: { method: 'DELETE', url: 'Patient/gone' },
    });
    expectError(answer, 412, { expression: 'Bundle.entry[0]' });
    expect((await app.call('GET', 'Patient/gone')).status).toBe(200);
  });

  test('is refused when the transaction makes a second match, in either order', async () => {
    await inBothOrders(
      (name) => [post(about(`Patient?${criteria(name)}`)), post(identified(name)), post(identified(name))],
      async (name, answer) => {
        expectError(answer, 412, { code: 'multiple-matches' });
        expect(await find(app, `Patient?${criteria(name)}`)).toEqual([]);
      },
    );
  });

  test('is refused when its match is made a second time by what refers itself', async () => {
    await load(app, [identified('late', { id: 'late' })]);
    const answer = await send(
      post(about(`Patient?${criteria('late')}`)),
      post(
        identified('late', {
          link: [{ other: { reference: `Patient?${criteria('late')}` }, type: 'seealso' }],
        }),
      ),
    );
    expectError(answer, 412, { code: 'multiple-matches' });
    expect(await find(app, `Patient?${criteria('late')}`)).toEqual(['late']);
  });

  test('is refused when two resources wait for each other, and when the type is none', async () => {
    const waits = (value: string, other: string) =>
      post(
        identified(value, {
          link: [{ other: { reference: `Patient?${criteria(other)}` }, type: 'seealso' }],
        }),
      );
    expectError(await send(waits('c1', 'c2'), waits('c2', 'c1')), 412, { expression: 'Bundle.entry[0]' });
    expectError(await send(post(about('Nope?identifier=1'))), 422);
  });
});

describe('links', () => {
  test('to one version stay so: to the version that is written', async () => {
    await load(app, [patient('v')]);
    const answer = await send(
      { fullUrl: uuid(1), ...put(patient('v', { active: true })) },
      post(identified('versions'), { fullUrl: 'http://other.example/fhir/Patient/7' }),
      post(
        about(`${uuid(1)}/_history/9`, {
          focus: [
            { reference: 'http://other.example/fhir/Patient/7/_history/3' },
            { reference: 'http://other.example/fhir/Patient/7#part' },
          ],
          text: {
            status: 'generated',
            div: `<div xmlns="http://www.w3.org/1999/xhtml"><a href="http://other.example/fhir/Patient/7/_history/3">x</a></div>`,
          },
        }),
      ),
    );
    expect(answer.status, answer.text).toBe(200);
    const [, p, o] = answer.body.entry.map((e: Json) => e.resource);
    expect(o.subject.reference).toBe('Patient/v/_history/2');
    expect(o.focus.map((f: Json) => f.reference)).toEqual([
      `Patient/${p.id}/_history/1`,
      `Patient/${p.id}#part`,
    ]);
    expect(o.text.div).toContain(`href="Patient/${p.id}/_history/1"`);
  });

  test('that are relative mean the entry below the root of their own fullUrl, and nothing else', async () => {
    const root = 'http://other.example/fhir';
    await load(app, [patient('8')]);
    const answer = await send(
      post({ resourceType: 'Patient', id: '8' }, { fullUrl: `${root}/Patient/8` }),
      post(about('Patient/8'), { fullUrl: `${root}/Observation/9` }),
      post(about('Patient/8'), { fullUrl: uuid(3) }),
      post(about('Patient/8', { derivedFrom: [{ reference: 'Observation/9' }] }), {
        fullUrl: `${root}/Observation/10`,
      }),
    );
    expect(answer.status, answer.text).toBe(200);
    const [p, below, elsewhere, both] = answer.body.entry.map((e: Json) => e.resource);
    expect(p.id).not.toBe('8');
    expect(below.subject.reference).toBe(`Patient/${p.id}`);
    expect(elsewhere.subject.reference).toBe('Patient/8');
    expect(both.derivedFrom[0].reference).toBe(`Observation/${below.id}`);
  });
});

describe('updates under conditions', () => {
  const conditional = (value: string, resource: Json) => ({
    resource,
    request: { method: 'PUT', url: `Patient?${criteria(value)}` },
  });

  test('are refused when the body names another resource than the match', async () => {
    await load(app, [identified('cu', { id: 'cu' })]);
    expectError(await send(conditional('cu', identified('cu', { id: 'other' }))), 400, {
      expression: 'Bundle.entry[0].resource.id',
    });
  });

  test('are refused when they match nothing and the id of the body is in use', async () => {
    await load(app, [patient('used', { gender: 'male' })]);
    expectError(await send(conditional('unused', identified('unused', { id: 'used' }))), 412);
    expect((await app.call('GET', 'Patient/used')).headers.etag).toBe('W/"1"');
  });

  test('are refused when two have the same condition', async () => {
    const entry = conditional('twice', identified('twice'));
    expectError(await send(entry, entry), 400, { code: 'duplicate', expression: 'Bundle.entry[1]' });
  });
});

test('an entry that fails by its version says which element asked for it', async () => {
  await load(app, [patient('ver')]);
  expectError(await send(put(patient('ver'), { ifMatch: 'W/"7"' })), 412, {
    expression: 'Bundle.entry[0].request.ifMatch',
  });
});

test('one fullUrl for two entries is refused, whatever their methods', async () => {
  const answer = await send(
    { fullUrl: uuid(1), ...put(patient('fu1')) },
    post({ resourceType: 'Patient' }, { fullUrl: uuid(1) }),
  );
  expectError(answer, 400, { code: 'duplicate', expression: 'Bundle.entry[1]' });
});

test('5,000 entries with a condition each are stored', { timeout: 240_000 }, async () => {
  const entries = Array.from({ length: 2500 }, (_, i) => [
    post(identified(`bulk-${i}`), { ifNoneExist: criteria(`bulk-${i}`) }),
    post(about(`Patient?${criteria(`bulk-${i}`)}`)),
  ]).flat();
  const answer = await send(...entries);
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  expect(answer.body.entry).toHaveLength(5000);
  const [p, o] = answer.body.entry.slice(-2).map((e: Json) => e.resource);
  expect(o.subject.reference).toBe(`Patient/${p.id}`);
});
