import { expect, test } from 'vitest';
import { isId, localReference, newId, versionOfETag } from '../../../src/kernel/ids.ts';

test.each(['a', 'A-1.b', 'x'.repeat(64), '..', '-'])('takes %s for an id', (id) => {
  expect(isId(id)).toBe(true);
});

test.each(['', 'x'.repeat(65), 'a_b', 'a b', 'a/b', '张', 'a\n', 'a\0'])(
  'does not take %j for an id',
  (id) => {
    expect(isId(id)).toBe(false);
  },
);

test('makes ids that are ids, each another', () => {
  const made = Array.from({ length: 1000 }, newId);
  expect(made.every(isId)).toBe(true);
  expect(new Set(made).size).toBe(1000);
});

const BASE = 'http://h/fhir';
test.each([
  ['Patient/1', { type: 'Patient', id: '1' }],
  [`${BASE}/Patient/1`, { type: 'Patient', id: '1' }],
  ['Patient/1/_history/2', { type: 'Patient', id: '1', version: '2' }],
  [`${BASE}/Patient/1/_history/2`, { type: 'Patient', id: '1', version: '2' }],
  ['http://other/fhir/Patient/1', undefined],
  [`${BASE}x/Patient/1`, undefined],
  ['urn:uuid:1', undefined],
  ['#p', undefined],
  ['Patient', undefined],
  ['Patient/', undefined],
  ['patient/1', undefined],
  ['Patient/1/', undefined],
  ['Patient/1/2', undefined],
  ['Patient?identifier=1', undefined],
  ['', undefined],
])('reads the reference %j', (text, expected) => {
  const found = localReference(text, BASE);
  expect(found && JSON.parse(JSON.stringify(found))).toEqual(expected);
});

test.each([
  ['W/"3"', 3],
  ['"3"', 3],
  ['3', 3],
  [' W/"12" ', 12],
  ['*', undefined],
  ['W/"a"', undefined],
  ['W/"-1"', undefined],
  ['', undefined],
  ['W/"99999999999"', undefined],
])('reads the version of %j', (etag, expected) => {
  expect(versionOfETag(etag)).toBe(expected);
});
