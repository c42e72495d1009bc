/** What each tested search parameter finds in a resource, by the definitions of R4, written by hand. */

// biome-ignore lint/suspicious/noExplicitAny: resources of every type
export type Json = any;

export type Kind = 'token' | 'string' | 'reference' | 'date' | 'number' | 'quantity' | 'uri' | 'composite';

export interface Parameter {
  readonly kind: Kind;
  /** The elements, as they stand in the resource; of a composite, those that its components are taken from. */
  readonly elements: (resource: Json) => readonly Json[];
  /** Token over an element of type code: the systems its codes come from. */
  readonly systems?: readonly string[];
  /** String over an element that has a reading in pinyin. */
  readonly read?: boolean;
  /** Reference: types that it may point to, of those that are tested. */
  readonly targets?: readonly string[];
  /** Composite: what is asked of one element together. */
  readonly parts?: readonly Parameter[];
  /** Reference: only those that resolve to one type (`where(resolve() is Patient)`). */
  readonly only?: string;
}

type Table = Readonly<Record<string, Parameter>>;

const ANY = [
  'Condition',
  'DiagnosticReport',
  'Encounter',
  'Group',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Patient',
  'Practitioner',
  'RiskAssessment',
  'ServiceRequest',
  'Specimen',
  'StructureDefinition',
  'Task',
  'ValueSet',
];
const list = (value: Json): Json[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** All elements on paths such as `name.family`. */
function at(...paths: string[]) {
  return (resource: Json): Json[] =>
    paths.flatMap((path) =>
      path
        .split('.')
        .reduce<Json[]>((values, key) => values.flatMap((value) => list(value[key])), [resource]),
    );
}

const token = (...paths: string[]): Parameter => ({ kind: 'token', elements: at(...paths) });
const code = (path: string, ...systems: string[]): Parameter => ({
  kind: 'token',
  elements: at(path),
  systems: systems.map((system) => (system.includes(':') ? system : `http://hl7.org/fhir/${system}`)),
});
const string = (...paths: string[]): Parameter => ({ kind: 'string', elements: at(...paths) });
const name = (...paths: string[]): Parameter => ({ ...string(...paths), read: true });
const date = (...paths: string[]): Parameter => ({ kind: 'date', elements: at(...paths) });
const quantity = (...paths: string[]): Parameter => ({ kind: 'quantity', elements: at(...paths) });
const uri = (...paths: string[]): Parameter => ({ kind: 'uri', elements: at(...paths) });
const reference = (path: string, ...targets: string[]): Parameter => ({
  kind: 'reference',
  elements: at(path),
  targets,
});
const composite = (elements: Parameter['elements'], ...parts: Parameter[]): Parameter => ({
  kind: 'composite',
  elements,
  parts,
});
const whole = (resource: Json): Json[] => [resource];
const patient = (path: string): Parameter => ({ ...reference(path, 'Patient'), only: 'Patient' });
const telecom = (system: string): Parameter => ({
  kind: 'token',
  elements: (r) => list(r.telecom).filter((t) => t.system === system),
});
const address = (): Table => ({
  address: string('address'),
  'address-city': string('address.city'),
  'address-country': string('address.country'),
  'address-postalcode': string('address.postalCode'),
  'address-state': string('address.state'),
  'address-use': code('address.use', 'address-use'),
});
const conformance = (): Table => ({
  context: token('useContext.valueCodeableConcept'),
  'context-quantity': quantity('useContext.valueQuantity', 'useContext.valueRange'),
  'context-type': token('useContext.code'),
  'context-type-quantity': composite(
    at('useContext'),
    token('code'),
    quantity('valueQuantity', 'valueRange'),
  ),
  'context-type-value': composite(at('useContext'), token('code'), token('valueCodeableConcept')),
  date: date('date'),
  description: string('description'),
  identifier: token('identifier'),
  jurisdiction: token('jurisdiction'),
  name: string('name'),
  publisher: string('publisher'),
  status: code('status', 'publication-status'),
  title: string('title'),
  url: uri('url'),
  version: token('version'),
});

const EVERY: Table = {
  _id: token('id'),
  _lastUpdated: date('meta.lastUpdated'),
  _tag: token('meta.tag'),
  _security: token('meta.security'),
  _profile: uri('meta.profile'),
  _source: uri('meta.source'),
};

const PEOPLE = ['Practitioner', 'Organization'];

const TABLES: Readonly<Record<string, Table>> = {
  Patient: {
    ...address(),
    active: token('active'),
    birthdate: date('birthDate'),
    'death-date': date('deceasedDateTime'),
    deceased: {
      kind: 'token',
      elements: (r) => [r.deceasedDateTime !== undefined || r.deceasedBoolean === true],
    },
    email: telecom('email'),
    family: name('name.family'),
    gender: code('gender', 'administrative-gender'),
    'general-practitioner': reference('generalPractitioner', ...PEOPLE),
    given: name('name.given'),
    identifier: token('identifier'),
    language: token('communication.language'),
    link: reference('link.other', 'Patient'),
    name: name('name'),
    organization: reference('managingOrganization', 'Organization'),
    phone: telecom('phone'),
    telecom: token('telecom'),
  },
  Practitioner: {
    ...address(),
    active: token('active'),
    communication: token('communication'),
    email: telecom('email'),
    family: name('name.family'),
    gender: code('gender', 'administrative-gender'),
    given: name('name.given'),
    identifier: token('identifier'),
    name: name('name'),
    phone: telecom('phone'),
    telecom: token('telecom'),
  },
  Organization: {
    ...address(),
    active: token('active'),
    identifier: token('identifier'),
    name: name('name', 'alias'),
    partof: reference('partOf', 'Organization'),
    type: token('type'),
  },
  Group: {
    actual: token('actual'),
    type: code('type', 'group-type'),
  },
  Observation: {
    category: token('category'),
    code: token('code'),
    'code-value-concept': composite(whole, token('code'), token('valueCodeableConcept')),
    'code-value-date': composite(whole, token('code'), date('valueDateTime', 'valuePeriod')),
    'code-value-quantity': composite(whole, token('code'), quantity('valueQuantity')),
    'code-value-string': composite(whole, token('code'), string('valueString')),
    'combo-code-value-concept': composite(
      (r) => [r, ...at('component')(r)],
      token('code'),
      token('valueCodeableConcept'),
    ),
    'combo-code-value-quantity': composite(
      (r) => [r, ...at('component')(r)],
      token('code'),
      quantity('valueQuantity'),
    ),
    'component-code-value-concept': composite(at('component'), token('code'), token('valueCodeableConcept')),
    'component-code-value-quantity': composite(at('component'), token('code'), quantity('valueQuantity')),
    'combo-value-concept': token('valueCodeableConcept', 'component.valueCodeableConcept'),
    'component-value-concept': token('component.valueCodeableConcept'),
    'combo-code': token('code', 'component.code'),
    'combo-value-quantity': quantity('valueQuantity', 'component.valueQuantity'),
    'component-code': token('component.code'),
    'component-value-quantity': quantity('component.valueQuantity'),
    'data-absent-reason': token('dataAbsentReason'),
    date: date('effectiveDateTime', 'effectivePeriod', 'effectiveInstant'),
    'derived-from': reference('derivedFrom', 'Observation'),
    encounter: reference('encounter', 'Encounter'),
    'has-member': reference('hasMember', 'Observation'),
    identifier: token('identifier'),
    method: token('method'),
    patient: patient('subject'),
    performer: reference('performer', ...PEOPLE, 'Patient'),
    specimen: reference('specimen', 'Specimen'),
    status: code('status', 'observation-status'),
    subject: reference('subject', 'Group', 'Patient'),
    'value-concept': token('valueCodeableConcept'),
    'value-date': date('valueDateTime', 'valuePeriod'),
    'value-quantity': quantity('valueQuantity'),
    'value-string': string('valueString', 'valueCodeableConcept.text'),
  },
  Encounter: {
    'based-on': reference('basedOn', 'ServiceRequest'),
    class: token('class'),
    date: date('period'),
    diagnosis: reference('diagnosis.condition', 'Condition'),
    identifier: token('identifier'),
    length: quantity('length'),
    'location-period': date('location.period'),
    'part-of': reference('partOf', 'Encounter'),
    participant: reference('participant.individual', 'Practitioner'),
    patient: patient('subject'),
    practitioner: { ...reference('participant.individual', 'Practitioner'), only: 'Practitioner' },
    'reason-code': token('reasonCode'),
    'service-provider': reference('serviceProvider', 'Organization'),
    status: code('status', 'encounter-status'),
    subject: reference('subject', 'Group', 'Patient'),
    type: token('type'),
  },
  DiagnosticReport: {
    'based-on': reference('basedOn', 'MedicationRequest', 'ServiceRequest'),
    category: token('category'),
    code: token('code'),
    conclusion: token('conclusionCode'),
    date: date('effectiveDateTime', 'effectivePeriod'),
    encounter: reference('encounter', 'Encounter'),
    identifier: token('identifier'),
    issued: date('issued'),
    patient: patient('subject'),
    performer: reference('performer', ...PEOPLE),
    result: reference('result', 'Observation'),
    'results-interpreter': reference('resultsInterpreter', ...PEOPLE),
    specimen: reference('specimen', 'Specimen'),
    status: code('status', 'diagnostic-report-status'),
    subject: reference('subject', 'Group', 'Patient'),
  },
  Condition: {
    'abatement-date': date('abatementDateTime', 'abatementPeriod'),
    'abatement-string': string('abatementString'),
    asserter: reference('asserter', 'Patient', 'Practitioner'),
    'body-site': token('bodySite'),
    category: token('category'),
    'clinical-status': token('clinicalStatus'),
    code: token('code'),
    encounter: reference('encounter', 'Encounter'),
    evidence: token('evidence.code'),
    'evidence-detail': reference('evidence.detail', ...ANY),
    identifier: token('identifier'),
    'onset-age': quantity('onsetAge', 'onsetRange'),
    'onset-date': date('onsetDateTime', 'onsetPeriod'),
    'onset-info': string('onsetString'),
    patient: patient('subject'),
    'recorded-date': date('recordedDate'),
    severity: token('severity'),
    subject: reference('subject', 'Group', 'Patient'),
    'verification-status': token('verificationStatus'),
  },
  ServiceRequest: {
    authored: date('authoredOn'),
    'based-on': reference('basedOn', 'MedicationRequest', 'ServiceRequest'),
    category: token('category'),
    code: token('code'),
    encounter: reference('encounter', 'Encounter'),
    identifier: token('identifier'),
    'instantiates-uri': uri('instantiatesUri'),
    intent: code('intent', 'request-intent'),
    occurrence: date('occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming'),
    patient: patient('subject'),
    performer: reference('performer', ...PEOPLE, 'Patient'),
    priority: code('priority', 'request-priority'),
    replaces: reference('replaces', 'ServiceRequest'),
    requester: reference('requester', ...PEOPLE, 'Patient'),
    requisition: token('requisition'),
    specimen: reference('specimen', 'Specimen'),
    status: code('status', 'request-status'),
    subject: reference('subject', 'Group', 'Patient'),
  },
  RiskAssessment: {
    condition: reference('condition', 'Condition'),
    date: date('occurrenceDateTime'),
    encounter: reference('encounter', 'Encounter'),
    identifier: token('identifier'),
    method: token('method'),
    patient: patient('subject'),
    performer: reference('performer', 'Practitioner'),
    probability: { kind: 'number', elements: at('prediction.probabilityDecimal') },
    risk: token('prediction.qualitativeRisk'),
    subject: reference('subject', 'Group', 'Patient'),
  },
  ValueSet: {
    ...conformance(),
    code: token('compose.include.concept.code'),
    reference: uri('compose.include.system'),
  },
  StructureDefinition: {
    ...conformance(),
    abstract: token('abstract'),
    base: reference('baseDefinition', 'StructureDefinition'),
    derivation: code('derivation', 'type-derivation-rule'),
    experimental: token('experimental'),
    kind: code('kind', 'structure-definition-kind'),
    type: uri('type'),
  },
  MedicationRequest: {
    authoredon: date('authoredOn'),
    category: token('category'),
    code: token('medicationCodeableConcept'),
    date: date('dosageInstruction.timing.event'),
    encounter: reference('encounter', 'Encounter'),
    identifier: token('identifier'),
    'intended-dispenser': reference('dispenseRequest.performer', 'Organization'),
    intent: code('intent', 'http://hl7.org/fhir/CodeSystem/medicationrequest-intent'),
    patient: patient('subject'),
    priority: code('priority', 'request-priority'),
    requester: reference('requester', ...PEOPLE, 'Patient'),
    status: code('status', 'http://hl7.org/fhir/CodeSystem/medicationrequest-status'),
    subject: reference('subject', 'Group', 'Patient'),
  },
  Specimen: {
    accession: token('accessionIdentifier'),
    bodysite: token('collection.bodySite'),
    collected: date('collection.collectedDateTime', 'collection.collectedPeriod'),
    collector: reference('collection.collector', 'Practitioner'),
    container: token('container.type'),
    'container-id': token('container.identifier'),
    identifier: token('identifier'),
    parent: reference('parent', 'Specimen'),
    patient: patient('subject'),
    status: code('status', 'specimen-status'),
    subject: reference('subject', 'Group', 'Patient'),
    type: token('type'),
  },
  Task: {
    'authored-on': date('authoredOn'),
    'based-on': reference('basedOn', ...ANY),
    'business-status': token('businessStatus'),
    code: token('code'),
    encounter: reference('encounter', 'Encounter'),
    focus: reference('focus', ...ANY),
    'group-identifier': token('groupIdentifier'),
    identifier: token('identifier'),
    intent: code('intent', 'request-intent'),
    modified: date('lastModified'),
    owner: reference('owner', ...PEOPLE, 'Patient'),
    'part-of': reference('partOf', 'Task'),
    patient: patient('for'),
    performer: token('performerType'),
    period: date('executionPeriod'),
    priority: code('priority', 'request-priority'),
    requester: reference('requester', ...PEOPLE, 'Patient'),
    status: code('status', 'task-status'),
    subject: reference('for', ...ANY),
  },
};

export const TYPES: readonly string[] = Object.keys(TABLES);

const WHOLE: Readonly<Record<string, Table>> = Object.fromEntries(
  Object.entries(TABLES).map(([type, table]) => [type, { ...EVERY, ...table }]),
);

/** Parameters of a type by their codes, those of every resource included. */
export function parametersOf(type: string): Table {
  return WHOLE[type]!;
}
