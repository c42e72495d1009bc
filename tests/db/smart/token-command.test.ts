import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoToken, NoTokenError } from '../../../src/commands/demo-token.ts';
import { seedDemoClients } from '../../../src/smart/demo-clients.ts';
import { smartConfiguration } from '../../../src/smart/discovery.ts';
import { issuerOf } from '../../../src/smart/endpoints.ts';
import { createKeyRing } from '../../../src/smart/keys.ts';
import { createVerifier, type Verifier } from '../../../src/smart/verify.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { close, listen, oauthOver } from './support.ts';

const COMMAND = fileURLToPath(new URL('../../../src/commands/token.ts', import.meta.url));

let test: TestDatabase;
let dataDir: string;
let server: Server;
let origin: string;
let verify: Verifier;

beforeAll(async () => {
  test = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'xiantong-token-'));
  await seedDemoClients(test.database, dataDir);
  const keys = await createKeyRing(test.database);
  server = createServer((req, res) => {
    if (req.url === '/fhir/.well-known/smart-configuration') {
      res.setHeader('content-type', 'application/json').end(JSON.stringify(smartConfiguration(origin)));
    } else if (req.url?.startsWith('/oauth/')) {
      oauth.callback(req, res);
    } else {
      res.writeHead(404).end();
    }
  });
  origin = await listen(server);
  const fhirBase = `${origin}/fhir`;
  const oauth = oauthOver(test.database, origin, keys);
  verify = createVerifier({
    keys,
    issuer: issuerOf(origin),
    audience: fhirBase,
    db: test.database,
  });
});

afterAll(async () => {
  await close(server);
  await rm(dataDir, { recursive: true });
  await test.drop();
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: string[], env: Record<string, string> = {}): Promise<Run> {
  const settings = { PATH: process.env.PATH, DATA_DIR: dataDir, BASE_URL: `${origin}/fhir`, ...env };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...args], { env: settings }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('npm run token', () => {
  it('prints the token and nothing else', async () => {
    const { code, stdout, stderr } = await run(['cdc']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const verdict = await verify({ scheme: 'Bearer', token: stdout.trim() });
    expect(verdict).toMatchObject({ client: 'cdc', organization: 'Organization/disease-control-centre' });
    expect(verdict.scope).toContain('system/Immunization.rs');
  });

  it('finds the server by its port, and bears a slash too many', async () => {
    const { port } = new URL(origin);
    expect((await run(['platform'], { BASE_URL: '', PORT: port })).code).toBe(0);
    expect((await run(['platform'], { BASE_URL: `${origin}/fhir/` })).code).toBe(0);
  });

  it.each([[[]], [['nobody']], [['cdc', 'platform']]])('lists the clients for %j', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    for (const id of ['township-his', 'county-his', 'cdc', 'platform', 'laboratory']) {
      expect(stderr).toContain(id);
    }
  });

  it('says in one line that the server is away', async () => {
    const gone = createServer();
    const away = await listen(gone);
    await close(gone);
    const { code, stdout, stderr } = await run(['cdc'], { BASE_URL: `${away}/fhir` });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The server does not answer at .+\n$/);
    const chinese = await run(['--lang', 'zh', 'cdc'], { BASE_URL: `${away}/fhir` });
    expect(chinese.stderr).toMatch(/^.+没有应答.+\n$/);
  });

  it('says in one line that there are no demo clients, or no token', async () => {
    const none = await run(['cdc'], { DATA_DIR: join(dataDir, 'nothing') });
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/^There is no .+demo-clients\.json.+\n$/),
    ]);
    const open = await run(['cdc'], { BASE_URL: `${origin}/elsewhere` });
    expect([open.code, open.stderr]).toEqual([1, expect.stringMatching(/^The server at .+AUTH=open.+\n$/)]);
  });
});

describe('demoToken', () => {
  it('throws with a reason', async () => {
    const env = { DATA_DIR: dataDir, BASE_URL: `${origin}/fhir` };
    await expect(demoToken('nobody', env)).rejects.toMatchObject({ reason: 'unknown-client' });
    const stale = await mkdtemp(join(tmpdir(), 'xiantong-token-'));
    const clients = [{ id: 'cdc', name: 'cdc', scope: 'system/*.cruds', secret: 'stale' }];
    await writeFile(join(stale, 'demo-clients.json'), JSON.stringify({ clients }));
    const refused = await demoToken('cdc', { ...env, DATA_DIR: stale }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NoTokenError);
    expect(refused).toMatchObject({ reason: 'refused' });
    expect((refused as Error).message).toContain('invalid_client');
    expect((refused as Error).message).not.toContain('stale');
    await rm(stale, { recursive: true });
  });
});
