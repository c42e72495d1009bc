/** Pages, their links, and totals. https://hl7.org/fhir/R4/http.html#paging, https://hl7.org/fhir/R4/search.html#total */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays } from '../../src/kernel/calendar.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { allPages, entries, expectError, ids, linkOf, load, observation, patient } from './support.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(
    app,
    Array.from({ length: 11 }, (_, i) =>
      observation(`o${i}`, {
        code: { coding: [{ system: 'urn:s', code: `c${i % 3}` }] },
        ...(i % 4 === 0
          ? {}
          : { effectiveDateTime: `2024-01-${10 + (i % 5)}`, valueQuantity: { value: i % 3 } }),
        ...(i % 3 === 0 ? {} : { performer: [{ reference: `Practitioner/p${i % 4}` }] }),
      }),
    ),
  );
});
afterAll(() => app.close());

const relations = (body: { link: { relation: string }[] }) => body.link.map((l) => l.relation);

/** The pages from the last one back to the first, as one list in the order of the search. */
async function backward(query: string): Promise<string[]> {
  let answer = await app.call('GET', query);
  for (let next = linkOf(answer, 'next'); next; next = linkOf(answer, 'next')) {
    answer = await app.call('GET', next);
  }
  const found = ids(answer);
  for (let previous = linkOf(answer, 'previous'); previous; previous = linkOf(answer, 'previous')) {
    answer = await app.call('GET', previous);
    found.unshift(...ids(answer));
  }
  return found;
}

describe('pages', () => {
  test.each([
    '',
    '&_sort=date',
    '&_sort=-date',
    '&_sort=_id',
    '&_sort=-_lastUpdated',
    '&_sort=value-quantity',
    '&_sort=-value-quantity,date',
    '&_sort=code',
    '&_sort=-code,performer,-_id',
    '&_sort=performer,-date',
  ])('are the same backward and forward (%s)', async (sort) => {
    const whole = ids(await app.call('GET', `Observation?_count=100${sort}`));
    expect(whole).toHaveLength(11);
    for (const count of [1, 3, 4, 10]) {
      expect(await allPages(app, `Observation?_count=${count}${sort}`), `by ${count}`).toEqual(whole);
      expect(await backward(`Observation?_count=${count}${sort}`), `back by ${count}`).toEqual(whole);
    }
  });

  test('link to themselves, to the first and to those beside them', async () => {
    const first = await app.call('GET', 'Observation?_sort=_id&_count=4');
    expect(relations(first.body)).toEqual(['self', 'first', 'next']);
    expect(linkOf(first, 'self')).toBe('Observation?_sort=_id&_count=4');
    expect(linkOf(first, 'first')).toBe('Observation?_sort=_id&_count=4');
    const second = await app.call('GET', linkOf(first, 'next')!);
    expect(relations(second.body)).toEqual(['self', 'first', 'previous', 'next']);
    expect(linkOf(second, 'self')).toBe(linkOf(first, 'next'));
    expect(linkOf(second, 'first')).toBe('Observation?_sort=_id&_count=4');
    const third = await app.call('GET', linkOf(second, 'next')!);
    expect(relations(third.body)).toEqual(['self', 'first', 'previous']);
    const back = await app.call('GET', linkOf(third, 'previous')!);
    expect(ids(back)).toEqual(ids(second));
    const start = await app.call('GET', linkOf(back, 'previous')!);
    expect(ids(start)).toEqual(ids(first));
    expect(linkOf(start, 'previous')).toBeUndefined();
    expect(ids(await app.call('GET', linkOf(start, 'next')!))).toEqual(ids(second));
  });

  test('that are alone link to themselves only', async () => {
    const answer = await app.call('GET', 'Observation?_id=o1');
    expect(relations(answer.body)).toEqual(['self']);
  });

  test('of a posted search have addresses for GET', async () => {
    const posted = await app.call('POST', 'Observation/_search', 'status=final&_sort=_id&_count=4', FORM);
    expect(linkOf(posted, 'self')).toBe('Observation?status=final&_sort=_id&_count=4');
    const second = await app.call('GET', linkOf(posted, 'next')!);
    expect(ids(second)).toEqual(['o3', 'o4', 'o5', 'o6']);
    expect(ids(await app.call('GET', linkOf(second, 'previous')!))).toEqual(ids(posted));
  });

  test('are as large as the server allows, and say so', async () => {
    const answer = await app.call('GET', 'Observation?_count=1000000');
    expect(linkOf(answer, 'self')).toBe('Observation?_count=1000');
  });

  test('survive that what they begin or end with is deleted', async () => {
    const make = (i: number) => patient(`gone${i}`, { name: [{ family: `Gone${i}` }] });
    await load(app, [0, 1, 2, 3, 4, 5].map(make));
    const first = await app.call('GET', 'Patient?family=gone&_sort=family&_count=2');
    const second = await app.call('GET', linkOf(first, 'next')!);
    expect(ids(second)).toEqual(['gone2', 'gone3']);
    for (const i of [1, 2, 3]) await app.call('DELETE', `Patient/gone${i}`);
    expect(ids(await app.call('GET', linkOf(second, 'next')!))).toEqual(['gone4', 'gone5']);
    expect(ids(await app.call('GET', linkOf(second, 'previous')!))).toEqual(['gone0']);
    await load(app, [make(3)]);
    for (const i of [4, 5]) await app.call('DELETE', `Patient/gone${i}`);
    const empty = await app.call('GET', linkOf(second, 'next')!);
    expect(ids(empty)).toEqual([]);
    expect(linkOf(empty, 'first')).toBe('Patient?family=gone&_sort=family&_count=2');
    // Back from the empty page, the last resource of the page before is there again.
    expect(ids(await app.call('GET', linkOf(empty, 'previous')!))).toEqual(['gone0', 'gone3']);
    await app.call('DELETE', 'Patient/gone0');
    const before = await app.call('GET', linkOf(second, 'previous')!);
    expect(ids(before)).toEqual([]);
    expect(linkOf(before, 'previous')).toBeUndefined();
    await app.call('DELETE', 'Patient/gone3');
    await load(app, [make(2)]);
    expect(ids(await app.call('GET', linkOf(before, 'next')!))).toEqual(['gone2']);
    await app.call('DELETE', 'Patient/gone2');
  });

  test.each(['x', '-x', '.x', '-.', '--', 'W10', '-W10', 'WyJhIl0', '-'])(
    'refuse the cursor %s',
    async (cursor) => {
      expectError(await app.call('GET', `Observation?_cursor=${cursor}`), 400, { expression: '_cursor' });
    },
  );

  test('refuse the cursor of another order', async () => {
    const first = await app.call('GET', 'Observation?_sort=code&_count=2');
    const cursor = /_cursor=([^&]+)/.exec(linkOf(first, 'next')!)![1];
    expectError(await app.call('GET', `Observation?_sort=date,code&_cursor=${cursor}`), 400, {
      expression: '_cursor',
    });
  });
});

