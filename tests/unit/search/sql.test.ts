/**
 * The SQL of representative searches, in `tests/sql/<name>.sql`, so that a change of the compiler shows as a
 * diff. `UPDATE_SQL=1 npx vitest run --config tests/vitest.config.ts --project unit sql` writes them anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import type { Sql } from '../../../src/kernel/ctx.ts';
import { compartmentFilter } from '../../../src/search/compartment.ts';
import {
  compileCount,
  compileCountUpTo,
  compileEstimate,
  compilePage,
  compileReferrers,
} from '../../../src/search/compile.ts';
import { createParameters } from '../../../src/search/parameters.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { referenceToken } from '../../../src/search/tokens.ts';

const FOLDER = join(import.meta.dirname, '../../sql');
const definitions = loadDefinitions(join(import.meta.dirname, '../../../profiles'));
const context = { definitions, parameters: createParameters(definitions) };

/** Names of files, and what is searched. */
const QUERIES: Readonly<Record<string, string>> = {
  all: 'Observation?',
  id: 'Patient?_id=p1,p2',
  'last-updated': 'Patient?_lastUpdated=ge2024-01-01&_lastUpdated=lt2025',
  'tag-and-profile': 'Patient?_tag=http://e|t&_profile=http://example.org/p',
  token: 'Observation?code=http://loinc.org|2823-3',
  'token-any-system': 'Observation?code=2823-3',
  'token-without-system': 'Observation?code=|2823-3',
  'token-system-only': 'Observation?code=http://loinc.org|',
  'token-or': 'Observation?code=http://loinc.org|2823-3,http://loinc.org|718-7',
  'token-not': 'Observation?status:not=cancelled,entered-in-error',
  'token-and': 'Observation?code=http://loinc.org|2823-3&category=laboratory&status=final',
  'token-in-value-set': 'Condition?clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical',
  'token-below':
    'Condition?clinical-status:below=http://terminology.hl7.org/CodeSystem/condition-clinical|active',
  'token-text': 'Observation?code:text=Kalium,血钾',
  'token-of-type': 'Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|1',
  'uri-above': 'ValueSet?url:above=http://example.org/vs/1',
  'uri-below': 'ValueSet?url:below=http://example.org/vs',
  identifier: 'Patient?identifier=urn:oid:2.16.156.10011.1.3|110105194912310021',
  'string-prefix': 'Patient?name=张',
  'string-or-contains': 'Patient?address:contains=武当,main',
  'string-exact': 'Patient?family:exact=Smith',
  'reference-patient': 'Observation?patient=p1&code=http://loinc.org|2823-3',
  'reference-any-type': 'Observation?subject=p1',
  'reference-token': 'Observation?performer=Practitioner/dr',
  'reference-canonical-below':
    'QuestionnaireResponse?questionnaire:below=http://example.org/q|1.2,http://example.org/r',
  'reference-identifier': 'Observation?subject:identifier=urn:oid:1|x',
  'date-main': 'Observation?date=ge2024-01-01&date=lt2024-02-01',
  'date-main-prefixes': 'Observation?date=eq2024,ne2023,sa2022,eb2021',
  'date-other': 'Patient?birthdate=1980-02',
  'missing-in-json': 'Patient?gender:missing=true',
  'missing-reference': 'Observation?subject:missing=false',
  'missing-rows': 'ValueSet?name:missing=true',
  'missing-structure': 'Patient?name:missing=true',
  'missing-main-date': 'Observation?date:missing=true',
  number: 'RiskAssessment?probability=0.5,gt0.9',
  quantity: 'Observation?value-quantity=lt4|http://unitsofmeasure.org|mmol/L',
  'quantity-without-unit': 'Observation?value-quantity=5.4',
  'quantity-or-range': 'Condition?onset-age=gt40|http://unitsofmeasure.org|a',
  'composite-of-resource':
    'Observation?code-value-quantity=http://loinc.org|2823-3$gt5.5|http://unitsofmeasure.org|mmol/L',
  'composite-of-element': 'Observation?component-code-value-quantity=http://loinc.org|8480-6$gt140',
  'composite-any-system': 'Observation?component-code-value-quantity=8480-6$gt140',
  'composite-of-both': 'Observation?combo-code-value-concept=x$y',
  'composite-of-three': 'MolecularSequence?chromosome-variant-coordinate=1$ge120$lt130',
  near: 'Location?near=32.65|110.78|11.2|km',
  uri: 'ValueSet?url=http://example.org/vs',
  'chain-to-patient': 'Observation?patient.name=张',
  'chain-of-two': 'Observation?patient.organization.name=县医院',
  'reference-below': 'Encounter?location:below=Location/ward',
  'reference-above': 'Encounter?location:above=Location/ward',
  'chain-canonical': 'QuestionnaireResponse?questionnaire.title=糖尿病',
  'has-canonical': 'Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed',
  'chain-untyped': 'Observation?subject.identifier=urn:oid:1|x',
  has: 'Patient?_has:Observation:patient:code=http://loinc.org|2823-3',
  'has-of-has': 'Patient?_has:Observation:patient:_has:Provenance:target:recorded=2024',
  'filter-and': 'Observation?_filter=code eq loinc|2823-3 and status ne cancelled and date po 2024',
  'filter-links':
    'Observation?_filter=not (subject:Patient[gender eq male].name eq "张三" or performer re Practitioner/dr)',
  'filter-text': 'Patient?_filter=family ew "son" or family gt m',
  list: 'Patient?_list=42&gender=male',
  'words-of-narrative': 'Condition?patient=p1&_text=(bone OR "liver metastases") NOT 肺炎',
  'words-of-content': 'Condition?code=http://snomed.info/sct|22298006&_content=edema',
  'sort-by-date': 'Observation?code=http://loinc.org|2823-3&_sort=-date&_count=3',
  'sort-by-date-rising': 'Observation?code=http://loinc.org|2823-3&_sort=date&_count=3',
  'sort-by-three': 'Patient?gender=male&_sort=family,-birthdate,_id',
  'sort-by-quantity': 'Observation?_sort=-value-quantity',
  'sort-by-token': 'Observation?patient=p1&_sort=code',
  'sort-by-reference': 'Observation?patient=p1&_sort=-performer',
};

