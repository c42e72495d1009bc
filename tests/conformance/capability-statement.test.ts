/** The CapabilityStatement says exactly what the server does. https://hl7.org/fhir/R4/capabilitystatement.html */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createValidator } from '../../src/validation/validator.ts';
import { BASE, startTestApp, type TestApp } from '../support/app.ts';

// biome-ignore lint/suspicious/noExplicitAny: a CapabilityStatement is looked into everywhere
type Json = any;

const root = join(import.meta.dirname, '../..');
let app: TestApp;
let statement: Json;
let rest: Json;
beforeAll(async () => {
  app = await startTestApp();
  statement = (await app.call('GET', 'metadata')).body;
  rest = statement.rest[0];
});
afterAll(() => app.close());

test('is a valid CapabilityStatement of R4 that can be stored', async () => {
  expect(statement.fhirVersion).toBe('4.0.1');
  expect(statement.implementation.url).toBe(BASE);
  const issues = createValidator(loadDefinitions(join(root, 'profiles'))).validate(statement);
  expect(issues.filter((i) => i.severity === 'error')).toEqual([]);
  expect((await app.call('POST', 'CapabilityStatement', statement)).status).toBe(201);
});

test('names every concrete resource type of R4 once', () => {
  const types = rest.resource.map((r: Json) => r.type);
  expect(types).toHaveLength(146);
  expect(new Set(types).size).toBe(146);
  for (const type of ['Patient', 'Observation', 'AuditEvent', 'Binary', 'Bundle'])
    expect(types).toContain(type);
});

test('answers every interaction that it declares, at every type', async () => {
  const asked: Record<string, (type: string) => [Parameters<TestApp['call']>[0], string][]> = {
    read: (t) => [['GET', `${t}/none`]],
    vread: (t) => [['GET', `${t}/none/_history/1`]],
    update: (t) => [['PUT', `${t}/none`]],
    patch: (t) => [['PATCH', `${t}/none`]],
    delete: (t) => [['DELETE', `${t}/none`]],
    'history-instance': (t) => [['GET', `${t}/none/_history`]],
    'history-type': (t) => [['GET', `${t}/_history`]],
    create: (t) => [['POST', t]],
    'search-type': (t) => [
      ['GET', t],
      ['POST', `${t}/_search`],
    ],
  };
  // 404 is right for a resource that is not there, wrong for an address that is not there.
  const fits: Record<string, number[]> = {
    read: [404],
    vread: [404],
    update: [400],
    patch: [415],
    delete: [204],
    'history-instance': [404],
    'history-type': [200],
    create: [400],
    'search-type': [200],
  };
  for (const { type, interaction } of rest.resource) {
    const codes = interaction.map((i: Json) => i.code);
    expect(codes.sort(), type).toEqual(Object.keys(asked).sort());
    for (const code of codes) {
      for (const [method, path] of asked[code]!(type)) {
        const answer = await app.call(method, path);
        expect(fits[code], `${method} ${path}: ${answer.text}`).toContain(answer.status);
        if (answer.status === 404) expect(answer.body.issue[0].code).toBe('not-found');
      }
    }
  }
});

test('answers the interactions of the system that it declares', async () => {
  expect(rest.interaction.map((i: Json) => i.code).sort()).toEqual([
    'batch',
    'history-system',
    'search-system',
    'transaction',
  ]);
  expect((await app.call('GET', '_history')).status).toBe(200);
  expect((await app.call('GET', '')).body.type).toBe('searchset');
  expect((await app.call('POST', '_search')).body.type).toBe('searchset');
  for (const type of ['batch', 'transaction']) {
    expect((await app.call('POST', '', { resourceType: 'Bundle', type })).body.type).toBe(`${type}-response`);
  }
});

test('does not do what it does not declare', async () => {
  expect((await app.call('PATCH', '', '[]')).status).toBe(405);
  expect((await app.call('PUT', '', '{}')).status).toBe(405);
});

