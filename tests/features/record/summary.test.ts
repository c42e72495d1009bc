/** What is read of a record as a whole, on the demo county: summary, document, timeline, trends, completeness. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageBytes } from '../../../src/commands/install-package/bytes.ts';
import { BASE, startTestApp, type TestApp } from '../../support/app.ts';
import { CANONICAL, type Json, parameters } from './people.ts';

let app: TestApp;
const IPS = join(import.meta.dirname, '../../../node_modules/hl7.fhir.uv.ips');
const RESIDENT = 'resident-001';
const ACTIVE_ALLERGY = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';

beforeAll(async () => {
  app = await startTestApp({ demo: true });
});
afterAll(() => app?.close());

async function get(path: string, headers?: Record<string, string>) {
  const answer = await app.call('GET', path, undefined, headers);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

const partsOf = (p: Json) =>
  Object.fromEntries(
    p.part.map((x: Json) => [x.name, x[Object.keys(x).find((k) => k.startsWith('value'))!]]),
  );

describe('Patient/$summary', () => {
  test('is a document that starts with its Composition and has all that it refers to', async () => {
    const { body } = await get(`Patient/${RESIDENT}/$summary`);
    expect(body.type).toBe('document');
    const [composition, ...others] = body.entry;
    expect(composition.resource.resourceType).toBe('Composition');
    const there = new Set(
      others.flatMap((e: Json) => [e.fullUrl, `${e.resource.resourceType}/${e.resource.id}`]),
    );
    const referred = composition.resource.section.flatMap((s: Json) =>
      (s.entry ?? []).map((e: Json) => e.reference),
    );
    expect(referred.filter((r: string) => !there.has(r))).toEqual([]);
    const codes = composition.resource.section.map((s: Json) => s.code.coding[0].code);
    expect(codes).toEqual(
      expect.arrayContaining(['11450-4', '48765-2', '10160-0', '30954-2', 'health-marks', 'responsibility']),
    );
    const text = JSON.stringify(composition.resource);
    expect(text).toContain('高血压');
    expect(text).toContain('青霉素类');
    expect(text).toContain('互认');
    expect(text).toMatch(/老年/);
  });

  test.skipIf(!existsSync(join(IPS, 'package.json')))('meets the International Patient Summary', async () => {
    const installed = await app.app.inject({
      method: 'POST',
      url: '/fhir/$install-package',
      headers: { 'content-type': 'application/gzip' },
      payload: Buffer.from(packageBytes(IPS)),
    });
    expect(installed.statusCode).toBe(200);
    for (const id of [RESIDENT, 'resident-010', 'resident-012', 'resident-025']) {
      const { body } = await get(`Patient/${id}/$summary`);
      const outcome = await app.call('POST', 'Bundle/$validate', body);
      const errors = outcome.body.issue.filter((i: Json) => i.severity === 'error');
      expect(errors.map((i: Json) => `${id} ${i.expression} ${i.diagnostics}`)).toEqual([]);
    }
    const { body } = await get(`Patient/${RESIDENT}/$summary`);
    body.entry[0].resource.section.shift();
    const broken = await app.call('POST', 'Bundle/$validate', body);
    expect(broken.text, 'it is judged by that profile').toContain('sectionProblems');
    expect(broken.body.issue.some((i: Json) => i.severity === 'error')).toBe(true);
  });

  test('can be resolved inside itself, names each medicine, and has nothing that was withdrawn', async () => {
    const subject = { reference: 'Patient/resident-025' };
    const medicine = { status: 'active', subject, medicationReference: { reference: 'Medication/met' } };
    const written = [
      { resourceType: 'Medication', id: 'met', code: { text: '二甲双胍缓释片' } },
      { resourceType: 'MedicationStatement', id: 'taken', ...medicine },
      { resourceType: 'MedicationStatement', id: 'stopped', ...medicine, status: 'stopped' },
      {
        resourceType: 'MedicationStatement',
        id: 'inside',
        status: 'active',
        subject,
        contained: [{ resourceType: 'Medication', id: 'm', code: { text: '厄贝沙坦片' } }],
        medicationReference: { reference: '#m' },
      },
      {
        resourceType: 'Procedure',
        id: 'no-procedure',
        status: 'entered-in-error',
        subject,
        code: { text: '误录手术' },
      },
      {
        resourceType: 'Observation',
        id: 'no-vital',
        status: 'entered-in-error',
        subject,
        category: [
          {
            coding: [
              { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
            ],
          },
        ],
        code: { text: '误录体温' },
        effectiveDateTime: '2026-11-20T08:00:00+08:00',
        valueQuantity: { value: 45 },
      },
    ];
    for (const r of written) {
      const { status, text } = await app.call('PUT', `${r.resourceType}/${r.id}`, r);
      expect(status, text).toBe(201);
    }
    const { body, text } = await get('Patient/resident-025/$summary');
    expect(text).not.toContain('误录');
    const there = new Set(body.entry.map((e: Json) => e.fullUrl));
    for (const { fullUrl, resource } of body.entry.filter((e: Json) => e.fullUrl.startsWith('urn:'))) {
      const references = [...JSON.stringify(resource).matchAll(/"reference":"([^"]*)"/g)].map(([, r]) => r!);
      expect(references.length, fullUrl).toBeGreaterThan(0);
      expect(references.filter((r) => !there.has(r))).toEqual([]);
    }
    const medicines = body.entry[0].resource.section.find((s: Json) => s.code.coding[0].code === '10160-0');
    expect(medicines.text.div).toContain('二甲双胍缓释片');
    expect(medicines.text.div).toContain('厄贝沙坦片');
    expect(JSON.stringify(medicines.entry)).not.toContain('stopped');
    expect(body.entry.some((e: Json) => e.resource.id === 'met')).toBe(true);
  });

  test('is whole for whoever has a little of everything, and for whoever has no name and no birth date', async () => {
    const subject = { reference: 'Patient/rich' };
    const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
    const category = (code: string) => [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
    ];
    const observed = {
      resourceType: 'Observation',
      status: 'final',
      subject,
      effectiveDateTime: '2026-03-01',
    };
    const clinical = (type: string, code: string) => ({
      coding: [{ system: `http://terminology.hl7.org/CodeSystem/${type}`, code }],
    });
    const written: Json[] = [
      { resourceType: 'Patient', id: 'bare' },
      {
        resourceType: 'Patient',
        id: 'rich',
        name: [{ text: '周全' }],
        birthDate: '1931-02-03',
        deceasedDateTime: '2026-11-01',
      },
      {
        resourceType: 'AllergyIntolerance',
        id: 'rich-no',
        patient: subject,
        clinicalStatus: clinical('allergyintolerance-clinical', 'inactive'),
        verificationStatus: clinical('allergyintolerance-verification', 'refuted'),
        code: { text: '误判过敏' },
      },
      {
        resourceType: 'AllergyIntolerance',
        id: 'rich-was',
        patient: subject,
        clinicalStatus: clinical('allergyintolerance-clinical', 'resolved'),
        verificationStatus: clinical('allergyintolerance-verification', 'confirmed'),
        code: { text: '虾' },
      },
      {
        resourceType: 'Immunization',
        id: 'rich-no',
        status: 'not-done',
        patient: subject,
        vaccineCode: { text: '未种疫苗' },
        occurrenceDateTime: '2026-01-01',
      },
      { resourceType: 'Procedure', id: 'rich-no', status: 'not-done', subject, code: { text: '未做手术' } },
      { resourceType: 'Procedure', id: 'rich-un', status: 'completed', subject },
      {
        resourceType: 'Device',
        id: 'pacer',
        patient: subject,
        deviceName: [{ name: '起搏器', type: 'user-friendly-name' }],
      },
      {
        resourceType: 'DeviceUseStatement',
        id: 'rich',
        status: 'active',
        subject,
        device: { reference: 'Device/pacer' },
        timingDateTime: '2024-05-01',
      },
      { resourceType: 'Device', id: 'lens', status: 'active', patient: subject, type: { text: '人工晶体' } },
      { ...observed, id: 'rich-smoke', code: loinc('72166-2'), valueCodeableConcept: { text: '已戒烟' } },
      { ...observed, id: 'rich-pregnant', code: loinc('82810-3'), valueCodeableConcept: { text: '未孕' } },
      {
        ...observed,
        id: 'rich-home',
        meta: {
          security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'PATRPT' }],
        },
        category: category('vital-signs'),
        code: { text: '体温' },
        valueQuantity: { value: 'DECIMAL', unit: '℃' },
      },
      {
        ...observed,
        id: 'rich-lysed',
        category: category('laboratory'),
        code: { text: '血钾' },
        dataAbsentReason: { text: '标本溶血' },
      },
      {
        resourceType: 'DiagnosticReport',
        id: 'rich',
        status: 'final',
        code: { text: '胸部CT' },
        subject,
        effectiveDateTime: '2026-03-02',
        conclusion: '双肺未见异常',
        presentedForm: [{ contentType: 'application/pdf', url: 'Binary/ct' }],
      },
      {
        resourceType: 'ClinicalImpression',
        id: 'rich',
        status: 'completed',
        subject,
        code: { text: '生活自理能力评估' },
        summary: '轻度依赖',
        date: '2026-04-01',
      },
      {
        resourceType: 'Consent',
        id: 'rich',
        status: 'active',
        scope: clinical('consentscope', 'adr'),
        category: [{ text: '不插管' }],
        patient: subject,
        policyRule: { text: '预立医疗指示' },
      },
    ];
    for (const r of written) {
      const sent = JSON.stringify(r).replace('"DECIMAL"', '36.50');
      const { status, text } = await app.call('PUT', `${r.resourceType}/${r.id}`, sent);
      expect(status, text).toBe(201);
    }
    const { body, text } = await get('Patient/rich/$summary');
    const sections = new Map<string, Json>(
      body.entry[0].resource.section.map((s: Json) => [s.code.coding[0].code, s]),
    );
    const told = {
      '48765-2': ['虾', '已痊愈'],
      '47519-4': ['名称不详', '已完成'],
      '46264-8': ['起搏器', '2024-05-01', '人工晶体'],
      '29762-2': ['已戒烟'],
      '10162-6': ['未孕'],
      '8716-3': ['36.50 ℃', '居民自测'],
      '30954-2': ['无结果(标本溶血)', '胸部CT', '双肺未见异常'],
      '47420-5': ['轻度依赖'],
      '42348-3': ['不插管'],
    };
    for (const [code, words] of Object.entries(told)) {
      for (const word of words) expect(sections.get(code)?.text.div, code).toContain(word);
    }
    expect(sections.get('46264-8').entry).toHaveLength(2);
    expect(text).not.toMatch(/误判过敏|未种疫苗|未做手术/);
    expect([...sections.keys()], 'the dead are called to no service by their age').not.toContain(
      'health-marks',
    );
    expect(text).toContain(`"url":"${BASE}/Binary/ct"`);
    const bare = await get('Patient/bare/$summary');
    for (const document of [body, bare.body]) {
      const outcome = await app.call('POST', 'Bundle/$validate', document);
      const errors = outcome.body.issue.filter((i: Json) => i.severity === 'error');
      expect(errors.map((i: Json) => `${i.expression} ${i.diagnostics}`)).toEqual([]);
      const { id: _, ...kept } = document;
      expect((await app.call('POST', 'Bundle', kept)).status).toBe(201);
    }
  });

  test('speaks Chinese where the county has words for a code, and names whose task it is', async () => {
    const { body } = await get(`Patient/${RESIDENT}/$summary`);
    const divOf = (code: string) =>
      body.entry[0].resource.section.find((s: Json) => s.code.coding[0].code === code).text.div;
    expect(divOf('open-tasks')).toMatch(
      /<td>随访<\/td><td>[^a-z<]+<\/td><td>[\d-]+<\/td><td>[^<]*团队<\/td>/,
    );
    expect(divOf('responsibility')).not.toContain('<td>family-doctor</td>');
  });

  test('says of each empty section that it is empty', async () => {
    const { body } = await get('Patient/resident-010/$summary');
    for (const section of body.entry[0].resource.section) {
      expect(section.entry !== undefined || section.emptyReason !== undefined, section.title).toBe(true);
      expect(section.text.div).toContain('<div xmlns="http://www.w3.org/1999/xhtml"');
    }
  });

  test('is a page to print for who asks for HTML, with nothing in it that runs', async () => {
    const { text, headers } = await get(`Patient/${RESIDENT}/$summary`, {
      accept: 'text/html,application/xhtml+xml;q=0.9',
    });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(text).toContain('健康档案首页');
    expect(text).toContain('王广田');
    expect(text).not.toContain('<script');
    const dead = {
      resourceType: 'Patient',
      id: 'dead',
      birthDate: '1930-02-03',
      deceasedDateTime: '2025-02-02',
    };
    await app.call('PUT', 'Patient/dead', dead);
    const page = await get('Patient/dead/$summary', { accept: 'text/html' });
    expect(page.text).toContain(
      '<dt>出生日期</dt><dd>1930-02-03(享年 94 岁)</dd><dt>死亡</dt><dd>2025-02-02</dd>',
    );
    const evil = { resourceType: 'Patient', id: 'evil', name: [{ text: '<script>x</script>' }] };
    await app.call('PUT', 'Patient/evil', evil);
    expect((await get('Patient/evil/$summary', { accept: 'text/html' })).text).not.toContain('<script');
  });

  test('is found by an identifier, and refused without', async () => {
    const { body } = await get('Patient/$summary?identifier=urn:oid:2.16.156.10011.1.3|331299195103120033');
    expect(body.entry[0].resource.subject.reference).toMatch(new RegExp(`/Patient/${RESIDENT}$`));
    expect((await app.call('GET', 'Patient/$summary')).status).toBe(400);
    expect((await app.call('GET', 'Patient/$summary?identifier=x|y')).status).toBe(404);
    expect((await app.call('GET', 'Patient/nobody/$summary')).status).toBe(404);
    expect((await app.call('GET', `Patient/${RESIDENT}/$summary?profile=http://example.org/x`)).status).toBe(
      400,
    );
  });

  test('has the linked records of the person, and the audit log names both', async () => {
    const { body: patient } = await get(`Patient/${RESIDENT}`);
    const { meta: _, link: __, ...rest } = patient;
    const second = await app.call('PUT', 'Patient/his-001', { ...rest, id: 'his-001' });
    expect(second.body.link).toEqual([{ other: { reference: `Patient/${RESIDENT}` }, type: 'seealso' }]);
    const { body } = await get('Patient/his-001/$summary');
    expect(body.entry.filter((e: Json) => e.resource.resourceType === 'Patient')).toHaveLength(1);
    expect(JSON.stringify(body)).toContain('resident-001-condition-1');
    // The person is one in the document, and what it refers to is in it or on this server.
    const condition = body.entry.find((e: Json) => e.resource.id === 'resident-001-condition-1');
    expect(condition.resource.subject).toEqual({ reference: `${BASE}/Patient/his-001` });
    const references = body.entry.flatMap((e: Json) =>
      [...JSON.stringify(e.resource).matchAll(/"reference":"([^"]*)"/g)].map(([, r]) => r!),
    );
    expect(references.filter((r: string) => !/^(#|urn:uuid:)/.test(r) && !r.startsWith(BASE))).toEqual([]);
    expect(body.entry[1].resource.link[0].other.reference).toBe(`${BASE}/Patient/${RESIDENT}`);
    for (const id of ['his-001', RESIDENT]) {
      const log = await get(`AuditEvent?patient=Patient/${id}&_linked=false&_sort=-date&_count=1`);
      expect(JSON.stringify(log.body.entry[0].resource.entity)).toContain(
        Buffer.from('Patient/his-001/$summary').toString('base64').slice(0, 20),
      );
    }
  });

  test('of a record that was merged is of the one that replaces it, and so is the rest of the record', async () => {
    const allergy = {
      resourceType: 'AllergyIntolerance',
      id: 'allergy-of-his',
      clinicalStatus: { coding: [{ system: ACTIVE_ALLERGY, code: 'active' }] },
      code: { text: '青霉素' },
      patient: { reference: 'Patient/his-001' },
    };
    expect((await app.call('PUT', `AllergyIntolerance/${allergy.id}`, allergy)).status).toBe(201);
    const step = async (name: string) => {
      const pair = { 'source-patient': 'Patient/his-001', 'target-patient': `Patient/${RESIDENT}` };
      const { status, text } = await app.call('POST', `Patient/$${name}`, parameters(pair));
      expect(status, text).toBe(200);
    };
    const whole = async (id: string, operation: string) => (await get(`Patient/${id}/$${operation}`)).body;
    await step('merge');
    const { entry } = await whole('his-001', 'summary');
    const patients = entry.filter((e: Json) => e.resource.resourceType === 'Patient');
    expect(patients.map((e: Json) => e.resource.id)).toEqual([RESIDENT]);
    expect(entry[0].resource.subject).toEqual({ reference: `${BASE}/Patient/${RESIDENT}` });
    const told = entry.find((e: Json) => e.resource.id === allergy.id);
    expect(told.resource.patient).toEqual({ reference: `${BASE}/Patient/${RESIDENT}` });
    // Of what nothing adds to in the background.
    const timeline = 'timeline?_type=Encounter,DiagnosticReport';
    expect(await whole('his-001', timeline)).toEqual(await whole(RESIDENT, timeline));
    const everything = 'everything?_type=Patient,Encounter,Observation,AllergyIntolerance';
    const idsOf = (bundle: Json) => bundle.entry.map((e: Json) => e.fullUrl).sort();
    expect(idsOf(await whole('his-001', everything))).toEqual(idsOf(await whole(RESIDENT, everything)));

    await step('unmerge');
    const again = (await whole('his-001', 'summary')).entry;
    expect(again[0].resource.subject).toEqual({ reference: `${BASE}/Patient/his-001` });
    expect(JSON.stringify(again)).not.toContain('resident-001-condition-1');
    expect(JSON.stringify(await whole(RESIDENT, 'summary'))).not.toContain(allergy.id);
    await step('link');
  });
});

test('Composition/$document has the Composition, its subject and what it refers to, and may be kept', async () => {
  const composition = {
    resourceType: 'Composition',
    id: 'doc',
    status: 'final',
    type: { text: '出院小结' },
    subject: { reference: `Patient/${RESIDENT}` },
    date: '2026-01-01',
    author: [{ reference: 'Organization/county-hospital' }],
    title: '出院小结',
    section: [
      {
        title: 'x',
        entry: [
          { reference: `Condition/${RESIDENT}-condition-1` },
          { reference: 'Condition/resident-005-condition-1' },
        ],
      },
    ],
  };
  expect((await app.call('PUT', 'Composition/doc', composition)).status).toBe(201);
  const { body } = await get('Composition/doc/$document');
  const all = body.entry.map((e: Json) => `${e.resource.resourceType}/${e.resource.id}`);
  expect(all.slice(0, 2)).toEqual(['Composition/doc', `Patient/${RESIDENT}`]);
  expect(all).toEqual(
    expect.arrayContaining(['Organization/county-hospital', `Condition/${RESIDENT}-condition-1`]),
  );
  expect(all, 'nothing of another resident').not.toContain('Condition/resident-005-condition-1');
  // A reference to nothing in the document would not be one that can be kept.
  composition.section[0]!.entry.pop();
  await app.call('PUT', 'Composition/doc', composition);
  const kept = await app.call('POST', 'Composition/doc/$document?persist=true');
  expect(kept.status, kept.text).toBe(200);
  expect((await get(`Bundle/${kept.body.id}`)).body.type).toBe('document');
  expect((await app.call('GET', 'Composition/none/$document')).status).toBe(404);
  // One of another record of the person has what this one has.
  const ofLinked = { ...composition, id: 'doc-linked', subject: { reference: 'Patient/his-001' } };
  expect((await app.call('PUT', 'Composition/doc-linked', ofLinked)).status).toBe(201);
  const linked = await get('Composition/doc-linked/$document');
  expect(linked.text).toContain(`"fullUrl":"${BASE}/Condition/${RESIDENT}-condition-1"`);
});

describe('Patient/$timeline', () => {
  async function all(query: string) {
    const events: Json[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get(`Patient/${RESIDENT}/$timeline?_count=7${query}${cursor}`);
      events.push(...body.parameter.filter((p: Json) => p.name === 'event').map(partsOf));
      const next = body.parameter.find((p: Json) => p.name === 'next');
      if (!next) return events;
      cursor = `&cursor=${encodeURIComponent(next.valueString)}`;
    }
  }

  test('has every event once, latest first, page after page', async () => {
    const events = await all('');
    const references = events.map((e) => e.resource.reference);
    expect(new Set(references).size).toBe(references.length);
    const dates = events.flatMap((e) => (e.date ? [Date.parse(e.date)] : []));
    expect(dates).toEqual(dates.toSorted((a, b) => b - a));
    const { body } = await get(`Encounter?patient=Patient/${RESIDENT}&_count=200`);
    const encounters = body.entry.map((e: Json) => `Encounter/${e.resource.id}`);
    expect(references).toEqual(expect.arrayContaining(encounters));
    expect(events.find((e) => e.resource.reference === encounters[0])).toMatchObject({
      title: expect.any(String),
      status: 'finished',
    });
  });

  test('is narrowed by type, by days and by institution', async () => {
    const reports = await all('&_type=DiagnosticReport');
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.every((e) => e.resource.reference.startsWith('DiagnosticReport/'))).toBe(true);
    const year = await all('&_type=DiagnosticReport&start=2025-01-01&end=2025-12-31');
    expect(year.every((e) => e.date === undefined || e.date.startsWith('2025'))).toBe(true);
    const hospital = await all('&_type=Encounter&organization=Organization/county-hospital');
    expect(hospital.every((e) => e.organization.reference === 'Organization/county-hospital')).toBe(true);
    const everywhere = await all('&_type=Encounter');
    expect(hospital.length).toBeLessThan(everywhere.length);
    expect((await app.call('GET', `Patient/${RESIDENT}/$timeline?_type=Organization`)).status).toBe(400);
    expect((await app.call('GET', `Patient/${RESIDENT}/$timeline?start=soon`)).status).toBe(400);
  });
});

describe('trends', () => {
  const pressure = 'http://loinc.org|85354-9';

  test('Observation/$lastn answers the latest of each code', async () => {
    const { body } = await get(`Observation/$lastn?patient=Patient/${RESIDENT}&category=laboratory&max=2`);
    const byCode = Map.groupBy(body.entry, (e: Json) => e.resource.code.coding[0].code);
    expect(byCode.size).toBeGreaterThan(3);
    for (const group of byCode.values()) expect(group.length).toBeLessThanOrEqual(2);
    const one = await get(
      `Observation/$lastn?patient=Patient/${RESIDENT}&code=${encodeURIComponent(pressure)}`,
    );
    const newest = await get(
      `Observation?patient=Patient/${RESIDENT}&code=${encodeURIComponent(pressure)}&_sort=-date&_count=1`,
    );
    expect(one.body.entry[0].resource.id).toBe(newest.body.entry[0].resource.id);
    expect((await app.call('GET', 'Observation/$lastn?category=laboratory')).status).toBe(400);
    for (const max of ['0', '-1', 'abc']) {
      expect(
        (await app.call('GET', `Observation/$lastn?patient=Patient/${RESIDENT}&max=${max}`)).status,
      ).toBe(400);
    }
  });

  test('Observation/$stats counts, in the unit of the newest value', async () => {
    const inUnits = [
      [4000, 'umol/L'],
      [8, 'mmol/L'],
      [6, 'mmol/L'],
    ] as const;
    for (const [i, [value, code]] of inUnits.entries()) {
      const observation = {
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ system: 'urn:x', code: 'trend' }] },
        subject: { reference: `Patient/${RESIDENT}` },
        effectiveDateTime: `2026-0${i + 1}-01`,
        valueQuantity: { value, unit: code, system: 'http://unitsofmeasure.org', code },
      };
      expect((await app.call('POST', 'Observation', observation)).status).toBe(201);
    }
    const base = `Observation/$stats?subject=Patient/${RESIDENT}&system=urn:x&code=trend`;
    const { body } = await get(
      `${base}&statistic=average&statistic=max&statistic=min&statistic=count&statistic=median&include=true&limit=2`,
    );
    const [statistics, ...sources] = body.parameter;
    const values = Object.fromEntries(
      statistics.resource.component.map((c: Json) => [c.code.coding[0].code, c.valueQuantity.value]),
    );
    expect(values).toEqual({ average: 6, maximum: 8, minimum: 4, count: 3, median: 6 });
    expect(statistics.resource.component[0].valueQuantity.code).toBe('mmol/L');
    expect(sources).toHaveLength(2);
    const valid = await app.call('POST', 'Observation/$validate', statistics.resource);
    expect(valid.body.issue.filter((i: Json) => i.severity === 'error')).toEqual([]);
    const none = await get(
      `Observation/$stats?subject=Patient/${RESIDENT}&system=urn:x&code=nothing&statistic=average&statistic=count`,
    );
    expect(none.body.parameter[0].resource.component[0].dataAbsentReason).toBeDefined();
    expect((await app.call('GET', `${base}&statistic=magic`)).status).toBe(400);
  });
});

describe('completeness', () => {
  test('of a resident says what is missing', async () => {
    const { body } = await get('Patient/resident-010/$completeness');
    const elements = Object.fromEntries(
      body.parameter
        .filter((p: Json) => p.name === 'element')
        .map((p: Json) => [partsOf(p).code.code, partsOf(p).present]),
    );
    expect(elements).toMatchObject({ name: true, 'birth-date': true, 'resident-id': false, contract: false });
    const share = body.parameter.find((p: Json) => p.name === 'percent').valueDecimal;
    expect(share).toBeCloseTo(
      (Object.values(elements).filter(Boolean).length / Object.keys(elements).length) * 100,
      0,
    );
  });

  test('of an institution counts over its residents', async () => {
    for (const [id, phone] of [
      ['org-1', '1'],
      ['org-2', undefined],
    ] as const) {
      const patient = {
        resourceType: 'Patient',
        id,
        name: [{ text: `档${id}` }],
        managingOrganization: { reference: 'Organization/village-clinic-2' },
        ...(phone ? { telecom: [{ system: 'phone', value: '13800138000' }] } : {}),
      };
      expect((await app.call('PUT', `Patient/${id}`, patient)).status).toBe(201);
    }
    const { body } = await get('Organization/village-clinic-2/$completeness?residents=5');
    const count = body.parameter.find((p: Json) => p.name === 'residents').valueInteger;
    const phone = body.parameter.find(
      (p: Json) => p.name === 'element' && p.part[0].valueCoding.code === 'phone',
    );
    expect(phone.part.find((p: Json) => p.name === 'present').valueInteger).toBeLessThan(count);
    expect(JSON.stringify(phone.part.filter((p: Json) => p.name === 'missing'))).toContain('Patient/org-2');
    expect(phone.part[0].valueCoding.system).toBe(`${CANONICAL}/CodeSystem/first-page-element`);
  });
});
