/** The requests of the fuzz test: of every kind that the server answers, bent a little or a lot. */
import type { Definitions } from '../../src/definitions/definitions.ts';
import { OPERATORS } from '../../src/search/filter/grammar.ts';
import type { Parameters } from '../../src/search/parameters.ts';
import { mutated, mutatedText, type Random, STRANGE } from './random.ts';

export interface Sample {
  readonly resourceType: string;
  readonly id?: string;
}

/** What cases are made of. */
export interface Material {
  readonly definitions: Definitions;
  readonly parameters: Parameters;
  readonly samples: readonly Sample[];
}

export interface Case {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly payload?: string;
}

function id(r: Random): string {
  return r.chance(0.1) ? encodeURIComponent(wellFormed(r.pick(STRANGE))) : `p${r.below(40)}`;
}

/** encodeURIComponent takes no lone surrogates. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

function body(r: Random, sample: object): string {
  const value = r.chance(0.3) ? sample : mutated(r, sample);
  const text = JSON.stringify(value);
  return r.chance(0.2) ? mutatedText(r, text) : text;
}

const MODIFIERS = [
  ...[
    ':not',
    ':exact',
    ':contains',
    ':identifier',
    ':missing',
    ':text',
    ':in',
    ':not-in',
    ':above',
    ':below',
  ],
  ...[':of-type', ':iterate', ':Patient', ':x', '.name', '.identifier', ':Patient.name', '.subject.name'],
];

/** Values as somebody may mean them, by type of parameter. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  date: [
    '2020',
    'ge2020-02',
    'lt2021-01-01',
    'ap2020-05-05',
    'ne2012-01-05T10:00:00Z',
    'sb2020',
    'eb2010-01',
  ],
  number: ['1', 'gt0.5', 'ap100', '-1', '1e3', 'ne0', 'le5.40'],
  quantity: [
    '5.4',
    'gt5.4|http://unitsofmeasure.org|mg',
    '5.40||mg',
    'ap60|http://unitsofmeasure.org|[lb_av]',
  ],
  reference: ['Patient/p1', 'p1', 'http://x/Patient/p1', 'Patient/p1/_history/1', 'urn:uuid:p1'],
  string: ['张', 'zhang', 'Peter', "O'Neil", 'a\\,b', '%'],
  token: ['final', 'http://loinc.org|2345-7', '|x', 'http://loinc.org|', 'true', 'male,female'],
  uri: ['http://hl7.org/fhir/StructureDefinition/Patient', 'urn:oid:1.2.3', 'http://hl7.org'],
  composite: ['http://loinc.org|8480-6$gt5', 'a$b', '$', 'a$b$c', '2345-7$ge2020'],
  special: ['-83.69|42.25|11.2|km', '42|13', 'x eq 1', 'list1'],
};

const RESULT: Readonly<Record<string, readonly string[]>> = {
  _count: ['0', '1', '20', '1000', '5000', '-1'],
  _sort: ['_id', '-_lastUpdated', 'name,_id', '-birthdate', 'date,-status', 'subject'],
  _summary: ['true', 'text', 'data', 'count', 'false', 'x'],
  _elements: ['id', 'name,status', 'meta', 'x'],
  _total: ['none', 'estimate', 'accurate', 'x'],
  _contained: ['true', 'false', 'both'],
  _type: ['Patient', 'Patient,Observation', 'X'],
  _filter: ['name eq "x"', 'birthdate ge 2000'],
  _list: ['x', 'List/x,y', '$current-allergies'],
  _text: ['cough', '发热', '(a OR "b c") NOT d', '((('],
  _content: ['cough', 'a,b', '"x', '.*[(^$'],
  _explain: ['true'],
};

function query(r: Random, type: string, { parameters }: Material): string {
  const known = [...parameters(type).byCode.values()];
  const codes = known.map(({ code }) => code);
  const cursor = () =>
    Buffer.from(JSON.stringify(mutated(r, [r.below(1e9), String(r.below(1e9)), 1e12]))).toString('base64url');
  const meant = (): [string, string] => {
    const parameter = known.length > 0 ? r.pick(known) : undefined;
    if (!parameter || r.chance(0.2)) {
      const name = r.pick(Object.keys(RESULT));
      return [name, r.pick(RESULT[name]!)];
    }
    if (r.chance(0.12)) return ['_filter', filter(r, parameter.code, parameter.kind)];
    const modifier = r.chance(0.25) ? r.pick(MODIFIERS) : '';
    return [`${parameter.code}${modifier}`, r.pick(MEANT[parameter.kind] ?? STRANGE)];
  };
  const unmeant = (): [string, string] => {
    const code =
      codes.length > 0 && r.chance(0.8) ? r.pick(codes) : r.pick(['_id', '_lastUpdated', ...STRANGE]);
    const name = r.pick([
      ...Array<string>(8).fill(`${code}${r.chance(0.3) ? r.pick(MODIFIERS) : ''}`),
      ...['_include', '_revinclude', '_include:iterate', '_cursor', '_has:Observation:patient:code'],
      ...Object.keys(RESULT),
    ]);
    const value = r.pick<() => string>([
      () => r.pick(STRANGE),
      () => r.pick(STRANGE),
      cursor,
      () => r.pick(Object.values(MEANT).flat()),
      () => r.pick(['Observation:patient', 'Patient:*', 'Observation:*', `${type}:${code}`, '*']),
    ])();
    return [name, value];
  };
  const pair = (): string => {
    const [name, value] = r.chance(0.5) ? meant() : unmeant();
    const raw = value.slice(0, 50).toWellFormed();
    return `${encodeURIComponent(wellFormed(name))}=${
      r.chance(0.1) ? raw.replace(/[^\x21-\x7e]|#/g, '') : encodeURIComponent(wellFormed(value))
    }`;
  };
  return Array.from({ length: r.below(4) }, pair).join('&');
}

/** A `_filter` that may be one. */
function filter(r: Random, code: string, kind: string): string {
  const value = r.pick([...(MEANT[kind] ?? []), r.pick(STRANGE), r.pick(Object.values(MEANT).flat())]);
  const test = `${code} ${r.pick(OPERATORS)} ${r.chance(0.5) ? value : JSON.stringify(value)}`;
  return r.pick([
    () => test,
    () => `not (${test})`,
    () => `${test} ${r.pick(['and', 'or'])} _id pr true`,
    () => `${code}:Patient[${test}].${test}`,
    () => `_has:Observation:subject:${test}`,
    () => test.slice(0, r.below(test.length)),
  ])();
}

