/** Issues and errors -> OperationOutcome, in the language the client asked for. */
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import { COUNTY_OUTCOME_SYSTEM } from './canonical.ts';
import { FhirError } from './fhir-error.ts';
import { type Issue, type Language, problem } from './issue.ts';

/** https://hl7.org/fhir/R4/operationoutcome.html */
export function operationOutcome(issues: readonly Issue[], lang: Language): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: issues.map((i) => outcomeIssue(i, lang)) };
}

function outcomeIssue(issue: Issue, lang: Language): OperationOutcomeIssue {
  const text = issue.text[lang];
  const out: OperationOutcomeIssue = {
    severity: issue.severity,
    code: issue.code as OperationOutcomeIssue['code'],
    details: issue.rule ? { coding: [{ system: COUNTY_OUTCOME_SYSTEM, code: issue.rule }], text } : { text },
    diagnostics: issue.profile ? `${text} [${issue.profile}]` : text,
  };
  if (issue.expression) out.expression = [issue.expression];
  return out;
}

export interface Failure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly outcome: OperationOutcome;
}

/** Any thrown thing -> what the client is told. What is not a FhirError is a bug: no detail leaves the server. */
export function failureOf(error: unknown, lang: Language, requestId: string): Failure {
  if (error instanceof FhirError) {
    return { status: error.status, headers: error.headers, outcome: operationOutcome(error.issues, lang) };
  }
  const bug = problem('exception', {
    en: `The server failed unexpectedly; nothing was changed. Report this with request id ${requestId}.`,
    zh: `服务器内部错误,未做任何更改。请附上请求编号 ${requestId} 报告此问题。`,
  });
  return { status: 500, headers: {}, outcome: operationOutcome([bug], lang) };
}

/** `Accept-Language` -> the language of messages; English unless Chinese is preferred (RFC 9110 §12.5.4). */
export function languageOf(header: string | undefined): Language {
  if (header === undefined) return 'en';
  let best: Language = 'en';
  let bestQuality = -1;
  for (const part of header.split(',')) {
    const [tag = '', ...params] = part.trim().toLowerCase().split(';');
    const lang: Language | undefined = tag.startsWith('zh') ? 'zh' : tag.startsWith('en') ? 'en' : undefined;
    if (!lang) continue;
    const q = params.map((p) => /^\s*q=([0-9.]+)\s*$/.exec(p)?.[1]).find((v) => v !== undefined);
    const quality = q === undefined ? 1 : Number(q);
    if (quality > bestQuality && quality > 0) {
      best = lang;
      bestQuality = quality;
    }
  }
  return best;
}