describe('totals', () => {
  test('are not counted on pages when nobody asks', async () => {
    expect((await app.call('GET', 'Observation?_count=2')).body.total).toBeUndefined();
    expect((await app.call('GET', 'Observation?_count=2&_total=none')).body.total).toBeUndefined();
  });

  test('that are estimated are right when there are few', async () => {
    const answer = await app.call('GET', 'Observation?_count=2&_total=estimate');
    expect(answer.body.total).toBe(11);
    expect(entries(answer, 'outcome')).toEqual([]);
  });

  test('that are estimated say so when there are many', async () => {
    await app.database.query({
      text: `insert into resource (key, type, id, version, updated, method, date, content)
select n, 'Basic', 'b' || n, 1, 0, 'C', n, '{"resourceType":"Basic","id":"b' || n || '","meta":{"versionId":"1"}}'
from generate_series(1000000, 1020000) n`,
      values: [],
    });
    await app.database.query({ text: 'analyze resource', values: [] });
    const answer = await app.call('GET', 'Basic?_count=1&_total=estimate');
    expect(answer.body.total).toBeGreaterThan(10_000);
    expect(answer.body.total).toBeLessThan(40_000);
    expect(entries(answer, 'outcome')[0].issue[0]).toMatchObject({
      severity: 'information',
      expression: ['_total'],
    });
    const accurate = await app.call('GET', 'Basic?_count=1&_total=accurate');
    expect(accurate.body.total).toBe(20_001);
    expect(entries(accurate, 'outcome')).toEqual([]);
  });

  test.each(['_count=0', '_summary=count', '_summary=count&_count=5', '_count=0&_total=none'])(
    'alone are answered to %s',
    async (query) => {
      const { body } = await app.call('GET', `Observation?${query}`);
      expect(body.total).toBe(11);
      expect(body.entry).toBeUndefined();
      expect(relations(body)).toEqual(['self']);
    },
  );
});

