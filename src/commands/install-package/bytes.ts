/** The bytes of a FHIR package: of a file, of a folder, or of a package that npm fetches. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Text } from '../../kernel/issue.ts';
import { writeTgz } from '../../kernel/tar.ts';

/** There is no package of this name, in both languages. */
export class NoPackageError extends Error {
  override readonly name = 'NoPackageError';
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.text = text;
  }
}

/** Throws NoPackageError. */
export function packageBytes(named: string): Uint8Array {
  if (existsSync(named)) return statSync(named).isDirectory() ? ofFolder(named) : readFileSync(named);
  if (/^(@[\w.-]+\/)?[\w.-]+(@[\w.+-]+)?$/.test(named) && !named.endsWith('.tgz')) return ofNpm(named);
  throw new NoPackageError({
    en: `'${named}' is no file, no folder, and no name of a package.`,
    zh: `“${named}”既不是文件、文件夹,也不是包名。`,
  });
}

/** A folder with a package.json, or one that has such a folder `package`, as an unpacked package has. */
function ofFolder(folder: string): Uint8Array {
  const inner = join(folder, 'package');
  const root = existsSync(join(inner, 'package.json')) ? inner : folder;
  if (!existsSync(join(root, 'package.json'))) {
    throw new NoPackageError({
      en: `There is no package.json in ${folder}.`,
      zh: `${folder} 中没有 package.json。`,
    });
  }
  const files = readdirSync(root).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  return writeTgz(
    files.sort().map((name) => ({ path: `package/${name}`, bytes: readFileSync(join(root, name)) })),
  );
}

/** `npm pack`, with the settings that npm has here: its registry, its proxy, its cache. */
function ofNpm(named: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'xiantong-package-'));
  try {
    const { npm_execpath: npm } = process.env;
    const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
    const args = [
      ...first,
      'pack',
      named,
      '--loglevel=error',
      '--ignore-scripts',
      '--pack-destination',
      folder,
    ];
    const { status, stderr, error } = spawnSync(command!, args, { encoding: 'utf8' });
    const file = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (status !== 0 || file === undefined) {
      const why = (error?.message ?? stderr).trim().split('\n').slice(0, 5).join(' ');
      throw new NoPackageError({
        en: `npm could not fetch '${named}'. ${why}`,
        zh: `npm 无法获取“${named}”。${why}`,
      });
    }
    return readFileSync(join(folder, file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
