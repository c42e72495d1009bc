/**
 * A copy of this checkout that leaves no record of what is read, to measure what the record costs. The server has no
 * such switch: the copy is made here, of changed files, and is gone with the run.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LINKED = ['node_modules', 'profiles', 'terminology', 'fixtures'];

/** File, what stands in it, and what stands there instead. */
const CHANGES: readonly (readonly [string, RegExp, string])[] = [
  [
    'src/interactions/audit-read.ts',
    /await engine\.writer\.record\([^;]*;/,
    'if (!subjects) throw new Error(query);',
  ],
  ['src/store/audited-read.ts', /, audits as \(\n[\s\S]*?\n\)\nselect/, '\nselect'],
];

/** The copy's folder, and what removes it. */
export async function withoutAudit(checkout: string): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'xiantong-without-audit-'));
  await cp(join(checkout, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(checkout, 'package.json'), join(folder, 'package.json'));
  for (const name of LINKED) await symlink(join(checkout, name), join(folder, name));
  for (const [path, what, instead] of CHANGES) {
    const file = join(folder, path);
    const text = await readFile(file, 'utf8');
    const changed = text.replace(what, instead);
    if (changed === text) throw new Error(`${path} no longer reads as it did: see ${import.meta.filename}`);
    await writeFile(file, changed);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
