/** https://hl7.org/fhir/R4/resource-operation-validate.html */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { as } from '../features/tokens.ts';
import { type Answer, startTestApp, type TestApp } from '../support/app.ts';
import { expectError, type Json, load, observation, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const COUNTY_PATIENT = 'https://xiantong.example/fhir/StructureDefinition/county-patient';

const parameters = (...parameter: Json[]) => ({ resourceType: 'Parameters', parameter });
const resource = (value: Json) => ({ name: 'resource', resource: value });
const mode = (valueCode: string) => ({ name: 'mode', valueCode });
const profile = (valueUri: string) => ({ name: 'profile', valueUri });

/** The issues of an outcome that came with 200. */
function issues(answer: Answer): Json[] {
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.resourceType).toBe('OperationOutcome');
  return answer.body.issue;
}
const errors = (answer: Answer) => issues(answer).filter((i) => i.severity === 'error');

test('a right resource has no error, be it sent alone or in Parameters', async () => {
  const right = observation('x');
  for (const body of [right, parameters(resource(right))]) {
    const found = issues(await app.call('POST', 'Observation/$validate', body));
    expect(found).toMatchObject([{ severity: 'information', code: 'informational' }]);
  }
});

test('a wrong resource is answered with 200 and everything that is wrong', async () => {
  const wrong = { resourceType: 'Observation', status: 'finished', colour: 'red' };
  for (const body of [wrong, parameters(resource(wrong))]) {
    const found = errors(await app.call('POST', 'Observation/$validate', body));
    expect(found.flatMap((i) => i.expression)).toEqual(
      expect.arrayContaining(['Observation.status', 'Observation.code', 'Observation.colour']),
    );
  }
});

test('a resource of another type than the address says is an error in the outcome', async () => {
  expect(errors(await app.call('POST', 'Patient/$validate', observation('x')))).toHaveLength(1);
});

test('nothing is stored', async () => {
  await app.call('POST', 'Patient/$validate', patient('nothing-stored'));
  expectError(await app.call('GET', 'Patient/nothing-stored'), 404);
});

test('a named profile is applied, from Parameters and from the address', async () => {
  const bare = patient('p');
  expect(errors(await app.call('POST', 'Patient/$validate', bare))).toEqual([]);
  const answers = [
    await app.call('POST', 'Patient/$validate', parameters(resource(bare), profile(COUNTY_PATIENT))),
    await app.call('POST', `Patient/$validate?profile=${encodeURIComponent(COUNTY_PATIENT)}`, bare),
  ];
  for (const answer of answers) expect(errors(answer).length).toBeGreaterThan(0);
  const base = profile('http://hl7.org/fhir/StructureDefinition/Observation');
  expect(errors(await app.call('POST', 'Patient/$validate', parameters(resource(bare), base)))).toHaveLength(
    1,
  );
});

test('what cannot be validated is a 4xx', async () => {
  const unknown = profile('http://example.org/StructureDefinition/never');
  const one = resource(patient('p'));
  const call = (path: string, body: Json) => app.call('POST', path, body);
  expectError(await call('Patient/$validate', parameters(one, unknown)), 400, { expression: 'profile' });
  expectError(await call('Patient/$validate', parameters(one, mode('guess'))), 400, { expression: 'mode' });
  expectError(await call('Patient/$validate', parameters(one, mode('update'))), 400, { expression: 'mode' });
  expectError(await call('Patient/$validate', parameters(mode('delete'))), 400, { expression: 'mode' });
  expectError(await call('Patient/$validate', { resourceType: 'Parameters' }), 400, {
    expression: 'resource',
  });
  expectError(await call('Patient/$validate', parameters(one, one)), 422);
  expectError(await call('Patient/$validate', parameters(one, { name: 'mode', valueCode: 7 })), 422);
  expectError(await app.call('GET', 'Patient/$validate'), 400, { expression: 'resource' });
  expectError(await app.call('GET', 'Patient/never/$validate'), 404);
});

test('the stored resource is validated when none is sent, and the reading is audited', async () => {
  await load(app, [patient('stored')]);
  expect(errors(await app.call('GET', 'Patient/stored/$validate'))).toEqual([]);
  const named = await app.call(
    'GET',
    `Patient/stored/$validate?mode=profile&profile=${encodeURIComponent(COUNTY_PATIENT)}`,
  );
  expect(errors(named).length).toBeGreaterThan(0);
  const audits = await app.call('GET', 'AuditEvent?subtype=operation&patient=Patient/stored');
  expect(audits.body.total).toBe(2);
});

