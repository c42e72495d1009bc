/** How people and systems sign on: the authorization server, its pages, and what administrators keep of both. */
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { adminAccounts } from './http/admin/accounts.ts';
import { adminClients } from './http/admin/clients.ts';
import type { ServerOptions } from './http/server.ts';
import type { Admit } from './interactions/admission.ts';
import { auditSignIn } from './interactions/audit-sign-in.ts';
import type { Engine } from './interactions/engine.ts';
import type { Database } from './kernel/ctx.ts';
import { createAccountPages } from './smart/accounts/pages.ts';
import { createPatients } from './smart/accounts/patients.ts';
import { sessionOf } from './smart/accounts/sessions.ts';
import { createSignIns } from './smart/accounts/sign-ins.ts';
import { smartConfiguration } from './smart/discovery.ts';
import { issuerOf } from './smart/endpoints.ts';
import type { KeyRing } from './smart/keys.ts';
import { isOperator } from './smart/operator-secret.ts';
import { registeredOrigins } from './smart/origins.ts';
import { createOAuth } from './smart/provider.ts';
import { createUpstreamProvider } from './smart/upstream/provider.ts';
import { upstreamCallback } from './smart/upstream/sign-in.ts';
import { createVerifier } from './smart/verify.ts';

interface Parts {
  readonly config: Config;
  /** Of this server, as clients see it. */
  readonly origin: string;
  readonly database: Database;
  readonly engine: Engine;
  readonly admit: Admit;
  readonly keys: KeyRing;
  readonly log: Logger;
}

type OfServer =
  | 'authenticate'
  | 'smartConfiguration'
  | 'oauth'
  | 'authorizationServer'
  | 'sessionOf'
  | 'accountPages'
  | 'isOperator'
  | 'administered'
  | 'signInFailures';

export interface SignOn {
  /** What the server is made with. */
  readonly server: Pick<ServerOptions, OfServer>;
  /** Origins of the registered apps, whose scripts may call. */
  origins(): ReturnType<typeof registeredOrigins>;
}

export function composeSignOn({ config, origin, database, engine, admit, keys, log }: Parts): SignOn {
  const upstream = config.upstream && {
    ...config.upstream,
    provider: createUpstreamProvider(config.upstream, upstreamCallback(origin)),
  };
  const verify = createVerifier({
    keys,
    issuer: issuerOf(origin),
    audience: config.base,
    db: database,
  });
  const record = (facts: Parameters<typeof auditSignIn>[2]) => auditSignIn(engine.writer, config.base, facts);
  const signIns = createSignIns(database, record);
  const oauth = createOAuth({
    db: database,
    origin,
    fhirBase: config.base,
    keys,
    patients: createPatients(engine, config.base, admit),
    signIns,
    recordToken: record,
    ...(upstream ? { upstream } : {}),
    verify,
    onError: (err) => log.error({ err }, 'authorization failed'),
  });
  return {
    server: {
      authenticate: async (credentials) => {
        const { access, scope: _scope, exp: _exp, ...actor } = await verify(credentials);
        return { actor, access };
      },
      smartConfiguration: smartConfiguration(origin),
      oauth: oauth.callback,
      authorizationServer: oauth.discovery(),
      sessionOf: (cookies) => sessionOf(database, cookies),
      accountPages: createAccountPages({
        db: database,
        signIns,
        origin,
        ...(upstream ? { upstream } : {}),
        onUpstreamFault: (err) => log.warn({ err }, "the county's own login failed"),
      }),
      isOperator: (authorization) => isOperator(config.dataDir, authorization),
      administered: [
        (admin) => adminAccounts(admin, database),
        (admin) => adminClients(admin, database, oauth),
      ],
      signInFailures: config.signInFailures,
    },
    origins: () => registeredOrigins(database),
  };
}
