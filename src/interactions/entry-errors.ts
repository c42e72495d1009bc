/** Says in an error which entry of a Bundle it is about. */
import { FhirError, failure } from '../kernel/fhir-error.ts';
import { below, type Issue, isError } from '../kernel/issue.ts';
import type { Entry } from './entry.ts';

/** Runs `fn`; what it throws says which entry it was. */
export function inEntry<T>(entry: Entry, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw placed(entry, error);
  }
}

export async function inEntryAsync<T>(entry: Entry, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw placed(entry, error);
  }
}

/** Elements of the entry that stand for headers of a request. */
const HEADERS: Readonly<Record<string, string>> = {
  'If-Match': 'request.ifMatch',
  'If-None-Match': 'request.ifNoneMatch',
};

/** Failures of the server are of no entry: they stay as they are, so that the transaction can be run again. */
function placed(entry: Entry, error: unknown): unknown {
  if (!(error instanceof FhirError) || error.status >= 500) return error;
  const issues = error.issues.map((issue) => (isError(issue) ? inBundle(entry, issue) : issue));
  return failure(error.category, issues, error.headers);
}

function inBundle(entry: Entry, issue: Issue): Issue {
  const prefix = `Bundle.entry[${entry.index}]`;
  const { expression = '' } = issue;
  if (expression.startsWith('Bundle.entry[')) return issue;
  if (HEADERS[expression]) return { ...issue, expression: `${prefix}.${HEADERS[expression]}` };
  if (!/^[A-Z][A-Za-z]+(?:[.[]|$)/.test(expression)) return { ...issue, expression: prefix };
  return below(`${prefix}.resource`, {
    ...issue,
    expression: expression.replace(/^[A-Za-z]+\.?/, '') || undefined,
  });
}
