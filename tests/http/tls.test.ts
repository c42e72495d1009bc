/** Connections that the server encrypts itself. */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type SecureVersion, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

const FOLDER = join(import.meta.dirname, '../support/tls');
const tls = { cert: join(FOLDER, 'cert.pem'), key: join(FOLDER, 'key.pem') };

let app: TestApp;
let port: number;

beforeAll(async () => {
  app = await startTestApp({ tls });
  await app.app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

/** Status of an answer, and the protocol it came by. */
function ask(maxVersion: SecureVersion): Promise<{ status?: number; protocol?: string | null }> {
  return new Promise((resolve, reject) => {
    const options = {
      ca: readFileSync(tls.cert),
      minVersion: 'TLSv1' as const,
      maxVersion,
      ciphers: 'DEFAULT@SECLEVEL=0',
      agent: false as const,
    };
    get(`https://127.0.0.1:${port}/fhir/metadata`, options, (response) => {
      const { socket, statusCode } = response;
      const protocol = socket instanceof TLSSocket ? socket.getProtocol() : undefined;
      response.resume().once('end', () => resolve({ status: statusCode, protocol }));
    }).once('error', reject);
  });
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)('answers over %s', async (version) => {
  expect(await ask(version)).toEqual({ status: 200, protocol: version });
});

test('takes nothing older', async () => {
  await expect(ask('TLSv1.1')).rejects.toThrow();
});
