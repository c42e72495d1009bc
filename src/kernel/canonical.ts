/** The canonical base of everything Xiantong publishes (`.example` is reserved: it names nobody's domain). */
export const CANONICAL = 'https://xiantong.example/fhir';

/** Stable names of the rules behind `OperationOutcome.issue.details`. */
export const COUNTY_OUTCOME_SYSTEM = `${CANONICAL}/CodeSystem/county-outcome`;

/** National identifier systems; WS/T 681-2020 object identifiers. */
export const RESIDENT_ID_SYSTEM = 'urn:oid:2.16.156.10011.1.3';
export const HEALTH_RECORD_SYSTEM = 'urn:oid:2.16.156.10011.1.2';
export const HEALTH_CARD_SYSTEM = 'urn:oid:2.16.156.10011.1.19';
export const SOCIAL_SECURITY_CARD_SYSTEM = 'urn:oid:2.16.840.1.113883.2.23.1.19.2';
export const INSTITUTION_CODE_SYSTEM = 'urn:oid:2.16.156.10011.1.5';

/** Unified social credit code (GB 32100-2015); no national object identifier was found for it. */
export const SOCIAL_CREDIT_SYSTEM = `${CANONICAL}/NamingSystem/social-credit-code`;

/** `PlanDefinition.topic` of what a county rules for itself. */
export const COUNTY_RULESET = `${CANONICAL}/CodeSystem/county-ruleset`;
