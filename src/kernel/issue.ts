/**
 * One problem, as a value: what is wrong, where, and what would be right.
 * Parsers, validators and rules return arrays of issues; `outcome.ts` turns them into an OperationOutcome.
 */

/** The part of https://hl7.org/fhir/R4/valueset-issue-type.html that Xiantong speaks. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'login'
  | 'forbidden'
  | 'not-supported'
  | 'duplicate'
  | 'multiple-matches'
  | 'not-found'
  | 'deleted'
  | 'too-long'
  | 'code-invalid'
  | 'extension'
  | 'too-costly'
  | 'business-rule'
  | 'conflict'
  | 'transient'
  | 'lock-error'
  | 'exception'
  | 'timeout'
  | 'throttled'
  | 'incomplete'
  | 'informational';

export type Severity = 'fatal' | 'error' | 'warning' | 'information';

/** A sentence in both languages of the county. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export interface Issue {
  readonly severity: Severity;
  readonly code: IssueCode;
  readonly text: Text;
  /** FHIRPath of the element (`Patient.identifier[0].value`), or the name of the parameter or header. */
  readonly expression?: string;
  /** Stable kebab-case name of the rule that was broken, for programs; see CodeSystem county-outcome. */
  readonly rule?: string;
  /** Canonical of the profile that demands it, when a profile does. */
  readonly profile?: string;
}

export type Language = 'en' | 'zh';

/** An error issue. */
export function problem(
  code: IssueCode,
  text: Text,
  more: { expression?: string; rule?: string; profile?: string } = {},
): Issue {
  return { severity: 'error', code, text, ...more };
}

/** A warning: the request is carried out, and this is said beside the answer. */
export function warning(
  code: IssueCode,
  text: Text,
  more: { expression?: string; rule?: string; profile?: string } = {},
): Issue {
  return { severity: 'warning', code, text, ...more };
}

/** A piece of information beside an answer. */
export function information(text: Text, more: { expression?: string; rule?: string } = {}): Issue {
  return { severity: 'information', code: 'informational', text, ...more };
}

export function isError(issue: Issue): boolean {
  return issue.severity === 'error' || issue.severity === 'fatal';
}

/** The same issue below another element: `Patient.name` inside `Bundle.entry[3].resource`. */
export function below(prefix: string, issue: Issue): Issue {
  const expression = issue.expression ? `${prefix}.${issue.expression}` : prefix;
  return { ...issue, expression };
}
