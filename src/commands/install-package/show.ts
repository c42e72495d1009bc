/** What became of a package, in words. */
import type { Language } from '../../kernel/issue.ts';

interface Parameter {
  readonly name: string;
  readonly part?: readonly Parameter[];
  readonly [value: string]: unknown;
}

/** The answer of `$install-package` and `$remove-package`, or each package of `$installed-packages`. */
export function summary({ parameter = [] }: { parameter?: readonly Parameter[] }, lang: Language): string {
  const packages = parameter.filter((p) => p.name === 'package').map((p) => p.part ?? []);
  if (packages.length > 0) return packages.map((parts) => ofOne(parts, lang)).join('');
  if (parameter.length > 0) return ofOne(parameter, lang);
  return lang === 'zh' ? '没有已安装的包。\n' : 'No packages are installed.\n';
}

function ofOne(parts: readonly Parameter[], lang: Language): string {
  const all = (name: string) => parts.filter((p) => p.name === name).map((p) => p.part ?? []);
  return [
    `${textOf(parts, 'name')}#${textOf(parts, 'version')}`,
    countsOf(parts, lang),
    ...all('dependency').map((d) => dependency(d, lang)),
    ...all('problem').map((p) => `  ${textOf(p, 'severity')}: ${textOf(p, 'text')}`),
    '',
  ].join('\n');
}

function countsOf(parts: readonly Parameter[], lang: Language): string {
  const names =
    lang === 'zh'
      ? { resources: '资源', created: '新增', updated: '更新', unchanged: '未变', deleted: '删除' }
      : {
          resources: 'resources',
          created: 'created',
          updated: 'updated',
          unchanged: 'unchanged',
          deleted: 'deleted',
        };
  const said = Object.entries(names).flatMap(([name, word]) => {
    const count = textOf(parts, name);
    return count === '' ? [] : [lang === 'zh' ? `${word} ${count}` : `${count} ${word}`];
  });
  return `  ${said.join(lang === 'zh' ? ',' : ', ')}`;
}

function dependency(parts: readonly Parameter[], lang: Language): string {
  const status = textOf(parts, 'status');
  const words: Record<string, string> =
    lang === 'zh'
      ? { 'built-in': '服务器自带', installed: '已安装', missing: '未安装' }
      : { 'built-in': 'part of the server', installed: 'installed', missing: 'missing' };
  const found = textOf(parts, 'found');
  return `  → ${textOf(parts, 'name')}#${textOf(parts, 'version')}: ${words[status] ?? status}${found && ` (${found})`}`;
}

function textOf(parts: readonly Parameter[], name: string): string {
  const parameter = parts.find((p) => p.name === name);
  const key = parameter && Object.keys(parameter).find((k) => k.startsWith('value'));
  return key === undefined ? '' : String(parameter![key]);
}

/** The issues of an OperationOutcome, each on a line. */
export function refusal(body: unknown): string {
  const { issue = [] } = (body ?? {}) as { issue?: readonly { diagnostics?: string }[] };
  return issue.map(({ diagnostics }) => diagnostics ?? '').join('\n');
}