test('searches the compartments that it declares, and no others', async () => {
  const compartments = rest.compartment.map((url: string) => url.split('/').at(-1));
  expect(compartments.sort()).toEqual(['device', 'encounter', 'patient', 'practitioner', 'relatedPerson']);
  for (const { type } of rest.resource) {
    const there = compartments.some((name: string) => name.toLowerCase() === type.toLowerCase());
    for (const address of [`${type}/1/Observation`, `${type}/1/*`]) {
      expect((await app.call('GET', address)).status, address).toBe(there ? 200 : 400);
    }
  }
});

/** Whether resources can be sorted by a parameter: it has values, and these are simple. */
const ordered = ({ name, type }: Json) =>
  type !== 'composite' && type !== 'special' && !['_text', '_content', '_list'].includes(name);

test('sorts by every search parameter that it declares', { timeout: 120_000 }, async () => {
  for (const { type, searchParam } of rest.resource) {
    const codes: string[] = searchParam
      .filter(ordered)
      .map((p: Json, i: number) => (i % 2 === 0 ? p.name : `-${p.name}`));
    for (const { name } of searchParam.filter((p: Json) => !ordered(p))) {
      expect((await app.call('GET', `${type}?_sort=${name}`)).status, `${type} ${name}`).toBe(400);
    }
    for (let i = 0; i < codes.length; i += 5) {
      const answer = await app.call('GET', `${type}?_sort=${codes.slice(i, i + 5).join(',')}&_count=2`);
      expect(answer.status, `${type} ${codes.slice(i, i + 5)}: ${answer.text}`).toBe(200);
      const next = answer.body.link.find((l: Json) => l.relation === 'next')?.url.replace(/^.*?\/fhir/, '');
      if (next) expect((await app.call('GET', next)).status, next).toBe(200);
    }
  }
});

test('searches the whole server by the parameters that it declares for it', async () => {
  for (const p of rest.searchParam) {
    const { name, type } = p;
    const value = name === '_filter' ? '_id eq x' : SAMPLES[type]!;
    const sort = ordered(p) ? `&_sort=${name}` : '';
    const answer = await app.call('GET', `?${name}=${encodeURIComponent(value)}${sort}`);
    expect(answer.status, `${name}: ${answer.text}`).toBe(200);
  }
});

test('does conditional interactions as declared', async () => {
  for (const r of rest.resource) {
    expect(
      [
        r.conditionalCreate,
        r.conditionalUpdate,
        r.conditionalDelete,
        r.updateCreate,
        r.readHistory,
        r.versioning,
      ],
      r.type,
    ).toEqual([true, true, 'multiple', true, true, 'versioned-update']);
  }
});

const SAMPLES: Record<string, string> = {
  token: 'http://example.org|x',
  string: 'x',
  reference: 'Patient/1',
  date: 'ge2024-01-01',
  number: 'gt1',
  quantity: '1|http://unitsofmeasure.org|mg',
  uri: 'http://example.org',
  composite: 'x$1',
};

/** Values of parameters that another of their type cannot take. */
const OWN_SAMPLES: Record<string, string> = {
  near: '32.65|110.78|10|km',
  'code-value-date': 'x$2024',
  'chromosome-variant-coordinate': 'x$1$2',
  'chromosome-window-coordinate': 'x$1$2',
  'referenceseqid-variant-coordinate': 'x$1$2',
  'referenceseqid-window-coordinate': 'x$1$2',
  _filter: '_id eq x',
};

test('accepts every search parameter that it declares', { timeout: 120_000 }, async () => {
  let count = 0;
  for (const { type, searchParam } of rest.resource) {
    expect(new Set(searchParam.map((p: Json) => p.name)).size, type).toBe(searchParam.length);
    for (const { name, type: kind, definition } of searchParam) {
      const sample = OWN_SAMPLES[name] ?? SAMPLES[kind];
      expect(sample, `${type}.${name}`).toBeDefined();
      // R4 has no SearchParameter for these.
      if (name === '_filter' || name === '_list') expect(definition).toBeUndefined();
      else expect(definition).toMatch(/^https?:/);
      const answer = await app.call('GET', `${type}?${name}=${encodeURIComponent(sample!)}`);
      expect(answer.status, `${type}?${name}: ${answer.text}`).toBe(200);
      count++;
    }
  }
  expect(count).toBeGreaterThan(2200);
});