/** Where a page starts, for one query of each kind of order. */
const PAGES: Readonly<Record<string, readonly [query: string, after: readonly (string | number)[]]>> = {
  'page-by-date': ['Observation?code=http://loinc.org|2823-3', ['1700000000000000', '42']],
  'page-by-mixed-order': ['Patient?_sort=family,-birthdate', ['smith', '1700000000000000', '42']],
};

/** Where a page ends that is read backward. */
const PAGES_BEFORE: typeof PAGES = {
  'page-before-by-date': ['Observation?code=http://loinc.org|2823-3', ['1700000000000000', '42']],
};

function planOf(search: string) {
  const [type, query] = search.split(/\?(.*)/s) as [string, string];
  const pairs =
    query === '' ? [] : query.split('&').map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]);
  return parseSearch(context, type, pairs, { lenient: false, base: 'http://127.0.0.1:8080/fhir', now: 0 });
}

function written(title: string, { text, values }: Sql): string {
  const bindings = (values ?? []).map((value, i) => `-- $${i + 1} = ${JSON.stringify(value)}`);
  return `${[`-- ${title}`, text, ...bindings].join('\n')}\n`;
}

const statements = new Map<string, () => string>([
  ...Object.entries(QUERIES).map(([name, search]): [string, () => string] => [
    name,
    () => written(search, compilePage([planOf(search)]).sql),
  ]),
  ...Object.entries(PAGES).map(([name, [search, after]]): [string, () => string] => [
    name,
    () =>
      written(`${search}, after ${JSON.stringify(after)}`, compilePage([{ ...planOf(search), after }]).sql),
  ]),
  ...Object.entries(PAGES_BEFORE).map(([name, [search, before]]): [string, () => string] => [
    name,
    () =>
      written(
        `${search}, before ${JSON.stringify(before)}`,
        compilePage([{ ...planOf(search), before }]).sql,
      ),
  ]),
  [
    'types',
    () =>
      written(
        '?_type=Patient,Observation&_id=1&_sort=_lastUpdated',
        compilePage([
          planOf('Patient?_id=1&_sort=_lastUpdated'),
          planOf('Observation?_id=1&_sort=_lastUpdated'),
        ]).sql,
      ),
  ],
  [
    'compartment',
    () => {
      const filter = compartmentFilter(context, 'Observation', { type: 'Patient', id: 'p1' });
      const plan = planOf('Observation?code=2823-3');
      return written(
        'Patient/p1/Observation?code=2823-3',
        compilePage([{ ...plan, filters: [filter, ...plan.filters] }]).sql,
      );
    },
  ],
  [
    'estimate',
    () =>
      written('estimate of Observation?code=2823-3', compileEstimate([planOf('Observation?code=2823-3')])),
  ],
  [
    'count-up-to',
    () =>
      written(
        'count of Observation?code=2823-3, at most 100',
        compileCountUpTo([planOf('Observation?code=2823-3')], 100),
      ),
  ],
  [
    'revinclude',
    () => {
      const { key } = context.parameters('Observation').byCode.get('performer')!;
      const targets = [
        { type: 'Practitioner', id: 'a' },
        { type: 'Practitioner', id: 'b' },
      ];
      return written(
        'Practitioner?_revinclude=Observation:performer',
        compileReferrers(
          {
            types: ['Observation'],
            texts: targets.map((t) => referenceToken(key, `${t.type}/${t.id}`)),
            patientIds: ['p1'],
            patientTypes: ['Observation'],
          },
          100,
        ),
      );
    },
  ],
  [
    'count',
    () => written('count of Observation?patient=p1', compileCount([planOf('Observation?patient=p1')])),
  ],
]);

test.each([...statements])('%s compiles to the SQL of its file', (name, make) => {
  const file = join(FOLDER, `${name}.sql`);
  if (process.env.UPDATE_SQL === '1') writeFileSync(file, make());
  expect(make()).toBe(readFileSync(file, 'utf8'));
});

test('every file belongs to a query', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...statements.keys()].map((name) => `${name}.sql`).sort());
});