test('an update is checked against the address, a deletion against what is there', async () => {
  await load(app, [patient('there')]);
  const update = (body: Json) =>
    app.call('POST', 'Patient/there/$validate', parameters(resource(body), mode('update')));
  expect(errors(await update(patient('there')))).toEqual([]);
  expect(errors(await update(patient('elsewhere')))).toMatchObject([{ expression: ['Patient.id'] }]);
  expect(errors(await app.call('GET', 'Patient/there/$validate?mode=delete'))).toEqual([]);
  expect(errors(await app.call('GET', 'Patient/never/$validate?mode=delete'))).toMatchObject([
    { code: 'not-found' },
  ]);
  await app.call('GET', 'Patient/there');
  await app.call('DELETE', 'Patient/there');
  expect(errors(await app.call('GET', 'Patient/there/$validate?mode=delete'))).toMatchObject([
    { code: 'deleted' },
  ]);
});

test('a deletion tells what would then refer to nothing', async () => {
  await load(app, [
    patient('referred'),
    { ...observation('referring'), subject: { reference: 'Patient/referred' } },
  ]);
  const found = issues(await app.call('GET', 'Patient/referred/$validate?mode=delete'));
  expect(found).toMatchObject([{ severity: 'warning', code: 'conflict' }]);
  expect(found[0]!.details.text).toContain('Observation/referring');
});

test('a stored questionnaire is what a response is held against, by url and by version', async () => {
  const url = 'https://county.example/Questionnaire/smoking';
  const questionnaire = (version: string, type: string) => ({
    resourceType: 'Questionnaire',
    id: `smoking-${version}`,
    url,
    version,
    status: 'active',
    item: [{ linkId: 'a', type, required: true }],
  });
  await load(app, [questionnaire('1', 'string'), questionnaire('2', 'boolean')]);
  const response = (canonical: string) => ({
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: canonical,
    item: [{ linkId: 'a', answer: [{ valueString: 'x' }] }],
  });
  const validate = async (canonical: string) =>
    errors(await app.call('POST', 'QuestionnaireResponse/$validate', response(canonical)));
  expect(await validate(`${url}|1`)).toEqual([]);
  expect(await validate(`${url}|2`)).toMatchObject([
    { expression: ['QuestionnaireResponse.item[0].answer[0].value'] },
  ]);
  const refused = await app.call('POST', 'QuestionnaireResponse', response(`${url}|2`));
  expectError(refused, 422);
  const unknown = issues(
    await app.call('POST', 'QuestionnaireResponse/$validate', response('https://county.example/never')),
  );
  expect(unknown).toMatchObject([{ severity: 'warning', code: 'not-found' }]);
});

test('the rules of the county speak in the modes that would write', async () => {
  const audit = {
    resourceType: 'AuditEvent',
    id: 'audit-1',
    type: { code: 'rest' },
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ requestor: true }],
    source: { observer: { display: 'x' } },
  };
  const call = (...more: Json[]) =>
    app.call('POST', 'AuditEvent/audit-1/$validate', parameters(resource(audit), ...more));
  expect(errors(await call())).toEqual([]);
  expect(errors(await call(mode('update')))).toHaveLength(1);
});

test('the CapabilityStatement lists $validate at every type', async () => {
  const { rest } = (await app.call('GET', 'metadata')).body;
  for (const { operation } of rest[0].resource) {
    expect(operation.map((o: Json) => o.name)).toContain('validate');
  }
});

test('a mode needs the permission of what it is about, and the stored resource that of reading', async () => {
  const smart = await startTestApp({ auth: 'smart' });
  try {
    const writer = await as(smart, 'system/Patient.c');
    const sent = parameters(resource(patient('p')), mode('create'));
    expect(errors(await writer('POST', 'Patient/$validate', sent))).toEqual([]);
    const update = parameters(resource(patient('p')), mode('update'));
    expectError(await writer('POST', 'Patient/p/$validate', update), 403);
    expectError(await writer('GET', 'Patient/p/$validate?mode=delete'), 403);
    expectError(await writer('GET', 'Patient/p/$validate'), 403);
  } finally {
    await smart.close();
  }
});
