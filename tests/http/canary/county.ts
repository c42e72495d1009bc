/** Five organisations, those who work there, and residents: one of them, the canary, is another organisation's. */
import { bundle, type Json, put } from '../support.ts';

/** In everything that is the canary's, and in no question about it. */
export const SECRET = '金丝雀机密';
/** What questions may name: it tells whether something is there, and is in the canary's data alone. */
export const CODE = 'canary-code';
export const NAME = 'canaryname';
const SYSTEM = 'urn:canary';

const ref = (reference: string) => ({ reference });
const concept = (code: string) => ({ coding: [{ system: SYSTEM, code }], text: code });

const active = (system: string) => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code: 'active' }],
});

/** Organisations, posts, and a resident of the clinic with everything that opens a record to somebody. */
export function county(): Json[] {
  const organization = (id: string, type: string, partOf?: string) => ({
    resourceType: 'Organization',
    id,
    name: id,
    type: [{ coding: [{ system: 'urn:types', code: type }] }],
    ...(partOf ? { partOf: ref(`Organization/${partOf}`) } : {}),
  });
  const post = (id: string, at: string, code: Json, more: Json = {}) => [
    { resourceType: 'Practitioner', id, name: [{ text: id }] },
    {
      resourceType: 'PractitionerRole',
      id: `post-${id}`,
      practitioner: ref(`Practitioner/${id}`),
      organization: ref(`Organization/${at}`),
      code: [code],
      ...more,
    },
  ];
  const coded = (code: string) => ({
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code }],
  });
  return [
    organization('clinic', 'C210'),
    organization('village', 'D600', 'clinic'),
    organization('hospital', 'A100'),
    organization('disease-control', 'J100'),
    organization('laboratory', 'P110'),
    ...post('doctor', 'clinic', coded('doctor')),
    ...post('nurse', 'clinic', coded('nurse')),
    ...post('village-doctor', 'village', { text: '乡村医生' }),
    ...post('public-health', 'clinic', { text: '公共卫生医师' }),
    ...post('pharmacist', 'clinic', coded('pharmacist')),
    ...post('administrator', 'clinic', coded('ict')),
    ...post('laboratorian', 'laboratory', { text: '检验技师' }),
    ...post(
      'disease-controller',
      'disease-control',
      { text: '公共卫生医师' },
      { specialty: [{ text: '传染病防治科' }] },
    ),
    ...post('regulator', 'disease-control', { text: '监管人员' }),
    ...post('grid-worker', 'clinic', { text: '网格员' }),
    ...post('seconded', 'hospital', coded('doctor'), { period: { start: '2020-01-01', end: '2020-12-31' } }),
    ...recordOf('own', 'clinic', { code: 'own-code', name: 'ownname', text: '本院居民' }),
    {
      resourceType: 'RelatedPerson',
      id: 'mother',
      patient: ref('Patient/own'),
      relationship: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'GUARD' }] },
      ],
    },
    {
      resourceType: 'CareTeam',
      id: 'grid',
      status: 'active',
      subject: ref('Patient/own'),
      participant: [{ member: ref('Practitioner/grid-worker') }],
    },
  ];
}

/** The canary's data: of another organisation. */
export function canary(): Json[] {
  return recordOf('canary', 'hospital', { code: CODE, name: NAME, text: SECRET });
}

