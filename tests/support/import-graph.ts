/** Reads what source files import, from their text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

export interface Import {
  /** As written: `../kernel/ctx.ts`, `node:fs`, `pg`. */
  readonly specifier: string;
  /** Gone when types are erased. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** Below the folder read, with forward slashes: `db/pool.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const STRING = String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\`(?:\\.|[^\`\\])*\``;
const STRING_OR_COMMENT = new RegExp(String.raw`(${STRING})|/\*[\s\S]*?\*/|//[^\n]*`, 'g');
/** No statement but an import or a re-export has only names, braces and commas before its `from`. */
const STATEMENT = /^\s*(?:import|export)\s+(type\s+)?(?:[\w$\s{},*]*?\s)?from\s+['"]([^'"\n]+)['"]/gm;
const BARE = /^\s*import\s+['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]/g;

/** The imports of a TypeScript file; those in its comments do not count. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  return [
    ...[...code.matchAll(STATEMENT)].map(([, type, specifier]) => ({
      specifier: specifier ?? '',
      typeOnly: type !== undefined,
    })),
    ...[...code.matchAll(BARE), ...code.matchAll(DYNAMIC)].map(([, specifier]) => ({
      specifier: specifier ?? '',
      typeOnly: false,
    })),
  ];
}

/** The text with every comment turned into a space. */
export function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (_, string?: string) => string ?? ' ');
}

/** The text with every comment and every string turned into a space. */
export function codeOnly(text: string): string {
  return text.replace(STRING_OR_COMMENT, ' ');
}

export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(text) };
}

/** Every TypeScript file below a folder. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => sourceFile(relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The file a relative import names, below the same folder; `../` remains when it leads out of it. */
export function target(file: SourceFile, { specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.normalize(posix.join(posix.dirname(file.path), specifier));
}

/** The package a library import names: `pg`, `@medplum/core`; none for Node's own modules. */
export function packageOf({ specifier }: Import): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Circles of imports that remain when types are erased, each as the files on it. */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter(({ typeOnly }) => !typeOnly).flatMap((one) => target(file, one) ?? []),
    ]),
  );
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) cycles.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    trail.push(path);
    for (const next of edges.get(path) ?? []) visit(next);
    trail.pop();
    done.add(path);
  };
  for (const path of edges.keys()) visit(path);
  return cycles;
}
