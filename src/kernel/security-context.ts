/** What a Binary says that it belongs to. https://hl7.org/fhir/R4/binary-definitions.html#Binary.securityContext */
import { type LocalReference, localReference } from './ids.ts';

/** On this server, below `base`; undefined when it says nothing, or what is elsewhere. */
export function securityContextOf(
  { securityContext }: Readonly<Record<string, unknown>>,
  base: string,
): LocalReference | undefined {
  const { reference } = (securityContext ?? {}) as { readonly reference?: unknown };
  return typeof reference === 'string' ? localReference(reference, base) : undefined;
}
