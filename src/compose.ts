/** The composition root: calls every factory, in the order of the tiers. Read it as the architecture diagram. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { openAccess } from './access/decide.ts';
import { institutionRule } from './access/institution-rule.ts';
import { createMarks } from './access/marks.ts';
import { loadPolicy } from './access/policy.ts';
import { startBackground } from './background.ts';
import type { Config } from './config.ts';
import { createContents } from './contents/contents.ts';
import { createFileStore } from './contents/file-store.ts';
import { type Listener, listen } from './db/listen.ts';
import { migrate } from './db/migrate.ts';
import { type Connection, createDatabase } from './db/pool.ts';
import { createViews } from './db/reader.ts';
import { type Definitions, loadDefinitions } from './definitions/definitions.ts';
import { contracts } from './features/contracts/index.ts';
import { diagnosis } from './features/diagnosis/index.ts';
import { recognition } from './features/recognition/index.ts';
import { record } from './features/record/index.ts';
import { referrals } from './features/referrals/index.ts';
import { tasks } from './features/tasks/index.ts';
import { graphqlOperation } from './graphql/operation.ts';
import { createHandedOn } from './http/async/handed-on.ts';
import { asyncJobs } from './http/async/job.ts';
import { createOrigins } from './http/cors.ts';
import { createRateLimit } from './http/rate-limit.ts';
import { ROUTES } from './http/routes.ts';
import { createServer } from './http/server.ts';
import { keepParameters } from './indexing/current-parameters.ts';
import { indexing, indexingJobs } from './indexing/index.ts';
import { resumeReindexes } from './indexing/reindex.ts';
import { enqueueTakeUp } from './indexing/take-up.ts';
import { createAdmission, createAsInstitution } from './interactions/admission.ts';
import { capabilityStatement } from './interactions/capabilities.ts';
import type { Fire } from './interactions/deadlines.ts';
import type { Engine } from './interactions/engine.ts';
import { keptContentRule } from './interactions/kept-content.ts';
import { linkNames } from './interactions/references.ts';
import { speakers } from './interactions/speakers.ts';
import { terminologyCapabilities } from './interactions/terminology-capabilities.ts';
import { createValidation } from './interactions/validation.ts';
import { migrateJobs } from './jobs/run.ts';
import { movableClock, realClock } from './kernel/clock.ts';
import type { Contribution } from './kernel/contribution.ts';
import type { Ctx } from './kernel/ctx.ts';
import { newId } from './kernel/ids.ts';
import type { Workflow } from './kernel/workflow.ts';
import { load, seedSignIns } from './load.ts';
import { auditOperations } from './operations/audit/index.ts';
import { ADVANCE_CLOCK, clockOperation } from './operations/clock.ts';
import { everythingOperations } from './operations/everything.ts';
import { metaOperations } from './operations/meta.ts';
import { createOperations } from './operations/registry.ts';
import { NOT_HEEDED } from './operations/terminology/expand.ts';
import { terminologyOperations } from './operations/terminology/index.ts';
import { validateOperation } from './operations/validate.ts';
import { growDefinitions } from './packages/current-definitions.ts';
import { learning } from './packages/learning.ts';
import { packages } from './packages/operations.ts';
import { pack } from './packages/pack.ts';
import { createIndexRows } from './search/index-rows.ts';
import { createParameters } from './search/parameters.ts';
import { composeSignOn } from './sign-on.ts';
import { cleanUpJob, enqueueCleanUp } from './smart/clean-up.ts';
import { capabilitySecurity } from './smart/discovery.ts';
import { createKeyRing, SIGNING_KEYS_CHANNEL } from './smart/keys.ts';
import { settleAuditIn } from './store/audit-chain.ts';
import { keepAudit } from './store/audit-keeper.ts';
import { keepCareLimits } from './store/care-limits.ts';
import { PARAMETERS_CHANNEL } from './store/parameter-set.ts';
import { DEFINITIONS_CHANNEL } from './store/stored-definitions.ts';
import { findCanonical, readConceptMaps } from './store/terminology.ts';
import { createWriter } from './store/writer.ts';
import { createCodeChecks } from './terminology/code-checks.ts';
import { codeSystemRule } from './terminology/code-system-rule.ts';
import { followCodeSystems } from './terminology/concept-store.ts';
import { createTerminology, TERMINOLOGY_CHANNEL } from './terminology/terminology.ts';
import { loadEnforcement } from './validation/enforcement.ts';
import { createValidator } from './validation/validator.ts';

const LARGEST_BINARY = 1024 * 1024 * 1024;

const ROOT = join(import.meta.dirname, '..');
/** What the sample apps talk SMART with. */
const FHIR_CLIENT = fileURLToPath(import.meta.resolve('fhirclient/build/fhir-client.pure.min.js'));
/** Connections of those who do not see everything. */
const READERS = 8;

