/** Teams, packages and residents of the demo county, and contracts between them. */
import { expect } from 'vitest';
import type { Answer, TestApp } from '../../support/app.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests build and look into resources of every shape
export type Json = any;

export const C = 'https://xiantong.example/fhir';
const EXT = (name: string) => `${C}/StructureDefinition/${name}`;
export const BASIC = 'https://qinghe.example/fhir/PlanDefinition/basic-package|2026';
export const BLOOD_PRESSURE = 'https://qinghe.example/fhir/PlanDefinition/hypertension-package|2026';
export const DOCTOR = 'PractitionerRole/township-centre-east-physician-1';

const code = (system: string, value: string) => ({
  coding: [{ system: `${C}/CodeSystem/${system}`, code: value }],
});

export function team(id: string, doctor = DOCTOR, organization = 'Organization/township-centre-east'): Json {
  return {
    resourceType: 'CareTeam',
    id,
    status: 'active',
    name: `团队 ${id}`,
    period: { start: '2020-01-01' },
    participant: [
      {
        role: [
          code('family-doctor-team-role', 'leader'),
          code('family-doctor-team-role', 'general-practitioner'),
        ],
        member: { reference: doctor },
        period: { start: '2020-01-01' },
      },
      {
        role: [code('family-doctor-team-role', 'nurse')],
        member: { reference: 'PractitionerRole/township-centre-east-nurse' },
      },
    ],
    managingOrganization: [{ reference: organization }],
  };
}

function item(id: string, system: string, value: string, programme?: string): Json {
  return {
    resourceType: 'ActivityDefinition',
    id,
    url: `https://qinghe.example/fhir/ActivityDefinition/${id}`,
    version: '2026',
    title: id,
    status: 'active',
    kind: 'Task',
    code: { coding: [{ system, code: value }] },
    ...(programme
      ? {
          useContext: [
            {
              code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'program' },
              valueCodeableConcept: code('public-health-programme', programme),
            },
          ],
        }
      : {}),
  };
}

function plan(id: string, type: string, actions: [string, Json][], more: Json = {}): Json {
  return {
    resourceType: 'PlanDefinition',
    id,
    url: `https://qinghe.example/fhir/PlanDefinition/${id}`,
    version: '2026',
    title: id,
    type: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'workflow-definition' },
      ],
    },
    status: 'active',
    topic: [code('contract-package-type', type)],
    effectivePeriod: { start: '2020-01-01' },
    action: actions.map(([name, repeat]) => ({
      id: name,
      title: name,
      timingTiming: { repeat },
      definitionCanonical: `https://qinghe.example/fhir/ActivityDefinition/${name}`,
    })),
    ...more,
  };
}

const TASKS = `${C}/CodeSystem/public-health-task`;

export const PACKAGES: Json[] = [
  item('hypertension-follow-up', TASKS, 'follow-up', 'hypertension'),
  item('examination', TASKS, 'examination'),
  item('education', 'https://qinghe.example/service', 'education'),
  plan('basic-package', 'basic', [
    ['examination', { frequency: 1, period: 1, periodUnit: 'a' }],
    ['education', { count: 2 }],
  ]),
  plan(
    'hypertension-package',
    'personalised',
    [['hypertension-follow-up', { frequency: 4, period: 1, periodUnit: 'a' }]],
    {
      useContext: [
        {
          code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'focus' },
          valueCodeableConcept: code('key-population', '04'),
        },
      ],
    },
  ),
];

export function resident(id: string, more: Json = {}): Json {
  return {
    resourceType: 'Patient',
    id,
    name: [{ text: '测试' }],
    gender: 'male',
    birthDate: '1960-05-01',
    ...more,
  };
}

export function signer(type: 'PAT' | 'GUARD' | 'HPROV', party: string): Json {
  return {
    type: { system: 'http://terminology.hl7.org/CodeSystem/contractsignertypecodes', code: type },
    party: { reference: party },
    signature: [
      {
        type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }],
        when: '2026-01-01T09:00:00+08:00',
        who: { reference: party },
      },
    ],
  };
}

export interface Terms {
  readonly team?: string;
  readonly start?: string;
  readonly end?: string;
  readonly packages?: readonly string[];
  readonly populations?: readonly string[];
  readonly more?: Json;
}

/** A contract that nobody has signed. */
export function offer(id: string, patient: string, terms: Terms = {}): Json {
  const { start = '2026-01-01', end = '2026-12-31', packages = [BASIC], populations = ['04'] } = terms;
  return {
    resourceType: 'Contract',
    id,
    identifier: [{ system: 'https://township-east.example/contract-number', value: id }],
    status: 'offered',
    type: code('county-contract-type', 'family-doctor'),
    subject: [{ reference: `Patient/${patient}` }],
    authority: [{ reference: 'Organization/township-centre-east' }],
    applies: { start, end },
    extension: [
      { url: EXT('contract-care-team'), valueReference: { reference: `CareTeam/${terms.team ?? 'east'}` } },
      ...populations.map((p) => ({
        url: EXT('key-population'),
        valueCodeableConcept: code('key-population', p),
      })),
    ],
    term: packages.map((valueCanonical) => ({
      extension: [{ url: EXT('contract-package'), valueCanonical }],
      type: code('contract-package-type', valueCanonical === BASIC ? 'basic' : 'personalised'),
      offer: { text: '服务包' },
    })),
    ...terms.more,
  };
}

/** The same, signed by both. */
export function signed(id: string, patient: string, terms: Terms = {}): Json {
  return {
    ...offer(id, patient, terms),
    status: 'executed',
    issued: terms.start ?? '2026-01-01',
    signer: [signer('PAT', `Patient/${patient}`), signer('HPROV', DOCTOR)],
    ...terms.more,
  };
}

export const stopReason = (value: string) => ({
  url: EXT('contract-stop-reason'),
  valueCodeableConcept: code('contract-stop-reason', value),
});

export const extension = (resource: Json, name: string) =>
  resource.extension?.find((e: Json) => e.url === EXT(name));

export function parameters(...parameter: Json[]): Json {
  return { resourceType: 'Parameters', ...(parameter.length > 0 ? { parameter } : {}) };
}

export const bySigner = (type: string, party: string) => ({
  name: 'signer',
  part: [
    { name: 'type', valueCode: type },
    { name: 'party', valueReference: { reference: party } },
  ],
});

export async function put(app: TestApp, ...resources: Json[]): Promise<void> {
  for (const r of resources) {
    const { status, text } = await app.call('PUT', `${r.resourceType}/${r.id}`, r);
    expect([200, 201], text.slice(0, 1500)).toContain(status);
  }
}

export async function found(app: TestApp, query: string): Promise<Json[]> {
  const answer = await app.call('GET', query);
  expect(answer.status, answer.text).toBe(200);
  return (answer.body.entry ?? []).map((e: Json) => e.resource);
}

/** Names of the rules that an answer says were broken. */
export function rules(answer: Answer): string[] {
  expect(answer.body?.resourceType, answer.text).toBe('OperationOutcome');
  return answer.body.issue.flatMap((i: Json) =>
    (i.details?.coding ?? [])
      .filter((c: Json) => c.system === `${C}/CodeSystem/county-outcome`)
      .map((c: Json) => c.code),
  );
}

export async function moveTo(app: TestApp, to: string): Promise<void> {
  const answer = await app.call('POST', '$advance-clock', parameters({ name: 'to', valueDateTime: to }));
  expect(answer.status, answer.text).toBe(200);
}
