/** The shapes that `Definitions` answers with. */
import type {
  CodeSystem,
  OperationDefinition,
  Resource,
  ResourceType,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes';
import type { IdentifierSystems } from './identifier-systems.ts';
import type { Package } from './packages.ts';
import type { Usable } from './stored.ts';

export interface ElementType {
  /** FHIR type name: `string`, `CodeableConcept`, `BackboneElement`, `Reference`; never a FHIRPath System type. */
  readonly code: string;
  /** Resource types a Reference or canonical may name; empty means any. */
  readonly targets: readonly string[];
}

export interface ElementBinding {
  readonly strength: 'required' | 'extensible' | 'preferred' | 'example';
  /** Canonical of the value set, with its version when the definition has one. */
  readonly valueSet?: string;
}

/** One element of a base definition (https://hl7.org/fhir/R4/elementdefinition.html). */
export interface ElementInfo {
  /** `Patient.contact.name`, `Observation.value[x]`. */
  readonly path: string;
  /** Last segment of the path, without `[x]`. */
  readonly name: string;
  readonly min: number;
  /** `Infinity` for `*`. */
  readonly max: number;
  readonly types: readonly ElementType[];
  readonly choice: boolean;
  /** Written as a JSON array. */
  readonly array: boolean;
  /** The path whose content this element shares: `Observation.referenceRange`. */
  readonly contentReference?: string;
  readonly isSummary: boolean;
  readonly binding?: ElementBinding;
}

/** A JSON property: the element it belongs to and the FHIR type it has. */
export interface ChildElement {
  readonly element: ElementInfo;
  /** FHIR type; for elements with content of their own, the path to ask `children` for (`Patient.contact`). */
  readonly type: string;
}

export type SearchParamType =
  | 'token'
  | 'string'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special';

/** A search parameter as one resource type has it (https://hl7.org/fhir/R4/searchparameter.html). */
export interface SearchParam {
  readonly code: string;
  readonly url: string;
  readonly type: SearchParamType;
  /** The resource type it is resolved for. */
  readonly base: string;
  /** FHIRPath, without the `|` branches that belong to other resource types; empty when there is none. */
  readonly expression: string;
  readonly targets: readonly string[];
  readonly components: readonly { readonly definition: string; readonly expression: string }[];
  readonly description: string;
}

/** Every FHIR definition that Xiantong knows: the R4 base and the packages under `profiles/`. */
export interface Definitions {
  /** The concrete R4 resource types. */
  readonly resourceTypes: ReadonlySet<string>;
  /**
   * By canonical or by the name of a base type. With `|version` it is that version if it is there; else, as without
   * one, the newest active. What a package of the server defines goes before what is stored.
   */
  structure(urlOrType: string): StructureDefinition | undefined;
  /** All constraint profiles on resources: neither base types nor extensions. */
  profiles(): readonly StructureDefinition[];
  /**
   * JSON property name -> element and its type, for a type (`Patient`, `HumanName`) or a path with content of
   * its own (`Patient.contact`). Choice elements appear once per type (`valueQuantity`); content references are
   * resolved. Empty for an unknown name.
   */
  children(typeOrPath: string): ReadonlyMap<string, ChildElement>;
  /** By code, with those of Resource and DomainResource (`_id`, `_lastUpdated`, `_text`) and of other packages. */
  searchParams(type: string): ReadonlyMap<string, SearchParam>;
  /** A SearchParameter of no package as a resource type would have it. */
  searchParam(definition: SearchParameter, type: string): SearchParam;
  /**
   * The search parameters that put a resource of this type into the compartment of a patient, or into that of
   * another type (`Encounter`). https://hl7.org/fhir/R4/compartmentdefinition.html
   */
  compartmentParams(type: string, compartment?: string): readonly string[];
  /** Canonicals of the definitions of the compartments. */
  compartments(): string[];
  /** System -> codes of a value set that can be listed; undefined when it is unknown or cannot be listed. */
  valueSet(url: string): ReadonlyMap<string, ReadonlySet<string>> | undefined;
  codeSystem(url: string): CodeSystem | undefined;
  codeSystems(): readonly CodeSystem[];
  /** The value set as it is defined. */
  valueSetDefinition(url: string): ValueSet | undefined;
  operations(): readonly OperationDefinition[];
  /** The packages that the server came with. */
  packages(): readonly Package[];
  /** The definition with this canonical that such a package has, and the package. */
  ofPackage(
    resourceType: string,
    url: string,
  ): { readonly owner: Package; readonly resource: Resource } | undefined;
  /** Identifier systems that mean the same thing. */
  readonly identifierSystems: IdentifierSystems;
  /** The UCUM unit of a spelling that is none (`10^9/L`); undefined when no ConceptMap knows it. */
  ucumOf(spelling: string): string | undefined;
  /** The conformance resources of the packages other than the R4 base: what the server publishes. */
  resources<K extends ResourceType>(resourceType: K): readonly Extract<Resource, { resourceType: K }>[];
  resources(resourceType: string): readonly Resource[];
  isPrimitive(type: string): boolean;
  /** Another number whenever what is stored has changed. */
  generation(): number;
}

/** Definitions to which stored profiles and extensions are added while the server runs. */
export interface GrowingDefinitions extends Definitions {
  /** All that are stored, in the place of those of before, at once; profiles that are not usable do not count. */
  use(stored: readonly StructureDefinition[], usable?: Usable): void;
  /** These definitions and some more, as they would be if those were stored. */
  and(more: readonly StructureDefinition[]): Definitions;
}
