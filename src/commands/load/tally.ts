/** What came of the requests: resources by type, and every refusal with its place and reason. */
import type { Language } from '../../kernel/issue.ts';
import type { Answer } from './send.ts';
import type { Unit, Unusable } from './units.ts';

export interface Refusal {
  readonly file: string;
  /** `entry[3]`, `line 12`, or empty. */
  readonly place: string;
  /** HTTP status; undefined when no answer came or nothing was sent. */
  readonly status: number | undefined;
  readonly expression: string;
  readonly reason: string;
}

export interface Count {
  /** Stored for the first time (201). */
  created: number;
  /** Stored again, or already there (200). */
  again: number;
}

export interface Tally {
  readonly types: Map<string, Count>;
  readonly refusals: Refusal[];
}

interface Outcome {
  readonly resourceType?: unknown;
  readonly issue?: readonly {
    readonly severity?: string;
    readonly code?: string;
    readonly diagnostics?: string;
    readonly details?: { readonly text?: string; readonly coding?: readonly { readonly code?: string }[] };
    readonly expression?: readonly string[];
  }[];
}

interface ResponseEntry {
  readonly response?: { readonly status?: string; readonly outcome?: Outcome };
}

export function newTally(): Tally {
  return { types: new Map(), refusals: [] };
}

/** All that was stored. */
export function stored(tally: Tally): number {
  let sum = 0;
  for (const count of tally.types.values()) sum += count.created + count.again;
  return sum;
}

/** Enters what an answer says; returns whether anything was refused. */
export function enter(tally: Tally, unit: Unit, answer: Answer, lang: Language): boolean {
  if (!('status' in answer)) {
    tally.refusals.push({ ...at(unit), status: undefined, expression: '', reason: answer.reason[lang] });
    return true;
  }
  if (answer.status >= 400 || answer.status < 200) {
    tally.refusals.push(...refusalsOf(unit, unit.place, answer.status, answer.body));
    return true;
  }
  if (!unit.bundle) {
    add(tally, unit.types[0]!, answer.status);
    return false;
  }
  return enterBundle(tally, unit, answer.status, answer.body);
}

export function enterUnusable(tally: Tally, { file, place, reason }: Unusable, lang: Language): void {
  tally.refusals.push({ file, place, status: undefined, expression: '', reason: reason[lang] });
}

/** Whether a refusal is for want of something that another file may bring. */
export function wantsAnother(answer: Answer): boolean {
  if (!('status' in answer) || ![400, 404, 409, 412, 422].includes(answer.status)) return false;
  const issues = (answer.body as Outcome | undefined)?.issue ?? [];
  return issues.some(
    (issue) =>
      issue.code === 'not-found' ||
      (issue.details?.coding ?? []).some((coding) => coding.code?.includes('reference')),
  );
}

function enterBundle(tally: Tally, unit: Unit, status: number, body: unknown): boolean {
  const entries = (body as { entry?: readonly ResponseEntry[] } | undefined)?.entry ?? [];
  let refused = false;
  for (const [index, type] of unit.types.entries()) {
    const response = entries[index]?.response;
    const own = response?.status ? Number.parseInt(response.status, 10) : status;
    if (own >= 400) {
      refused = true;
      tally.refusals.push(...refusalsOf(unit, `entry[${index}]`, own, response?.outcome));
    } else if (type) add(tally, type, own);
  }
  return refused;
}

function add(tally: Tally, type: string, status: number): void {
  const count = tally.types.get(type) ?? { created: 0, again: 0 };
  if (status === 201) count.created++;
  else count.again++;
  tally.types.set(type, count);
}

function refusalsOf(unit: Unit, place: string, status: number, body: unknown): Refusal[] {
  const outcome = body as Outcome | undefined;
  const issues = outcome?.resourceType === 'OperationOutcome' ? (outcome.issue ?? []) : [];
  const faults = issues.filter((issue) => issue.severity === 'error' || issue.severity === 'fatal');
  if (faults.length === 0) {
    const reason = typeof body === 'string' && body !== '' ? body.slice(0, 300) : `HTTP ${status}`;
    return [{ file: unit.file, place, status, expression: '', reason }];
  }
  return faults.map((issue) => {
    const expression = issue.expression?.join(', ') ?? '';
    const entry = /^Bundle\.(entry\[\d+\])(?:\.resource)?\.?/.exec(expression);
    return {
      file: unit.file,
      place: unit.bundle && place === '' && entry ? entry[1]! : place,
      status,
      expression: unit.bundle && entry ? expression.slice(entry[0].length) : expression,
      reason: issue.details?.text ?? issue.diagnostics ?? issue.code ?? `HTTP ${status}`,
    };
  });
}

function at(unit: Unit): { file: string; place: string } {
  return { file: unit.file, place: unit.place };
}
