/**
 * Who refreshes: SMART has a public app send its refresh token and nothing else, where OAuth wants a client id as well.
 * The refresh token says whose it is.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#refresh-access-token
 */
import type { IncomingMessage } from 'node:http';
import type { Db } from '../kernel/ctx.ts';
import { putBack, readText } from './body.ts';
import { stateId } from './state.ts';

const FORM = 'application/x-www-form-urlencoded';

/** Names the client of a refresh that names none, when it is a public one. Other requests stay as they are. */
export async function nameRefreshingClient(db: Db, req: IncomingMessage): Promise<void> {
  const { authorization, 'content-type': type = '' } = req.headers;
  if (authorization !== undefined || !type.toLowerCase().startsWith(FORM)) return;
  const text = await readText(req, FORM);
  const form = new URLSearchParams(text);
  const token = form.get('refresh_token');
  const named = form.has('client_id') || form.has('client_assertion');
  const client =
    form.get('grant_type') === 'refresh_token' && token !== null && !named
      ? await publicClientOf(db, token)
      : undefined;
  if (client === undefined) return putBack(req, text);
  form.set('client_id', client);
  putBack(req, form.toString());
}

async function publicClientOf(db: Db, refreshToken: string): Promise<string | undefined> {
  const { rows } = await db.query<{ client: string }>({
    name: 'smart.publicClientOf',
    text: `select s.client from oauth_state s join oauth_client c on c.id = s.client
where s.model = 'RefreshToken' and s.id = $1 and c.metadata ->> 'token_endpoint_auth_method' = 'none'`,
    values: [stateId(refreshToken)],
  });
  return rows[0]?.client;
}
