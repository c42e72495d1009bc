/** The requests that the benchmark measures, what each is held against, and how near it should come. */
import {
  ITEMS,
  labResult,
  PATIENTS,
  patient,
  patientBundle,
  patientCriteria,
  patientId,
  RESULTS_EACH,
  resultId,
  resultsBundle,
  visitBundle,
} from './data.ts';

export interface BenchRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the base. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What bare Fastify and pg do in one statement: `select` one row by primary key, read a `range` of an index as
 * raw text, `insert` a resource and a history row.
 */
export type FloorKind = 'select' | 'range' | 'insert';

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly what: string;
  readonly floor: FloorKind;
  /** Percent of the floor that it should reach; undefined when only watched. */
  readonly target?: number;
  /** Resources that one request writes, when the target is in resources a second. */
  readonly resources?: number;
  /** Clients at the same time, when fewer than for the others. */
  readonly connections?: number;
  /** Rows that the range floor returns. */
  readonly rows?: number;
  /** The n-th request; `n` never repeats on one server. */
  request(n: number): BenchRequest;
}

/** Spreads consecutive numbers over the patients, so that neighbours in time do not meet in one place. */
const patientOf = (n: number) => (n * 7919) % PATIENTS;
/** Whoever is written about is never read: what a read finds stays as it was. */
const writtenOf = (n: number) => PATIENTS + patientOf(n);
const itemOf = (n: number) => `http://loinc.org|${ITEMS[n % ITEMS.length]!.code}`;

const get = (path: string): BenchRequest => ({ method: 'GET', path });
const post = (path: string, body: object): BenchRequest => ({
  method: 'POST',
  path,
  body: JSON.stringify(body),
});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'read',
    what: 'read an Observation by id',
    floor: 'select',
    target: 75,
    request: (n) => get(`/Observation/${resultId(patientOf(n), n % RESULTS_EACH)}`),
  },
  {
    name: 'patient-code-date',
    what: 'one patient, one code, since a date, newest first: 6 rows',
    floor: 'range',
    rows: 6,
    target: 50,
    request: (n) =>
      get(
        `/Observation?subject=Patient/${patientId(patientOf(n))}&code=${itemOf(n)}&date=ge2025-01-01&_sort=-date&_count=20`,
      ),
  },
  {
    name: 'patient-date',
    what: 'one patient, newest first: 20 rows',
    floor: 'range',
    rows: 20,
    target: 50,
    request: (n) =>
      get(`/Observation?subject=Patient/${patientId(patientOf(n))}&date=ge2025-01-01&_sort=-date&_count=20`),
  },
  {
    name: 'identifier',
    what: 'a patient by identifier',
    floor: 'select',
    target: 60,
    request: (n) => get(`/Patient?${patientCriteria(patientOf(n))}`),
  },
  {
    name: 'include',
    what: '20 results with their patient (_include)',
    floor: 'range',
    rows: 20,
    target: 25,
    request: (n) =>
      get(`/Observation?subject=Patient/${patientId(patientOf(n))}&_include=Observation:subject&_count=20`),
  },
  {
    name: 'chain',
    what: '20 results by their patient\u2019s identifier (chain)',
    floor: 'range',
    rows: 20,
    target: 25,
    request: (n) => get(`/Observation?subject:Patient.${patientCriteria(patientOf(n))}&_count=20`),
  },
  {
    name: 'code-date',
    what: 'a code over all patients, newest first: 20 rows',
    floor: 'range',
    rows: 20,
    request: (n) => get(`/Observation?code=${itemOf(n)}&_sort=-date&_count=20`),
  },
  {
    name: 'everything',
    what: 'Patient/$everything: 60 resources',
    floor: 'range',
    rows: 60,
    target: 30,
    request: (n) => get(`/Patient/${patientId(patientOf(n))}/$everything?_count=100`),
  },
  {
    name: 'create',
    what: 'create an Observation',
    floor: 'insert',
    target: 60,
    request: (n) => post('/Observation', labResult(writtenOf(n), 1000 + n)),
  },
  {
    name: 'create-profile',
    what: 'create an Observation, county profile',
    floor: 'insert',
    request: (n) => post('/Observation', labResult(writtenOf(n), 1000 + n, true)),
  },
  {
    name: 'update',
    what: 'update a Patient',
    floor: 'insert',
    target: 50,
    request: (n) => ({
      ...post(`/Patient/${patientId(patientOf(n))}`, {
        ...patient(patientOf(n)),
        id: patientId(patientOf(n)),
        birthDate: `19${10 + (n % 90)}-01-01`,
      }),
      method: 'PUT',
    }),
  },
  {
    name: 'conditional',
    what: 'conditional create that matches',
    floor: 'select',
    request: (n) => ({
      ...post('/Patient', { resourceType: 'Patient', gender: 'male' }),
      headers: { 'if-none-exist': patientCriteria(patientOf(n)) },
    }),
  },
  {
    name: 'transaction-20',
    what: 'transaction of 20 Observations, resources/s',
    floor: 'insert',
    target: 70,
    resources: 20,
    request: (n) => post('/', resultsBundle(writtenOf(n), 1000 + n, 20)),
  },
  {
    name: 'transaction-250',
    what: 'transaction of 250 Observations, resources/s',
    floor: 'insert',
    target: 70,
    resources: 250,
    connections: 4,
    request: (n) => post('/', resultsBundle(writtenOf(n), 1000 + n, 250)),
  },
  {
    name: 'visit',
    what: 'a visit: 14 entries that refer to each other, profiles, a condition; resources/s',
    floor: 'insert',
    resources: 14,
    request: (n) => post('/', visitBundle(writtenOf(n), 1000 + n)),
  },
  {
    name: 'validate-code',
    what: 'whether a code is LOINC’s, one client: p99 under 1 ms',
    floor: 'select',
    connections: 1,
    request: (n) =>
      get(`/CodeSystem/$validate-code?url=http://loinc.org&code=${ITEMS[n % ITEMS.length]!.code}`),
  },
];

/** The data that is there before: every patient with all results. */
export function* initialRequests(): Iterable<BenchRequest> {
  for (let n = 0; n < PATIENTS; n++) yield post('/', patientBundle(n));
}
