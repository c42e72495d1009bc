/** The requests that the benchmark measures. */
import {
  ITEMS,
  labResult,
  PATIENTS,
  patientCriteria,
  patientId,
  RESULTS_EACH,
  resultId,
  visitBundle,
} from './data.ts';

export interface BenchRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly what: string;
  readonly floors: readonly ('constant' | 'select' | 'insert')[];
  /** The n-th request; `n` never repeats on one server. */
  request(n: number): BenchRequest;
}

/** Spreads consecutive numbers over the patients, so that neighbours in time do not meet in one place. */
const patientOf = (n: number) => (n * 7919) % PATIENTS;

const create = (profile: boolean) => (n: number) => ({
  method: 'POST' as const,
  path: '/Observation',
  body: JSON.stringify(labResult(patientOf(n), 1000 + n, profile)),
});

const get = (path: string): BenchRequest => ({ method: 'GET', path });

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'read',
    what: 'read an Observation by id',
    floors: ['constant', 'select'],
    request: (n) => get(`/Observation/${resultId(patientOf(n), n % RESULTS_EACH)}`),
  },
  {
    name: 'create',
    what: 'create an Observation',
    floors: ['constant', 'insert'],
    request: create(false),
  },
  {
    name: 'create-profile',
    what: 'create an Observation, county profile',
    floors: ['constant', 'insert'],
    request: create(true),
  },
  {
    name: 'patient-date',
    what: 'search one patient, newest first, 20',
    floors: ['constant', 'select'],
    request: (n) =>
      get(`/Observation?patient=${patientId(patientOf(n))}&category=laboratory&_sort=-date&_count=20`),
  },
  {
    name: 'patient-code',
    what: 'search one patient and a code',
    floors: ['constant', 'select'],
    request: (n) => {
      const { code } = ITEMS[n % ITEMS.length]!;
      return get(`/Observation?patient=${patientId(patientOf(n))}&code=http://loinc.org|${code}`);
    },
  },
  {
    name: 'code-date',
    what: 'search a code over all patients, newest first, 20',
    floors: ['constant', 'select'],
    request: (n) =>
      get(`/Observation?code=http://loinc.org|${ITEMS[n % ITEMS.length]!.code}&_sort=-date&_count=20`),
  },
  {
    name: 'conditional',
    what: 'conditional create that matches',
    floors: ['constant', 'select'],
    request: (n) => ({
      method: 'POST',
      path: '/Patient',
      headers: { 'if-none-exist': patientCriteria(patientOf(n)) },
      body: JSON.stringify({ resourceType: 'Patient', gender: 'male' }),
    }),
  },
  {
    name: 'transaction',
    what: 'transaction of 14 entries',
    floors: ['constant', 'insert'],
    request: (n) => ({
      method: 'POST',
      path: '/',
      body: JSON.stringify(visitBundle(patientOf(n), 1000 + n)),
    }),
  },
];
