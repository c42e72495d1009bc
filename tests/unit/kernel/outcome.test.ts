import { expect, test } from 'vitest';
import { badParameter, FhirError, failure, gone, STATUS_OF } from '../../../src/kernel/fhir-error.ts';
import { below, problem } from '../../../src/kernel/issue.ts';
import { failureOf, languageOf, operationOutcome } from '../../../src/kernel/outcome.ts';

const text = { en: 'wrong', zh: '错误' };

test('writes an issue with its words, its place, its rule and its profile', () => {
  const issue = problem('value', text, {
    expression: 'Patient.gender',
    rule: 'some-rule',
    profile: 'http://p',
  });
  const [out] = operationOutcome([issue], 'en').issue;
  expect(out).toMatchObject({ severity: 'error', code: 'value', expression: ['Patient.gender'] });
  expect(out!.details!.text).toBe('wrong');
  expect(out!.details!.coding![0]!.code).toBe('some-rule');
  expect(out!.diagnostics).toContain('http://p');
  expect(operationOutcome([issue], 'zh').issue[0]!.details!.text).toBe('错误');
});

test('keeps status, headers and issues of a FhirError', () => {
  const found = failureOf(gone('Patient', '1', 7), 'en', 'r');
  expect(found.status).toBe(410);
  expect(found.headers.etag).toBe('W/"7"');
  expect(failureOf(badParameter('x', text), 'en', 'r').status).toBe(400);
});

test('lets no detail of a bug out, but the id of the request', () => {
  for (const thrown of [new Error('password=secret'), 'secret', undefined, { secret: 1 }]) {
    const found = failureOf(thrown, 'zh', 'request-7');
    expect(found.status).toBe(500);
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(JSON.stringify(found)).toContain('request-7');
  }
});

test('gives every category an HTTP status of errors', () => {
  for (const [category, status] of Object.entries(STATUS_OF)) {
    expect(status).toBeGreaterThanOrEqual(400);
    const error = failure(category as keyof typeof STATUS_OF, [problem('invalid', text)]);
    expect(error).toBeInstanceOf(FhirError);
    expect(error.status).toBe(status);
  }
});

test('puts an issue below another element', () => {
  expect(
    below('Bundle.entry[1].resource', problem('value', text, { expression: 'name[0]' })).expression,
  ).toBe('Bundle.entry[1].resource.name[0]');
  expect(below('Bundle.entry[1]', problem('value', text)).expression).toBe('Bundle.entry[1]');
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['zh', 'zh'],
  ['ZH-cn', 'zh'],
  ['zh-Hant;q=0.5,en;q=0.4', 'zh'],
  ['en;q=0.4,zh;q=0.5', 'zh'],
  ['en,zh', 'en'],
  ['zh;q=0', 'en'],
  ['fr,zh;q=0.1', 'zh'],
  ['fr', 'en'],
])('understands Accept-Language %j as %s', (header, expected) => {
  expect(languageOf(header)).toBe(expected);
});
