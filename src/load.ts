/** What a database has from its first start on: the definitions, the demo county, who can sign in. */
import { join } from 'node:path';
import type { CodeSystem } from '@medplum/fhirtypes';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { type Definitions, definitionsOf } from './definitions/definitions.ts';
import { seedDemoCounty } from './demo.ts';
import type { Engine, FhirResource } from './interactions/engine.ts';
import { publish } from './interactions/publish.ts';
import type { Ctx, Database } from './kernel/ctx.ts';
import { isSetting } from './kernel/setting.ts';
import { takeInBundled } from './operations/terminology/bundled.ts';
import { seedDemoAccounts } from './smart/accounts/demo-accounts.ts';
import { ensureAdministrator } from './smart/accounts/first-administrator.ts';
import { seedDemoApps } from './smart/demo-apps.ts';
import { seedDemoClients } from './smart/demo-clients.ts';
import { ensureOperatorSecret } from './smart/operator-secret.ts';
import { keepDefinitions, takeInStored } from './terminology/concept-store.ts';

const ROOT = join(import.meta.dirname, '..');

/** Definitions, terminology and the demo county; one process at a time. */
export async function load(engine: Engine, ctx: Ctx, config: Config, log: Logger): Promise<void> {
  await engine.database.tx(async (db) => {
    await db.query({ text: `select pg_advisory_xact_lock(hashtextextended('load', 1))`, values: [] });
    const published = await publish(engine, ctx, conformance(engine), isSetting);
    await keepDefinitions(db, ofBaseAlone(engine.definitions));
    await takeInStored(db);
    await takeInBundled(engine, ctx, db, join(ROOT, 'terminology'));
    const seeded = config.demo ? await seedDemoCounty(engine, ctx, join(ROOT, 'fixtures', 'county')) : 0;
    log.info({ published, seeded }, 'loaded');
  });
}

/** Who can sign in to a new database: clients, apps and people. `say` is told one-time passwords. */
export async function seedSignIns(
  db: Database,
  origin: string,
  config: Config,
  say: (line: string) => void,
): Promise<void> {
  if (config.demo) {
    await seedDemoClients(db, config.dataDir);
    await seedDemoApps(db, origin);
    const path = await seedDemoAccounts(db, config.dataDir);
    if (path) say(`Demo accounts and their passwords: ${path}`);
  }
  if (config.auth !== 'smart') return;
  await ensureOperatorSecret(config.dataDir);
  await ensureAdministrator(db, (login, password) => {
    say(
      `Administrator: login ${login}, one-time password ${password} (told this once; change it at the first sign-in)`,
    );
  });
}

/** What the packages other than the R4 base define. */
function conformance({ definitions }: Engine): FhirResource[] {
  const own = definitions.packages().filter((p) => !p.core);
  return own.flatMap(definitionsOf) as unknown as FhirResource[];
}

/** Code systems that are not published: their concepts are kept all the same. */
function ofBaseAlone(definitions: Definitions): CodeSystem[] {
  const published = new Set(definitions.resources('CodeSystem').map((s) => s.url));
  return definitions.codeSystems().filter((s) => !published.has(s.url));
}
