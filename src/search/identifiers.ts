/**
 * Identifiers in queries, in the form in which they are stored: systems that mean the same thing are one there
 * (`definitions/identifier-systems.ts`), and clients search by what they sent.
 */
import type { IdentifierSystems } from '../definitions/identifier-systems.ts';
import type { Parameter } from './parameters.ts';
import { escaped, splitEscaped, unescaped } from './values.ts';

/** The value of a query, with every identifier that it asks for as it is stored. */
export function storedIdentifiers(
  systems: IdentifierSystems,
  parameter: Parameter,
  modifier: string | undefined,
  value: string,
): string {
  if (!asksForIdentifiers(parameter, modifier)) return value;
  const stored = modifier === 'of-type' ? ofType : storedIdentifier;
  return splitEscaped(value, ',')
    .flatMap((v) => stored(systems, v))
    .join(',');
}

function asksForIdentifiers({ kind, paths }: Parameter, modifier: string | undefined): boolean {
  if (kind === 'reference') return modifier === 'identifier';
  const known = modifier === undefined || modifier === 'not' || modifier === 'of-type';
  return kind === 'token' && known && (paths?.some(({ type }) => type === 'Identifier') ?? false);
}

/** `system|value`, `system|`, `|value` or `value`, with its escapes. */
export function storedIdentifier(systems: IdentifierSystems, asked: string): string[] {
  const [first, second, ...more] = splitEscaped(asked, '|').map(unescaped) as [string, ...string[]];
  if (second === undefined) return systems.forms(first).map(escaped);
  if (more.length > 0) return [asked];
  if (second === '') return [`${escaped(systems.preferred(first) ?? first)}|`];
  const normal = systems.normal({ system: first, value: second });
  return [normal ? `${escaped(normal.system)}|${escaped(normal.value)}` : asked];
}

/** `system|code|value`: the type of the identifier, and its value. */
function ofType(systems: IdentifierSystems, asked: string): string[] {
  const [system, code, value, ...more] = splitEscaped(asked, '|');
  if (value === undefined || more.length > 0) return [asked];
  return systems.forms(unescaped(value)).map((form) => `${system}|${code}|${escaped(form)}`);
}
