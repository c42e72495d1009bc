/** What IHE BALP says of each interaction: codes of the event, roles of its agents, and the profile. */
import type { AuditEvent, CodeableConcept, Coding } from '@medplum/fhirtypes';

/**
 * Codes of http://hl7.org/fhir/restful-interaction that are audited, `operation`, and what is no interaction: signing
 * in and out, an access token, data that leaves in bulk, entries of the log that are dropped.
 */
export type AuditedInteraction =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'create'
  | 'search-type'
  | 'search-system'
  | 'transaction'
  | 'batch'
  | 'operation'
  | 'export'
  | 'login'
  | 'logout'
  | 'token'
  | 'revocation'
  | 'log-dropped';

export interface AuditShape {
  readonly type: Coding;
  readonly subtype: Coding;
  readonly action: NonNullable<AuditEvent['action']>;
  readonly client: CodeableConcept;
  readonly server: CodeableConcept;
  readonly person: CodeableConcept;
  /** The end of the profile's name, which a patient's events have too. */
  readonly profile?: 'Create' | 'Read' | 'Update' | 'Delete' | 'Query';
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const USER_AGENT = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes';
const REST: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
  display: 'RESTful Operation',
};

const role = (system: string, code: string): CodeableConcept => ({ coding: [{ system, code }] });
const SOURCE = role(DCM, '110153');
const DESTINATION = role(DCM, '110152');
const RECIPIENT = role(PARTICIPATION, 'IRCP');
const AUTHOR = role(PARTICIPATION, 'AUT');

/** The client gets data: it is the destination. */
const READING = { action: 'R', client: DESTINATION, server: SOURCE, person: RECIPIENT } as const;
/** "the client is identified as the Source Role ID": its query goes to the server. */
const ASKING = { action: 'E', client: SOURCE, server: DESTINATION, person: RECIPIENT } as const;
const WRITING = { action: 'E', client: SOURCE, server: DESTINATION, person: AUTHOR } as const;
const SIGNING = {
  action: 'E',
  client: role(DCM, '110150'),
  server: role(USER_AGENT, 'AuthzOauthService'),
  person: RECIPIENT,
} as const;

const AUTHENTICATION: Coding = { system: DCM, code: '110114', display: 'User Authentication' };

/** What no interaction of REST is. */
const OTHERS: Partial<Record<AuditedInteraction, AuditShape>> = {
  export: {
    ...READING,
    type: { system: DCM, code: '110106', display: 'Export' },
    subtype: { system: 'http://hl7.org/fhir/restful-interaction', code: 'operation' },
  },
  login: { ...SIGNING, type: AUTHENTICATION, subtype: { system: DCM, code: '110122', display: 'Login' } },
  logout: { ...SIGNING, type: AUTHENTICATION, subtype: { system: DCM, code: '110123', display: 'Logout' } },
  token: {
    ...SIGNING,
    type: AUTHENTICATION,
    subtype: { system: 'urn:ihe:event-type-code', code: 'ITI-71', display: 'Get Access Token' },
  },
  revocation: {
    ...SIGNING,
    type: AUTHENTICATION,
    subtype: { system: DCM, code: '110137', display: 'User Security Attributes Changed' },
  },
  'log-dropped': {
    ...WRITING,
    action: 'D',
    type: { system: DCM, code: '110101', display: 'Audit Log Used' },
    subtype: { system: 'http://hl7.org/fhir/restful-interaction', code: 'operation' },
  },
};

const RESTFUL: Partial<Record<AuditedInteraction, Omit<AuditShape, 'type' | 'subtype'>>> = {
  create: { ...WRITING, action: 'C', profile: 'Create' },
  update: { ...WRITING, action: 'U', profile: 'Update' },
  patch: { ...WRITING, action: 'U', profile: 'Update' },
  delete: { ...WRITING, action: 'D', profile: 'Delete' },
  read: { ...READING, profile: 'Read' },
  vread: { ...READING, profile: 'Read' },
  'search-type': { ...ASKING, profile: 'Query' },
  'search-system': { ...ASKING, profile: 'Query' },
  transaction: WRITING,
  batch: WRITING,
  operation: ASKING,
};

export function shapeOf(interaction: AuditedInteraction): AuditShape {
  return (
    OTHERS[interaction] ?? {
      ...(RESTFUL[interaction] ?? READING),
      type: REST,
      subtype: { system: 'http://hl7.org/fhir/restful-interaction', code: interaction },
    }
  );
}