/** A JSON Patch that may fit the sample. */
function jsonPatch(r: Random, sample: object): object {
  if (r.chance(0.2)) return [{ op: 'add', path: '/language', value: r.pick(['zh-CN', 'en']) }];
  const names = Object.keys(sample);
  const path = () => {
    const steps = [r.pick(names), ...(r.chance(0.4) ? [r.pick(['0', '-', '1', 'text', '99999999999'])] : [])];
    return r.chance(0.9) ? `/${steps.join('/')}` : r.pick(STRANGE);
  };
  return Array.from({ length: 1 + r.below(3) }, () => {
    const op = r.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'x']);
    const value = r.pick<unknown>([r.pick(STRANGE), 1, true, [], {}, { text: 'x' }, null]);
    return { op, path: path(), from: path(), value };
  });
}

/** A FHIRPath Patch that may fit the sample. */
function fhirPathPatch(r: Random, sample: Sample): object {
  const operation = () => {
    const element = r.pick(Object.keys(sample));
    const path = r.pick([
      ...[
        `${sample.resourceType}`,
        `${sample.resourceType}.${element}`,
        `${sample.resourceType}.${element}[0]`,
      ],
      ...[`${element}.where(true)`, 'descendants()', r.pick(STRANGE)],
    ]);
    const value = r.pick([
      { valueString: r.pick(STRANGE) },
      { valueBoolean: true },
      { valueInteger: r.below(5) },
      { valueCodeableConcept: { text: 'x' } },
      { part: [{ name: 'text', valueString: 'x' }] },
    ]);
    const part = [
      { name: 'type', valueCode: r.pick(['add', 'insert', 'delete', 'replace', 'move', 'x']) },
      { name: 'path', valueString: path },
      { name: 'name', valueString: element },
      { name: 'value', ...value },
      ...['index', 'source', 'destination'].map((name) => ({ name, valueInteger: r.below(4) - 1 })),
    ];
    return { name: 'operation', part: part.filter(() => r.chance(0.9)) };
  };
  return { resourceType: 'Parameters', parameter: Array.from({ length: 1 + r.below(3) }, operation) };
}

