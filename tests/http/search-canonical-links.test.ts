/** Chains and reverse chains through canonicals. https://hl7.org/fhir/R4/references.html#canonical */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, type Json, load } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  const questionnaire = (id: string, version: string | undefined, title: string, more: Json = {}) => ({
    resourceType: 'Questionnaire',
    id,
    url: 'http://example.org/q',
    ...(version === undefined ? {} : { version }),
    status: 'active',
    title,
    ...more,
  });
  const response = (id: string, canonical: string | undefined, status = 'completed') => ({
    resourceType: 'QuestionnaireResponse',
    id,
    status,
    ...(canonical === undefined ? {} : { questionnaire: canonical }),
  });
  await load(app, [
    questionnaire('q1', '1', 'Diabetes'),
    questionnaire('q2', '2', 'Hypertension'),
    questionnaire('q3', undefined, 'Asthma', { url: 'http://example.org/other' }),
    response('any', 'http://example.org/q'),
    response('one', 'http://example.org/q|1'),
    response('two', 'http://example.org/q|2', 'amended'),
    response('three', 'http://example.org/q|3'),
    response('other', 'http://example.org/other'),
    response('other-version', 'http://example.org/other|7'),
    response('none', undefined),
    {
      resourceType: 'Library',
      id: 'l1',
      url: 'http://example.org/l',
      status: 'active',
      version: '1',
      name: 'Lib',
      type: { text: 'x' },
    },
    {
      resourceType: 'Measure',
      id: 'm1',
      status: 'active',
      library: ['http://example.org/x', 'http://example.org/l|1'],
    },
    { resourceType: 'Measure', id: 'm2', status: 'active', library: ['http://example.org/l|2'] },
  ]);
});
afterAll(() => app.close());

test.each([
  ['QuestionnaireResponse?questionnaire.title=Diabetes', ['any', 'one']],
  ['QuestionnaireResponse?questionnaire.title=Hyper', ['any', 'two']],
  ['QuestionnaireResponse?questionnaire:Questionnaire.title=Asthma', ['other']],
  ['QuestionnaireResponse?questionnaire.version=2&status=amended', ['two']],
  ['QuestionnaireResponse?questionnaire.url=http://example.org/q', ['any', 'one', 'two']],
  ['QuestionnaireResponse?questionnaire._id=q1', ['any', 'one']],
  ['QuestionnaireResponse?questionnaire=http://example.org/q|1', ['one']],
  ['QuestionnaireResponse?questionnaire.title=Nothing', []],
  ['Questionnaire?_has:QuestionnaireResponse:questionnaire:status=amended', ['q2']],
  ['Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=any', ['q1', 'q2']],
  ['Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=three', []],
  ['Questionnaire?_has:QuestionnaireResponse:questionnaire:_id=other-version', []],
  ['Measure?depends-on:Library.name=Lib', ['m1']],
  ['Library?_has:Measure:depends-on:_id=m1', ['l1']],
  ['Library?_has:Measure:depends-on:_id=m2', []],
])('%s', async (query, expected) => {
  expect(await find(app, query)).toEqual(expected.sort());
});

test('a canonical leads to nothing that has no url', async () => {
  expectError(await app.call('GET', 'QuestionnaireResponse?questionnaire:Patient.name=x'), 400);
});
