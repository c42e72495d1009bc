/** Every question that the routes and the search parameters allow, asked about the canary. */
import { ROUTES } from '../../../src/http/routes.ts';
import type { TestApp } from '../../support/app.ts';
import type { Json } from '../support.ts';
import { CODE, canary, NAME, SECRET } from './county.ts';

/** The log grows by every question. */
const NOT_ASKED = new Set(['AuditEvent']);

/** Addresses below the base, each read by GET. */
export async function questions(app: TestApp): Promise<string[]> {
  const types = [...new Set(canary().map((r) => r.resourceType as string))].filter((t) => !NOT_ASKED.has(t));
  const capability = JSON.parse((await app.call('GET', 'metadata')).text) as Json;
  const parameters = new Map<string, Json[]>(
    capability.rest[0].resource.map((r: Json) => [r.type, r.searchParam ?? []]),
  );
  return [
    ...canary().flatMap(({ resourceType, id }) => instanceQuestions(resourceType, id)),
    ...types.flatMap((type) => [
      ...ROUTES.filter((r) => r.method === 'GET' && r.level === 'type').map((r) =>
        r.path.slice(1).replace(':type', type),
      ),
      ...(parameters.get(type) ?? []).flatMap((p) => parameterQuestions(type, p)),
      ...resultQuestions(type),
    ]),
    ...systemQuestions(types),
  ];
}

function instanceQuestions(type: string, id: string): string[] {
  return ROUTES.filter((r) => r.method === 'GET' && r.level === 'instance')
    .map(({ path }) => path.slice(1).replace(':type', type).replace(':id', id).replace(':version', '1'))
    .flatMap((path) =>
      path.includes(':compartmentType')
        ? type === 'Patient'
          ? ['*', 'Observation', 'Condition', 'Encounter'].map((t) => path.replace(':compartmentType', t))
          : []
        : [path],
    );
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  token: [CODE, `urn:canary|${CODE}`],
  string: [NAME, encodeURIComponent(SECRET.slice(0, 3))],
  reference: ['Patient/canary', 'Organization/hospital'],
  date: ['ge1900'],
  number: ['ge0'],
  quantity: ['ge0'],
  uri: ['urn:canary'],
};

function parameterQuestions(type: string, { name, type: kind }: Json): string[] {
  const values = VALUES[kind as string];
  if (!values || name.startsWith('_')) return [];
  return [
    ...values.map((v) => `${type}?${name}=${v}`),
    `${type}?${name}:missing=false&_summary=count`,
    `${type}?_sort=${name}&_count=1`,
    ...(kind === 'reference'
      ? [
          `${type}?${name}:Patient.family=${NAME}`,
          `${type}?${name}:Patient.identifier=${CODE}&_summary=count`,
          `Patient?_has:${type}:${name}:_id=canary-${type.toLowerCase()}&_total=accurate`,
          `${type}?_include=${type}:${name}`,
          `Patient?_revinclude=${type}:${name}`,
        ]
      : [
          `Patient?_has:${type}:subject:${name}=${values[0]}`,
          `Patient?_has:${type}:patient:${name}=${values[0]}`,
        ]),
  ];
}

function resultQuestions(type: string): string[] {
  return [
    `${type}?_summary=count`,
    `${type}?_total=accurate&_count=1`,
    `${type}?_total=estimate&_count=1`,
    `${type}?_elements=id`,
    `${type}?_id=canary,canary-${type.toLowerCase()}`,
    `${type}?_lastUpdated=ge2000`,
    `${type}?_sort=-_lastUpdated&_count=1`,
    `${type}?_content=${encodeURIComponent(SECRET.slice(0, 3))}`,
    `${type}?_text=${encodeURIComponent(SECRET.slice(0, 3))}`,
    `${type}?_list=canary-list`,
    `${type}?_filter=${encodeURIComponent(`_id eq canary-${type.toLowerCase()}`)}`,
    `${type}?_include=*&_revinclude=*`,
    `${type}/_history?_count=1`,
    `${type}/$meta`,
    `${type}/canary-${type.toLowerCase()}/$meta`,
    `${type}/canary-${type.toLowerCase()}/$everything`,
  ];
}

function systemQuestions(types: readonly string[]): string[] {
  return [
    `?_type=${types.join(',')}`,
    `?_type=${types.join(',')}&_summary=count`,
    `?_type=${types.join(',')}&_content=${encodeURIComponent(SECRET.slice(0, 3))}`,
    '?_id=canary',
    'Patient/canary/$everything',
    'Patient/$everything',
    'Encounter/canary-encounter/$everything',
  ];
}

/** What is asked by POST. */
export const POSTED: readonly (readonly [path: string, body: Json, headers?: Record<string, string>])[] = [
  ...[
    `{ Patient(id: "canary") { id name { text } } }`,
    `{ PatientList(family: "${NAME}") { id name { text } } }`,
    `{ PatientConnection(_count: 1) { count edges { resource { id } } } }`,
    `{ ObservationList(code: "${CODE}") { id subject { display resource { ... on Patient { id name { text } } } } } }`,
    `{ OrganizationList(_id: "hospital") { id EncounterList(_reference: service_provider) { id } } }`,
  ].map((query) => ['$graphql', { query }, { 'content-type': 'application/json' }] as const),
  ['Patient/canary/$graphql', { query: '{ id name { text } }' }, { 'content-type': 'application/json' }],
  ['Patient/_search', `family=${NAME}`, { 'content-type': 'application/x-www-form-urlencoded' }],
  ['_search', `_id=canary&_type=Patient`, { 'content-type': 'application/x-www-form-urlencoded' }],
  [
    'Patient/canary/Observation/_search',
    `code=${CODE}`,
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
];
