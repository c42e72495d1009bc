/** Forms that another site made a browser send (RFC 9700 §4.7). */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a form comes from a page of another site. Browsers say so (https://www.w3.org/TR/fetch-metadata/); without
 * TLS, and in older ones, they say the origin, which is this server's (`origin`, as clients know it) or that of the
 * name it was asked by. What says neither is no browser.
 */
export function isFromElsewhere(headers: IncomingHttpHeaders, origin: string): boolean {
  const { 'sec-fetch-site': site, origin: from, host } = headers;
  if (site !== undefined) return site !== 'same-origin';
  return from !== undefined && from !== origin && URL.parse(from)?.host !== host;
}
