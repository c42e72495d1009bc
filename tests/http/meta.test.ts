/** https://hl7.org/fhir/R4/resource-operations.html: $meta, $meta-add, $meta-delete */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const PROFILE = 'http://example.org/StructureDefinition/p';
const coding = (code: string, more: Json = {}) => ({ system: 'urn:example:m', code, ...more });
const meta = (valueMeta: Json) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta }],
});
const returned = (answer: Json) => {
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.resourceType).toBe('Parameters');
  expect(answer.body.parameter[0].name).toBe('return');
  return answer.body.parameter[0].valueMeta;
};

test('$meta tells the meta of a resource, by GET and by POST', async () => {
  await load(app, [patient('m1', { meta: { tag: [coding('a')], profile: [PROFILE] } })]);
  const got = returned(await app.call('GET', 'Patient/m1/$meta'));
  expect(got).toMatchObject({ versionId: '1', tag: [coding('a')], profile: [PROFILE] });
  expect(returned(await app.call('POST', 'Patient/m1/$meta', { resourceType: 'Parameters' }))).toEqual(got);
  expectError(await app.call('GET', 'Patient/never/$meta'), 404);
  await app.call('DELETE', 'Patient/m1');
  expectError(await app.call('GET', 'Patient/m1/$meta'), 410);
});

test('$meta of a patient is audited', async () => {
  await load(app, [patient('m2')]);
  await app.call('GET', 'Patient/m2/$meta');
  const audits = await app.call('GET', 'AuditEvent?subtype=operation&patient=Patient/m2');
  expect(audits.body.total).toBe(1);
});

test('$meta-add adds each label once, in a new version that is found by it', async () => {
  await load(app, [patient('m3', { meta: { tag: [coding('a', { display: 'first' })] } })]);
  const answer = returned(
    await app.call(
      'POST',
      'Patient/m3/$meta-add',
      meta({
        tag: [coding('a', { display: 'again', version: '2' }), coding('b')],
        security: [coding('s')],
        profile: [PROFILE],
      }),
    ),
  );
  expect(answer).toMatchObject({
    versionId: '2',
    tag: [coding('a', { display: 'first' }), coding('b')],
    security: [coding('s')],
    profile: [PROFILE],
  });
  expect((await app.call('GET', 'Patient/m3')).body.meta).toEqual(answer);
  expect(await find(app, 'Patient?_tag=urn:example:m|b&_id=m3')).toEqual(['m3']);
  expect(await find(app, 'Patient?_security=urn:example:m|s&_id=m3')).toEqual(['m3']);
  expect((await app.call('GET', 'Patient/m3/_history/1')).body.meta.tag).toHaveLength(1);
  const audits = await app.call('GET', 'AuditEvent?subtype=operation&patient=Patient/m3');
  expect(audits.body.total).toBe(1);
});

test('$meta-delete takes labels away by system and code, and does not mind those that are not there', async () => {
  const tags = [coding('a', { display: 'x' }), coding('b')];
  await load(app, [patient('m4', { meta: { tag: tags, security: [coding('s')], profile: [PROFILE] } })]);
  const answer = returned(
    await app.call(
      'POST',
      'Patient/m4/$meta-delete',
      meta({ tag: [coding('a'), coding('z')], security: [coding('s')], profile: ['http://other'] }),
    ),
  );
  expect(answer).toMatchObject({ versionId: '2', tag: [coding('b')], profile: [PROFILE] });
  expect(answer.security).toBeUndefined();
  expect(await find(app, 'Patient?_tag=urn:example:m|a&_id=m4')).toEqual([]);
});

test('$meta-add keeps the digits of the rest of the resource', async () => {
  await app.call(
    'PUT',
    'Observation/m5',
    '{"resourceType":"Observation","id":"m5","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50}}',
  );
  returned(await app.call('POST', 'Observation/m5/$meta-add', meta({ tag: [coding('d')] })));
  expect((await app.call('GET', 'Observation/m5')).text).toContain('"value":1.50');
});

test('$meta of a type tells each label in use once, and of the system those of every type', async () => {
  await load(app, [
    observation('m6', { meta: { tag: [coding('one'), coding('two')], security: [coding('s6')] } }),
    observation('m7', { meta: { tag: [coding('two', { display: 'Two' })] } }),
    observation('m8', { meta: { tag: [coding('deleted')] } }),
    { resourceType: 'Basic', id: 'm9', code: { text: 'x' }, meta: { tag: [coding('basic')] } },
  ]);
  await app.call('DELETE', 'Observation/m8');
  const codes = (m: Json) => m.tag.map((t: Json) => t.code).sort();
  const type = returned(await app.call('GET', 'Observation/$meta'));
  expect(codes(type)).toEqual(['d', 'one', 'two']);
  expect(type.security).toEqual([coding('s6')]);
  expect(codes(returned(await app.call('GET', '$meta')))).toEqual(
    expect.arrayContaining(['basic', 'one', 'two']),
  );
  expect(returned(await app.call('GET', 'Group/$meta'))).toEqual({});
});

test.each<[string, Json, number]>([
  ['no meta', { resourceType: 'Parameters' }, 422],
  [
    'a meta that is none',
    { resourceType: 'Parameters', parameter: [{ name: 'meta', valueString: 'x' }] },
    422,
  ],
  ['another resource', { resourceType: 'Patient' }, 400],
  ['a tag that is no list', meta({ tag: coding('x') }), 400],
  ['an unknown element', meta({ label: [] }), 400],
])('$meta-add refuses %s', async (_what, body, status) => {
  await load(app, [patient('m10')]);
  expectError(await app.call('POST', 'Patient/m10/$meta-add', body), status);
});

test('labels are added only where the definitions allow the operation', async () => {
  expectError(await app.call('POST', 'Patient/never/$meta-add', meta({ tag: [coding('x')] })), 404);
  expectError(await app.call('POST', 'Patient/$meta-add', meta({ tag: [coding('x')] })), 404);
  expectError(await app.call('POST', 'Nope/1/$meta-add', meta({ tag: [coding('x')] })), 404);
  expectError(await app.call('GET', 'Patient/m3/$meta-add'), 405);
});

test('the CapabilityStatement declares the operations at the system and at every type', async () => {
  const { body } = await app.call('GET', 'metadata');
  const definition = 'http://hl7.org/fhir/OperationDefinition/Resource-meta';
  expect(body.rest[0].operation).toContainEqual({ name: 'meta', definition });
  for (const r of body.rest[0].resource) {
    const names = r.operation.map((o: Json) => o.name);
    expect(names, r.type).toEqual(expect.arrayContaining(['meta', 'meta-add', 'meta-delete']));
  }
});

test('$meta of a type is told though a resource holds a number that the database has no type for', async () => {
  const odd =
    '{"meta":{"tag":[{"code":"odd"}]},"resourceType":"Patient","extension":[{"url":"http://x","valueDecimal":1e-999999}]}';
  expect((await app.call('POST', 'Patient', odd)).status).toBe(201);
  const { tag } = returned(await app.call('GET', 'Patient/$meta'));
  expect(tag).toContainEqual({ code: 'odd' });
});
