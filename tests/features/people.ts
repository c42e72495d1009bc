/** Tokens of people for tests: signed with the server's own key, as its authorization server would. */
import { importJWK, SignJWT } from 'jose';
import { createClient } from '../../src/smart/clients.ts';
import { issuerOf } from '../../src/smart/endpoints.ts';
import { loadSigningKeys, SIGNING_ALGORITHM } from '../../src/smart/keys.ts';
import { BASE, type TestApp } from '../support/app.ts';
import type { Call } from './tokens.ts';

export interface Person {
  /** `Practitioner/x`, `Patient/x` or `RelatedPerson/x`. */
  readonly fhirUser: string;
  readonly scope?: string;
  /** Id of the patient in context. */
  readonly patient?: string;
}

let apps = 0;

/** `app.call` as a person who uses an app. */
export async function asPerson(
  app: TestApp,
  { fhirUser, scope = 'user/*.cruds', patient }: Person,
): Promise<Call> {
  const client = `app-${++apps}`;
  await createClient(app.database, { id: client, name: `App ${client}`, scope: 'system/*.cruds' });
  const [key] = (await loadSigningKeys(app.database)).privateJwks().keys;
  const token = await new SignJWT({ client_id: client, scope, fhirUser, ...(patient ? { patient } : {}) })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: key!.kid!, typ: 'at+jwt' })
    .setIssuer(issuerOf(BASE.replace(/\/fhir$/, '')))
    .setAudience(BASE)
    .setSubject(fhirUser)
    .setJti(client)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(await importJWK(key!, SIGNING_ALGORITHM));
  const authorization = `Bearer ${token}`;
  return (method, path, body, headers = {}) => app.call(method, path, body, { authorization, ...headers });
}
