/** `npm run install-package -- <package>`: installs FHIR packages into a running server, lists and removes them. */
import { parseArgs } from 'node:util';
import type { Language } from '../kernel/issue.ts';
import { baseUrl } from './demo-token.ts';
import { NoPackageError, packageBytes } from './install-package/bytes.ts';
import { refusal, summary } from './install-package/show.ts';
import { platformToken } from './platform-token.ts';

const USAGE = {
  en: `npm run install-package -- [--lang en|zh] <file.tgz | folder | npm name[@version]>
npm run install-package -- --list
npm run install-package -- --remove <name>

Installs a FHIR package for R4 into the server at BASE_URL (default http://127.0.0.1:8080/fhir): its profiles, value
sets, code systems and search parameters work without a restart. A package of a name is fetched by npm, with your own
settings. Another version takes the place of the one before. TOKEN is the bearer token of an administrator
(system/*.cruds); without it, that of the demo client platform.
`,
  zh: `npm run install-package -- [--lang en|zh] <file.tgz | 文件夹 | npm 包名[@版本]>
npm run install-package -- --list
npm run install-package -- --remove <包名>

将适用于 R4 的 FHIR 包安装到 BASE_URL 处的服务器(默认 http://127.0.0.1:8080/fhir):其中的规范、值集、代码系统和
检索参数无需重启即可使用。给出包名时由 npm 按您的设置获取。新版本取代旧版本。TOKEN 为管理员(system/*.cruds)的
访问令牌;未设置时使用演示客户端 platform 的令牌。
`,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      lang: { type: 'string', default: 'en' },
      list: { type: 'boolean', default: false },
      remove: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const lang: Language = values.lang === 'zh' ? 'zh' : 'en';
  const [named, ...more] = positionals;
  const asked = Number(values.list) + Number(values.remove !== undefined) + Number(named !== undefined);
  if (values.help || asked !== 1 || more.length > 0) {
    (values.help ? process.stdout : process.stderr).write(USAGE[lang]);
    return values.help ? 0 : 2;
  }
  if (values.list) return ask('GET', '$installed-packages', lang);
  if (values.remove !== undefined) {
    return ask('POST', `$remove-package?name=${encodeURIComponent(values.remove)}`, lang);
  }
  try {
    return await ask('POST', '$install-package', lang, packageBytes(named!));
  } catch (error) {
    if (!(error instanceof NoPackageError)) throw error;
    process.stderr.write(`${error.text[lang]}\n`);
    return 2;
  }
}

/** 0 when the server did it, 1 when it refused. */
async function ask(method: string, path: string, lang: Language, bytes?: Uint8Array): Promise<number> {
  const base = baseUrl(process.env);
  const token = await platformToken(lang);
  const response = await fetch(`${base}/${path}`, {
    method,
    headers: {
      accept: 'application/fhir+json',
      'accept-language': lang === 'zh' ? 'zh-CN' : 'en',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(bytes ? { 'content-type': 'application/gzip' } : {}),
    },
    ...(bytes ? { body: Buffer.from(bytes) } : {}),
  }).catch((error: Error) => {
    const why = (error.cause as Error | undefined)?.message ?? error.message;
    throw new Error(
      lang === 'zh' ? `${base} 没有应答:${why}` : `The server at ${base} does not answer: ${why}`,
    );
  });
  const body = (await response.json().catch(() => undefined)) as object | undefined;
  if (!response.ok) {
    process.stderr.write(`${response.status}\n${refusal(body)}\n`);
    return 1;
  }
  process.stdout.write(summary(body ?? {}, lang));
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
