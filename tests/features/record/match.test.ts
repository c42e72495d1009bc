/** `Patient/$match`, through HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { idNumber, type Json, type Known, parameters, patient } from './people.ts';

let app: TestApp;
const NUMBER = idNumber('1962-03-04', 17);

const county: Known[] = [
  {
    id: 'guoqiang',
    name: '单国强',
    birthDate: '1962-03-04',
    gender: 'male',
    number: NUMBER,
    phone: '13912345678',
    address: '江苏省盐城市滨海县八滩镇东河村3组18号',
  },
  {
    id: 'twin-a',
    name: '张佳怡',
    birthDate: '2012-05-06',
    gender: 'female',
    mother: '李红梅',
    number: idNumber('2012-05-06', 22),
  },
  {
    id: 'twin-b',
    name: '张佳慧',
    birthDate: '2012-05-06',
    gender: 'female',
    mother: '李红梅',
    number: idNumber('2012-05-06', 24),
  },
  { id: 'newborn', name: '王芳之女', birthDate: '2025-11-02', gender: 'female', phone: '13700001111' },
  {
    id: 'old-lady',
    name: '刘秀英',
    birthDate: '1941-02-12',
    gender: 'female',
    address: '滨海县正红镇陆集村1组2号',
  },
];

beforeAll(async () => {
  app = await startTestApp();
  for (const known of county) {
    const { status } = await app.call('PUT', `Patient/${known.id}`, patient(known));
    expect(status).toBe(201);
  }
});
afterAll(() => app.close());

const GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';

async function match(known: Known, more: Readonly<Record<string, Json>> = {}) {
  const answer = await app.call('POST', 'Patient/$match', parameters({ resource: patient(known), ...more }));
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body.type).toBe('searchset');
  return Object.fromEntries(
    (answer.body.entry ?? []).map((e: Json) => {
      expect(e.search.mode).toBe('match');
      expect(e.search.score).toBeGreaterThanOrEqual(0);
      expect(e.search.score).toBeLessThanOrEqual(1);
      return [e.resource.id, e.search.extension.find((x: Json) => x.url === GRADE).valueCode];
    }),
  );
}

const HIM: Known = { name: '单国强', birthDate: '1962-03-04', gender: 'male' };

describe('a person is found', () => {
  test.each<[string, Known, string]>([
    ['by the identity number, and then for certain', { ...HIM, number: NUMBER }, 'certain'],
    [
      'by the number of 15 digits that came before it',
      { ...HIM, number: NUMBER.slice(0, 6) + NUMBER.slice(8, 17) },
      'certain',
    ],
    [
      'by the number with another spelling of the name',
      { ...HIM, name: '單國強', number: NUMBER },
      'certain',
    ],
    [
      'by the number, though with another name not for certain',
      { ...HIM, name: '李建华', number: NUMBER },
      'probable',
    ],
    ['by name and date of birth', HIM, 'probable'],
    ['by a name that sounds the same', { ...HIM, name: '单国蔷' }, 'probable'],
    [
      'by the sound of the name in Latin letters, as a possibility at least',
      { ...HIM, name: 'Shan Guoqiang', phone: '13912345678' },
      'probable',
    ],
    [
      'with day and month in the wrong order',
      { ...HIM, birthDate: '1962-04-03', phone: '139 1234 5678' },
      'probable',
    ],
    [
      'with one digit of the number wrong',
      { ...HIM, number: `${NUMBER.slice(0, 15)}${(Number(NUMBER[15]) + 1) % 10}${NUMBER.slice(16)}` },
      'probable',
    ],
    [
      'by the year of birth alone as a possibility',
      { name: '单国强', birthDate: '1962', phone: '13912345678' },
      'probable',
    ],
  ])('%s', async (_, known, grade) => {
    expect(await match(known)).toMatchObject({ guoqiang: grade });
  });

  test('by the lunar date of birth', async () => {
    const found = await match({
      name: '刘秀英',
      birthDate: '1941-01-17',
      gender: 'female',
      address: '滨海县正红镇陆集村1组2号',
    });
    expect(found).toEqual({ 'old-lady': 'probable' });
  });

  test('as the newborn of her mother, once she has a name', async () => {
    const registered = {
      name: '陈思琪',
      birthDate: '2025-11-02',
      gender: 'female',
      mother: '王芳',
      number: idNumber('2025-11-02', 42),
    };
    expect(await match(registered)).toEqual({ newborn: 'probable' });
  });
});

test('twins are two people', async () => {
  const found = await match({ ...county[1]!, id: undefined });
  expect(found).toEqual({ 'twin-a': 'certain', 'twin-b': 'certainly-not' });
  const { number: _, ...without } = county[1]!;
  expect(await match({ ...without, id: undefined, name: '张佳敏' })).not.toContain('probable');
});

test('strangers are not found, though they share the year or the surname', async () => {
  expect(await match({ name: '单国庆', birthDate: '1962-09-12', gender: 'male' })).toEqual({});
});

test('onlyCertainMatches answers the one that may be used, or nothing', async () => {
  expect(await match(HIM, { onlyCertainMatches: true })).toEqual({});
  expect(await match({ ...HIM, number: NUMBER }, { onlyCertainMatches: true })).toEqual({
    guoqiang: 'certain',
  });
});

test('count limits the answer to the best', async () => {
  expect(await match({ ...county[1]!, id: undefined }, { count: 1 })).toEqual({ 'twin-a': 'certain' });
});

test('a Patient sent alone is what is asked about', async () => {
  const { body } = await app.call(
    'POST',
    'Patient/$match?onlyCertainMatches=true',
    patient({ ...HIM, number: NUMBER }),
  );
  expect(body.entry[0].resource.id).toBe('guoqiang');
});

test('what says too little, or is no Patient, is refused in both languages', async () => {
  const little = await app.call(
    'POST',
    'Patient/$match',
    parameters({ resource: patient({ name: '单国强' }) }),
  );
  expect(little.status).toBe(422);
  const zh = await app.call('POST', 'Patient/$match', parameters({ resource: patient({ name: '单国强' }) }), {
    'accept-language': 'zh-CN',
  });
  expect(zh.text).toContain('信息不足');
  const other = await app.call(
    'POST',
    'Patient/$match',
    parameters({ resource: { resourceType: 'Group', type: 'person', actual: true } }),
  );
  expect(other.status).toBe(422);
  const broken = await app.call('POST', 'Patient/$match', {
    resourceType: 'Patient',
    name: 'x',
    birthDate: 5,
  });
  expect(broken.status).toBe(422);
});

test('a changed record is found by what it says now', async () => {
  await app.call(
    'PUT',
    'Patient/changing',
    patient({ id: 'changing', name: '钱雪莲', birthDate: '1990-01-02', phone: '13600002222' }),
  );
  await app.call(
    'PUT',
    'Patient/changing',
    patient({ id: 'changing', name: '钱雪莲', birthDate: '1980-01-02', phone: '13600003333' }),
  );
  expect(await match({ name: '钱雪莲', birthDate: '1980-01-02' })).toEqual({ changing: 'probable' });
  expect(await match({ name: '孙一', birthDate: '2001-01-02', phone: '13600002222' })).toEqual({});
  await app.call('DELETE', 'Patient/changing');
  expect(await match({ name: '钱雪莲', birthDate: '1980-01-02' })).toEqual({});
});
