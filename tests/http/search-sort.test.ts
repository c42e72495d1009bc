/** `_sort` by every type of parameter. https://hl7.org/fhir/R4/search.html#sort */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  allPages,
  entries,
  expectError,
  ids,
  type Json,
  linkOf,
  load,
  observation,
  patient,
} from './support.ts';

const UCUM = 'http://unitsofmeasure.org';
const amount = (value: number, code?: string): Json => ({
  value,
  unit: code ?? '片',
  ...(code ? { system: UCUM, code } : {}),
});
const coded = (...codes: string[]): Json => ({ coding: codes.map((code) => ({ system: 'urn:s', code })) });

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    { resourceType: 'Practitioner', id: 'a' },
    { resourceType: 'Practitioner', id: 'b' },
    patient('one', { gender: 'male', active: true, identifier: [{ value: 'C' }] }),
    patient('two', { gender: 'female', active: false, identifier: [{ value: 'B' }, { value: 'D' }] }),
    patient('three', { deceasedBoolean: true, identifier: [{ value: 'A' }] }),
    patient('four', { gender: 'other', active: true }),
    observation('g1', {
      code: coded('c'),
      valueQuantity: amount(1, 'g'),
      performer: [{ reference: 'Practitioner/b' }],
      subject: { reference: 'Patient/two' },
    }),
    observation('g500', {
      code: coded('b', 'e'),
      valueQuantity: amount(500, 'mg'),
      performer: [{ reference: 'Practitioner/a' }],
      subject: { reference: 'Patient/one' },
    }),
    observation('g2', {
      code: { text: 'a' },
      valueQuantity: amount(2_000_000, 'ug'),
      performer: [{ identifier: { system: 'urn:s', value: 'Q' } }],
    }),
    observation('none', { code: coded('d') }),
    observation('several', {
      code: { ...coded('d'), text: 'zzz' },
      performer: [{ reference: 'Practitioner/a' }, { reference: 'Practitioner/b' }],
      subject: { reference: 'Patient/one' },
      component: [
        { code: { text: 'x' }, valueQuantity: amount(3, 'g') },
        { code: { text: 'x' }, valueQuantity: amount(1, 'mg') },
      ],
    }),
    ...[
      { id: 'low', onsetRange: { low: { ...amount(10, 'a') }, high: amount(90, 'a') } },
      { id: 'month', onsetAge: amount(13, 'mo') },
      { id: 'open', onsetRange: { high: amount(3, 'a') } },
      { id: 'age', onsetAge: amount(50, 'a') },
      { id: 'unknown' },
    ].map((c) => ({ resourceType: 'Condition', subject: { reference: 'Patient/one' }, ...c })),
    ...['王五', '张三', '赵六', '李四', 'Zhao', '阿强'].map((family, i) => ({
      resourceType: 'Practitioner',
      id: `han${i}`,
      identifier: [{ value: 'han' }],
      name: [{ family: family.slice(0, 1) === 'Z' ? family : family.slice(0, 1), text: family }],
    })),
    { resourceType: 'Practitioner', id: 'han6', identifier: [{ value: 'han' }] },
    { resourceType: 'ValueSet', id: 'v1', url: 'http://e/b', status: 'active', publisher: 'sort' },
    { resourceType: 'ValueSet', id: 'v2', url: 'http://e/a', status: 'draft', publisher: 'sort' },
    { resourceType: 'ValueSet', id: 'v3', status: 'active', publisher: 'sort' },
  ]);
});
afterAll(() => app.close());

const sorted = async (query: string) => ids(await app.call('GET', query));

