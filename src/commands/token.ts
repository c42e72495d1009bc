/** `npm run -s token -- <client>`: prints an access token for one of the demo clients, and nothing else. */
import { parseArgs } from 'node:util';
import type { Language } from '../kernel/issue.ts';
import { demoClientsOf, demoToken, NoTokenError } from './demo-token.ts';

const USAGE = {
  en: 'npm run -s token -- [--lang en|zh] <client>\n\nDemo clients:\n',
  zh: 'npm run -s token -- [--lang en|zh] <客户端>\n\n演示客户端:\n',
};

/** Exit code 0 with the token; 2 when the client is not named, or unknown; 1 when there is no token. */
async function main(args: string[]): Promise<number> {
  let lang: Language = 'en';
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { lang: { type: 'string', default: 'en' } },
    });
    if (values.lang === 'zh') lang = 'zh';
    const [client] = positionals;
    if (client === undefined || positionals.length > 1) return await list(lang);
    process.stdout.write(`${await demoToken(client)}\n`);
    return 0;
  } catch (error) {
    if (error instanceof NoTokenError && error.reason === 'unknown-client') return await list(lang);
    const text = error instanceof NoTokenError ? error.in(lang) : (error as Error).message;
    process.stderr.write(`${text}\n`);
    return error instanceof NoTokenError ? 1 : 2;
  }
}

async function list(lang: Language): Promise<number> {
  const clients = await demoClientsOf(process.env);
  const lines = clients.map(({ id, name }) => `  ${id.padEnd(16)}${name}\n`);
  process.stderr.write(USAGE[lang] + lines.join(''));
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
