/** The law of a contract in force, as far as it rests on other resources: asked in the writing transaction. */
import { ageOn, dayIn, dayOf } from '../../../kernel/calendar.ts';
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Reference } from '../../../kernel/elements.ts';
import { type Issue, problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isInForce, type Term } from '../model.ts';
import {
  type ContractFields,
  isFamilyDoctorContract,
  predecessorOf,
  residentOf,
  signersOf,
  teamOf,
  termOf,
} from './contract.ts';
import { type Package, packageIssues } from './packages.ts';
import { doctorOn, isFamilyDoctorTeam, type TeamFields } from './team.ts';

/** Civil Code of China, article 17. */
const ADULT = 18;
const FLAG_SYSTEM = `${CANONICAL}/CodeSystem/health-flag`;

/**
 * Everything that stands against a contract which both parties have signed. `before`: as it was in force, when it is
 * amended; whose signatures it bore then is settled.
 */
export async function signingIssues(
  scene: Scene,
  contract: ContractFields,
  before: Resource | undefined,
  packages: readonly Package[],
): Promise<Issue[]> {
  const term = termOf(contract);
  // What is missing is for the profile to say.
  if (!term) return [];
  const patient = await scene.read(residentOf(contract));
  const signed = dayIn(contract.issued) ?? term.start;
  return [
    ...residentIssues(contract, patient),
    ...(patient ? await signerIssues(scene, contract, patient, signed) : []),
    ...(await teamIssues(scene, contract, before, term)),
    ...packageIssues(packages, contract, signed),
    ...(await predecessorIssues(scene, contract, term)),
  ];
}

function residentIssues(contract: ContractFields, patient: Resource | undefined): Issue[] {
  const at = { expression: 'Contract.subject', rule: 'contract-resident-unfit' };
  if (contract.subject?.length !== 1 || !patient || patient.resourceType !== 'Patient') {
    return [
      problem(
        'business-rule',
        {
          en: 'A family-doctor contract is with one resident whom the server knows: subject → Patient.',
          zh: '家庭医生签约协议须对应一名系统内的居民:subject → Patient。',
        },
        at,
      ),
    ];
  }
  if (!isDeceased(patient)) return [];
  return [
    problem(
      'business-rule',
      { en: 'This resident has died; no contract can be signed.', zh: '该居民已死亡,不能签约。' },
      at,
    ),
  ];
}

export function isDeceased(patient: Resource | undefined): boolean {
  return patient?.deceasedBoolean === true || patient?.deceasedDateTime !== undefined;
}

/** What stands against a signature, also while the other party's is missing. */
export async function signatureIssues(scene: Scene, contract: ContractFields): Promise<Issue[]> {
  const resident = residentOf(contract);
  if (resident === undefined) return [];
  const issues: Issue[] = [];
  for (const { party } of signersOf(contract, 'PAT')) {
    if (party?.reference !== resident) issues.push(wrongResident(party, resident));
  }
  for (const { party } of signersOf(contract, 'GUARD')) {
    issues.push(...(await guardianIssues(scene, party, resident)));
  }
  const team = (await scene.read(teamOf(contract))) as TeamFields | undefined;
  if (team) issues.push(...(await providerIssues(scene, contract, undefined, team)));
  return issues;
}

/** A resident signs in person; for a minor or somebody without capacity the guardian does. */
async function signerIssues(
  scene: Scene,
  contract: ContractFields,
  patient: Resource,
  signed: string,
): Promise<Issue[]> {
  const resident = residentOf(contract)!;
  const guardians = signersOf(contract, 'GUARD');
  const birth = dayIn(patient.birthDate);
  const minor = birth !== undefined && ageOn(birth, signed) < ADULT;
  const issues: Issue[] = [];
  if (minor || (await lacksCapacity(scene, resident))) {
    if (guardians.length === 0) issues.push(guardianMissing(minor));
  } else if (signersOf(contract, 'PAT').length === 0) {
    issues.push(
      problem(
        'business-rule',
        {
          en: 'An adult with capacity signs in person: a signer of type PAT. A guardian signs for minors, and for residents with an active Flag no-capacity.',
          zh: '有完全民事行为能力的成年居民须本人签字(signer 类型 PAT)。监护人仅代未成年人或有 no-capacity 标识(Flag)的居民签字。',
        },
        { expression: 'Contract.signer', rule: 'contract-signer-unfit' },
      ),
    );
  }
  for (const { party } of signersOf(contract, 'PAT')) {
    if (party?.reference !== resident) issues.push(wrongResident(party, resident));
  }
  for (const { party } of guardians) issues.push(...(await guardianIssues(scene, party, resident)));
  return issues;
}

async function lacksCapacity(scene: Scene, resident: string): Promise<boolean> {
  const flags = await scene.search('Flag', [['subject', resident]]);
  return flags.some(
    (f) =>
      f.status === 'active' &&
      (f.code as { coding?: { system?: string; code?: string }[] })?.coding?.some(
        (c) => c.system === FLAG_SYSTEM && c.code === 'no-capacity',
      ),
  );
}

function guardianMissing(minor: boolean): Issue {
  const why = minor
    ? { en: 'The resident is a minor', zh: '该居民为未成年人' }
    : { en: 'The resident lacks legal capacity', zh: '该居民无完全民事行为能力' };
  return problem(
    'business-rule',
    {
      en: `${why.en}: the guardian signs, a signer of type GUARD whose party is a RelatedPerson of the resident.`,
      zh: `${why.zh}:须由监护人签字(signer 类型 GUARD,party 为该居民的 RelatedPerson)。`,
    },
    { expression: 'Contract.signer', rule: 'contract-guardian-missing' },
  );
}

