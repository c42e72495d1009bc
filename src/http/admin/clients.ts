/**
 * `/admin/clients`, in the words of RFC 7591:
 *
 *   GET    /admin/clients?state=<state>&after=<id>&count=<n>   clients in the order of their ids
 *   POST   /admin/clients                     one that is let in at once; may name its client_id
 *   GET    /admin/clients/<id>
 *   PATCH  /admin/clients/<id>                organization, county_wide, roles, scope
 *   POST   /admin/clients/<id>/approve        of who registered itself; may put the same right
 *   POST   /admin/clients/<id>/refuse
 *   POST   /admin/clients/<id>/deactivate     shuts it out, and takes back what it holds
 *   POST   /admin/clients/<id>/activate       lets it in again
 *   POST   /admin/clients/<id>/secret         answers another secret; the one before is worth nothing
 *
 * `/admin/signing-keys`: GET, and POST …/rotate.
 */
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../kernel/ctx.ts';
import {
  alterClient,
  type ClientAlteration,
  clientById,
  giveSecret,
  listedClients,
  putRight,
} from '../../smart/client-administration.ts';
import { listSigningKeys, rotateSigningKeys } from '../../smart/keys.ts';
import type { OAuth } from '../../smart/provider.ts';

interface Id {
  Params: { id: string };
}

const ALTERATIONS: readonly ClientAlteration[] = ['approve', 'refuse', 'deactivate', 'activate'];

export function adminClients(app: FastifyInstance, db: Database, oauth: OAuth): void {
  app.get<{ Querystring: Record<string, string> }>('/clients', async ({ query }) => ({
    clients: await listedClients(db, query),
  }));
  app.post('/clients', async ({ body }, reply) => {
    const made = await oauth.registerClient(body);
    return reply.code(201).header('location', `/admin/clients/${made.client_id}`).send(made);
  });
  app.get<Id>('/clients/:id', async ({ params }) => ({ client: await clientById(db, params.id) }));
  app.patch<Id>('/clients/:id', async ({ params, body }) => ({
    client: await putRight(db, params.id, body),
  }));
  for (const alteration of ALTERATIONS) {
    app.post<Id>(`/clients/:id/${alteration}`, async ({ params, body }) => ({
      client: await alterClient(db, params.id, alteration, body),
    }));
  }
  app.post<Id>('/clients/:id/secret', ({ params }) => giveSecret(db, params.id));
  app.get('/signing-keys', async () => ({ keys: await listSigningKeys(db) }));
  app.post('/signing-keys/rotate', async () => {
    await rotateSigningKeys(db);
    return { keys: await listSigningKeys(db) };
  });
}
