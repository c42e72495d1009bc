/**
 * Microseconds per validation of a laboratory Observation with the county's profile, beside `validateResource` of
 * @medplum/core with the same profile: rounds of both interleaved, so that a neighbour's load falls on both alike.
 * `node tests/perf/validate.ts`; the benchmark prints it too.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { loadDefinitions } from '../../src/definitions/definitions.ts';
import { createValidator } from '../../src/validation/validator.ts';
import { labResult } from './data.ts';

const ROUNDS = 15;
/** Validation takes at most a third of the other's time. */
const TARGET = 3;

const root = join(import.meta.dirname, '../..');
const observation = labResult(1, 2, true);
const profileUrl = observation.meta!.profile![0]!;

function timed(call: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return ((performance.now() - start) * 1000) / calls;
}

/** Medians of interleaved rounds, in microseconds per call. */
function measure(calls: readonly { readonly call: () => unknown; readonly count: number }[]): number[] {
  for (const { call, count } of calls) timed(call, 3 * count);
  const times: number[][] = calls.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    calls.forEach(({ call, count }, i) => {
      times[i]!.push(timed(call, count));
    });
  }
  return times.map((t) => t.sort((a, b) => a - b)[ROUNDS >> 1]!);
}

const megabytes = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

const before = megabytes();
const start = performance.now();
const definitions = loadDefinitions(join(root, 'profiles'), [join(root, 'terminology')]);
const loaded = performance.now();
const validator = createValidator(definitions);
const created = performance.now();
const heap = megabytes() - before;

const errors = validator.validate(observation).filter((i) => i.severity === 'error');
if (errors.length > 0) throw new Error(JSON.stringify(errors));

const lines = readFileSync(join(root, 'profiles/hl7.fhir.r4.core/StructureDefinition.ndjson'), 'utf8');
indexStructureDefinitionBundle(
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    // What the Observation and its profile are made of; not every profile of R4 is read without its texts.
    .filter(
      (sd) => sd.derivation !== 'constraint' || (sd.kind === 'complex-type' && sd.type !== 'Extension'),
    ),
);
const profile = definitions.structure(profileUrl)!;
indexStructureDefinitionBundle([profile]);

/** What a terminology service that remembers every answer costs: the questions, and a promise. */
const outside = {
  checkCodes: async (checks: readonly unknown[]) => checks.map(() => ({ valid: true, systemKnown: true })),
};
const text = JSON.stringify(observation);
const [parse, ours, theirs] = measure([
  { call: () => JSON.parse(text), count: 2000 },
  { call: () => validator.validate(observation), count: 2000 },
  { call: () => validateResource(observation, { profile }), count: 100 },
]) as [number, number, number];

const asked = await timedAsync(() => validator.validateWith(outside, observation), 20_000);

async function timedAsync(call: () => unknown, calls: number): Promise<number> {
  for (let i = 0; i < calls; i++) await call();
  const begun = performance.now();
  for (let i = 0; i < calls; i++) await call();
  return ((performance.now() - begun) * 1000) / calls;
}

const figure = (value: number) => value.toFixed(value < 100 ? 1 : 0);
console.log(`Validation of a laboratory Observation of ${text.length} bytes with ${profileUrl.split('/').at(-1)}:
${figure(ours)} µs, where @medplum/core validateResource takes ${figure(theirs)} µs and JSON.parse ${figure(parse)} µs: ${(theirs / ours).toFixed(1)} × faster (target ${TARGET} ×);
${figure(asked)} µs with the questions about codes that are not in memory, answered at once.
All definitions load in ${figure(loaded - start)} ms and compile in ${figure(created - loaded)} ms; they hold ${figure(heap)} MB${globalThis.gc ? '' : ' before collection'}.`);
