/** `npm run terminology -- …`: loads code tables into a running server. */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { faultsOf, readTable, type Table, TableError, tableFolders } from '../kernel/code-table.ts';
import type { Language } from '../kernel/issue.ts';
import { baseUrl, demoToken, NoTokenError } from './demo-token.ts';
import { send, type Target } from './load/send.ts';
import { readIcd10, readLoinc } from './terminology/sources.ts';

const USAGE = {
  en: `npm run terminology -- [--lang en|zh] <folders…>
npm run terminology -- loinc <Loinc.csv> --version <release>
npm run terminology -- icd10 <file.csv> --version <edition>

Loads code tables (terminology/README.md says how a folder looks) into the server at BASE_URL (default
http://127.0.0.1:8080/fhir). What is there already is left alone; a table is replaced as a whole or not at all.
TOKEN is an administrator's bearer token; without it, that of the demo client platform.
`,
  zh: `npm run terminology -- [--lang en|zh] <文件夹…>
npm run terminology -- loinc <Loinc.csv> --version <版本>
npm run terminology -- icd10 <文件.csv> --version <版本>

将代码表(文件夹格式见 terminology/README.md)载入 BASE_URL 处的服务器(默认 http://127.0.0.1:8080/fhir)。
内容未变的代码表不会重复加载;每个代码表要么整体替换,要么保持不变。
TOKEN 为管理员的访问令牌;未设置时使用演示客户端 platform 的令牌。
`,
};

/** Concepts of one request. */
const PART = 2_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lang: { type: 'string', default: 'en' },
      version: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const lang: Language = values.lang === 'zh' ? 'zh' : 'en';
  const [kind, file] = positionals;
  const isKnown = kind === 'loinc' || kind === 'icd10';
  if (values.help || kind === undefined || (isKnown && (!file || !values.version))) {
    (values.help ? process.stdout : process.stderr).write(USAGE[lang]);
    return values.help ? 0 : 2;
  }
  const target = {
    base: baseUrl(process.env),
    token: process.env.TOKEN || (await platformToken(lang)),
    lang,
  };
  if (isKnown) {
    const read = kind === 'loinc' ? readLoinc : readIcd10;
    return (await loadTable(target, checked(await read(file!, values.version!)))) ? 0 : 1;
  }
  const folders = (await Promise.all(positionals.map(tableFolders))).flat();
  if (folders.length === 0)
    throw new TableError(lang === 'zh' ? '没有找到 system.json。' : 'There is no system.json there.');
  let failed = 0;
  for (const folder of folders) if (!(await loadTable(target, await readTable(folder)))) failed++;
  return failed === 0 ? 0 : 1;
}

function checked(table: Table): Table {
  const faults = faultsOf(table.concepts).slice(0, 20);
  if (faults.length === 0) return table;
  throw new TableError(faults.map(({ at, text }) => `row ${at + 1}: ${text}`).join('\n'));
}

/** Sends a table in parts. Answers whether it is there now. */
async function loadTable(target: Target, { header, sha256, concepts }: Table): Promise<boolean> {
  const load = randomUUID();
  const name = `${header.url}|${header.version ?? ''}`;
  for (let place = 0; place < Math.max(concepts.length, 1); place += PART) {
    const last = place + PART >= concepts.length;
    const parameter = [
      { name: 'load', valueString: load },
      { name: 'sha256', valueString: sha256 },
      { name: 'system', resource: { ...header, concept: concepts.slice(place, place + PART) } },
      { name: 'place', valueInteger: place },
      ...(last
        ? [
            { name: 'finish', valueBoolean: true },
            { name: 'count', valueInteger: concepts.length },
          ]
        : []),
    ];
    const body = JSON.stringify({ resourceType: 'Parameters', parameter });
    const answer = await send(target, { method: 'POST', path: 'CodeSystem/$load', body } as Parameters<
      typeof send
    >[1]);
    if (!('status' in answer) || answer.status >= 300) {
      process.stderr.write(`\n${name}: ${reasonOf(answer, target.lang)}\n`);
      return false;
    }
    if (outcomeOf(answer.body) === 'unchanged') {
      process.stdout.write(target.lang === 'zh' ? `${name}:未变化\n` : `${name}: unchanged\n`);
      return true;
    }
    if (process.stderr.isTTY)
      process.stderr.write(`\r${name}: ${Math.min(place + PART, concepts.length)}/${concepts.length}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r');
  process.stdout.write(
    target.lang === 'zh'
      ? `${name}:已加载 ${concepts.length} 个编码\n`
      : `${name}: ${concepts.length} codes loaded\n`,
  );
  return true;
}

function outcomeOf(body: unknown): string | undefined {
  const { parameter = [] } = body as { parameter?: { name: string; valueCode?: string }[] };
  return parameter.find((p) => p.name === 'outcome')?.valueCode;
}

function reasonOf(answer: Awaited<ReturnType<typeof send>>, lang: Language): string {
  if (!('status' in answer)) return answer.reason[lang];
  const { issue = [] } = (answer.body ?? {}) as { issue?: { diagnostics?: string }[] };
  return `${answer.status} ${issue.map((i) => i.diagnostics).join(' ')}`;
}

async function platformToken(lang: Language): Promise<string | undefined> {
  try {
    return await demoToken('platform');
  } catch (error) {
    if (!(error instanceof NoTokenError)) throw error;
    if (error.reason !== 'no-authorization') process.stderr.write(`${error.in(lang)}\n`);
    return undefined;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
