/** `npm run reset-password`: another one-time password for an administrator who has lost the password. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baseUrl } from './demo-token.ts';

const USAGE = `npm run -s reset-password -- [<login>]

Gives the account (default: administrator) of the running server another one-time password, and prints it. Signs it out
everywhere, and takes away its lock. 为账号(默认 administrator)重新生成一次性密码并打印;其全部会话随之结束,锁定解除。

BASE_URL, PORT: the server (default http://127.0.0.1:8080/fhir). DATA_DIR (default .data): its data folder, whose file
operator-secret.txt shows that this is its own machine. 该文件仅其所有者可读。
`;

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
if (values.help || positionals.length > 1) {
  process.stdout.write(USAGE);
  process.exit(values.help ? 0 : 2);
}
const [login = 'administrator'] = positionals;
const file = join(process.env.DATA_DIR || '.data', 'operator-secret.txt');
const secret = await readFile(file, 'utf8').catch((error: Error) => stop(`${file}: ${error.message}`));
const accounts = `${baseUrl(process.env).replace(/\/fhir$/, '')}/admin/accounts`;

interface Answer {
  readonly accounts?: readonly { readonly id: string; readonly login: string }[];
  readonly oneTimePassword?: string;
  readonly issue?: readonly { readonly diagnostics?: string }[];
}

async function ask(method: 'GET' | 'POST', path: string): Promise<Answer> {
  const headers = { authorization: `Operator ${secret.trim()}` };
  const response = await fetch(accounts + path, { method, headers }).catch((error: Error) =>
    stop(`${accounts}: ${error.message}`),
  );
  const answer = (await response.json()) as Answer;
  if (response.ok) return answer;
  return stop(`${response.status} ${answer.issue?.map((i) => i.diagnostics).join('\n') ?? ''}`);
}

async function idOf(name: string): Promise<string> {
  for (let after = ''; ; ) {
    const { accounts: page = [] } = await ask('GET', `?count=1000&after=${encodeURIComponent(after)}`);
    const found = page.find((account) => account.login === name);
    if (found) return found.id;
    if (page.length === 0)
      return stop(`There is no account with the login '${name}'. 没有登录名为“${name}”的账号。`);
    after = page.at(-1)!.login;
  }
}

function stop(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

const { oneTimePassword } = await ask('POST', `/${await idOf(login)}/reset-password`);
process.stdout.write(`${login}: ${oneTimePassword}\n`);