describe('orders', () => {
  test.each([
    // Codes and values, as written.
    ['Patient?_sort=gender,_id', ['two', 'one', 'four', 'three']],
    ['Patient?_sort=-gender,_id', ['four', 'one', 'two', 'three']],
    ['Patient?_sort=active,_id', ['two', 'four', 'one', 'three']],
    ['Patient?_sort=-active,_id', ['four', 'one', 'two', 'three']],
    ['Patient?_sort=deceased,_id', ['four', 'one', 'two', 'three']],
    ['Patient?_sort=-deceased,_id', ['three', 'four', 'one', 'two']],
    // The first of several values, in the order asked for.
    ['Patient?_sort=identifier', ['three', 'two', 'one', 'four']],
    ['Patient?_sort=-identifier', ['two', 'one', 'three', 'four']],
    // A concept without codes by its text.
    ['Observation?_sort=code,_id', ['g2', 'g500', 'g1', 'none', 'several']],
    ['Observation?_sort=-code,_id', ['g500', 'none', 'several', 'g1', 'g2']],
    // Quantities in one unit.
    ['Observation?_sort=value-quantity,_id', ['g500', 'g1', 'g2', 'none', 'several']],
    ['Observation?_sort=-value-quantity,_id', ['g2', 'g1', 'g500', 'none', 'several']],
    ['Observation?_sort=component-value-quantity,_id', ['several', 'g1', 'g2', 'g500', 'none']],
    ['Observation?_sort=combo-value-quantity,_id', ['several', 'g500', 'g1', 'g2', 'none']],
    ['Observation?_sort=-combo-value-quantity,_id', ['several', 'g2', 'g1', 'g500', 'none']],
    // References as written, else by identifier.
    ['Observation?_sort=performer,_id', ['g500', 'several', 'g1', 'g2', 'none']],
    ['Observation?_sort=-performer,_id', ['g2', 'g1', 'several', 'g500', 'none']],
    ['Observation?_sort=subject,-code', ['g500', 'several', 'g1', 'none', 'g2']],
    ['Observation?_sort=patient,-code', ['g500', 'several', 'g1', 'none', 'g2']],
    // Ranges by their ends.
    ['Condition?_sort=onset-age', ['month', 'open', 'low', 'age', 'unknown']],
    ['Condition?_sort=-onset-age', ['low', 'age', 'open', 'month', 'unknown']],
    // Chinese by pinyin (a, li, wang, zhang, zhao), before what is written in Latin letters.
    ['Practitioner?identifier=han&_sort=family', ['han5', 'han3', 'han0', 'han1', 'han2', 'han4', 'han6']],
    ['Practitioner?identifier=han&_sort=-family', ['han4', 'han2', 'han1', 'han0', 'han3', 'han5', 'han6']],
    // Uris.
    ['ValueSet?publisher=sort&_sort=url', ['v2', 'v1', 'v3']],
    ['ValueSet?publisher=sort&_sort=-url', ['v1', 'v2', 'v3']],
    ['ValueSet?publisher=sort&_sort=-status,-_id', ['v2', 'v3', 'v1']],
  ])('%s', async (query, expected) => {
    expect(await sorted(query)).toEqual(expected);
    for (const count of [1, 2, 3]) {
      expect(await allPages(app, `${query}&_count=${count}`), `by ${count}`).toEqual(expected);
    }
  });

  test('the same with filters and without', async () => {
    for (const sort of ['value-quantity', '-combo-value-quantity', 'date', '-code', 'performer']) {
      const query = `_sort=${sort},_id`;
      expect(await sorted(`Observation?status=final&${query}`)).toEqual(await sorted(`Observation?${query}`));
    }
  });

  test('a quantity by its new unit after an update', async () => {
    const of = (value: Json) => observation('moved', { code: coded('move'), valueQuantity: value });
    await load(app, [
      of(amount(5, 'g')),
      observation('stays', { code: coded('move'), valueQuantity: amount(1, 'g') }),
    ]);
    expect(await sorted('Observation?code=move&_sort=value-quantity')).toEqual(['stays', 'moved']);
    await load(app, [of(amount(5, 'mg'))]);
    expect(await sorted('Observation?code=move&_sort=value-quantity')).toEqual(['moved', 'stays']);
    for (const id of ['moved', 'stays']) await app.call('DELETE', `Observation/${id}`);
  });
});

describe('what cannot be sorted by', () => {
  test.each(['nonsense', 'subject.name', 'code:text', 'code-value-quantity'])(
    '%s is refused',
    async (sort) => {
      expectError(await app.call('GET', `Observation?_sort=${sort}`), 400, { expression: '_sort' });
    },
  );

  test.each([
    '_sort:desc=code',
    '_count:x=1',
    '_total:x=none',
    '_summary:not=text',
    '_elements:exclude=code',
  ])('a modifier of what shapes the answer is refused: %s', async (query) => {
    const expression = query.split('=')[0];
    expectError(await app.call('GET', `Observation?${query}`), 400, { expression });
  });

  test('is ignored, and said, with lenient handling', async () => {
    const answer = await app.call('GET', 'Observation?_sort=nonsense&_count=2', undefined, {
      prefer: 'handling=lenient',
    });
    expect(ids(answer)).toHaveLength(2);
    expect(entries(answer, 'outcome')[0].issue[0].expression).toEqual(['_sort']);
    expect(linkOf(answer, 'self')).toBe('Observation?_count=2');
  });
});
