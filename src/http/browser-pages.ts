/** Pages for people, which know nothing of the server: requests handed on to them, and their answers sent. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BrowserAnswer, BrowserRequest } from '../smart/accounts/pages.ts';
import { isFromElsewhere } from '../smart/foreign-form.ts';

const MAX_FORM_BYTES = 16 * 1024;

/** `handle` answers everything at and below `prefix`. `origin`: of this server, as browsers know it. */
export function browserPages(
  app: FastifyInstance,
  prefix: string,
  origin: string,
  handle: (request: BrowserRequest) => Promise<BrowserAnswer>,
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      (_request, body, done) => done(null, body),
    );
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      const { status, headers, text } = await handle(asked(request, prefix, origin));
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      return reply.code(status).send(text);
    };
    scope.route({ method: ['GET', 'POST'], url: prefix, handler: answer });
    scope.route({ method: ['GET', 'POST'], url: `${prefix}/*`, handler: answer });
  });
}

function asked(request: FastifyRequest, prefix: string, origin: string): BrowserRequest {
  const [path = '', query = ''] = request.url.split('?', 2);
  const { cookie, 'accept-language': acceptLanguage } = request.headers;
  return {
    method: request.method === 'POST' ? 'POST' : 'GET',
    path: path.slice(prefix.length).replace(/\/$/, ''),
    query: new URLSearchParams(query),
    form: new URLSearchParams(typeof request.body === 'string' ? request.body : ''),
    ...(cookie === undefined ? {} : { cookies: cookie }),
    ...(acceptLanguage === undefined ? {} : { acceptLanguage }),
    fromElsewhere: isFromElsewhere(request.headers, origin),
    address: request.ip,
    requestId: request.id,
  };
}
