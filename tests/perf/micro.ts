/**
 * Microseconds per operation of what every request does inside the process. Each figure is the median of
 * rounds that are interleaved with the others, so that a neighbour's load falls on all of them alike.
 * `node tests/perf/micro.ts [folder of another checkout]` puts the other checkout's figures beside.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { labResult } from './data.ts';

/** Index extraction of one laboratory Observation should not take longer. */
const EXTRACTION_TARGET = 40;
const ROUNDS = 25;
/** Milliseconds per round: long enough for the clock, short enough to interleave. */
const ROUND_MS = 20;

type Operations = Readonly<Record<string, () => unknown>>;

/** The operations of one checkout, by name. */
async function operationsOf(root: string): Promise<Operations> {
  const load = (path: string) => import(pathToFileURL(join(root, 'src', path)).href);
  const { loadDefinitions } = (await load(
    'definitions/definitions.ts',
  )) as typeof import('../../src/definitions/definitions.ts');
  const { createParameters } = (await load(
    'search/parameters.ts',
  )) as typeof import('../../src/search/parameters.ts');
  const { createIndexRows } = (await load(
    'search/index-rows.ts',
  )) as typeof import('../../src/search/index-rows.ts');
  const { createValidator } = (await load(
    'validation/validator.ts',
  )) as typeof import('../../src/validation/validator.ts');
  const { bodyOf, versionText } = (await load(
    'interactions/version-text.ts',
  )) as typeof import('../../src/interactions/version-text.ts');
  const { auditEntry } = (await load(
    'audit/audit-entry.ts',
  )) as typeof import('../../src/audit/audit-entry.ts');
  const { fold, latinReadings } = (await load('kernel/fold.ts')) as typeof import('../../src/kernel/fold.ts');
  const { canonicalQuantity } = (await load(
    'terminology/units.ts',
  )) as typeof import('../../src/terminology/units.ts');
  const { readBody } = (await load('http/negotiate.ts')) as typeof import('../../src/http/negotiate.ts');
  const { openAccess } = (await load('access/decide.ts')) as typeof import('../../src/access/decide.ts');

  const definitions = loadDefinitions(join(root, 'profiles'));
  const validator = createValidator(definitions);
  const base = 'http://127.0.0.1:8080/fhir';
  const indexRows = createIndexRows(createParameters(definitions), base);
  const plain = bodyOf(labResult(1, 2));
  const profiled = bodyOf(labResult(1, 2, true));
  const indented = { ...plain, text: JSON.stringify(plain.resource, null, 2) };
  const bytes = Buffer.from(plain.text);
  const issues = [plain, profiled].flatMap((b) => validator.validate(b.resource));
  if (issues.length > 0) throw new Error(JSON.stringify(issues, null, 1));
  const ctx = {
    actor: { client: 'laboratory', display: 'Laboratory', organization: 'Organization/laboratory-centre' },
    access: openAccess(),
    now: new Date(),
    requestId: '7d0c1a52-5a4e-4f4e-9a38-0f9c86e3a1d5',
    lang: 'zh',
    address: '127.0.0.1',
    base,
  } as const;
  const id = 'b0f7d0ad-6d0f-4a3c-9a71-0e4c8f6f2b11';
  const targets = [`Observation/${id}`];
  return {
    'JSON.parse': () => JSON.parse(plain.text),
    'read a body (decode, depth, parse, duplicate keys)': () => readBody(bytes),
    'validate a lab result': () => validator.validate(plain.resource),
    'validate a lab result, county profile': () => validator.validate(profiled.resource),
    'index extraction of a lab result': () => indexRows(plain.resource),
    'version text': () => versionText(plain, id, 1, 1_760_000_000_000),
    'version text of indented JSON': () => versionText(indented, id, 1, 1_760_000_000_000),
    'entry of a read in the audit log': () =>
      auditEntry(ctx, { interaction: 'read' }, { targets, patient: 'bench-1' }),
    'fold (Latin)': () => fold('Glucose [Moles/volume] in Blood'),
    'fold (Chinese)': () => fold('张伟'),
    'Latin readings of a Chinese name': () => latinReadings('欧阳小宇'),
    'canonical quantity': () => canonicalQuantity(6.3, 'mmol/L'),
  };
}

/** Median microseconds per call, by name and checkout. */
function measure(checkouts: readonly Operations[]): Map<string, number[]> {
  const medians = new Map<string, number[]>();
  for (const name of Object.keys(checkouts[0]!)) {
    const calls = checkouts.map((c) => c[name]!);
    const counts = calls.map(callsPerRound);
    const times: number[][] = calls.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      calls.forEach((call, i) => {
        times[i]!.push(timed(call, counts[i]!));
      });
    }
    medians.set(
      name,
      times.map((t) => t.sort((a, b) => a - b)[ROUNDS >> 1]!),
    );
  }
  return medians;
}

/** Runs until the code is hot, and says how many calls fill a round. */
function callsPerRound(call: () => unknown): number {
  let calls = 0;
  const until = performance.now() + 10 * ROUND_MS;
  while (performance.now() < until) {
    call();
    calls++;
  }
  return Math.max(1, Math.round(calls / 10));
}

function timed(call: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return ((performance.now() - start) * 1000) / calls;
}

const here = join(import.meta.dirname, '../..');
const other = process.argv[2];
const checkouts = [await operationsOf(here), ...(other ? [await operationsOf(resolve(other))] : [])];
console.log(`µs per operation${other ? `, here and in ${other}` : ''}; Node ${process.version}`);
for (const [name, [time, reference]] of measure(checkouts)) {
  const beside =
    reference === undefined ? '' : `${reference.toFixed(2).padStart(9)}  ×${(reference / time!).toFixed(2)}`;
  const target = name.startsWith('index extraction') ? `  (target ≤ ${EXTRACTION_TARGET})` : '';
  console.log(`${time!.toFixed(2).padStart(9)}${beside}  ${name}${target}`);
}
