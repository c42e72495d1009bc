/** What is wrong with a patch, said with the operation that it is wrong in. */
import { type FhirError, failure } from '../../kernel/fhir-error.ts';
import { type IssueCode, problem, type Text } from '../../kernel/issue.ts';

/** One operation of a patch, for messages. */
export interface OperationName {
  /** Which one it is, from 0. */
  readonly position: number;
  /** The operation in the document: `operation[3]`, `Parameters.parameter[3]`. */
  readonly expression: string;
  /** What it is about, as the client wrote it. */
  readonly path?: string;
}

function said({ position, path }: OperationName, text: Text): Text {
  const at = path === undefined ? '' : ` '${shown(path)}'`;
  const zhAt = path === undefined ? '' : `“${shown(path)}”`;
  return { en: `Operation ${position}${at}: ${text.en}`, zh: `操作 ${position}${zhAt}:${text.zh}` };
}

/** A path that is quoted in a message, not repeated at any length. */
function shown(path: string): string {
  return path.length > 200 ? `${path.slice(0, 200)}…` : path;
}

/** The patch itself is not written as its format demands: 400. */
export function badOperation(operation: OperationName, text: Text): FhirError {
  const issue = problem('invalid', said(operation, text), { expression: operation.expression });
  return failure('malformed', [issue]);
}

/** The patch is well written and does not fit the resource as it stands: 422 (RFC 5789 §2.2). */
export function notApplicable(
  operation: OperationName,
  text: Text,
  code: IssueCode = 'not-found',
): FhirError {
  return failure('unprocessable', [
    problem(code, said(operation, text), { expression: operation.expression }),
  ]);
}
