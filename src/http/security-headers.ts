/** Headers that tell browsers what not to do with an answer: https://owasp.org/www-project-secure-headers/ */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/**
 * What helmet sets is the same for every answer, so it is asked once. Answers are about patients: no browser or
 * proxy keeps them, unless what is answered says otherwise. RFC 9111 §5.2.2.5
 */
export function securityHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  const recorder = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => {},
  };
  const set = helmet({ contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  set({} as IncomingMessage, recorder as unknown as ServerResponse, (error) => {
    if (error) throw error;
  });
  return headers;
}
