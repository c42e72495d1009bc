/**
 * Scripts of which origins may call: those of registered clients, and those that the operator names.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */

/** What an answer allows scripts of an origin (`https://app.example.cn`): `*`, that origin, or nothing. */
export type Origins = (origin: string, path: string) => Promise<string | false>;

/** How long a client that was registered, or shut out, may be known as before. */
const KNOWN_FOR_MS = 30_000;

/** What anybody may see, scripts included: https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html */
const PUBLIC = /^\/(?:fhir\/(?:metadata|\.well-known\/)|\.well-known\/|packages\b|healthz|readyz)/;

export interface OriginOptions {
  /** Named by the operator; `*` is every origin. */
  readonly named: readonly string[];
  /** Pages on the machine itself: while a server that asks nobody who they are is tried out. */
  readonly loopback: boolean;
  /** Those of active clients. */
  readonly registered: () => Promise<ReadonlySet<string>>;
}

export function createOrigins({ named, loopback, registered }: OriginOptions): Origins {
  const always = new Set(named);
  let known: ReadonlySet<string> = new Set();
  let until = 0;

  async function isRegistered(origin: string): Promise<boolean> {
    if (Date.now() >= until) {
      until = Date.now() + KNOWN_FOR_MS;
      // While the database is away, those that were known are.
      known = await registered().catch(() => known);
    }
    return known.has(origin);
  }

  return async (origin, path) => {
    if (always.has('*') || PUBLIC.test(path)) return '*';
    const allowed = always.has(origin) || (loopback && isLoopback(origin)) || (await isRegistered(origin));
    return allowed ? origin : false;
  };
}

function isLoopback(origin: string): boolean {
  const host = URL.parse(origin)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
