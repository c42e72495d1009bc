/** `npm run verify-audit`: whether the audit log of a running server is what was written. */
import { parseArgs } from 'node:util';
import type { Language } from '../kernel/issue.ts';
import { baseUrl } from './demo-token.ts';
import { platformToken } from './platform-token.ts';

const USAGE = {
  en: `npm run verify-audit -- [--lang en|zh] [--known <hash>]
npm run verify-audit -- [--lang en|zh] --drop-before <month>

Compares every entry of the audit log at BASE_URL (default http://127.0.0.1:8080/fhir) with the chain of seals over
them, and says where they differ. --known is the hash that an earlier run told, which must still be in the chain: keep
it where whoever could change the database cannot. --drop-before 2026-01 drops what is older than that month instead;
the last six months are kept. TOKEN is the bearer token of an administrator (system/*.cruds); without it, that of the
demo client platform. Exit code 0: intact; 1: not intact, or refused; 2: could not be asked.
`,
  zh: `npm run verify-audit -- [--lang en|zh] [--known <哈希值>]
npm run verify-audit -- [--lang en|zh] --drop-before <月份>

逐条核对 BASE_URL(默认 http://127.0.0.1:8080/fhir)处的审计日志与其封条链,并指出不一致之处。--known 为此前运行
给出的哈希值,它必须仍在链中:请将其保存在能修改数据库的人无法触及之处。--drop-before 2026-01 则清除该月之前的
记录,最近六个月的记录始终保留。TOKEN 为管理员(system/*.cruds)的访问令牌;未设置时使用演示客户端 platform 的
令牌。退出码 0:完好;1:不完好或被拒绝;2:无法核对。
`,
};

interface Parameter {
  readonly name: string;
  readonly part?: readonly Parameter[];
  readonly [value: string]: unknown;
}

const { values } = parseArgs({
  options: {
    lang: { type: 'string', default: 'en' },
    known: { type: 'string' },
    'drop-before': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const lang: Language = values.lang === 'zh' ? 'zh' : 'en';

async function ask(method: 'GET' | 'POST', path: string, token: string | undefined): Promise<Parameter[]> {
  const response = await fetch(`${baseUrl(process.env)}/${path}`, {
    method,
    headers: {
      accept: 'application/fhir+json',
      'accept-language': lang === 'zh' ? 'zh-CN' : 'en',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
  });
  const body = (await response.json()) as {
    parameter?: Parameter[];
    issue?: { diagnostics?: string }[];
  };
  if (response.ok) return body.parameter ?? [];
  process.stderr.write(`${response.status} ${body.issue?.map((i) => i.diagnostics).join('\n') ?? ''}\n`);
  process.exit(1);
}

const valueIn = (parameter: Parameter | undefined): unknown =>
  Object.entries(parameter ?? {}).find(([name]) => name.startsWith('value'))?.[1];
const of = (parameters: readonly Parameter[], name: string) =>
  valueIn(parameters.find((p) => p.name === name));

/** One line for a break or a dropped month. */
function line({ name, part = [] }: Parameter): string {
  return `${name}: ${part.map((p) => `${p.name} ${String(valueIn(p))}`).join(', ')}`;
}

async function verify(token: string | undefined): Promise<number> {
  let entries = 0;
  let intact = true;
  for (let after: unknown = '0'; after !== undefined; ) {
    const known = values.known === undefined ? '' : `&known=${encodeURIComponent(values.known)}`;
    const found = await ask('GET', `$verify-audit?after=${String(after)}${known}`, token);
    entries += Number(of(found, 'entries'));
    if (of(found, 'intact') === false) {
      intact = false;
      for (const p of found) if (p.name === 'break') console.log(line(p));
    }
    after = of(found, 'next');
    if (after !== undefined) continue;
    for (const p of found) if (p.name === 'dropped') console.log(line(p));
    const [seal, hash] = [of(found, 'lastSeal') ?? '-', of(found, 'lastHash') ?? '-'];
    console.log(
      lang === 'zh'
        ? `${intact ? '完好' : '不完好'}:${entries} 条记录。最后封条 ${seal},哈希值 ${hash}`
        : `${intact ? 'Intact' : 'NOT intact'}: ${entries} entries. Last seal ${seal}, hash ${hash}`,
    );
  }
  return intact ? 0 : 1;
}

async function drop(token: string | undefined, before: string): Promise<number> {
  const dropped = await ask('POST', `$drop-audit?before=${encodeURIComponent(before)}`, token);
  for (const p of dropped) console.log(line(p));
  if (dropped.length === 0) console.log(lang === 'zh' ? '没有更早的记录。' : 'There is nothing older.');
  return 0;
}

if (values.help) process.stdout.write(USAGE[lang]);
else {
  try {
    const token = await platformToken(lang);
    const before = values['drop-before'];
    process.exitCode = before === undefined ? await verify(token) : await drop(token, before);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
  }
}
