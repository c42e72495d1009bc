/** The `WWW-Authenticate` header of an answer that asks for a token, or for a better one (RFC 6750 §3). */

export interface Challenge {
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
  readonly description?: string;
  /** The scope that would do. */
  readonly scope?: string;
}

/** The header's value. A request that brought no token at all gets the bare challenge. */
export function bearerChallenge({ error, description, scope }: Challenge = {}): string {
  const attributes: readonly (readonly [string, string | undefined])[] = [
    ['realm', 'xiantong'],
    ['error', error],
    ['error_description', description],
    ['scope', scope],
  ];
  const written = attributes.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${printable(value)}"`],
  );
  return `Bearer ${written.join(', ')}`;
}

/** What RFC 6750 allows inside the quotes: printable ASCII without quote and backslash. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
}
