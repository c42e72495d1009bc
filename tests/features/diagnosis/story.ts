/** A shared examination in the demo county: order, specimen, report; and the steps as calls. */
import type { Answer } from '../../support/app.ts';
import { CANONICAL, type Json, parameters, reference } from '../recognition/story.ts';
import type { Call } from '../tokens.ts';

export const TOWNSHIP = 'Organization/township-centre-east';
export const LABORATORY = 'Organization/laboratory-centre';
export const ORDERER = 'PractitionerRole/township-centre-east-physician-1';
export const AUTHOR = 'PractitionerRole/laboratory-centre-technician';
export const VERIFIER = 'PractitionerRole/laboratory-centre-director';
const SUBJECT = { reference: 'Patient/resident-001' };

export const profile = (id: string) => `${CANONICAL}/StructureDefinition/${id}`;

/** An order of the township for the laboratory centre. */
export function order(id: string): Json {
  return {
    resourceType: 'ServiceRequest',
    id,
    meta: { profile: [profile('county-shared-lab-order')] },
    identifier: [{ system: 'urn:oid:2.16.156.10011.1.24', value: id }],
    status: 'active',
    intent: 'order',
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }], text: '葡萄糖' },
    subject: SUBJECT,
    authoredOn: '2026-11-28T09:00:00+08:00',
    requester: { reference: ORDERER },
    performer: [{ reference: LABORATORY }],
  };
}

export function specimen(of: string, more: Json = {}): Json {
  return {
    resourceType: 'Specimen',
    id: `${of}-specimen`,
    status: 'available',
    accessionIdentifier: { system: 'urn:oid:2.16.156.10011.1.14', value: `BC-${of}` },
    type: { text: '血清' },
    subject: SUBJECT,
    request: [{ reference: `ServiceRequest/${of}` }],
    ...more,
  };
}

export function report(of: string, status: string, more: Json = {}): Json {
  return {
    resourceType: 'DiagnosticReport',
    id: `${of}-report`,
    basedOn: [{ reference: `ServiceRequest/${of}` }],
    status,
    code: { text: '葡萄糖' },
    subject: SUBJECT,
    effectiveDateTime: '2026-11-28T10:00:00+08:00',
    issued: '2026-11-28T10:30:00+08:00',
    performer: [{ reference: LABORATORY }, { reference: AUTHOR }],
    conclusion: '正常',
    ...(status === 'preliminary' ? {} : { resultsInterpreter: [{ reference: VERIFIER }] }),
    ...more,
  };
}

export const out = (to: string) => reference('output', to);
export const why = (text: string) => ({ name: 'reason', valueCodeableConcept: { text } });
export const critical = { extension: [{ url: profile('critical-finding'), valueBoolean: true }] };
export const amendment = { url: profile('amendment-reason'), valueString: '更正' };

export const state = (task: Json) => task.businessStatus.coding[0].code;

export function advance(call: Call, task: string, event: string, more: Json[] = []): Promise<Answer> {
  return call(
    'POST',
    `Task/${task}/$advance-diagnosis`,
    parameters({ name: 'event', valueCode: event }, ...more),
  );
}

export function acknowledge(call: Call, task: string): Promise<Answer> {
  const action = { name: 'action', valueString: '已通知患者复诊' };
  return call(
    'POST',
    `Task/${task}/$acknowledge-critical-value`,
    parameters(reference('acknowledgedBy', ORDERER), action),
  );
}