test('accepts no parameter that it does not declare', async () => {
  for (const { type, searchParam } of rest.resource) {
    const declared = new Set(searchParam.map((p: Json) => p.name));
    for (const name of ['_text', '_content', '_list', '_query', '_filter', 'nonsense']) {
      if (declared.has(name)) continue;
      expect((await app.call('GET', `${type}?${name}=x`)).status, `${type}?${name}`).toBe(400);
    }
  }
});

test('includes what it declares', { timeout: 120_000 }, async () => {
  for (const { type, searchInclude, searchRevInclude } of rest.resource) {
    // A search has at most 50 parameters.
    for (let i = 0; i < searchRevInclude.length; i += 50) {
      const some = searchRevInclude.slice(i, i + 50).map((r: string) => `_revinclude=${r}`);
      const answer = await app.call('GET', `${type}?${some.join('&')}`);
      expect(answer.status, `${type}: ${answer.text}`).toBe(200);
    }
    const query = searchInclude.map((i: string) => `_include=${i}`).join('&');
    expect((await app.call('GET', `${type}?${query}`)).status, type).toBe(200);
  }
});

/** Types whose published examples are too few or not valid. */
const MINIMAL: Record<string, object> = {
  DeviceMetric: { type: { text: 'x' }, category: 'measurement' },
  DeviceUseStatement: {
    status: 'active',
    subject: { reference: 'Patient/1' },
    device: { reference: 'Device/1' },
  },
  EventDefinition: { status: 'active', trigger: [{ type: 'named-event', name: 'x' }] },
  Parameters: { parameter: [{ name: 'x', valueString: 'y' }] },
  SubstanceNucleicAcid: {},
  SubstancePolymer: {},
  SubstanceProtein: {},
  SubstanceReferenceInformation: {},
  SubstanceSourceMaterial: {},
};

test('creates, reads and finds a resource of every type', { timeout: 120_000 }, async () => {
  const folder = join(root, 'node_modules/hl7.fhir.r4.examples');
  const files = readdirSync(folder).filter((f) => /^[A-Z].*\.json$/.test(f));
  for (const { type } of rest.resource) {
    const texts = files
      .filter((f) => f.startsWith(`${type}-`))
      .slice(0, 20)
      .map((f) => readFileSync(join(folder, f), 'utf8'))
      .filter((text) => text.length < 500_000 && JSON.parse(text).resourceType === type);
    if (type in MINIMAL) texts.unshift(JSON.stringify({ resourceType: type, ...MINIMAL[type] }));
    let created = await app.call('POST', type, texts.shift());
    while (created.status !== 201 && texts.length > 0) created = await app.call('POST', type, texts.shift());
    expect(created.status, `${type}: ${created.text}`).toBe(201);
    const { id } = created.body;
    const read = await app.call('GET', `${type}/${id}`, undefined, { accept: 'application/fhir+json' });
    expect(read.text).toBe(created.text);
    const found = await app.call('GET', `${type}?_id=${id}`);
    expect(
      found.body.entry.map((e: Json) => e.resource.id),
      type,
    ).toEqual([id]);
    expect((await app.call('DELETE', `${type}/${id}`)).status).toBe(204);
  }
});

test('carries out every operation that it declares, or refuses its parameters', async () => {
  const places: [string, Json][] = [
    ...(rest.operation ?? []).map((o: Json) => ['', o]),
    ...rest.resource.flatMap((r: Json) => (r.operation ?? []).map((o: Json) => [r.type, o])),
  ];
  for (const [type, { name, definition }] of places) {
    expect(definition).toMatch(/^https?:/);
    const paths = type === '' ? [`$${name}`] : [`${type}/$${name}`, `${type}/none/$${name}`];
    const statuses = await Promise.all(
      paths.map(async (p) => (await app.call('POST', p, { resourceType: 'Parameters' })).body),
    );
    for (const body of statuses)
      expect(body?.issue?.[0]?.code ?? 'done', `${type} $${name}`).not.toBe('exception');
  }
});
