/** Tables from folders and from the files of their publishers. The format: terminology/README.md. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { licensedTable } from '../../../src/terminology/tables/licensed.ts';
import { loadTable } from '../../../src/terminology/tables/load.ts';
import { resourcesBeside } from '../../../src/terminology/tables/resources.ts';
import { readTable, tableFolders } from '../../../src/terminology/tables/table.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

let world: TestDatabase;
let place: string;
let made = 0;

beforeAll(async () => {
  world = await createTestDatabase();
  place = await mkdtemp(join(tmpdir(), 'xiantong-tables-'));
});
afterAll(async () => {
  await world.drop();
  await rm(place, { recursive: true });
});

const header = (url: string, more: object = {}) => ({
  resourceType: 'CodeSystem',
  id: 'table',
  url,
  version: '1',
  status: 'active',
  content: 'complete',
  property: [
    { code: 'kind', type: 'code' },
    { code: 'rank', type: 'integer' },
  ],
  ...more,
});

async function folderOf(
  csv: string | Buffer,
  system: object = header('http://example.org/t'),
): Promise<string> {
  const folder = join(place, String(++made), '1');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'system.json'), JSON.stringify(system));
  await writeFile(join(folder, typeof csv === 'string' ? 'concepts.csv' : 'concepts.csv.gz'), csv);
  await writeFile(join(folder, 'SOURCE.md'), 'Made up for a test.');
  return folder;
}

async function conceptsOf(url: string) {
  const { rows } = await world.database.query<Record<string, unknown>>({
    text: `select c.code, c.display, c.parents, c.ancestors, c.inactive, c.abstract, c.facts, c.designations, s.provenance
from concept_system s join concept c on c.system = s.key where s.url = $1 order by s.key, c.place`,
    values: [url],
  });
  return rows;
}

const CSV = `\uFEFFcode,display,display:en,parent,status,abstract,prop:kind,prop:rank,designation:de
a,"甲, ""first""",First,,active,true,x,,
b,乙,Second,a,inactive,,y|z,7,Zwei|Zwo\r
c,丙,,a|b,,,,,
`;

test('loads what the columns say, packed or not', async () => {
  for (const csv of [CSV, gzipSync(CSV)]) {
    const url = `http://example.org/columns${made}`;
    const report = await loadTable(world.database, await readTable(await folderOf(csv, header(url))));
    expect(report).toEqual({ url, version: '1', concepts: 3, unchanged: false });
    const [a, b, c] = await conceptsOf(url);
    expect(a).toMatchObject({ code: 'a', display: '甲, "first"', abstract: true, inactive: false });
    expect(a!.provenance).toBe('Made up for a test.');
    expect(b).toMatchObject({ parents: ['a'], inactive: true, facts: { kind: ['y', 'z'], rank: ['7'] } });
    expect((b!.designations as { language: string; value: string }[]).map((d) => d.value)).toEqual([
      'Second',
      'Zwei',
      'Zwo',
    ]);
    expect([...(c!.ancestors as string[])].sort()).toEqual(['a', 'b']);
  }
});

test('leaves alone what is there, replaces what has changed, and keeps versions beside each other', async () => {
  const url = 'http://example.org/changing';
  const load = async (csv: string, version = '1') =>
    (await loadTable(world.database, await readTable(await folderOf(csv, header(url, { version })))))
      .unchanged;
  expect(await load('code\na\n')).toBe(false);
  expect(await load('code\na\n')).toBe(true);
  expect(await load('code\nb\n')).toBe(false);
  expect((await conceptsOf(url)).map((c) => c.code)).toEqual(['b']);
  expect(await load('code\nc\n', '2')).toBe(false);
  expect((await conceptsOf(url)).map((c) => c.code)).toEqual(['b', 'c']);
});

test('two that load the same at once leave it there once', async () => {
  const url = 'http://example.org/twice';
  const table = await readTable(await folderOf('code\na\nb\n', header(url)));
  const reports = await Promise.all([1, 2, 3].map(() => loadTable(world.database, table)));
  expect(reports.filter((r) => !r.unchanged)).toHaveLength(1);
  expect((await conceptsOf(url)).map((c) => c.code)).toEqual(['a', 'b']);
});

test('what fails in the middle leaves what was there before', async () => {
  const url = 'http://example.org/failing';
  await loadTable(world.database, await readTable(await folderOf('code\na\n', header(url))));
  const next = await readTable(await folderOf('code\nb\n', header(url)));
  const failing = loadTable(world.database, next, { within: () => Promise.reject(new Error('killed')) });
  await expect(failing).rejects.toThrow('killed');
  expect((await conceptsOf(url)).map((c) => c.code)).toEqual(['a']);
});

test.each([
  ['a code twice', 'code\na\nb\na\n', /concepts\.csv:4: .*line 2/],
  ['an orphan', 'code,parent\na,\nb,x\n', /concepts\.csv:3: .*'x'/],
  ['a circle', 'code,parent\na,c\nb,a\nc,b\n', /concepts\.csv:2: .*a → c → b → a/],
  ['a concept below itself', 'code,parent\na,a\n', /a → a/],
  ['an unknown column', 'code,colour\na,red\n', /concepts\.csv:1: 'colour'/],
  ['no code column', 'display\na\n', /concepts\.csv:1/],
  ['an undeclared property', 'code,prop:colour\na,red\n', /system\.json does not declare/],
  ['a value of another type', 'code,prop:rank\na,one\n', /concepts\.csv:2: 'one' is no integer/],
  ['a line too short', 'code,display\na\n', /concepts\.csv:2: .*1 fields/],
  ['no code', 'code,display\n,x\n', /concepts\.csv:2/],
  ['an open quote', 'code,display\na,"x\n', /concepts\.csv:2/],
])('refuses %s, and says where', async (_what, csv, message) => {
  const url = `http://example.org/wrong${made}`;
  const table = await readTable(await folderOf(csv, header(url)));
  await expect(loadTable(world.database, table)).rejects.toThrow(message);
  const zh = await loadTable(world.database, table).catch((error) => error.in('zh') as string);
  expect(zh).toMatch(/\p{Script=Han}/u);
  expect(await conceptsOf(url)).toEqual([]);
});

test('refuses bytes that are no UTF-8', async () => {
  const bytes = gzipSync(Buffer.concat([Buffer.from('code,display\na,'), Buffer.from([0xb8, 0xdf, 0x0a])]));
  await expect(loadTable(world.database, await readTable(await folderOf(bytes)))).rejects.toThrow(/utf-8/i);
});

test('a part of a system may leave out what stands above', async () => {
  const url = 'http://example.org/part';
  const folder = await folderOf('code,parent\nb,x\n', header(url, { content: 'fragment' }));
  await loadTable(world.database, await readTable(folder));
  expect(await conceptsOf(url)).toMatchObject([{ code: 'b', ancestors: ['x'] }]);
});

test('finds the tables of a folder, at every start the same', async () => {
  const bundled = join(import.meta.dirname, '..', '..', '..', 'terminology');
  for (const folder of await tableFolders(bundled)) {
    const table = await readTable(folder);
    const { concepts } = await loadTable(world.database, table);
    expect(concepts, folder).toBe(table.header.count);
    expect((await loadTable(world.database, table)).unchanged).toBe(true);
  }
});

test('reads LOINC and the clinical edition of ICD-10 as their publishers write them', async () => {
  const loinc = join(place, 'Loinc.csv');
  await writeFile(
    loinc,
    '"LOINC_NUM","COMPONENT","PROPERTY","CLASS","STATUS","SHORTNAME","LONG_COMMON_NAME"\n"718-7","Hemoglobin","MCnc","HEM/BC","ACTIVE","Hgb Bld-mCnc","Hemoglobin [Mass/volume] in Blood"\n"1-8","X","Y","Z","DEPRECATED","",""\n',
  );
  await loadTable(world.database, licensedTable('loinc', { file: loinc, version: '2.77' }));
  expect((await conceptsOf('http://loinc.org')).slice(-2)).toMatchObject([
    { code: '718-7', inactive: false, facts: { CLASS: ['HEM/BC'], COMPONENT: ['Hemoglobin'] } },
    { code: '1-8', inactive: true },
  ]);

  const icd = join(place, 'icd10.tsv');
  // GB 18030, as spreadsheets of hospitals are saved: 疾病编码, 疾病名称; I10.x00, 高血压.
  const bytes = 'bcb2b2a1b1e0c2eb09bcb2b2a1c3fbb3c60a4931302e78303009b8dfd1aad1b90a';
  await writeFile(icd, Buffer.from(bytes, 'hex'));
  const table = licensedTable('icd10', { file: icd, version: '2.0', encoding: 'gb18030' });
  await loadTable(world.database, table);
  const concept = (await conceptsOf('urn:oid:2.16.156.10011.2.3.3.11.3')).at(-1);
  expect(concept).toMatchObject({ display: '高血压', facts: { who: ['I10'] } });

  await writeFile(icd, 'nothing\tof it\n');
  await expect(
    loadTable(world.database, licensedTable('icd10', { file: icd, version: '3' })),
  ).rejects.toThrow(/icd10\.tsv:1/);
});

test('reads value sets and concept maps beside tables', async () => {
  const folder = join(place, 'beside');
  await mkdir(join(folder, 'value-sets'), { recursive: true });
  await mkdir(join(folder, 'maps', 'm'), { recursive: true });
  const valueSet = { resourceType: 'ValueSet', id: 'v', url: 'http://example.org/v', status: 'active' };
  await writeFile(join(folder, 'value-sets', 'v.json'), JSON.stringify(valueSet));
  const map = { resourceType: 'ConceptMap', id: 'm', url: 'http://example.org/m', status: 'active' };
  await writeFile(join(folder, 'maps', 'm', 'map.json'), JSON.stringify(map));
  await writeFile(
    join(folder, 'maps', 'm', 'pairs.csv'),
    'source-system,source,target-system,target,equivalence\nurn:a,1,urn:b,x,equivalent\nurn:a,1,urn:b,y,wider\nurn:a,2,urn:b,,unmatched\n',
  );
  const [first, second] = await resourcesBeside(folder);
  expect(first).toEqual(valueSet);
  expect(second).toMatchObject({
    group: [
      {
        source: 'urn:a',
        target: 'urn:b',
        element: [
          {
            code: '1',
            target: [
              { code: 'x', equivalence: 'equivalent' },
              { code: 'y', equivalence: 'wider' },
            ],
          },
          { code: '2', target: [{ equivalence: 'unmatched' }] },
        ],
      },
    ],
  });
});
