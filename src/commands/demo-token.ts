/** Access tokens for the commands of the demo county: a client's secret, exchanged at the running server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEMO_SECRETS_FILE, type DemoSecret, parseDemoSecrets } from '../kernel/demo-secrets.ts';
import type { Language, Text } from '../kernel/issue.ts';

/** Settings of the commands; all optional. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Why there is no token, in both languages. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
  readonly reason: 'no-clients' | 'unknown-client' | 'unreachable' | 'no-authorization' | 'refused';
  readonly text: Text;

  constructor(reason: NoTokenError['reason'], text: Text, cause?: unknown) {
    super(text.en, { cause });
    this.reason = reason;
    this.text = text;
  }

  in(lang: Language): string {
    return this.text[lang];
  }
}

const TIMEOUT_MS = 10_000;

/** The FHIR base that the commands talk to, without a slash at the end. */
export function baseUrl(env: Environment): string {
  return (env.BASE_URL || `http://127.0.0.1:${env.PORT || 8080}/fhir`).replace(/\/+$/, '');
}

/** An access token for one of the demo clients, with everything it is registered for. */
export async function demoToken(clientId: string, env: Environment = process.env): Promise<string> {
  const clients = await demoClientsOf(env);
  const client = clients.find(({ id }) => id === clientId);
  if (!client) {
    const ids = clients.map(({ id }) => id).join(', ');
    throw new NoTokenError('unknown-client', {
      en: `There is no demo client '${clientId}'; there are ${ids}.`,
      zh: `没有演示客户端“${clientId}”;可用的有:${ids}。`,
    });
  }
  return requestToken(await tokenEndpoint(baseUrl(env)), client);
}

/** The demo clients of the data folder. */
export async function demoClientsOf(env: Environment): Promise<DemoSecret[]> {
  const file = join(env.DATA_DIR || '.data', DEMO_SECRETS_FILE);
  let cause: unknown;
  const clients = await readFile(file, 'utf8')
    .then(parseDemoSecrets)
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') cause = error;
      return undefined;
    });
  if (clients && clients.length > 0) return clients;
  throw new NoTokenError(
    'no-clients',
    cause
      ? { en: `${file} cannot be read: ${messageOf(cause)}`, zh: `无法读取 ${file}:${messageOf(cause)}` }
      : {
          en: `There is no ${file}. Start the server with its demo county first, or set DATA_DIR to its data folder.`,
          zh: `没有 ${file}。请先启动带演示县域的服务器,或用 DATA_DIR 指明其数据文件夹。`,
        },
    cause,
  );
}

/** Where tokens are had, as the server says itself. */
async function tokenEndpoint(base: string): Promise<string> {
  const response = await reach(`${base}/.well-known/smart-configuration`, {
    headers: { accept: 'application/json' },
  });
  const configuration = response.ok ? await jsonOf(response) : undefined;
  const endpoint = configuration?.token_endpoint;
  if (typeof endpoint === 'string') return endpoint;
  throw new NoTokenError('no-authorization', {
    en: `The server at ${base} names no token endpoint (status ${response.status}); it may run with AUTH=open, where no token is needed.`,
    zh: `${base} 处的服务器没有令牌端点(状态 ${response.status});它可能以 AUTH=open 运行,无需令牌。`,
  });
}

async function requestToken(endpoint: string, client: DemoSecret): Promise<string> {
  const response = await reach(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: client.scope }),
  });
  const answer = await jsonOf(response);
  if (response.ok && typeof answer?.access_token === 'string') return answer.access_token;
  const why = [answer?.error, answer?.error_description]
    .filter((part) => typeof part === 'string')
    .join(': ');
  throw new NoTokenError('refused', {
    en: `${endpoint} gave no token to '${client.id}' (status ${response.status}${why && `, ${why}`}).`,
    zh: `${endpoint} 未向“${client.id}”签发令牌(状态 ${response.status}${why && `,${why}`})。`,
  });
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const why = messageOf((error as Error).cause ?? error);
    throw new NoTokenError(
      'unreachable',
      {
        en: `The server does not answer at ${url} (${why}). Is it running?`,
        zh: `${url} 处的服务器没有应答(${why})。它是否已启动?`,
      },
      error,
    );
  }
}

async function jsonOf(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
