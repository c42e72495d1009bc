/** `/metrics`: how busy the county is, for whoever watches over the server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenFor } from '../features/tokens.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

const TOKEN = 'prometheus-of-the-county';
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ auth: 'smart', metricsToken: TOKEN });
});
afterAll(() => app.close());

async function status(remoteAddress: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await app.app.inject({ url: '/metrics', remoteAddress, headers });
  expect(answer.body.includes('http_request_duration_seconds')).toBe(answer.statusCode === 200);
  return answer.statusCode;
}

test('metrics are for this very machine, and not for whom a proxy on it speaks for', async () => {
  for (const address of ['127.0.0.1', '127.0.0.2', '::1', '::ffff:127.0.0.1'])
    expect(await status(address), address).toBe(200);
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '2001:db8::1'])
    expect(await status(address), address).toBe(401);
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
    expect(await status('127.0.0.1', { [header]: '10.0.0.1' }), header).toBe(401);
});

test('metrics are for who shows the token of the monitoring system, or is an administrator', async () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  expect(await status('10.0.0.1', bearer(TOKEN))).toBe(200);
  expect(await status('10.0.0.1', bearer(`${TOKEN}s`))).toBe(401);
  expect(await status('10.0.0.1', bearer(await tokenFor(app, 'system/*.cruds')))).toBe(200);
  const clinic = { countyWide: false, organization: 'Organization/clinic' };
  expect(await status('10.0.0.1', bearer(await tokenFor(app, 'system/*.cruds', clinic)))).toBe(403);
  expect(await status('10.0.0.1', bearer(await tokenFor(app, 'system/Patient.rs')))).toBe(403);
});
