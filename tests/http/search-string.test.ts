/** https://hl7.org/fhir/R4/search.html#string, and how Chinese names are found. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load, patient } from './support.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    patient('smith', {
      name: [{ family: 'Smith', given: ['John', 'Adam'] }],
      address: [{ city: 'Berlin', line: ['Main Street 5'] }],
    }),
    patient('smithson', { name: [{ family: 'smithson', given: ['Jóhn'] }] }),
    patient('mueller', { name: [{ family: 'Müller', prefix: ['Dr.'], suffix: ['III'] }] }),
    patient('comma', { name: [{ text: 'a,b' }] }),
    patient('percent', { name: [{ text: '100%_\\x' }] }),
    patient('wide', { name: [{ text: 'ＡＢＣ１２３' }] }),
    patient('zhang', {
      name: [{ text: '张三丰' }],
      address: [{ text: '湖北省十堰市武当山', city: '十堰市' }],
    }),
    patient('parts', { name: [{ family: '王', given: ['小', '明'] }] }),
    patient('shan', { name: [{ text: '单雄信' }] }),
    patient('lv', { name: [{ text: '吕布' }] }),
    patient('ouyang', { name: [{ family: '欧阳', given: ['修'] }] }),
    patient('dot', { name: [{ text: '阿依古丽·买买提' }] }),
    patient('long', { name: [{ text: `${'L'.repeat(250)}end` }] }),
    patient('spaces', { name: [{ text: '  Anna \t Maria ' }] }),
    patient('traditional', { name: [{ text: '劉國華' }] }),
    patient('simple', { name: [{ family: '刘', given: ['国强'] }] }),
    patient('none', {}),
  ]);
});
afterAll(() => app.close());

test.each([
  ['family=Smith', ['smith', 'smithson']],
  ['family=SMITH', ['smith', 'smithson']],
  ['family=smiths', ['smithson']],
  ['family=mith', []],
  ['family:exact=Smith', ['smith']],
  ['family:exact=smith', []],
  ['family:exact=Smiths', []],
  ['family:contains=ITHS', ['smithson']],
  ['family:contains=mit', ['smith', 'smithson']],
  ['given=john', ['smith', 'smithson']],
  ['given=Jóhn', ['smith', 'smithson']],
  ['given:exact=Jóhn', ['smithson']],
  ['given=Adam', ['smith']],
  ['family=muller', ['mueller']],
  ['family=MÜL', ['mueller']],
  ['family=Mu\u0308ller', ['mueller']],
  ['name=dr', ['mueller']],
  ['name=iii', ['mueller']],
  ['name=smith,muller', ['mueller', 'smith', 'smithson']],
  ['name=smith&given=adam', ['smith']],
  ['given=john&given=adam', ['smith']],
  ['given=john&given=eve', []],
  ['name=a\\,b', ['comma']],
  ['name:exact=a\\,b', ['comma']],
  ['name:contains=%25_\\\\', ['percent']],
  ['name:contains=0%25%25', []],
  ['name=100%25_', ['percent']],
  ['name=______', []],
  ['name=abc123', ['wide']],
  ['name=ＡＢＣ', ['wide']],
  ['name=anna maria', ['spaces']],
  ['name=anna  maria', ['spaces']],
  ['address=main', ['smith']],
  ['address=berlin', ['smith']],
  ['address-city=Ber', ['smith']],
  ['address-city=十堰', ['zhang']],
  ['address=湖北', ['zhang']],
])('finds by %s', async (query, expected) => {
  expect(await find(app, `Patient?${query.includes('%') ? query : encodeURI(query)}`)).toEqual(expected);
});

test.each([
  ['张三', ['zhang']],
  ['张三丰', ['zhang']],
  ['三丰', []],
  ['zhangsanfeng', ['zhang']],
  ['zhangsan', ['zhang']],
  ['zsf', ['zhang']],
  ['ZSF', ['zhang']],
  ['王小明', ['parts']],
  ['王小', ['parts']],
  ['小', ['parts']],
  ['wangxiaoming', ['parts']],
  ['wxm', ['parts']],
  ['ｗｘｍ', ['parts']],
  ['shanxiongxin', ['shan']],
  ['sxx', ['shan']],
  ['danxiongxin', ['shan']],
  ['lvbu', ['lv']],
  ['欧阳修', ['ouyang']],
  ['ouyangxiu', ['ouyang']],
  ['oyx', ['ouyang']],
  ['阿依古丽', ['dot']],
  ['ayiguli', ['dot']],
])('finds the name %s', async (name, expected) => {
  expect(await find(app, `Patient?name=${encodeURIComponent(name)}`)).toEqual(expected);
});

test('finds Chinese characters in the middle of a name with :contains', async () => {
  expect(await find(app, `Patient?name:contains=${encodeURIComponent('三丰')}`)).toEqual(['zhang']);
});

test('finds a Chinese name exactly as written with :exact, not by its reading', async () => {
  expect(await find(app, `Patient?name:exact=${encodeURIComponent('张三丰')}`)).toEqual(['zhang']);
  expect(await find(app, `Patient?name:exact=${encodeURIComponent('张三')}`)).toEqual([]);
  expect(await find(app, 'Patient?name:exact=zhangsanfeng')).toEqual([]);
});

test('finds a family name in Chinese by its reading', async () => {
  expect(await find(app, 'Patient?family=wang')).toEqual(['parts']);
  expect(await find(app, 'Patient?family=ouyang')).toEqual(['ouyang']);
});

test('does not read addresses aloud', async () => {
  expect(await find(app, 'Patient?address-city=shiyan')).toEqual([]);
});

test('finds a long text by its beginning, however much of it is given', async () => {
  expect(await find(app, `Patient?name=${'l'.repeat(100)}`)).toEqual(['long']);
  expect(await find(app, `Patient?name=${'l'.repeat(230)}`)).toEqual(['long']);
  expect(await find(app, `Patient?name=${'l'.repeat(251)}`)).toEqual([]);
  expect(await find(app, `Patient?name=${'l'.repeat(250)}END`)).toEqual(['long']);
  expect(await find(app, `Patient?name=${'l'.repeat(230)},nobody`)).toEqual(['long']);
  expect(await find(app, `Patient?name:exact=${'L'.repeat(250)}end`)).toEqual(['long']);
});

test('finds what a long text has in its end', async () => {
  expect(await find(app, 'Patient?name:contains=lLEnd')).toEqual(['long']);
  expect(await find(app, 'Patient?name:contains=endl')).toEqual([]);
  expect(await find(app, `Patient?name:contains=${'l'.repeat(240)}end`)).toEqual(['long']);
});

test.each(['family:missing=x', 'family:not=x', 'family:above=x', 'family:text=x', 'family:Patient=x'])(
  'refuses the modifier of %s with 400',
  async (query) => {
    expectError(await app.call('GET', `Patient?${query}`), 400, { expression: query.split('=')[0] });
  },
);

test.each([
  ['劉', ['simple', 'traditional']],
  ['刘', ['simple', 'traditional']],
  ['刘国', ['simple', 'traditional']],
  ['劉國華', ['traditional']],
  ['刘国华', ['traditional']],
  ['刘國強', ['simple']],
  ['liuguohua', ['traditional']],
])('finds %s in traditional and in simplified characters', async (name, ids) => {
  expect(await find(app, `Patient?name=${encodeURIComponent(name)}`)).toEqual(ids);
  expect(await find(app, `Patient?name:contains=${encodeURIComponent(name)}`)).toEqual(ids);
});

test('an exact search tells traditional from simplified characters', async () => {
  expect(await find(app, `Patient?name:exact=${encodeURIComponent('刘国华')}`)).toEqual([]);
  expect(await find(app, `Patient?name:exact=${encodeURIComponent('劉國華')}`)).toEqual(['traditional']);
});
