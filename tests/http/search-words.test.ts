/** `_text` and `_content`: https://hl7.org/fhir/R4/search.html#text */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { expectError, find, load } from './support.ts';

const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"';
const narrative = (html: string) => ({ status: 'additional', div: `<div ${XHTML}>${html}</div>` });
const condition = (id: string, html: string | undefined, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  subject: { reference: 'Patient/nobody' },
  ...(html === undefined ? {} : { text: narrative(html) }),
  ...more,
});

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  await load(app, [
    condition('bone', '<p>Bone Metastases in the <b>left</b> leg</p>'),
    condition('liver', '<table><tr><td>Liver</td><td>metastases</td></tr></table>'),
    condition('brass', '<p>Plays the trombone; metastases unknown</p>'),
    condition('chinese', '<p>诊断:社区获得性<b>肺</b>炎,胸部CT检查。体温３８℃</p>', {
      note: [{ text: '建议复查血常规' }],
    }),
    condition(
      'marks',
      '<p class="bone">Café &amp; naïve &#x4e2d;&#22269; &lt;b&gt; &amp;lt;</p><!-- liver -->',
    ),
    condition('silent', undefined, {
      code: {
        coding: [{ system: 'http://snomed.info/sct', code: '22298006', display: 'Myocardial infarction' }],
        text: 'Heart attack',
      },
      note: [{ text: 'Seen with bone marrow' }, { text: 'edema' }],
      bodySite: [{ text: 'left (ventricle) 100%_\\' }],
    }),
    {
      resourceType: 'Binary',
      id: 'binary',
      contentType: 'text/plain',
      data: Buffer.from('bone'.repeat(60)).toString('base64'),
    },
    {
      resourceType: 'Composition',
      id: 'nested',
      status: 'final',
      type: { text: 'x' },
      date: '2024',
      author: [{ display: 'Dr' }],
      title: 'Report',
      section: [{ title: 'Findings', text: narrative('<p>Enlarged <i>spl</i>een</p>') }],
    },
  ]);
});
afterAll(() => app.close());

const words = (type: string, name: string, value: string) =>
  find(app, `${type}?${name}=${encodeURIComponent(value)}`);

test.each([
  ['metastases', ['bone', 'brass', 'liver']],
  ['bone', ['bone']],
  ['BONE', ['bone']],
  ['bo', ['bone']],
  ['one', []],
  ['"bone"', ['bone']],
  ['"bo"', []],
  ['"bone metastases"', ['bone']],
  ['"metastases bone"', []],
  ['"liver metastases"', ['liver']],
  ['metastases bone', ['bone']],
  ['metastases AND bone', ['bone']],
  ['(bone OR liver) and metastases', ['bone', 'liver']],
  ['bone or liver and unknown', ['bone']],
  ['bone,liver', ['bone', 'liver']],
  ['metastases NOT bone', ['brass', 'liver']],
  ['metastases not (bone or liver)', ['brass']],
  ['left', ['bone']],
  ['肺炎', ['chinese']],
  ['获得', ['chinese']],
  ['CT检查', ['chinese']],
  ['ct', ['chinese']],
  ['38', ['chinese']],
  ['肺炎 发热', []],
  ['cafe', ['marks']],
  ['naive 中国', ['marks']],
  ['"<b>"', ['marks']],
  ['"& naive"', ['marks']],
  ['class', []],
  ['xhtml', []],
  ['heart', []],
  ['血常规', []],
  ['"\\"', []],
  ['.*', []],
])('_text=%s finds by the narrative', async (value, expected) => {
  expect(await words('Condition', '_text', value)).toEqual(expected);
});

test.each([
  ['bone', ['bone', 'silent']],
  ['"heart attack"', ['silent']],
  ['infarction', ['silent']],
  ['22298006', ['silent']],
  ['heart AND edema', ['silent']],
  ['"marrow edema"', []],
  ['"left (ventricle)"', ['silent']],
  ['100%_\\\\', ['silent']],
  ['血常规 and 肺炎', ['chinese']],
  ['bodySite', []],
  ['Condition', []],
  ['silent', []],
  ['NOT subject', ['bone', 'brass', 'chinese', 'liver', 'marks', 'silent']],
])('_content=%s finds by every text', async (value, expected) => {
  expect(await words('Condition', '_content', value)).toEqual(expected);
});

test('reads the narrative of sections as text, and encoded data not at all', async () => {
  expect(await words('Composition', '_content', 'spleen')).toEqual(['nested']);
  expect(await words('Composition', '_content', 'xmlns')).toEqual([]);
  expect(await words('Binary', '_content', 'Ym9u')).toEqual([]);
  expect(await words('Binary', '_content', 'plain')).toEqual(['binary']);
});

test('holds together with other parameters, and behind links', async () => {
  expect(await find(app, 'Condition?_text=metastases&_id=bone,chinese')).toEqual(['bone']);
  await load(app, [
    { resourceType: 'Patient', id: 'nobody', text: narrative('<p>Unique name</p>') },
    {
      resourceType: 'Provenance',
      id: 'pr',
      recorded: '2024-01-01T00:00:00Z',
      target: [{ reference: 'Condition/bone' }],
      agent: [{ who: { display: 'x' } }],
    },
  ]);
  expect(await find(app, 'Condition?subject:Patient._text=unique&_id=bone')).toEqual(['bone']);
  expect(await find(app, 'Condition?_has:Provenance:target:_id=pr&_content=metastases')).toEqual(['bone']);
});

test.each(['(bone', 'bone)', 'bone AND', 'OR bone', 'NOT', '()', '"bone', 'a,', 'AND'])(
  'refuses %s, which is no expression',
  async (value) => {
    for (const name of ['_text', '_content']) {
      const path = `Condition?${name}=${encodeURIComponent(value)}`;
      expectError(await app.call('GET', path), 400, { expression: name });
    }
  },
);

test('refuses more words than can be looked for', async () => {
  const many = Array(60).fill('x').join('+');
  expectError(await app.call('GET', `Condition?_content=${many}`), 400, { code: 'too-costly' });
  expectError(await app.call('GET', `Condition?_content=${'('.repeat(100)}x${')'.repeat(100)}`), 400);
});

test('finds nothing by what has no character to compare', async () => {
  expect(await words('Condition', '_text', '\u0301')).toEqual([]);
});

test.each(['Binary', 'Bundle', 'Parameters'])(
  'refuses _text for %s, which has no narrative',
  async (type) => {
    expectError(await app.call('GET', `${type}?_text=x`), 400, {
      code: 'not-supported',
      expression: '_text',
    });
  },
);

test.each([
  ['_query=x', '_query'],
  ['_contained=true', '_contained'],
  ['_contained=both', '_contained'],
  ['_containedType=contained', '_containedType'],
])('refuses %s by name', async (query, expression) => {
  const answer = await app.call('GET', `Condition?${query}`);
  expectError(answer, 400, { code: 'not-supported', expression });
});

test('does what _contained=false asks for', async () => {
  expect(await find(app, 'Condition?_contained=false&_id=bone')).toEqual(['bone']);
  // It narrows nothing, so nothing can be deleted by it.
  expectError(await app.call('DELETE', 'Binary?_contained=false'), 400);
});
