/** What a Contract says, read from its FHIR elements; profile county-contract. Pure. */
import { dayIn, lastDayIn } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Coding, Concept, Period, Reference } from '../../../kernel/elements.ts';
import type { Term } from '../model.ts';

export const PROFILE = `${CANONICAL}/StructureDefinition/county-contract`;
export const TEAM_URL = `${CANONICAL}/StructureDefinition/contract-care-team`;
export const PACKAGE_URL = `${CANONICAL}/StructureDefinition/contract-package`;
export const PREDECESSOR_URL = `${CANONICAL}/StructureDefinition/contract-predecessor`;
export const STOP_REASON_URL = `${CANONICAL}/StructureDefinition/contract-stop-reason`;
export const STOP_DATE_URL = `${CANONICAL}/StructureDefinition/contract-stop-date`;
export const SUSPENSION_URL = `${CANONICAL}/StructureDefinition/contract-suspension-reason`;
export const TERM_REASON_URL = `${CANONICAL}/StructureDefinition/contract-term-reason`;
export const POPULATION_URL = `${CANONICAL}/StructureDefinition/key-population`;
export const SIGNING_URL = `${CANONICAL}/StructureDefinition/contract-signing`;
export const SERVED_URL = `${CANONICAL}/StructureDefinition/served-contract`;

export const TYPE_SYSTEM = `${CANONICAL}/CodeSystem/county-contract-type`;
export const PACKAGE_TYPE_SYSTEM = `${CANONICAL}/CodeSystem/contract-package-type`;
export const STOP_REASON_SYSTEM = `${CANONICAL}/CodeSystem/contract-stop-reason`;
export const POPULATION_SYSTEM = `${CANONICAL}/CodeSystem/key-population`;
export const ROLE_SYSTEM = `${CANONICAL}/CodeSystem/family-doctor-team-role`;
export const CATEGORY_SYSTEM = `${CANONICAL}/CodeSystem/county-plan-category`;
/** https://terminology.hl7.org/CodeSystem-contractsignertypecodes.html */
export const SIGNER_SYSTEM = 'http://terminology.hl7.org/CodeSystem/contractsignertypecodes';

export interface Extension {
  readonly url: string;
  readonly valueReference?: Reference;
  readonly valueCodeableConcept?: Concept;
  readonly valueCanonical?: string;
  readonly valueDate?: string;
  readonly valueCoding?: Coding;
  readonly extension?: readonly Extension[];
}

export interface Signer {
  readonly type: Coding;
  readonly party: Reference;
  readonly signature: readonly object[];
}

export interface ContractFields extends Resource {
  readonly id: string;
  readonly status?: string;
  readonly type?: Concept;
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
  readonly subject?: readonly Reference[];
  readonly authority?: readonly Reference[];
  readonly issued?: string;
  readonly applies?: Period;
  readonly signer?: readonly Signer[];
  readonly term?: readonly { readonly type?: Concept; readonly extension?: readonly Extension[] }[];
  readonly extension?: readonly Extension[];
}

/** Whether a resource is the county's business: a Contract of type `family-doctor`. */
export function isFamilyDoctorContract(resource: Resource | undefined): boolean {
  return (
    resource?.resourceType === 'Contract' && hasCode(resource.type as Concept, TYPE_SYSTEM, 'family-doctor')
  );
}

export function hasCode(concept: Concept | undefined, system: string, code: string): boolean {
  return concept?.coding?.some?.((c) => c.system === system && c.code === code) === true;
}

export function codeIn(concept: Concept | undefined, system: string): string | undefined {
  return concept?.coding?.find?.((c) => c.system === system)?.code;
}

export function extensionOf(resource: object, url: string): Extension | undefined {
  return extensionsOf(resource, url)[0];
}

export function extensionsOf(resource: object, url: string): readonly Extension[] {
  const { extension } = resource as { readonly extension?: unknown };
  return Array.isArray(extension) ? (extension as Extension[]).filter((e) => e?.url === url) : [];
}

/** The extensions with those of some urls replaced. */
export function withExtensions(
  resource: { readonly extension?: readonly Extension[] },
  urls: readonly string[],
  more: readonly Extension[],
): Extension[] {
  return [...(resource.extension ?? []).filter((e) => !urls.includes(e.url)), ...more];
}

/** `Patient/x` */
export function residentOf(contract: Resource): string | undefined {
  return (contract as ContractFields).subject?.[0]?.reference;
}

export function teamOf(contract: Resource): string | undefined {
  return extensionOf(contract, TEAM_URL)?.valueReference?.reference;
}

export function predecessorOf(contract: Resource): string | undefined {
  return extensionOf(contract, PREDECESSOR_URL)?.valueReference?.reference;
}

/** First and last day; undefined while one of them is missing. */
export function termOf(contract: Resource): Term | undefined {
  const { applies } = contract as ContractFields;
  const start = dayIn(applies?.start);
  const end = lastDayIn(applies?.end);
  return start && end ? { start, end } : undefined;
}

/** `url|version` of the packages, with the type of the term that promises each. */
export function packagesOf(
  contract: Resource,
): { canonical: string; type: string | undefined; at: string }[] {
  return ((contract as ContractFields).term ?? []).flatMap((term, i) => {
    const canonical = extensionOf(term, PACKAGE_URL)?.valueCanonical;
    return canonical
      ? [{ canonical, type: codeIn(term.type, PACKAGE_TYPE_SYSTEM), at: `Contract.term[${i}]` }]
      : [];
  });
}

/** Codes of key-population. */
export function populationsOf(resource: object): string[] {
  return extensionsOf(resource, POPULATION_URL).flatMap(
    (e) => codeIn(e.valueCodeableConcept, POPULATION_SYSTEM) ?? [],
  );
}

/** PAT, GUARD or HPROV. */
export function signersOf(contract: Resource, code: string): readonly Signer[] {
  return ((contract as ContractFields).signer ?? []).filter((s) => s.type?.code === code);
}

/** Resident or guardian, and the institution's side. */
export function isSignedByBoth(contract: Resource): boolean {
  const signed = (code: string) => signersOf(contract, code).length > 0;
  return signed('HPROV') && (signed('PAT') || signed('GUARD'));
}

/** The day on which it ended before its term, when it says so. */
export function stopDayOf(contract: Resource): string | undefined {
  return dayIn(extensionOf(contract, STOP_DATE_URL)?.valueDate);
}

export function isDeath(contract: Resource): boolean {
  return hasCode(extensionOf(contract, STOP_REASON_URL)?.valueCodeableConcept, STOP_REASON_SYSTEM, '5');
}
