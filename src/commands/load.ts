/** `npm run load -- <files or folders…>`: loads FHIR JSON and NDJSON into a running server. */
import { parseArgs } from 'node:util';
import type { Language } from '../kernel/issue.ts';
import { baseUrl } from './demo-token.ts';
import { load } from './load/run.ts';
import { progress, summary } from './load/show.ts';
import { filesOf } from './load/units.ts';
import { platformToken } from './platform-token.ts';

const USAGE = {
  en: `npm run load -- [--lang en|zh] <files or folders…>

Loads FHIR resources into the server at BASE_URL (default http://127.0.0.1:8080/fhir).
  transaction or batch Bundle       sent as it is
  collection, searchset, history    each resource by itself
  any other resource                PUT when it has an id, POST when not
  .ndjson                           line by line
Files named 01-…, 02-… go in that order. TOKEN is the bearer token to use; without it, that of the demo
client platform. Ends with 0 only when nothing was refused.
`,
  zh: `npm run load -- [--lang en|zh] <文件或文件夹…>

将 FHIR 资源载入 BASE_URL 处的服务器(默认 http://127.0.0.1:8080/fhir)。
  transaction 或 batch Bundle       整体提交
  collection、searchset、history    逐个资源提交
  其他资源                          有 id 用 PUT,无 id 用 POST
  .ndjson                           逐行提交
文件名以 01-、02- 等编号开头的按编号先后载入。TOKEN 为访问令牌;未设置时使用演示客户端 platform 的令牌。
全部收下时退出码为 0。
`,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { lang: { type: 'string', default: 'en' }, help: { type: 'boolean', default: false } },
  });
  const lang: Language = values.lang === 'zh' ? 'zh' : 'en';
  if (values.help || positionals.length === 0) {
    (values.help ? process.stdout : process.stderr).write(USAGE[lang]);
    return values.help ? 0 : 2;
  }
  const files = await filesOf(positionals);
  if (files.length === 0) {
    process.stderr.write(
      lang === 'zh' ? '没有找到 .json 或 .ndjson 文件。\n' : 'No .json or .ndjson file there.\n',
    );
    return 2;
  }
  const base = baseUrl(process.env);
  const token = await platformToken(lang);
  const begin = performance.now();
  const tally = await load(files, { base, token, lang }, (bytes) =>
    progress(process.stderr, bytes, files.length, lang),
  );
  process.stdout.write(summary(tally, files.length, performance.now() - begin, lang));
  return tally.refusals.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
