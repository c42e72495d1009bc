/**
 * `/admin/accounts`:
 *
 *   GET    /admin/accounts?after=<login>&count=<n>    accounts in the order of their logins
 *   POST   /admin/accounts                            a new one: answers its one-time password
 *   GET    /admin/accounts/<id>
 *   PATCH  /admin/accounts/<id>                       name, fhirUser, administrator, active, upstream
 *   POST   /admin/accounts/<id>/reset-password        answers another one-time password
 *   POST   /admin/accounts/<id>/unlock
 */
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../kernel/ctx.ts';
import { badParameter } from '../../kernel/fhir-error.ts';
import { listAccounts, normalLogin } from '../../smart/accounts/account.ts';
import {
  accountById,
  alterAccount,
  openAccount,
  resetPassword,
  unlockAccount,
} from '../../smart/accounts/administration.ts';

const DEFAULT_COUNT = 100;
const MAX_COUNT = 1000;

interface Id {
  Params: { id: string };
}

export function adminAccounts(app: FastifyInstance, db: Database): void {
  app.get<{ Querystring: { after?: string; count?: string } }>('/accounts', async ({ query }) => {
    const accounts = await listAccounts(db, normalLogin(query.after ?? ''), countOf(query.count));
    return { accounts };
  });
  app.post('/accounts', async ({ body }, reply) => {
    const made = await openAccount(db, body);
    return reply.code(201).header('location', `/admin/accounts/${made.account.id}`).send(made);
  });
  app.get<Id>('/accounts/:id', async ({ params }) => ({ account: await accountById(db, params.id) }));
  app.patch<Id>('/accounts/:id', async ({ params, body }) => ({
    account: await alterAccount(db, params.id, body),
  }));
  app.post<Id>('/accounts/:id/reset-password', ({ params }) => resetPassword(db, params.id));
  app.post<Id>('/accounts/:id/unlock', async ({ params }, reply) => {
    await unlockAccount(db, params.id);
    return reply.code(204).send();
  });
}

function countOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_COUNT;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_COUNT) return count;
  throw badParameter('count', {
    en: `count must be 1 to ${MAX_COUNT}.`,
    zh: `count 应为 1 至 ${MAX_COUNT}。`,
  });
}
