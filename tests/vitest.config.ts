/** Every test of the project, by what it needs: `npm test -- --project unit` runs one kind. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

/** Kinds of tests that work on a database; they share one PostgreSQL. */
const WITH_POSTGRES = ['db', 'http', 'features', 'conformance', 'oracle', 'fuzz'];
const WITHOUT = ['unit', 'architecture'];
/** Kinds that start the program itself, each with a database of its own. */
const PROGRAM = ['start'];

function project(name: string, globalSetup: string[]) {
  return {
    extends: true as const,
    test: { name, include: [`tests/${name}/**/*.test.ts`], globalSetup },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    environment: 'node',
    pool: 'forks',
    // Files share the modules of their process: to load them for each takes a fifth of the time.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 3 * MINUTE,
    hookTimeout: 2 * MINUTE,
    teardownTimeout: MINUTE,
    projects: [
      ...[...WITHOUT, ...PROGRAM].map((name) => project(name, [])),
      ...WITH_POSTGRES.map((name) => project(name, ['tests/support/shared-postgres.ts'])),
      project('browser', ['tests/support/shared-postgres.ts', 'tests/support/chromium.ts']),
    ],
  },
});
