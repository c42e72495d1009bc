/** Environment and arguments -> Config. The only reader of `process.env` in the server. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Config {
  readonly host: string;
  readonly port: number;
  /** FHIR base as clients see it, without a slash at the end. */
  readonly base: string;
  /** A PostgreSQL of your own; undefined starts the embedded one. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly auth: 'smart' | 'open';
  readonly demo: boolean;
  readonly logLevel: string;
  /** What becomes of a resource that states a profile which is not known here: said beside the answer, or refused. */
  readonly unknownProfiles: 'warn' | 'refuse';
  /** File that says which profiles are demanded of whom; the one that comes with the server unless given. */
  readonly enforcement?: string;
  /** Whether writes of clients that act for an institution leave a Provenance always, or when they send one. */
  readonly provenance: 'always' | 'sent';
  /** Origins whose scripts may call, besides those of registered clients; `*` is every one. */
  readonly corsOrigins: readonly string[];
  /** Files with the certificate and its key (PEM), to encrypt connections without a proxy in front. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Addresses or networks of proxies in front, whose `X-Forwarded-For` says who calls. */
  readonly proxies: readonly string[];
  /** Requests per second of one client that brings a token, in all processes together; 0 is no limit. */
  readonly rateLimit: number;
  /** The county's own login, an OpenID provider, in place of passwords here. */
  readonly upstream?: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret?: string;
    /** What people call it. */
    readonly name: string;
    /** The claim that says whose account it is: `sub`, or one that holds the login. */
    readonly claim: string;
  };
  /** File of the access policy; the one that comes with the server unless given. */
  readonly accessPolicy?: string;
  /** `movable`: the time can be moved on by hand, for training and tests (`$advance-clock`). */
  readonly clock: 'real' | 'movable';
  /** Whether the work of every night (making public-health tasks) begins by itself. */
  readonly nightly: boolean;
  /** What becomes of a recognition mark whose quality evidence does not hold. */
  readonly recognitionMarks: 'strip' | 'refuse' | 'keep';
  /** In which a critical value is to be acknowledged, before somebody above is told. */
  readonly criticalValueMinutes: number;
  /** Whether records of one person are found and kept linked as they are written; only tests of search do without. */
  readonly linking?: boolean;
  /** Failed attempts to sign in, from one address in a minute, before it has to wait; 20 unless given. */
  readonly signInFailures?: number;
  /** What a monitoring system on another machine shows at `/metrics`: `Authorization: Bearer …`. */
  readonly metricsToken?: string;
  /** Where the contents of large Binaries are kept, for all processes; `binaries` below `dataDir` unless given. */
  readonly binaryDir?: string;
  /** Bytes that one Binary may have; 1 GB unless given. */
  readonly largestBinary?: number;
  /** Processes that serve, on one port. */
  readonly workers: number;
}

/** Each has some 20 connections to the database, and 150 MB. */
const MAX_WORKERS = 64;

/** More than a hospital's system sends by itself, and less than stops the others. */
const DEFAULT_RATE_LIMIT = 1000;