export interface Composed {
  readonly app: FastifyInstance;
  /** Resolves once what was told so far is in the audit log. */
  recorded(): Promise<void>;
  /** Ends requests in flight and the connections. */
  close(): Promise<void>;
}

/**
 * Migrates, loads, seeds, and answers a server that is ready to listen. `also`: more than the county's features. `say`
 * tells the operator, and nobody else, what stands in no log.
 */
export async function compose(
  config: Config,
  connection: Connection,
  log: Logger,
  also: readonly Contribution<Engine>[] = [],
  say: (line: string) => void = console.log,
): Promise<Composed> {
  const clock = config.clock === 'movable' ? movableClock() : undefined;
  let beforeLog = async () => {};
  const database = createDatabase(connection, {
    onError: (err) => log.warn({ err }, 'idle connection lost'),
    onOutdatedRows: () => learnParameters(),
    beforeLog: () => beforeLog(),
  });
  await migrate(connection);
  await migrateJobs(connection, database);
  await settleAuditIn(database);

  const definitions = loadDefinitions(join(ROOT, 'profiles'), [join(ROOT, 'terminology')]);
  const validator = createValidator(definitions);
  const enforcement = loadEnforcement(config.enforcement ?? join(ROOT, 'profiles', 'enforcement.json'));
  const parameters = createParameters(definitions);
  const learnParameters = keepParameters(database, parameters);
  const currentDefinitions = growDefinitions(database, definitions, () => validator.forget());
  const notLearnt = (err: unknown) => log.warn({ err }, 'definitions not learnt');
  const policy = loadPolicy(config.accessPolicy ?? join(ROOT, 'profiles', 'access-policy.json'));
  await keepCareLimits(database, policy.encounterHours);
  const contributions = [
    packages(definitions),
    indexing(definitions, parameters),
    ...composeFeatures(definitions, config),
    ...also,
  ];
  const indexRows = createIndexRows(
    parameters,
    config.base,
    createMarks(policy),
    contributions.flatMap((c) => c.keys ?? []),
  );
  const terminology = createTerminology(database, definitions, {
    find: findCanonical,
    maps: readConceptMaps,
  });
  const checkCodes = createCodeChecks(terminology);
  const writer = createWriter(database, indexRows, {
    learn: learnParameters,
    follower: followCodeSystems(terminology),
    journal: join(config.dataDir, 'audit-journal'),
  });
  await writer.recover();
  beforeLog = writer.recorded;
  let listener: Listener | undefined;
  const known = learning(database, writer, currentDefinitions, async () => listener?.heardByAll(database));
  const readers = createDatabase(connection, {
    max: READERS,
    reader: true,
    onError: (err) => log.warn({ err }, 'idle connection lost'),
    beforeLog,
  });
  const store = createFileStore(config.binaryDir ?? join(config.dataDir, 'binaries'));
  const contents = createContents(store, config.largestBinary ?? LARGEST_BINARY);
  const workflows: Workflow[] = [];
  const engine: Engine = {
    definitions,
    parameters,
    indexRows,
    linkNames: linkNames(definitions),
    quarantines: ({ actor, sentBy: client = actor.client }, type) =>
      enforcement.strictProfiles(client, type).length < enforcement.profiles(client, type).length,
    validate: createValidation({
      validator,
      definitions,
      enforcement,
      unknownProfile: config.unknownProfiles,
      database,
      workflows,
      checkCodes,
    }),
    ...known,
    contents,
    views: createViews(known.database, readers),
    asInstitution: createAsInstitution(database, policy, clock),
    terminology,
    checkCodes,
    namesContributors: config.provenance === 'always',
    rules: [
      codeSystemRule,
      keptContentRule(contents.isFresh),
      institutionRule(policy),
      ...contributions.flatMap((c) => c.rules ?? []),
    ],
    amendments: [speakers, ...contributions.flatMap((c) => c.amendments ?? [])],
    workflows,
  };
  workflows.push(...contributions.flatMap((c) => c.workflows?.(engine) ?? []));
  const fire: Fire = {
    engine,
    contextAt: (now) => systemContext(config.base, now),
    onError: (err, deadline) => log.error({ err, deadline }, 'deadline failed'),
  };
  const nightly = contributions.flatMap((c) => c.nightly?.(engine) ?? []);
  const operationsOn = once((on: Engine) =>
    createOperations(
      definitions,
      [
        ...metaOperations(on),
        validateOperation(on),
        ...everythingOperations(on),
        ...auditOperations(on),
        graphqlOperation(on),
        ...terminologyOperations(on, terminology.on(on.database)),
        ...contributions.flatMap((c) => c.operations?.(on) ?? []),
        ...(clock ? [clockOperation(fire, clock, nightly)] : []),
      ],
      clock ? [] : [ADVANCE_CLOCK],
    ),
  );

  const keyRing = await createKeyRing(database);
  listener = await listen(
    connection,
    {
      [SIGNING_KEYS_CHANNEL]: () => keyRing.learn().catch(notLearnt),
      [PARAMETERS_CHANNEL]: () => learnParameters().catch(notLearnt),
      [TERMINOLOGY_CHANNEL]: () => terminology.forget(),
      [DEFINITIONS_CHANNEL]: (changed) => currentDefinitions.learn(changed).catch(notLearnt),
    },
    notLearnt,
  );
  await Promise.all([learnParameters(), currentDefinitions.learn()]);
  await load(engine, systemContext(config.base), config, log);

  const origin = config.base.replace(/\/fhir$/, '');
  await seedSignIns(database, origin, config, say);
  const admit = createAdmission(engine, policy, clock);
  const signOn = composeSignOn({ config, origin, database, engine, admit, keys: keyRing, log });

  const declared = { base: config.base, version: packageVersion(), date: new Date().toISOString() };
  const capabilities = capabilityStatement(engine, {
    ...declared,
    routes: ROUTES,
    operations: operationsOn(engine),
    security: capabilitySecurity(origin),
  });
  const handedOn = createHandedOn();
  const app = await createServer({
    log,
    handedOn,
    origins: createOrigins({
      named: config.corsOrigins,
      loopback: config.auth === 'open',
      registered: signOn.origins,
    }),
    tls: config.tls && { cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key) },
    proxies: config.proxies,
    rateLimit: createRateLimit(Math.ceil(config.rateLimit / config.workers)),
    clock: clock ?? realClock,
    engine,
    operationsOn,
    base: config.base,
    auth: config.auth,
    admit,
    capabilities,
    terminology: () =>
      terminologyCapabilities(terminology, { ...declared, expansion: expansionParameters(definitions) }),
    ...signOn.server,
    cdsServicesOn: (on: Engine) => contributions.flatMap((c) => c.cdsServices?.(on) ?? []),
    ...(config.demo ? { apps: { folder: join(ROOT, 'src', 'apps'), fhirClient: FHIR_CLIENT } } : {}),
    ...(config.metricsToken === undefined ? {} : { metricsToken: config.metricsToken }),
    packages: definitions
      .packages()
      .filter((p) => !p.core)
      .map((p) => ({
        name: p.name,
        version: p.manifest.version,
        manifest: p.manifest,
        bytes: () => pack(p, join(ROOT, 'fixtures', 'valid')),
      })),
    ping: () => database.ping(),
  });
  await enqueueTakeUp(database);
  await resumeReindexes(database);
  const later = asyncJobs({
    database,
    base: config.base,
    handedOn,
    admit,
    send: async (request) => {
      const { statusCode, body } = await app.inject(request);
      return { status: statusCode, text: body };
    },
  });
  await enqueueCleanUp(database);
  const features = contributions.flatMap((c) => c.jobs?.(engine, fire.contextAt) ?? []);
  const background = startBackground({
    connection,
    database,
    fire,
    clock: clock ?? realClock,
    nightly: config.nightly ? nightly : [],
    store,
    kinds: [...indexingJobs(engine), ...later, cleanUpJob(database), ...features],
    log,
  });
  const auditKeeper = keepAudit(database, log);
  return {
    app,
    recorded: writer.recorded,
    close: async () => {
      await app.close();
      await background.stop();
      await writer.stop();
      await auditKeeper.stop();
      await listener?.close();
      await readers.close();
      await database.close();
    },
  };
}

/** Made once for each key, as long as somebody has it. */
function once<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, V>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}

/** The county's workflows. Deleting one is deleting its line. */
function composeFeatures(definitions: Definitions, config: Config): readonly Contribution<Engine>[] {
  return [
    recognition(definitions, config.base, config.recognitionMarks),
    diagnosis(config.criticalValueMinutes),
    referrals(definitions),
    config.linking === false ? { ...record, workflows: undefined } : record,
    contracts,
    tasks(definitions),
  ];
}

/** The parameters of `$expand`, but those that are refused. */
function expansionParameters(definitions: Definitions) {
  const expand = definitions.operations().find((o) => o.id === 'ValueSet-expand');
  const given = expand?.parameter?.filter((p) => p.use === 'in') ?? [];
  return given.filter(({ name }) => !NOT_HEEDED.includes(name!));
}

function systemContext(base: string, now = new Date()): Ctx {
  return {
    actor: { client: 'system', display: 'Xiantong' },
    access: openAccess(),
    now,
    requestId: `system-${newId()}`,
    lang: 'en',
    base,
  };
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}