/** A resource of every kind that a record has, each with the text in it. */
function recordOf(id: string, at: string, mark: { code: string; name: string; text: string }): Json[] {
  const { text } = mark;
  const organization = ref(`Organization/${at}`);
  const patient = ref(`Patient/${id}`);
  const code = concept(mark.code);
  const identifier = [{ system: SYSTEM, value: mark.code }];
  const when = '2026-01-02T08:00:00+08:00';
  const note = [{ text }];
  const resource = (resourceType: string, more: Json) => ({
    resourceType,
    id: `${id}-${resourceType.toLowerCase()}`,
    ...more,
  });
  return [
    {
      resourceType: 'Patient',
      id,
      identifier,
      name: [{ text, family: mark.name }],
      telecom: [{ system: 'phone', value: '13912340000' }],
      birthDate: '1980-01-01',
      gender: 'female',
      managingOrganization: organization,
    },
    resource('Observation', {
      status: 'final',
      identifier,
      code,
      subject: patient,
      effectiveDateTime: when,
      valueQuantity: { value: 5.4, unit: 'mmol/L' },
      performer: [organization],
      note,
    }),
    resource('Condition', {
      identifier,
      clinicalStatus: active('condition-clinical'),
      code,
      subject: patient,
      recordedDate: when,
      note,
    }),
    resource('Encounter', {
      status: 'finished',
      identifier,
      class: { system: SYSTEM, code: mark.code },
      subject: patient,
      serviceProvider: organization,
      period: { start: when, end: when },
      reasonCode: [{ text }],
    }),
    resource('DiagnosticReport', {
      status: 'final',
      identifier,
      code,
      subject: patient,
      effectiveDateTime: when,
      performer: [organization],
      result: [ref(`Observation/${id}-observation`)],
      conclusion: text,
    }),
    resource('AllergyIntolerance', {
      identifier,
      clinicalStatus: active('allergyintolerance-clinical'),
      code,
      patient,
      note,
    }),
    resource('MedicationRequest', {
      status: 'active',
      intent: 'order',
      identifier,
      medicationCodeableConcept: code,
      subject: patient,
      requester: organization,
      note,
    }),
    resource('ServiceRequest', {
      status: 'active',
      intent: 'order',
      identifier,
      code,
      subject: patient,
      requester: organization,
      note,
    }),
    resource('Procedure', {
      status: 'completed',
      identifier,
      code,
      subject: patient,
      performer: [{ actor: organization }],
      note,
    }),
    resource('CarePlan', {
      status: 'active',
      intent: 'plan',
      identifier,
      category: [code],
      subject: patient,
      author: organization,
      note,
    }),
    resource('CareTeam', {
      status: 'proposed',
      identifier,
      subject: patient,
      managingOrganization: [organization],
      name: text,
    }),
    resource('Communication', {
      status: 'completed',
      identifier,
      category: [code],
      subject: patient,
      sender: organization,
      payload: [{ contentString: text }],
    }),
    resource('Task', {
      status: 'requested',
      intent: 'order',
      identifier,
      code,
      for: patient,
      requester: organization,
      description: text,
    }),
    resource('Appointment', {
      status: 'booked',
      identifier,
      start: when,
      end: when,
      participant: [{ actor: patient, status: 'accepted' }],
      comment: text,
    }),
    resource('DocumentReference', {
      status: 'current',
      identifier,
      type: code,
      subject: patient,
      custodian: organization,
      description: text,
      content: [{ attachment: { contentType: 'text/plain', title: text } }],
    }),
    resource('Composition', {
      status: 'final',
      identifier: identifier[0],
      type: code,
      subject: patient,
      date: when,
      author: [organization],
      custodian: organization,
      title: text,
    }),
    resource('List', {
      status: 'current',
      mode: 'working',
      identifier,
      code,
      subject: patient,

      title: text,
      entry: [{ item: ref(`Observation/${id}-observation`) }],
    }),
    resource('Flag', {
      status: 'active',
      identifier,
      code: { ...code, text },
      subject: patient,
      author: organization,
    }),
    resource('Goal', {
      lifecycleStatus: 'active',
      identifier,
      description: { ...code, text },
      subject: patient,
    }),
    resource('RelatedPerson', { identifier, patient, name: [{ text }] }),
    resource('EpisodeOfCare', {
      status: 'active',
      identifier,
      type: [code],
      patient,
      managingOrganization: organization,
      diagnosis: [{ condition: { reference: `Condition/${id}-condition`, display: text } }],
    }),
    resource('Specimen', { identifier, type: code, subject: patient, note }),
    resource('Consent', {
      status: 'active',
      identifier,
      scope: code,
      category: [code],
      policyRule: { text },
      patient,
      organization: [organization],
    }),
    resource('Coverage', { status: 'active', identifier, beneficiary: patient, payor: [{ display: text }] }),
    resource('Group', {
      type: 'person',
      actual: true,
      identifier,
      code,
      name: text,
      managingEntity: organization,
      member: [{ entity: patient }],
    }),
    resource('Provenance', {
      target: [ref(`Observation/${id}-observation`)],
      recorded: when,
      agent: [{ who: { ...organization, display: text } }],
    }),
    resource('Basic', {
      identifier,
      code,
      subject: patient,
      author: ref('Practitioner/nobody'),
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` },
    }),
  ];
}

export function stored(resources: readonly Json[]): Json {
  return bundle(
    'transaction',
    resources.map((r) => put(r)),
  );
}

/** Everybody whose business the canary is not: names, and what they are. */
export const PEOPLE: Readonly<Record<string, string>> = {
  doctor: 'Practitioner/doctor',
  nurse: 'Practitioner/nurse',
  'village doctor': 'Practitioner/village-doctor',
  'public-health worker': 'Practitioner/public-health',
  pharmacist: 'Practitioner/pharmacist',
  administrator: 'Practitioner/administrator',
  laboratorian: 'Practitioner/laboratorian',
  'disease control': 'Practitioner/disease-controller',
  'grid worker': 'Practitioner/grid-worker',
  'doctor whose secondment is over': 'Practitioner/seconded',
  resident: 'Patient/own',
  guardian: 'RelatedPerson/mother',
};
