/** The law of family-doctor contracts over plain writes, as far as one resource tells it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { dayOf } from '../../kernel/calendar.ts';
import type { Resource, WriteFacts, WriteRule } from '../../kernel/contribution.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { isInForce, isOver, isStatus, mayFollow, statusesAfter, wasSigned } from './model.ts';
import {
  type ContractFields,
  isFamilyDoctorContract,
  packagesOf,
  residentOf,
  SERVED_URL,
  signersOf,
  teamOf,
  termOf,
} from './service/contract.ts';
import { isFamilyDoctorTeam, type Participant, type TeamFields } from './service/team.ts';

export const contractRules: readonly WriteRule[] = [stateRule, settledRule, keptRule, teamRule];

/** A contract moves from state to state as the table of `model.ts` says. */
function stateRule({ before, after, ctx }: WriteFacts): readonly Issue[] {
  if (!after || !isFamilyDoctorContract(after) || !isStatus(after.status)) return [];
  const issues: Issue[] = [];
  if (
    isFamilyDoctorContract(before) &&
    isStatus(before!.status) &&
    !mayFollow(before!.status, after.status)
  ) {
    issues.push(illegalStep(before!.status, after.status, statusesAfter(before!.status)));
  }
  const end = termOf(after)?.end;
  const today = dayOf(ctx.now);
  if (after.status === 'terminated' && before?.status !== 'terminated' && end && end >= today) {
    issues.push(
      problem(
        'business-rule',
        {
          en: `The term runs until ${end}, and terminated means that it is over. To end the contract early: revoked (agreed) or cancelled (by one side), with a reason.`,
          zh: `协议有效期至 ${end},terminated 表示到期。提前解约请使用 revoked(协商)或 cancelled(单方),并填写原因。`,
        },
        { expression: 'Contract.status', rule: 'contract-not-expired' },
      ),
    );
  }
  return issues;
}

export function illegalStep(from: string, to: string, allowed: readonly string[]): Issue {
  const next = allowed.join(', ');
  return problem(
    'business-rule',
    {
      en: `A contract that is ${from} cannot become ${to}. ${next ? `It may become: ${next}.` : 'It stays as it is.'}`,
      zh: `状态为 ${from} 的协议不能变为 ${to}。${next ? `允许:${next}。` : '该状态不再变化。'}`,
    },
    { expression: 'Contract.status', rule: 'contract-step-illegal' },
  );
}

/** What was agreed stays: terms change by an amendment, parties and signatures not at all. */
function settledRule({ before, after }: WriteFacts): readonly Issue[] {
  if (!after || !isFamilyDoctorContract(before) || !wasSigned(before!.status)) return [];
  if (after.status === 'entered-in-error') return [];
  const changed = (value: (c: Resource) => unknown) => !isDeepStrictEqual(value(before!), value(after));
  const issues: Issue[] = [];
  if (!isFamilyDoctorContract(after)) issues.push(settled('Contract.type'));
  if (changed(residentOf)) issues.push(settled('Contract.subject'));
  if (changed((c) => (c as ContractFields).issued)) issues.push(settled('Contract.issued'));
  if (changed((c) => termOf(c)?.start)) issues.push(settled('Contract.applies.start'));
  const kept = ['PAT', 'GUARD', 'HPROV'].every((code) =>
    signersOf(before!, code).every((s) => signersOf(after, code).some((t) => isDeepStrictEqual(s, t))),
  );
  if (!kept) issues.push(settled('Contract.signer'));
  const amends = after.status === 'amended' && isInForce(before!.status) && before!.status !== 'disputed';
  if (amends) return issues;
  const terms: [string, (c: Resource) => unknown][] = [
    ['Contract.applies.end', (c) => termOf(c)?.end],
    ['Contract.term', packagesOf],
    ['Contract.authority', (c) => (c as ContractFields).authority],
    ['Contract.extension', teamOf],
  ];
  for (const [expression, value] of terms) {
    if (changed(value))
      issues.push(isOver(before!.status) ? settled(expression) : needsAmendment(expression));
  }
  return issues;
}

function settled(expression: string): Issue {
  return problem(
    'business-rule',
    {
      en: 'This was signed and stays as it is. A contract that should never have been is entered-in-error, and a new one takes its place.',
      zh: '该内容已签署,不得更改。录入错误的协议请作废(entered-in-error)后重新签约。',
    },
    { expression, rule: 'contract-settled' },
  );
}

function needsAmendment(expression: string): Issue {
  return problem(
    'business-rule',
    {
      en: 'Team, packages and end of a signed contract change by an amendment: status amended, or Contract/<id>/$amend.',
      zh: '已签约协议的团队、服务包和结束日期须通过变更修改:status 为 amended,或使用 Contract/<id>/$amend。',
    },
    { expression, rule: 'contract-settled' },
  );
}

/** Contracts that were signed, teams, and periods of responsibility stay for good. */
function keptRule({ before, after }: WriteFacts): readonly Issue[] {
  if (after || !before) return [];
  const served = ['CarePlan', 'EpisodeOfCare'].includes(before.resourceType) && serves(before);
  const kept =
    (isFamilyDoctorContract(before) && wasSigned(before.status)) || isFamilyDoctorTeam(before) || served;
  if (!kept) return [];
  return [
    problem(
      'business-rule',
      {
        en: 'Signed contracts, family-doctor teams and what belongs to a contract are ended, never deleted: responsibility must be known for every past day.',
        zh: '已签约的协议、家庭医生团队及其责任期记录只能结束,不得删除:须能查询任一历史日期的责任关系。',
      },
      { rule: 'contract-kept' },
    ),
  ];
}

function serves({ extension }: Resource): boolean {
  return Array.isArray(extension) && extension.some((e) => e?.url === SERVED_URL);
}

/** Whoever leaves a team gets an end of the period and stays in it. */
function teamRule({ before, after }: WriteFacts): readonly Issue[] {
  if (!after || !isFamilyDoctorTeam(before)) return [];
  const now = ((after as TeamFields).participant ?? []) as readonly Participant[];
  const key = (p: Participant) => `${p.member?.reference}|${p.period?.start ?? ''}`;
  const there = new Set(now.map(key));
  return ((before as TeamFields).participant ?? []).flatMap((p, i) =>
    there.has(key(p))
      ? []
      : [
          problem(
            'business-rule',
            {
              en: `${p.member?.reference} was a member from ${p.period?.start ?? 'the beginning'} and must stay listed. Give the membership an end instead: participant.period.end.`,
              zh: `${p.member?.reference} 曾为团队成员(自 ${p.period?.start ?? '建队'} 起),不得移除。请填写其离队日期 participant.period.end。`,
            },
            { expression: `CareTeam.participant[${i}]`, rule: 'team-member-erased' },
          ),
        ],
  );
}