const META = { tag: [{ system: 'http://x', code: 'y' }], security: [{ code: 'R' }], profile: ['http://x/p'] };

const HEADERS = [
  ...['W/"1"', '*', 'application/fhir+json', 'return=minimal', 'handling=lenient', 'respond-async', '_id=p1'],
  '{"resourceType":"Provenance","recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}',
];

function headers(r: Random): Record<string, string> {
  const found: Record<string, string> = {};
  const odd = STRANGE.filter((s) => /^[\x20-\x7e]*$/.test(s));
  for (const name of [
    'accept',
    'prefer',
    'if-match',
    'if-none-match',
    'if-none-exist',
    'if-modified-since',
    'x-provenance',
    'x-security-context',
  ]) {
    if (r.chance(0.05)) found[name] = r.pick([...odd, ...HEADERS]);
  }
  for (const name of [
    'x-request-id',
    'accept-language',
    'content-encoding',
    'origin',
    'host',
    'accept-encoding',
  ]) {
    if (r.chance(0.02)) found[name] = r.pick([...odd, 'zh;q=1', 'gzip', 'br']);
  }
  return found;
}

function parametersBody(r: Random): object {
  const coding = { coding: [{ system: 'http://loinc.org', code: '2345-7' }] };
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'subject', valueReference: { reference: `Patient/p${r.below(40)}` } },
      { name: 'item', valueCodeableConcept: coding },
      { name: 'decider', valueReference: { reference: 'Practitioner/p1' } },
      { name: 'reason', valueCodeableConcept: coding },
      {
        name: 'decision',
        part: [
          { name: 'result', valueReference: { reference: `Observation/p${r.below(40)}` } },
          { name: 'outcome', valueCode: r.pick(['recognized', 'denied']) },
        ],
      },
    ].filter(() => r.chance(0.6)),
  };
}

