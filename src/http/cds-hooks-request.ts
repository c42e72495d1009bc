/** What a CDS client sends, checked against https://cds-hooks.hl7.org/2.0/. Throws `malformed` with every issue. */
import type { CdsFeedback, CdsRequest } from '../kernel/cds-hooks.ts';
import { dateRange } from '../kernel/dates.ts';
import { failure } from '../kernel/fhir-error.ts';
import { type Issue, problem } from '../kernel/issue.ts';

type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Feedback in one call; a client sends it as it arises. */
const MAX_FEEDBACK = 1000;

/** A call of a service that answers `hook`. */
export function requestOf(body: unknown, hook: string): CdsRequest {
  const issues: Issue[] = [];
  const { hook: asked, hookInstance, fhirServer, context, prefetch } = fieldsOf(body) ?? {};
  if (!fieldsOf(body)) issues.push(wanted('', 'a JSON object', 'JSON 对象'));
  if (asked !== hook) issues.push(wanted('hook', `'${hook}'`, `“${hook}”`));
  if (typeof hookInstance !== 'string' || !UUID.test(hookInstance))
    issues.push(wanted('hookInstance', 'a UUID', 'UUID'));
  if (fhirServer !== undefined && typeof fhirServer !== 'string')
    issues.push(wanted('fhirServer', 'a URL', 'URL'));
  if (!fieldsOf(context)) issues.push(wanted('context', 'a JSON object', 'JSON 对象'));
  if (prefetch !== undefined && prefetch !== null && !fieldsOf(prefetch))
    issues.push(wanted('prefetch', 'a JSON object', 'JSON 对象'));
  if (issues.length > 0) throw failure('malformed', issues);
  return {
    hook,
    hookInstance: hookInstance as string,
    fhirServer: fhirServer as string | undefined,
    context: fieldsOf(context)!,
    prefetch: fieldsOf(prefetch) ?? {},
  };
}

/** https://cds-hooks.hl7.org/2.0/#feedback */
export function feedbackOf(body: unknown): CdsFeedback[] {
  const list = fieldsOf(body)?.feedback;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_FEEDBACK) {
    throw failure('malformed', [
      wanted('feedback', `an array of 1 to ${MAX_FEEDBACK} feedbacks`, `1 至 ${MAX_FEEDBACK} 项反馈的数组`),
    ]);
  }
  const issues: Issue[] = [];
  const found = list.map((item, i) => one(fieldsOf(item) ?? {}, `feedback[${i}]`, issues));
  if (issues.length > 0) throw failure('malformed', issues);
  return found;
}

function one(fields: Fields, at: string, issues: Issue[]): CdsFeedback {
  const { card, outcome, acceptedSuggestions, overrideReason, outcomeTimestamp } = fields;
  if (typeof card !== 'string' || !UUID.test(card))
    issues.push(wanted(`${at}.card`, 'the uuid of the card', '卡片的 uuid'));
  if (outcome !== 'accepted' && outcome !== 'overridden')
    issues.push(wanted(`${at}.outcome`, 'accepted or overridden', 'accepted 或 overridden'));
  const ids = Array.isArray(acceptedSuggestions)
    ? acceptedSuggestions.map((s) => fieldsOf(s)?.id)
    : acceptedSuggestions === undefined
      ? []
      : [undefined];
  if (ids.some((id) => typeof id !== 'string') || (outcome === 'accepted' && ids.length === 0)) {
    issues.push(
      wanted(
        `${at}.acceptedSuggestions`,
        'an array of objects with the id of a suggestion',
        '含有建议 id 的对象数组',
      ),
    );
  }
  const reason = fieldsOf(overrideReason);
  const coding = fieldsOf(reason?.reason);
  const comment = reason?.userComment;
  if (
    (overrideReason !== undefined && overrideReason !== null && !reason) ||
    (reason?.reason !== undefined && reason.reason !== null && typeof coding?.code !== 'string') ||
    (comment !== undefined && comment !== null && typeof comment !== 'string')
  ) {
    issues.push(
      wanted(`${at}.overrideReason`, 'a reason (Coding) and a userComment', 'reason(Coding)和 userComment'),
    );
  }
  if (typeof outcomeTimestamp !== 'string' || !dateRange(outcomeTimestamp))
    issues.push(wanted(`${at}.outcomeTimestamp`, 'a date and time by ISO 8601', 'ISO 8601 时间'));
  return {
    card: String(card),
    outcome: outcome === 'accepted' ? 'accepted' : 'overridden',
    acceptedSuggestions: ids as string[],
    ...(reason && {
      overrideReason: {
        ...(coding && { reason: { code: coding.code as string, system: textOf(coding.system) } }),
        ...(typeof comment === 'string' && { userComment: comment }),
      },
    }),
    outcomeTimestamp: String(outcomeTimestamp),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function wanted(at: string, en: string, zh: string): Issue {
  return problem(
    'structure',
    { en: `${at || 'The body'} must be ${en}.`, zh: `${at || '请求体'} 必须是${zh}。` },
    { expression: at || undefined },
  );
}
