import { describe, expect, test } from 'vitest';
import { createValidator } from '../../../src/validation/validator.ts';
import { brief, checkWith, definitionsWith, profile } from './support.ts';

const patient = (more: object) => ({ resourceType: 'Patient', ...more });
const observation = (more: object) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const subject = (type: object) =>
  profile('Observation', 'subject', [
    {
      id: 'Observation.subject',
      path: 'Observation.subject',
      min: 0,
      max: '1',
      type: [{ code: 'Reference', ...type }],
    },
  ]);
const named = profile('Patient', 'named', [
  { id: 'Patient.name', path: 'Patient.name', min: 1, max: '*', type: [{ code: 'HumanName' }] },
]);
const URN = 'urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a1';

describe('the profile of a target', () => {
  const p = subject({ targetProfile: [named.url] });
  const contained = (inner: object) => observation({ contained: [inner], subject: { reference: '#p' } });

  test('is demanded of contained resources, and what is wrong is said', () => {
    expect(checkWith([p, named], contained(patient({ id: 'p', name: [{ text: '一' }] })))).toEqual([]);
    const validator = createValidator(definitionsWith(p, named));
    const [issue] = validator.validate(contained(patient({ id: 'p' })), { profiles: [p.url] });
    expect(brief([issue!])).toEqual(['reference-profile Observation.subject.reference']);
    expect(issue?.text.en).toContain("'name' is required");
  });

  test('is demanded of entries of the same Bundle, by fullUrl and by relative reference', () => {
    const bundle = (fullUrl: string, reference: string, more: object) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'http://a.example/fhir/Observation/o',
          resource: observation({ meta: { profile: [p.url] }, subject: { reference } }),
        },
        { fullUrl, resource: patient(more) },
      ],
    });
    const found = (b: object) => brief(createValidator(definitionsWith(p, named)).validate(b));
    const wrong = ['reference-profile Bundle.entry[0].resource.subject.reference'];
    expect(found(bundle(URN, URN, {}))).toEqual(wrong);
    expect(found(bundle('http://a.example/fhir/Patient/1', 'Patient/1', {}))).toEqual(wrong);
    expect(found(bundle(URN, URN, { name: [{ text: '一' }] }))).toEqual([]);
    // Who is not at hand is not judged.
    expect(found(bundle(URN, 'Patient/elsewhere', {}))).toEqual([]);
  });

  test('does not go round in circles', () => {
    const link = profile('Patient', 'linked', [
      { id: 'Patient.link', path: 'Patient.link', min: 1, max: '*', type: [{ code: 'BackboneElement' }] },
      {
        id: 'Patient.link.other',
        path: 'Patient.link.other',
        min: 1,
        max: '1',
        type: [{ code: 'Reference', targetProfile: ['https://county.example/StructureDefinition/linked'] }],
      },
    ]);
    const entry = (id: string, other: string) => ({
      fullUrl: `http://a.example/fhir/Patient/${id}`,
      resource: patient({
        id,
        meta: { profile: [link.url] },
        link: [{ other: { reference: `Patient/${other}` }, type: 'refer' }],
      }),
    });
    const circle = { resourceType: 'Bundle', type: 'collection', entry: [entry('a', 'b'), entry('b', 'a')] };
    expect(createValidator(definitionsWith(link)).validate(circle)).toEqual([]);
  });
});

describe('a profile says', () => {
  test('where the target is', () => {
    const rule = (...aggregation: string[]) => subject({ aggregation });
    const inside = observation({ contained: [patient({ id: 'p' })], subject: { reference: '#p' } });
    const apart = observation({ subject: { reference: 'Patient/1' } });
    const wrong = ['reference-aggregation Observation.subject.reference'];
    expect(checkWith([rule('contained')], inside)).toEqual([]);
    expect(checkWith([rule('contained')], apart)).toEqual(wrong);
    expect(checkWith([rule('referenced')], inside)).toEqual(wrong);
    expect(checkWith([rule('referenced')], apart)).toEqual([]);
    expect(checkWith([rule('bundled')], apart)).toEqual(wrong);
  });

  test('whether a version is named', () => {
    const to = (reference: string) => observation({ subject: { reference } });
    const wrong = ['reference-versioning Observation.subject.reference'];
    const [specific, independent] = [
      subject({ versioning: 'specific' }),
      subject({ versioning: 'independent' }),
    ];
    expect(checkWith([specific], to('Patient/1/_history/2'))).toEqual([]);
    expect(checkWith([specific], to('Patient/1'))).toEqual(wrong);
    expect(checkWith([independent], to('Patient/1/_history/2'))).toEqual(wrong);
    expect(checkWith([independent], to('Patient/1'))).toEqual([]);
  });
});

describe('a target that should be here', () => {
  const validator = createValidator(definitionsWith());
  const asked: string[] = [];
  const missing = async (references: readonly string[]) => {
    asked.push(...references);
    return new Set(references.filter((r) => r.endsWith('gone')));
  };
  const resource = observation({
    subject: { reference: 'Patient/gone' },
    encounter: { reference: 'Encounter/1' },
  });

  test('is asked about on demand, as a warning or an error', async () => {
    expect(validator.validateWith({ missing }, resource)).toEqual([]);
    for (const [missingReference, severity] of [
      ['warn', 'warning'],
      ['refuse', 'error'],
    ] as const) {
      const issues = await validator.validateWith({ missing }, resource, { missingReference });
      expect(issues.map((i) => `${i.severity} ${i.rule} ${i.expression}`)).toEqual([
        `${severity} reference-missing Observation.subject.reference`,
      ]);
    }
  });

  test('is not asked about when it comes along, or by a condition', async () => {
    asked.length = 0;
    const entry = [
      { fullUrl: URN, resource: patient({}) },
      { fullUrl: `${URN.slice(0, -1)}2`, resource: observation({ subject: { reference: URN } }) },
      {
        fullUrl: `${URN.slice(0, -1)}3`,
        resource: observation({ subject: { reference: 'Patient?identifier=gone' } }),
      },
    ];
    const bundle = { resourceType: 'Bundle', type: 'collection', entry };
    expect(await validator.validateWith({ missing }, bundle, { missingReference: 'refuse' })).toEqual([]);
    expect(asked).toEqual([]);
  });
});