export function makeCase(r: Random, material: Material): Case {
  const { definitions, samples } = material;
  const ask = (of: string) => query(r, of, material);
  const sample = r.pick(samples);
  const type = r.chance(0.97) ? sample.resourceType : wellFormed(r.pick(STRANGE));
  const at = `/fhir/${encodeURIComponent(type)}`;
  const known = definitions.resourceTypes.has(type) ? type : 'Patient';
  const json = {
    'content-type': r.chance(0.97) ? 'application/fhir+json' : r.pick(['text/plain', 'x', 'a/b;c']),
  };
  const own = headers(r);
  const name = `p${r.below(40)}`;
  switch (r.below(16)) {
    case 0:
      return { method: 'POST', url: at, headers: { ...json, ...own }, payload: body(r, sample) };
    case 1:
    case 2:
      return {
        method: 'PUT',
        url: `${at}/${name}`,
        headers: { ...json, ...own },
        payload: body(r, { ...sample, id: name }),
      };
    case 3:
      return {
        method: 'PUT',
        url: `${at}?${ask(known)}`,
        headers: { ...json, ...own },
        payload: body(r, sample),
      };
    case 4:
      return {
        method: 'DELETE',
        url: r.chance(0.7) ? `${at}/${id(r)}` : `${at}?${ask(known)}`,
        headers: own,
      };
    case 5:
      return {
        method: 'GET',
        url: `${at}/${id(r)}${r.pick(['', '', '/_history', '/_history/1', '/_history/x', '/Observation', `?${ask(known)}`])}`,
        headers: own,
      };
    case 6:
    case 7:
      return { method: r.pick(['GET', 'GET', 'GET', 'HEAD']), url: `${at}?${ask(known)}`, headers: own };
    case 8:
      return {
        method: 'POST',
        url: `${at}/_search`,
        headers: { ...own, 'content-type': 'application/x-www-form-urlencoded' },
        payload: ask(known),
      };
    case 9: {
      const entry = Array.from({ length: 1 + r.below(4) }, () => {
        const resource = r.pick(samples);
        const to = `p${r.below(40)}`;
        const request = r.pick([
          { method: 'POST', url: resource.resourceType },
          { method: 'POST', url: resource.resourceType, ifNoneExist: `_id=${to}` },
          { method: 'PUT', url: `${resource.resourceType}/${to}` },
          { method: 'GET', url: `${resource.resourceType}/${to}` },
          { method: 'GET', url: `${resource.resourceType}?${ask(resource.resourceType)}` },
          { method: 'DELETE', url: `${resource.resourceType}/${to}` },
          { method: r.pick(STRANGE), url: r.pick(STRANGE) },
        ]);
        const content = r.chance(0.5) ? { ...resource, id: to } : mutated(r, { ...resource, id: to });
        return {
          fullUrl: `urn:uuid:${to}`,
          resource: content,
          request: r.chance(0.9) ? request : mutated(r, request),
        };
      });
      const bundle = { resourceType: 'Bundle', type: r.pick(['batch', 'transaction']), entry };
      return { method: 'POST', url: '/fhir', headers: { ...json, ...own }, payload: body(r, bundle) };
    }
    case 10: {
      const url = r.pick([
        'ServiceRequest/$check-recognition',
        'ServiceRequest/$decide-recognition',
        `Task/${name}/$revoke-recognition`,
        'Patient/$x',
      ]);
      return {
        method: 'POST',
        url: `/fhir/${url}`,
        headers: { ...json, ...own },
        payload: body(r, parametersBody(r)),
      };
    }
    case 11:
      return {
        method: 'PATCH',
        url: r.chance(0.8) ? `${at}/${name}` : `${at}?${ask(known)}`,
        headers: { ...own, 'content-type': 'application/json-patch+json' },
        payload: body(r, jsonPatch(r, sample)),
      };
    case 12:
      return {
        method: 'PATCH',
        url: r.chance(0.8) ? `${at}/${name}` : `${at}?${ask(known)}`,
        headers: { ...json, ...own },
        payload: body(r, fhirPathPatch(r, sample)),
      };
    case 13: {
      const operation = r.pick([
        '$meta',
        '$meta-add',
        '$meta-delete',
        '$validate',
        '$everything',
        '$graphql',
      ]);
      const parameter = [{ name: r.pick(['meta', 'return', 'resource']), valueMeta: META }];
      const payload = body(r, { resourceType: 'Parameters', parameter });
      const url = `${at}${r.pick(['', `/${name}`, `/${name}`])}/${operation}`;
      if (r.chance(0.3)) return { method: 'GET', url: `${url}?${ask(known)}`, headers: own };
      return { method: 'POST', url, headers: { ...json, ...own }, payload };
    }
    case 14: {
      const type = r.pick([
        'text/plain',
        'image/png',
        'application/fhir+json',
        'application/fhir+xml',
        'x/y;z',
      ]);
      const method = r.pick(['PUT', 'POST', 'GET']);
      return {
        method,
        url: method === 'POST' ? '/fhir/Binary' : `/fhir/Binary/${name}`,
        headers: { ...own, ...(method === 'GET' ? { accept: type } : { 'content-type': type }) },
        ...(method === 'GET' ? {} : { payload: r.pick(STRANGE) }),
      };
    }
    default: {
      const steps = Array.from({ length: r.below(5) }, () =>
        r.pick([
          'Patient',
          '_history',
          '1',
          '$x',
          'metadata',
          '_search',
          encodeURIComponent(wellFormed(r.pick(STRANGE))),
        ]),
      );
      const method = r.pick(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
      return { method, url: `/fhir/${steps.join('/')}?${ask(known)}`, headers: own };
    }
  }
}
