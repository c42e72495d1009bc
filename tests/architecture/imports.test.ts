import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  codeOnly,
  findCycles,
  importsOf,
  packageOf,
  readSources,
  type SourceFile,
  sourceFile,
  target,
} from '../support/import-graph.ts';

const SRC = resolve(import.meta.dirname, '../../src');
const files = readSources(SRC);

/** Lower tiers first. A file imports its own folder and lower tiers. */
const TIERS: readonly (readonly string[])[] = [
  ['kernel'],
  ['db', 'definitions', 'contents'],
  ['terminology', 'access', 'jobs'],
  ['validation', 'search', 'audit'],
  ['store'],
  ['interactions'],
  ['operations', 'graphql', 'subscriptions', 'bulk', 'smart'],
  ['features', 'indexing', 'packages'],
  ['http'],
  [
    'main.ts',
    'log.ts',
    'workers.ts',
    'compose.ts',
    'sign-on.ts',
    'background.ts',
    'config.ts',
    'load.ts',
    'demo.ts',
    'commands',
  ],
];

/** Libraries that only one folder may know. */
const PLACED: readonly (readonly [library: RegExp, places: readonly string[]])[] = [
  [/^fastify$|^@fastify\//, ['http']],
  [/^pg$/, ['db']],
  [/^jose$|^oidc-provider$/, ['smart']],
  [/^graphql$/, ['graphql']],
  [/^graphile-worker$/, ['jobs']],
];

/** What `compose.ts` hands to `main.ts` has a type of a library: it may name it, and not use the library. */
const NAMED_IN_COMPOSE = new Set(['fastify']);

const MOST_LINES = 500;
const BANNED_NAME = /(^|[-.])(util|utils|helper|helpers|common|misc|manager)([-.]|$)/i;

/** First part of a path: the folder, or the file itself when it stands directly in `src`. */
const topOf = (path: string) => path.split('/')[0] ?? '';
const tierOf = (path: string) => TIERS.findIndex((names) => names.includes(topOf(path)));

/** What counts as one folder: each feature is its own, and the entry files belong together. */
function unitOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === path) return 'entry';
  return top === 'features' ? `${top}/${second}` : top;
}

function tierViolations(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((file) =>
    file.imports.flatMap((one) => {
      const to = target(file, one);
      if (to === undefined || unitOf(to) === unitOf(file.path)) return [];
      const said = `${file.path} imports ${to}`;
      if (to.startsWith('../')) return [`${said}, outside of src`];
      if (topOf(file.path) === 'commands')
        return topOf(to) === 'kernel' ? [] : [`${said}, not of the kernel`];
      return tierOf(to) < tierOf(file.path) ? [] : [`${said}, not of a lower tier`];
    }),
  );
}

function libraryViolations(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((file) =>
    file.imports.flatMap((one) => {
      const library = packageOf(one);
      if (library === undefined) return [];
      if (file.path === 'compose.ts' && one.typeOnly && NAMED_IN_COMPOSE.has(library)) return [];
      const said = `${file.path} imports ${library}`;
      if (topOf(file.path) === 'db' && library !== 'pg') return [`${said}; db knows pg alone`];
      return PLACED.filter(([name, places]) => name.test(library) && !places.includes(topOf(file.path))).map(
        ([, places]) => `${said}, which belongs in ${places.join(', ')}`,
      );
    }),
  );
}

function environmentViolations(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => path !== 'config.ts' && topOf(path) !== 'commands')
    .filter(({ text }) => /\bprocess\s*(\?\.|\.)\s*env\b/.test(codeOnly(text)))
    .map(({ path }) => `${path} reads process.env`);
}

