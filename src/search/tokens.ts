/**
 * The text of a token: what the `token` table holds the 64-bit hash of (`hashtextextended(text, 0)`, taken
 * by PostgreSQL, so that chains can compute it inside a query). The writer and the reader of the index both
 * use these functions and nothing else.
 */

/** Names a parameter of a type: the start of every token text, and the hash of ordered values. */
export function parameterKey(type: string, code: string): string {
  return `${type}:${code}:`;
}

/** A code that stands alone: a `code` or boolean, whose system goes without saying. */
export function codeToken(parameter: string, code: string): string {
  return `${parameter}c${code}`;
}

/** A code of a system, or an identifier value of a system. */
export function systemCodeToken(parameter: string, system: string, code: string): string {
  return `${parameter}s${system}|${code}`;
}

/** An identifier value by the type of the identifier. */
export function typedIdentifierToken(
  parameter: string,
  typeSystem: string,
  typeCode: string,
  value: string,
): string {
  return `${parameter}t${typeSystem}|${typeCode}|${value}`;
}

/** A code that has no system. */
export function bareCodeToken(parameter: string, code: string): string {
  return `${parameter}n${code}`;
}

/** A literal reference: `Type/id`, or an absolute url, or a canonical. */
export function referenceToken(parameter: string, reference: string): string {
  return `${parameter}r${reference}`;
}

/** What a token of a literal reference was made of; undefined for other tokens. */
export function referenceOfToken(
  text: string,
): { parameter: string; type: string; code: string; reference: string } | undefined {
  const [, parameter, type, code, reference] = /^(([A-Za-z]+):([^:]+):)r(.*)$/s.exec(text) ?? [];
  return parameter === undefined ? undefined : { parameter, type: type!, code: code!, reference: reference! };
}

/** A reference by business identifier. */
export function referenceIdentifierToken(parameter: string, system: string, value: string): string {
  return `${parameter}i${system}|${value}`;
}

/** A reference by business identifier, whatever its system. */
export function referenceValueToken(parameter: string, value: string): string {
  return `${parameter}v${value}`;
}

export function uriToken(parameter: string, uri: string): string {
  return `${parameter}u${uri}`;
}

/** What a feature finds resources of a type by: see `MoreKeys`. No parameter has such a name. */
export function featureToken(type: string, key: string): string {
  return `${type}:~${key}`;
}

/** A string exactly as written. */
export function exactToken(parameter: string, value: string): string {
  return `${parameter}e${value}`;
}

/** Key of quantities in one canonical unit. */
export function canonicalUnitKey(parameter: string, unit: string): string {
  return `${parameter}q${unit}`;
}

/** Key of the ends of Ranges, by which they are sorted; they are searched as intervals. */
export function rangeEndKey(parameter: string): string {
  return `${parameter}o`;
}

/** Key of quantities with a unit that is no UCUM code: the unit's code or its text. */
export function unitKey(parameter: string, unit: string): string {
  return `${parameter}x${unit}`;
}

/** Key of quantities with a code of a system other than UCUM. */
export function systemUnitKey(parameter: string, system: string, code: string): string {
  return `${parameter}z${system}|${code}`;
}

/** Key of the second components of a composite, beside a first component that has the token `text`. */
export function pairKey(parameter: string, text: string): string {
  return `${parameter}${text}$`;
}