describe('worklists', () => {
  const C = 'https://xiantong.example/fhir';
  const day = (n: number) => addDays('2024-03-10', n);
  const STATES = ['ready', 'completed', 'accepted', 'ready'] as const;
  const DAYS = Array.from({ length: 60 }, (_, n) => ({
    id: `w${n}`,
    status: STATES[n % 4]!,
    team: n % 3,
    village: `v${n % 7}`,
    old: n % 2 === 0,
    start: (n * 5) % 11,
    end: n % 8 === 3 ? undefined : ((n * 5) % 11) + 2 + (n % 5),
  }));
  type Work = (typeof DAYS)[number] & { readonly until?: string };
  /** Sometime in March, which begins nine days before. */
  const month = { status: 'ready', start: -20, end: -9, until: '2024-03', old: true } as const;
  const TASKS: readonly Work[] = [
    ...DAYS,
    { ...month, id: 'march-0', team: 0, village: 'v2' },
    { ...month, id: 'march-1', team: 1, village: 'v6' },
  ];
  const isDue = ({ start, end = 99, until }: Work) => start <= 6 && (end >= 6 || until !== undefined);
  const isOver = ({ end = 99 }: Work) => end < 6;
  const isReady = ({ status }: Work) => status === 'ready';

  beforeAll(() =>
    load(app, [
      patient('old', { birthDate: '1940-01-01' }),
      patient('young', { birthDate: '2000-01-01' }),
      ...TASKS.map(({ id, status, team, village, old, start, end, until }) => ({
        resourceType: 'Task',
        id,
        status,
        intent: 'order',
        for: { reference: `Patient/${old ? 'old' : 'young'}` },
        owner: { reference: `CareTeam/t${team}` },
        extension: [
          {
            url: `${C}/StructureDefinition/service-area`,
            valueCoding: { system: 'urn:area', code: village },
          },
        ],
        restriction: {
          period: { start: day(start), ...(end === undefined ? {} : { end: until ?? day(end) }) },
        },
      })),
    ]),
  );

  const due = `due=gt${day(5)}&due=lt${day(7)}`;
  const over = `due-end=lt${day(6)}`;
  test.each<[string, (task: Work) => boolean]>([
    [`owner=CareTeam/t1&status=ready&${over}`, (t) => t.team === 1 && isReady(t) && isOver(t)],
    [`owner=CareTeam/t1&status=ready&${due}`, (t) => t.team === 1 && isReady(t) && isDue(t)],
    [`area=v6&status=ready&${over}`, (t) => t.village === 'v6' && isReady(t) && isOver(t)],
    [
      `area=urn:area|v2&owner=CareTeam/t0&status=ready`,
      (t) => t.village === 'v2' && t.team === 0 && isReady(t),
    ],
    [`status=ready&${over}`, (t) => isReady(t) && isOver(t)],
    [`status=ready&${due}`, (t) => isReady(t) && isDue(t)],
    [`status=ready&${due}&patient.birthdate=lt1950`, (t) => t.old && isReady(t) && isDue(t)],
    [
      `status=accepted&owner=CareTeam/t2&due-end=ge${day(6)}`,
      (t) => {
        return t.status === 'accepted' && t.team === 2 && t.end !== undefined && t.end >= 6;
      },
    ],
    [
      `status=completed&owner=CareTeam/t2&${over}`,
      (t) => t.status === 'completed' && t.team === 2 && isOver(t),
    ],
    [`status=ready,accepted&${over}`, (t) => t.status !== 'completed' && isOver(t)],
  ])('have what is to be done (%s)', async (query, matches) => {
    const expected = TASKS.filter(matches).map((t) => t.id);
    expect(expected.length).toBeGreaterThan(0);
    const whole = ids(await app.call('GET', `Task?_count=100&${query}`));
    expect(whole.toSorted()).toEqual(expected.toSorted());
    expect(await allPages(app, `Task?_count=2&${query}`)).toEqual(whole);
    expect(await backward(`Task?_count=2&${query}`)).toEqual(whole);
    const sorted = ids(await app.call('GET', `Task?_count=100&_sort=due-end&${query}`));
    const ends = sorted.map((id) => TASKS.find((t) => t.id === id)!.end ?? 99);
    expect([sorted.toSorted(), ends]).toEqual([expected.toSorted(), ends.toSorted((a, b) => a - b)]);
    expect(await allPages(app, `Task?_count=2&_sort=due-end&${query}`)).toEqual(sorted);
    expect(await backward(`Task?_count=2&_sort=due-end&${query}`)).toEqual(sorted);
    const counted = await app.call('GET', `Task?_summary=count&${query}`);
    expect(counted.body.total).toBe(expected.length);
  });

  test('come in the order in which they are due, and lose what is done', async () => {
    const query = `owner=CareTeam/t0&status=ready&due-end=lt${day(20)}`;
    const listed = await app.call('GET', `Task?_count=100&${query}`);
    const found = ids(listed);
    expect(found).toEqual(ids(await app.call('GET', `Task?_count=100&_sort=due-end&${query}`)));
    const [first, second] = listed.body.entry;
    await app.call('PUT', `Task/${found[0]}`, { ...first.resource, status: 'completed' });
    const moved = { ...second.resource, restriction: { period: { start: day(0), end: day(19) } } };
    await app.call('PUT', `Task/${found[1]}`, moved);
    expect(ids(await app.call('GET', `Task?_count=100&${query}`))).toEqual([...found.slice(2), found[1]]);
    await app.call('DELETE', `Task/${found[2]}`);
    expect(ids(await app.call('GET', `Task?_count=100&${query}`))).toEqual([...found.slice(3), found[1]]);
  });
});
