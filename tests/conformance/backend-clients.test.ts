/** Clients that others wrote, as systems that sign their requests for tokens: SMART Backend Services. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientStorage, MedplumClient, MemoryStorage } from '@medplum/core';
import { Client } from 'fhir-kit-client';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKeyedOrPublicClient } from '../../src/smart/clients.ts';
import { freePort } from '../start/support.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let origin: string;
let keyServer: Server;
const published = new Map<string, JWK>();

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  app = await startTestApp({ auth: 'smart', port, base: `${origin}/fhir` });
  await app.app.listen({ host: '127.0.0.1', port });
  keyServer = createServer((req, res) => {
    const keys = [published.get(req.url ?? '')].filter((key) => key !== undefined);
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  keyServer?.close();
  await app?.close();
});

/** A system with a key of its own: registered, and able to sign for itself. */
async function system(alg: 'ES384' | 'RS384', by: 'value' | 'URL', scope: string) {
  const id = `system-${randomUUID()}`;
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg, use: 'sig' };
  published.set(`/${id}`, key);
  const { port } = keyServer.address() as AddressInfo;
  await createKeyedOrPublicClient(app.database, {
    id,
    name: id,
    countyWide: true,
    scope,
    metadata: {
      token_endpoint_auth_method: 'private_key_jwt',
      ...(by === 'value' ? { jwks: { keys: [key] } } : { jwks_uri: `http://127.0.0.1:${port}/${id}` }),
    },
  });
  const assertion = (tokenUrl: string) =>
    new SignJWT({})
      .setProtectedHeader({ alg, kid: 'k1', typ: 'JWT' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(tokenUrl)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('4m')
      .sign(privateKey);
  return { id, assertion };
}

describe.each([
  ['ES384', 'value'],
  ['RS384', 'URL'],
] as const)('a system with %s and its keys by %s', (alg, by) => {
  test('gets a token with fhir-kit-client, and reads with it', async () => {
    const { assertion } = await system(alg, by, 'system/Patient.crs');
    const client = new Client({ baseUrl: `${origin}/fhir` });
    // biome-ignore lint/suspicious/noExplicitAny: the client's types leave out what SMART 2 added
    const { tokenUrl } = (await client.smartAuthMetadata()) as any;
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'system/Patient.crs',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await assertion(String(tokenUrl)),
      }),
    });
    const { access_token } = (await answer.json()) as { access_token: string };
    client.bearerToken = access_token;
    const patient = { resourceType: 'Patient', name: [{ family: '沈' }] };
    const made = await client.create({ resourceType: 'Patient', body: patient as never });
    const { id } = made as unknown as { id: string };
    expect(await client.read({ resourceType: 'Patient', id })).toMatchObject(patient);
  });

  test('gets a token with MedplumClient, and reads with it', async () => {
    const { assertion } = await system(alg, by, 'system/Patient.crs');
    const client = new MedplumClient({
      baseUrl: origin,
      fhirUrlPath: 'fhir/',
      tokenUrl: `${origin}/oauth/token`,
      storage: new ClientStorage(new MemoryStorage()),
    });
    // It asks for its own profile afterwards, which is Medplum's alone.
    await client.startJwtAssertionLogin(await assertion(`${origin}/oauth/token`)).catch(() => undefined);
    expect(client.getAccessToken()).toBeDefined();
    const made = await client.createResource({ resourceType: 'Patient', name: [{ family: '石' }] });
    expect(await client.readResource('Patient', made.id)).toMatchObject({ name: [{ family: '石' }] });
  });
});
