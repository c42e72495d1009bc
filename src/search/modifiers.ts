/** Modifiers that a parameter does not have. https://hl7.org/fhir/R4/search.html#modifiers */
import { badParameter, type FhirError } from '../kernel/fhir-error.ts';

export function unsupportedModifier(name: string, supported: readonly string[]): FhirError {
  const list = supported.map((m) => `:${m}`).join(', ') || '-';
  return badParameter(
    name,
    {
      en: `The modifier of '${name}' is not supported here. Supported for this parameter: ${list}.`,
      zh: `“${name}”的修饰符在此不受支持。该参数支持:${list}。`,
    },
    false,
  );
}
