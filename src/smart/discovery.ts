/**
 * What clients are told about authorization here, in three formats made of the same constants: SMART's, that of
 * RFC 8414 and OpenID Connect, and the CapabilityStatement's. Says only what is there.
 */
import { INTROSPECTION_SCOPE, PERSON_SCOPES } from '../access/scopes.ts';
import { BREAK_GLASS_HEADER, BREAK_GLASS_PATIENT_HEADER } from '../kernel/emergency-headers.ts';
import {
  ASSERTION_ALGORITHMS,
  AUTHORIZATION_PATH,
  CLIENT_AUTH_METHODS,
  DPOP_ALGORITHMS,
  END_SESSION_PATH,
  GRANT_TYPES,
  INTROSPECTION_PATH,
  issuerOf,
  JWKS_PATH,
  MANAGEMENT_PATH,
  REGISTRATION_PATH,
  REVOCATION_PATH,
  TOKEN_PATH,
  USERINFO_PATH,
} from './endpoints.ts';
import { ID_TOKEN_ALGORITHM } from './keys.ts';

/** Every resource type may stand in place of `*`, letters out of `cruds`, and search parameters behind them. */
const RESOURCE_SCOPES = ['patient', 'user', 'system'].flatMap((context) =>
  ['cruds', 'rs', 'read', 'write', '*'].map((permissions) => `${context}/*.${permissions}`),
);

/** https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#capabilities */
const CAPABILITIES = [
  'launch-ehr',
  'launch-standalone',
  'authorize-post',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-banner',
  'context-style',
  'context-ehr-patient',
  'context-ehr-encounter',
  'context-standalone-patient',
  'context-standalone-encounter',
  'permission-offline',
  'permission-online',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
];

/** Where everything is. */
function endpoints(origin: string) {
  const issuer = issuerOf(origin);
  return {
    issuer,
    jwks_uri: issuer + JWKS_PATH,
    authorization_endpoint: issuer + AUTHORIZATION_PATH,
    token_endpoint: issuer + TOKEN_PATH,
    registration_endpoint: issuer + REGISTRATION_PATH,
    introspection_endpoint: issuer + INTROSPECTION_PATH,
    revocation_endpoint: issuer + REVOCATION_PATH,
  };
}

/** What SMART and OAuth call by the same names. */
function shared(origin: string) {
  return {
    ...endpoints(origin),
    grant_types_supported: GRANT_TYPES,
    token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    scopes_supported: [...PERSON_SCOPES, ...RESOURCE_SCOPES, INTROSPECTION_SCOPE],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
}

/** `/fhir/.well-known/smart-configuration`. https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#metadata */
export type SmartConfiguration = ReturnType<typeof smartConfiguration>;

export function smartConfiguration(origin: string) {
  return {
    ...shared(origin),
    management_endpoint: origin + MANAGEMENT_PATH,
    capabilities: CAPABILITIES,
    // Not of SMART, which lets a server say more: `capabilitySecurity` says how they are used.
    xiantong_break_glass: { reason_header: BREAK_GLASS_HEADER, patient_header: BREAK_GLASS_PATIENT_HEADER },
  };
}

/** Metadata of the authorization server: RFC 8414, and OpenID Connect Discovery 1.0 §3. */
export type AuthorizationServerMetadata = ReturnType<typeof authorizationServerMetadata>;

export function authorizationServerMetadata(origin: string) {
  return {
    ...shared(origin),
    userinfo_endpoint: issuerOf(origin) + USERINFO_PATH,
    end_session_endpoint: issuerOf(origin) + END_SESSION_PATH,
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [ID_TOKEN_ALGORITHM],
    claims_supported: ['sub', 'name', 'fhirUser', 'auth_time', 'iss'],
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    ui_locales_supported: ['zh-CN', 'en'],
  };
}

/** Headers of requests that are this server's own, or that few servers have. */
const HEADERS = `Headers: ${BREAK_GLASS_HEADER}: <reason>, percent-encoded where not ASCII, opens the whole record of one resident in an emergency, for this request, to the roles that the policy names (doctors). Whose record says the address (Patient/<id>, patient=<id>) or ${BREAK_GLASS_PATIENT_HEADER}: Patient/<id>; 400 when neither does, 403 for other roles, 429 beyond the hourly number of residents. The resident and the organisation are told, and every entry of the audit log has the purpose BTG. X-Provenance: a Provenance without target, stored with the write. X-Security-Context: what a raw Binary belongs to. X-Request-Id comes back as X-Correlation-Id. 请求头:${BREAK_GLASS_HEADER}: <理由>(非 ASCII 字符须百分号编码)在紧急情况下为策略所列角色(医生)就本次请求开放一名居民的完整档案,居民由地址(Patient/<id>、patient=<id>)或 ${BREAK_GLASS_PATIENT_HEADER}: Patient/<id> 指明;均告知居民与所在机构,并以 BTG 目的记入审计日志。X-Provenance:随写入保存的来源记录(不含 target)。X-Security-Context:原始 Binary 所属的资源。X-Request-Id 以 X-Correlation-Id 返回。`;

/** `CapabilityStatement.rest.security`, with the extension of SMART App Launch 1 that older clients still read. */
export function capabilitySecurity(origin: string) {
  const at = endpoints(origin);
  const uris = {
    authorize: at.authorization_endpoint,
    token: at.token_endpoint,
    register: at.registration_endpoint,
    manage: origin + MANAGEMENT_PATH,
    introspect: at.introspection_endpoint,
    revoke: at.revocation_endpoint,
  };
  return {
    cors: true,
    description: `SMART App Launch 2.2; see /fhir/.well-known/smart-configuration. Scopes patient/ reach the records of one person: those of the Patient in context and of every Patient that Patient.link says is the same (seealso, replaces, replaced-by), each as far as the user reaches it. user/ and system/ reach what the access policy leaves to the user or the client. 患者级权限范围(patient/)涵盖同一人的全部关联档案(Patient.link),以用户自身可访问者为限。 ${HEADERS}`,
    service: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
            code: 'SMART-on-FHIR',
          },
        ],
      },
    ],
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: Object.entries(uris).map(([url, valueUri]) => ({ url, valueUri })),
      },
    ],
  };
}