function wrongResident(party: Reference | undefined, resident: string): Issue {
  return problem(
    'business-rule',
    {
      en: `${party?.reference ?? 'Nobody'} signed as the resident, and the contract is with ${resident}.`,
      zh: `以居民身份签字的是 ${party?.reference ?? '(无)'},而协议的签约居民是 ${resident}。`,
    },
    { expression: 'Contract.signer', rule: 'contract-signer-unfit' },
  );
}

async function guardianIssues(
  scene: Scene,
  party: Reference | undefined,
  resident: string,
): Promise<Issue[]> {
  const guardian = await scene.read(party?.reference);
  const relationship = (guardian?.relationship ?? []) as readonly unknown[];
  const fits =
    guardian?.resourceType === 'RelatedPerson' &&
    (guardian.patient as Reference | undefined)?.reference === resident &&
    guardian.active !== false &&
    relationship.length > 0;
  if (fits) return [];
  return [
    problem(
      'business-rule',
      {
        en: `${party?.reference ?? 'The guardian'} is no RelatedPerson of ${resident} with a relationship. Record the guardian first.`,
        zh: `${party?.reference ?? '监护人'} 不是 ${resident} 的亲属记录(RelatedPerson)或未注明关系。请先登记监护人。`,
      },
      { expression: 'Contract.signer', rule: 'contract-guardian-unfit' },
    ),
  ];
}

/** The team is there, has a general practitioner, and one of its side has signed. */
async function teamIssues(
  scene: Scene,
  contract: ContractFields,
  before: Resource | undefined,
  term: Term,
): Promise<Issue[]> {
  const reference = teamOf(contract);
  const team = (await scene.read(reference)) as TeamFields | undefined;
  const at = { expression: 'Contract.extension', rule: 'contract-team-unfit' };
  if (!isFamilyDoctorTeam(team) || team?.status !== 'active') {
    return [
      problem(
        'business-rule',
        {
          en: `${reference ?? 'Nothing'} is no active family-doctor team. Name one in the extension contract-care-team.`,
          zh: `${reference ?? '(未填写)'} 不是在用的家庭医生团队。请在扩展 contract-care-team 中指明团队。`,
        },
        at,
      ),
    ];
  }
  const today = dayOf(scene.ctx.now);
  const day = today < term.start ? term.start : today > term.end ? term.end : today;
  const issues: Issue[] = [];
  if (!doctorOn(team, day)) {
    issues.push(
      problem(
        'business-rule',
        {
          en: `The team ${reference} has no general practitioner on ${day}.`,
          zh: `团队 ${reference} 在 ${day} 没有在任的全科医生。`,
        },
        { ...at, rule: 'team-without-general-practitioner' },
      ),
    );
  }
  issues.push(...(await providerIssues(scene, contract, before, team)));
  return issues;
}

/** Who signs for the institution belongs to the team or is the institution. */
async function providerIssues(
  scene: Scene,
  contract: ContractFields,
  before: Resource | undefined,
  team: TeamFields,
): Promise<Issue[]> {
  const reference = teamOf(contract);
  const issues: Issue[] = [];
  const settled = before ? signersOf(before, 'HPROV').map((s) => s.party?.reference) : [];
  for (const { party } of signersOf(contract, 'HPROV')) {
    if (settled.includes(party?.reference)) continue;
    if (!(await belongs(scene, party?.reference, contract, team))) {
      issues.push(
        problem(
          'business-rule',
          {
            en: `${party?.reference} signed for the institution, but belongs neither to ${reference} nor to the institution of the contract.`,
            zh: `乙方签字人 ${party?.reference} 既不属于团队 ${reference},也不是签约机构。`,
          },
          { expression: 'Contract.signer', rule: 'contract-provider-unfit' },
        ),
      );
    }
  }
  return issues;
}

async function belongs(
  scene: Scene,
  party: string | undefined,
  contract: ContractFields,
  team: TeamFields,
): Promise<boolean> {
  const institutions = [...(contract.authority ?? []), ...(team.managingOrganization ?? [])];
  const members = (team.participant ?? []).map((p) => p.member?.reference);
  if (party === undefined) return false;
  if (members.includes(party) || institutions.some((i) => i.reference === party)) return true;
  // A member may be named by the role, and sign as the person.
  for (const member of members) {
    if (!member?.startsWith('PractitionerRole/')) continue;
    const role = await scene.read(member);
    if ((role?.practitioner as Reference | undefined)?.reference === party) return true;
  }
  return false;
}

async function predecessorIssues(scene: Scene, contract: ContractFields, term: Term): Promise<Issue[]> {
  const reference = predecessorOf(contract);
  if (reference === undefined) return [];
  const before = await scene.read(reference);
  const fits = isFamilyDoctorContract(before) && residentOf(before!) === residentOf(contract);
  const last = fits ? termOf(before!)?.end : undefined;
  if (fits && (last === undefined || last < term.start || !isInForce(before!.status))) return [];
  return [
    problem(
      'business-rule',
      {
        en: `${reference} cannot be the contract before this one: it must be of the same resident and over before ${term.start}.`,
        zh: `${reference} 不能作为上一份协议:须为同一居民的协议,且在 ${term.start} 之前到期。`,
      },
      { expression: 'Contract.extension', rule: 'contract-predecessor-unfit' },
    ),
  ];
}
