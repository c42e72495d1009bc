/** What a referral needs before another institution is to act on it: 国卫办医政发〔2024〕21号, and the paper form. Pure. */
import type { Resource } from '../../kernel/contribution.ts';
import { periodRange } from '../../kernel/dates.ts';
import type { Concept, Period, Reference } from '../../kernel/elements.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { CONSENT, codeIn, REASON } from './codes.ts';
import { consentOf, exemptionTime, isAbout, plain, type Request } from './reading.ts';

/** What a request lacks of its own. An emergency exemption excuses all but the reason. */
export function missingOf(request: Request, exempted = exemptionTime(request) !== undefined): Issue[] {
  const issues: Issue[] = [];
  const lacks = (rule: string, expression: string, en: string, zh: string) =>
    issues.push(problem('business-rule', { en, zh }, { expression: `ServiceRequest.${expression}`, rule }));
  const reasons = request.reasonCode ?? [];
  if (!reasons.some((r) => codeIn(REASON, r))) {
    lacks(
      'referral-reason-unlisted',
      'reasonCode',
      `A referral needs a listed reason: a code of ${REASON} in reasonCode.`,
      `转诊应选择目录内的转诊原因:reasonCode 使用 ${REASON} 的代码。`,
    );
  }
  if (exempted && request.priority !== 'stat') {
    lacks(
      'referral-exemption-unfounded',
      'priority',
      `An emergency exemption is for the priority stat, not '${request.priority ?? ''}'.`,
      `急诊豁免仅适用于优先级 stat,而不是“${request.priority ?? ''}”。`,
    );
  }
  if (exempted) return issues;
  if (consentOf(request) === undefined) {
    lacks(
      'referral-consent-missing',
      'extension',
      'A referral needs the informed consent of the resident: name the Consent (extension referral-consent, or the parameter consent). An emergency (priority stat) may name its exemption instead.',
      '提交转诊前应有居民的知情同意:请引用 Consent(扩展 referral-consent 或参数 consent)。急诊(优先级 stat)可注明急诊豁免。',
    );
  }
  if ((request.reasonReference ?? []).length === 0) {
    lacks(
      'referral-diagnosis-missing',
      'reasonReference',
      'A referral names the preliminary diagnosis: reasonReference to a Condition.',
      '转诊应填写初步诊断:reasonReference 引用 Condition。',
    );
  }
  if (!request.note?.some((n) => n.text?.trim())) {
    lacks(
      'referral-summary-missing',
      'note',
      'A referral summarises the illness in a note: complaint, history, findings.',
      '转诊应在 note 中填写病情摘要:主诉、病史、查体。',
    );
  }
  if ((request.supportingInfo ?? []).length === 0) {
    lacks(
      'referral-record-missing',
      'supportingInfo',
      'A referral refers to the record in supportingInfo: medicines and allergies, results, or a document.',
      '转诊应在 supportingInfo 中附病历资料:用药与过敏、检查检验结果或文书。',
    );
  }
  return issues;
}

export interface Coverage {
  /** Those of the resident, `Patient/x`; that of the referral first. */
  readonly records: readonly string[];
  /** Institutions that are to read the record. */
  readonly receivers: readonly string[];
  /** Milliseconds. */
  readonly now: number;
  readonly base: string;
}

interface ConsentFields {
  readonly status?: string;
  readonly category?: readonly Concept[];
  readonly organization?: readonly Reference[];
  readonly provision?: {
    readonly type?: string;
    readonly period?: Period;
    readonly actor?: readonly { readonly reference?: Reference }[];
  };
}

/**
 * Why a consent does not carry the referral. Where it was signed the record is known anyway: the way back there
 * needs no second consent.
 */
export function consentIssues(consent: Resource | undefined, reference: string, to: Coverage): Issue[] {
  const fault = (en: string, zh: string): Issue[] => [
    problem(
      'business-rule',
      { en: `${reference} does not cover this referral: ${en}`, zh: `${reference} 不适用于本次转诊:${zh}` },
      { expression: 'ServiceRequest.extension', rule: 'referral-consent-not-covering' },
    ),
  ];
  if (consent?.resourceType !== 'Consent')
    return fault('there is no such Consent here.', '此处没有该知情同意书。');
  const { status, category = [], organization = [], provision } = consent as Resource & ConsentFields;
  if (status !== 'active')
    return fault(`its status is ${status}, not active.`, `其状态为 ${status},不是 active。`);
  if (!isAbout(consent, to.records, to.base)) {
    return fault(`it is not of ${to.records[0]}.`, `不是 ${to.records[0]} 的知情同意书。`);
  }
  if (codeIn(CONSENT, ...category) !== 'referral') {
    return fault(
      `its category is not referral of ${CONSENT}.`,
      `其类别不是转诊知情同意(${CONSENT} 的 referral)。`,
    );
  }
  if (provision?.type === 'deny') return fault('it denies.', '其内容为不同意。');
  const period = provision?.period && periodRange(provision.period);
  if (period && (to.now < period.lo || to.now >= period.hi)) {
    return fault('its period is not now.', '不在授权期限内。');
  }
  const named = [...(provision?.actor ?? []).map((a) => a.reference), ...organization].map((r) =>
    plain(r?.reference, to.base),
  );
  const strangers =
    (provision?.actor ?? []).length === 0 ? [] : to.receivers.filter((r) => !named.includes(r));
  return strangers.length === 0
    ? []
    : fault(
        `it names other institutions than ${strangers.join(', ')} (provision.actor).`,
        `其授权对象(provision.actor)不包括 ${strangers.join('、')}。`,
      );
}