describe('the source', () => {
  it('has a tier for every folder and entry file', () => {
    expect(files.filter(({ path }) => tierOf(path) < 0).map(({ path }) => path)).toEqual([]);
  });

  it('imports only its own folder and lower tiers', () => {
    expect(tierViolations(files)).toEqual([]);
  });

  it('imports only files that exist', () => {
    const missing = files.flatMap((file) =>
      file.imports
        .flatMap((one) => target(file, one) ?? [])
        .filter((to) => !existsSync(resolve(SRC, to)))
        .map((to) => `${file.path} imports ${to}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no circle of imports', () => {
    expect(findCycles(files)).toEqual([]);
  });

  it('uses libraries where they belong', () => {
    expect(libraryViolations(files)).toEqual([]);
  });

  it('reads the environment only in the configuration and in commands', () => {
    expect(environmentViolations(files)).toEqual([]);
  });

  it('has no file that is too long to be one thing', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > MOST_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('has no file named after nothing', () => {
    const vague = files.filter(({ path }) => BANNED_NAME.test(path.split('/').at(-1) ?? ''));
    expect(vague.map(({ path }) => path)).toEqual([]);
  });
});

describe('these checks', () => {
  it('see imports of every form, and none in comments or strings', () => {
    const text = `
import { a, type B } from './a.ts';
import type { C } from "./c.ts";
import * as d from '@medplum/core';
import e, {
  f,
} from 'fastify/lib/f.js';
import './side-effect.ts';
export * from './g.ts';
export type { H } from './h.ts';
const i = await import('./i.ts');
// import { no } from './comment.ts';
/* import { no } from './block.ts'; */
const text = 'https://example.org'; export const j = "select 1 from 'x'";
`;
    expect(importsOf(text)).toEqual([
      { specifier: './a.ts', typeOnly: false },
      { specifier: './c.ts', typeOnly: true },
      { specifier: '@medplum/core', typeOnly: false },
      { specifier: 'fastify/lib/f.js', typeOnly: false },
      { specifier: './g.ts', typeOnly: false },
      { specifier: './h.ts', typeOnly: true },
      { specifier: './side-effect.ts', typeOnly: false },
      { specifier: './i.ts', typeOnly: false },
    ]);
  });

  it.each([
    ['a higher tier', 'db/pool.ts', '../store/write.ts'],
    ['another folder of the same tier', 'search/parse.ts', '../audit/event.ts'],
    ['another feature', 'features/tasks/service.ts', '../referrals/model.ts'],
    ['anything but the kernel in a command', 'commands/token.ts', '../smart/provider.ts'],
    ['what lies outside of src', 'http/server.ts', '../../tests/support/app.ts'],
  ])('refuse %s', (_, path, specifier) => {
    for (const type of ['', 'type ']) {
      const file = sourceFile(path, `import ${type}{ x } from '${specifier}';`);
      expect(tierViolations([file])).toHaveLength(1);
    }
  });

  it.each([
    ['a lower tier', 'store/write.ts', '../kernel/ctx.ts'],
    ['the same folder', 'search/types/token.ts', '../parse.ts'],
    ['its own feature', 'features/tasks/service.ts', './model.ts'],
    ['another entry file', 'main.ts', './compose.ts'],
  ])('allow %s', (_, path, specifier) => {
    expect(tierViolations([sourceFile(path, `import { x } from '${specifier}';`)])).toEqual([]);
  });

  it('refuse libraries in the wrong place, and the environment', () => {
    const wrong = [
      sourceFile('store/read.ts', "import pg from 'pg';"),
      sourceFile('smart/provider.ts', "import type { FastifyInstance } from 'fastify';"),
      sourceFile('http/server.ts', "import { jwtVerify } from 'jose';"),
      sourceFile('db/pool.ts', "import pino from 'pino';"),
      sourceFile('compose.ts', "import Fastify from 'fastify';"),
      sourceFile('main.ts', "import type { FastifyInstance } from 'fastify';"),
    ];
    const named = sourceFile('compose.ts', "import type { FastifyInstance } from 'fastify';");
    expect(libraryViolations([named])).toEqual([]);
    expect(libraryViolations(wrong)).toHaveLength(wrong.length);
    const reading = sourceFile('http/server.ts', 'const port = process.env.PORT;');
    const speaking = sourceFile('http/server.ts', '// process.env is for config.ts');
    expect(environmentViolations([reading, speaking])).toEqual(['http/server.ts reads process.env']);
  });

  it('find circles of values, and let types refer to each other', () => {
    const circle = [
      sourceFile('db/a.ts', "import { b } from './b.ts';"),
      sourceFile('db/b.ts', "import { c } from './c.ts';"),
      sourceFile('db/c.ts', "import { a } from './a.ts';"),
    ];
    expect(findCycles(circle)).toEqual([['db/a.ts', 'db/b.ts', 'db/c.ts', 'db/a.ts']]);
    const types = [circle[0], circle[1], sourceFile('db/c.ts', "import type { A } from './a.ts';")];
    expect(findCycles(types.filter((file) => file !== undefined))).toEqual([]);
  });
});
