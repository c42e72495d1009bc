/** Elements of FHIR as they are read from content that nobody has checked yet: any part may be missing. */

/** https://hl7.org/fhir/R4/datatypes.html#Coding */
export interface Coding {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
}

/** A CodeableConcept: https://hl7.org/fhir/R4/datatypes.html#CodeableConcept */
export interface Concept {
  readonly coding?: readonly Coding[];
  readonly text?: string;
}

/** https://hl7.org/fhir/R4/references.html#Reference */
export interface Reference {
  readonly reference?: string;
}

/** https://hl7.org/fhir/R4/datatypes.html#Period */
export interface Period {
  readonly start?: string;
  readonly end?: string;
}

/** https://hl7.org/fhir/R4/datatypes.html#Identifier */
export interface Identifier {
  readonly system?: string;
  readonly value?: string;
}
