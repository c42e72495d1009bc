/** Tokens of people for tests: signed and kept as the server's own authorization server does, without a browser. */
import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { createAccount } from '../../src/smart/accounts/account.ts';
import { createClient } from '../../src/smart/clients.ts';
import { issuerOf } from '../../src/smart/endpoints.ts';
import { loadSigningKeys, SIGNING_ALGORITHM } from '../../src/smart/keys.ts';
import { stateId } from '../../src/smart/state.ts';
import { BASE, type TestApp } from '../support/app.ts';
import type { Call } from './tokens.ts';

export interface Person {
  /** `Practitioner/x`, `Patient/x` or `RelatedPerson/x`. */
  readonly fhirUser?: string;
  readonly scope?: string;
  /** Id of the patient in context. */
  readonly patient?: string;
}

/** `app.call` as a person who uses an app, which belongs to the whole county. */
export async function asPerson(
  app: TestApp,
  { fhirUser, scope = 'user/*.cruds', patient }: Person,
): Promise<Call> {
  const jti = randomUUID();
  const client = `app-${jti.slice(0, 8)}`;
  const { database } = app;
  await createClient(database, { id: client, name: 'App', scope: 'system/*.cruds', countyWide: true });
  const account = await createAccount(
    database,
    { login: `login-${jti}`, name: 'Person', fhirUser },
    undefined,
  );
  await database.query({
    text: `insert into oauth_state (model, id, payload, client, account, expires)
      values ('AccessToken', $1, '{}', $2, $3, now() + interval '1 hour')`,
    values: [stateId(jti), client, account!.id],
  });
  const keys = await loadSigningKeys(database);
  const kid = keys.currentKid(SIGNING_ALGORITHM)!;
  const key = keys.privateJwks().keys.find((k) => k.kid === kid)!;
  const token = await new SignJWT({ client_id: client, scope, ...(patient ? { patient } : {}) })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: 'at+jwt' })
    .setIssuer(issuerOf(BASE.replace(/\/fhir$/, '')))
    .setAudience(BASE)
    .setSubject(account!.id)
    .setJti(jti)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(await importJWK(key, SIGNING_ALGORITHM));
  const authorization = `Bearer ${token}`;
  return (method, path, body, headers = {}) => app.call(method, path, body, { authorization, ...headers });
}