const DEFAULT_BINARY_MB = 1024;
/** A size in FHIR is an unsignedInt: less than 2 GB. */
const MOST_BINARY_MB = 2047;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Throws an Error that lists every setting that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env, args: readonly string[] = []): Config {
  const problems: string[] = [];
  const workersText = workersOf(args, problems) ?? (env.WORKERS || '1');
  const workers = Number(workersText);
  if (!/^\d+$/.test(workersText) || workers < 1 || workers > MAX_WORKERS)
    problems.push(`WORKERS (or --workers) must be 1 to ${MAX_WORKERS}, not '${workersText}'.`);
  const host = env.HOST || '127.0.0.1';
  const port = Number(env.PORT || 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    problems.push(`PORT must be 1 to 65535, not '${env.PORT}'.`);
  const auth = env.AUTH || 'smart';
  if (auth !== 'smart' && auth !== 'open') problems.push(`AUTH must be 'smart' or 'open', not '${auth}'.`);
  if (auth === 'open' && !isLoopback(host)) {
    problems.push(
      `AUTH=open lets everybody read and write everything, so HOST must be a loopback address, not '${host}'.`,
    );
  }
  const demo = env.DEMO || '1';
  if (demo !== '0' && demo !== '1') problems.push(`DEMO must be 0 or 1, not '${demo}'.`);
  const logLevel = env.LOG_LEVEL || 'info';
  if (!LOG_LEVELS.includes(logLevel))
    problems.push(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not '${logLevel}'.`);
  const unknownProfiles = env.UNKNOWN_PROFILES || 'warn';
  if (unknownProfiles !== 'warn' && unknownProfiles !== 'refuse')
    problems.push(`UNKNOWN_PROFILES must be 'warn' or 'refuse', not '${unknownProfiles}'.`);
  const recognitionMarks = env.RECOGNITION_MARKS || 'strip';
  if (recognitionMarks !== 'strip' && recognitionMarks !== 'refuse' && recognitionMarks !== 'keep')
    problems.push(`RECOGNITION_MARKS must be 'strip', 'refuse' or 'keep', not '${recognitionMarks}'.`);
  const criticalValueMinutes = Number(env.CRITICAL_VALUE_MINUTES || '15');
  if (!(criticalValueMinutes > 0 && criticalValueMinutes <= 1440))
    problems.push(
      `CRITICAL_VALUE_MINUTES must be more than 0 and at most 1440, not '${env.CRITICAL_VALUE_MINUTES}'.`,
    );
  const clock = env.CLOCK || 'real';
  if (clock !== 'real' && clock !== 'movable')
    problems.push(`CLOCK must be 'real' or 'movable', not '${clock}'.`);
  if (clock === 'movable' && workers > 1)
    problems.push('CLOCK=movable is the clock of one process: leave WORKERS (or --workers) at 1.');
  const rateLimit = Number(env.RATE_LIMIT || DEFAULT_RATE_LIMIT);
  if (!Number.isInteger(rateLimit) || rateLimit < 0)
    problems.push(`RATE_LIMIT must be a number of requests per second, or 0, not '${env.RATE_LIMIT}'.`);
  const binaryMegabytes = Number(env.MAX_BINARY_MB || DEFAULT_BINARY_MB);
  if (!(Number.isInteger(binaryMegabytes) && binaryMegabytes >= 1 && binaryMegabytes <= MOST_BINARY_MB))
    problems.push(`MAX_BINARY_MB must be 1 to ${MOST_BINARY_MB}, not '${env.MAX_BINARY_MB}'.`);
  const provenance = env.PROVENANCE || 'always';
  if (provenance !== 'always' && provenance !== 'sent')
    problems.push(`PROVENANCE must be 'always' or 'sent', not '${env.PROVENANCE}'.`);
  const corsOrigins = listOf(env.CORS_ORIGINS);
  for (const origin of corsOrigins) {
    if (origin !== '*' && URL.parse(origin)?.origin !== origin)
      problems.push(`CORS_ORIGINS must list origins as in https://app.example.cn, or be *, not '${origin}'.`);
  }
  const proxies = listOf(env.TRUST_PROXY);
  for (const proxy of proxies) {
    if (!/^[\da-fA-F.:]+(\/\d{1,3})?$/.test(proxy))
      problems.push(`TRUST_PROXY must list addresses or networks as in 10.0.0.0/8, not '${proxy}'.`);
  }
  if (Boolean(env.TLS_CERT) !== Boolean(env.TLS_KEY))
    problems.push('TLS_CERT and TLS_KEY are files that belong together: set both or neither.');
  const tls = env.TLS_CERT && env.TLS_KEY ? { cert: env.TLS_CERT, key: env.TLS_KEY } : undefined;
  const base = (env.BASE_URL || `${tls ? 'https' : 'http'}://${hostForUrl(host)}:${port}/fhir`).replace(
    /\/+$/,
    '',
  );
  const nightly = env.NIGHTLY || '1';
  if (nightly !== '0' && nightly !== '1') problems.push(`NIGHTLY must be 0 or 1, not '${nightly}'.`);
  if (!isBase(base)) {
    problems.push(
      `BASE_URL must be the URL of the FHIR base as clients see it, ending in /fhir, not '${base}'.`,
    );
  }
  const metricsToken = env.METRICS_TOKEN || undefined;
  if (metricsToken !== undefined && !/^[\w.~+/=-]{20,}$/.test(metricsToken))
    problems.push('METRICS_TOKEN must be 20 characters or more, as openssl rand -base64 24 makes them.');
  const upstream = upstreamOf(env, problems);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return {
    host,
    port,
    base,
    databaseUrl: env.DATABASE_URL || undefined,
    dataDir: resolve(env.DATA_DIR || '.data'),
    auth: auth as Config['auth'],
    demo: demo === '1',
    logLevel,
    enforcement: env.ENFORCEMENT || undefined,
    accessPolicy: env.ACCESS_POLICY || undefined,
    unknownProfiles: unknownProfiles as Config['unknownProfiles'],
    rateLimit,
    provenance: provenance as Config['provenance'],
    corsOrigins,
    proxies,
    tls,
    ...(upstream ? { upstream } : {}),
    ...(metricsToken === undefined ? {} : { metricsToken }),
    clock: clock as Config['clock'],
    nightly: nightly === '1',
    criticalValueMinutes,
    recognitionMarks: recognitionMarks as Config['recognitionMarks'],
    binaryDir: env.BINARY_DIR ? resolve(env.BINARY_DIR) : undefined,
    largestBinary: binaryMegabytes * 1024 * 1024,
    workers,
  };
}

/** Set whole, or not at all. */
function upstreamOf(env: NodeJS.ProcessEnv, problems: string[]): Config['upstream'] {
  const { UPSTREAM_ISSUER: issuer, UPSTREAM_CLIENT_ID: clientId, UPSTREAM_CLIENT_SECRET: clientSecret } = env;
  if (!issuer && !clientId && !clientSecret) return undefined;
  if (!issuer || !isIssuer(issuer))
    problems.push(`UPSTREAM_ISSUER must be the https URL of an OpenID provider, not '${issuer ?? ''}'.`);
  if (!clientId) problems.push('UPSTREAM_CLIENT_ID must be the id under which this server is known there.');
  return {
    issuer: issuer ?? '',
    clientId: clientId ?? '',
    ...(clientSecret ? { clientSecret } : {}),
    name: env.UPSTREAM_NAME || '县统一身份认证 County login',
    claim: env.UPSTREAM_CLAIM || 'sub',
  };
}

/** OpenID Connect Discovery 1.0 §3: no query and no fragment. Plain HTTP only to this machine. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (url?.search !== '' || url.hash !== '' || url.username !== '') return false;
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
  );
}

/** The value of `--workers`; anything else is a problem. */
function workersOf(args: readonly string[], problems: string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { workers: { type: 'string' } } }).values.workers;
  } catch (error) {
    problems.push(`${(error as Error).message.split('. ')[0]}. The one argument is --workers <number>.`);
    return undefined;
  }
}

/** Values separated by commas. */
function listOf(text = ''): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isBase(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  return url.pathname.endsWith('/fhir') && url.search === '' && url.hash === '' && url.username === '';
}

/** A wildcard address is no address to send clients to. */
function hostForUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
