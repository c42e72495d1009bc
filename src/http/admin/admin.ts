/**
 * `/admin`: what administrators keep besides FHIR, in JSON. Errors are OperationOutcomes, as everywhere. Let in is who
 * may do everything (`system/*.cruds`), the session of an administrator's account, and who shows the secret of the data
 * folder (`smart/operator-secret.ts`).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assertAdministrator } from '../../access/decide.ts';
import type { Admit } from '../../interactions/admission.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { forbidden, unauthenticated, unknownRoute } from '../../kernel/fhir-error.ts';
import type { Account } from '../../smart/accounts/account.ts';
import { type Authenticate, contextOf } from '../context.ts';
import { answerOutcomes } from '../outcomes.ts';

export interface AdminOptions {
  readonly base: string;
  readonly auth: 'smart' | 'open';
  readonly authenticate: Authenticate;
  readonly admit: Admit;
  /** Whose session the request's cookie is. */
  readonly sessionOf: (cookies: string | undefined) => Promise<{ readonly account: Account } | undefined>;
  /** Whether an Authorization header is that of who works on this very machine. */
  readonly isOperator: (authorization: string | undefined) => Promise<boolean>;
  /** What is kept: each adds its routes. */
  readonly parts: readonly ((app: FastifyInstance) => void)[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who administrates, for the log. */
    administrator?: string;
  }
}

export function admin(app: FastifyInstance, options: AdminOptions, done: () => void): void {
  app.decorateRequest('administrator', undefined);
  app.addHook('onRequest', async (request) => {
    request.administrator = await administratorOf(request, options);
  });
  app.addHook('onResponse', (request, reply, next) => {
    if (request.method !== 'GET' && request.administrator !== undefined) {
      const { administrator, method, url } = request;
      request.log.info({ administrator, method, url, status: reply.statusCode }, 'administration');
    }
    next();
  });
  answerOutcomes(app);
  app.setNotFoundHandler((request) => {
    throw unknownRoute({
      en: `Nothing answers ${request.method} ${request.url}.`,
      zh: `没有与 ${request.method} ${request.url} 对应的地址。`,
    });
  });
  for (const part of options.parts) part(app);
  done();
}

/** The name of the administrator who asks, for the log. Throws `unauthenticated` or `forbidden`. */
export async function administratorOf(
  request: FastifyRequest,
  options: Omit<AdminOptions, 'parts'>,
): Promise<string> {
  const { base, auth, authenticate, admit, sessionOf, isOperator } = options;
  if (await isOperator(request.headers.authorization)) return 'operator';
  if (request.headers.authorization === undefined && request.headers.cookie !== undefined) {
    const account = (await sessionOf(request.headers.cookie))?.account;
    if (account) {
      assertSameOrigin(request, base);
      if (account.active && account.administrator && !account.mustChangePassword) return account.login;
      throw forbidden({
        en: 'This is for accounts of administrators.',
        zh: '仅限管理员账号。',
      });
    }
  }
  const ctx: Ctx = await contextOf(request, base, auth, authenticate, admit, new Date());
  assertAdministrator(ctx);
  return ctx.actor.client;
}

/** A browser sends cookies along whatever page asks it to: only pages of this server may. */
function assertSameOrigin(request: FastifyRequest, base: string): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined && site === undefined && request.method === 'GET') return;
  if (origin === undefined ? site === 'same-origin' || site === 'none' : origin === new URL(base).origin)
    return;
  throw unauthenticated(
    {
      en: 'A session counts only for pages of this server. Send an access token.',
      zh: '会话仅对本服务器的页面有效。请使用访问令牌。',
    },
    'Bearer realm="xiantong"',
  );
}
