/** What follows from a contract, from a death and from time: the workflow of family-doctor contracts. */
import { isDeepStrictEqual } from 'node:util';
import { addDays, dayIn, dayOf, startOf } from '../../kernel/calendar.ts';
import type { Resource } from '../../kernel/contribution.ts';
import { problem } from '../../kernel/issue.ts';
import type { Consequence, Scene, Workflow } from '../../kernel/workflow.ts';
import { isInForce, RENEWAL_NOTICE_DAYS, wasSigned } from './model.ts';
import { carryOut, carryOutPlan } from './service/carry-out.ts';
import {
  type ContractFields,
  extensionOf,
  isFamilyDoctorContract,
  PROFILE,
  predecessorOf,
  SERVED_URL,
  STOP_DATE_URL,
  STOP_REASON_SYSTEM,
  STOP_REASON_URL,
  termOf,
  withExtensions,
} from './service/contract.ts';
import { isDeceased, signatureIssues, signingIssues } from './service/law.ts';
import { assertOnlyContract, reviewContracts, settledReviews } from './service/only.ts';
import { resolvePackages } from './service/packages.ts';
import { renewalTask, renewalTaskId } from './service/tasks.ts';
import { doctorOn, isFamilyDoctorTeam, TEAM_PROFILE } from './service/team.ts';

export const contractWorkflow: Workflow = {
  name: 'contracts',
  concerns: ({ before, after, ctx }) =>
    isFamilyDoctorContract(after) ||
    isFamilyDoctorContract(before) ||
    doctorChanged(before, after, dayOf(ctx.now)) ||
    died(before, after) ||
    isLinked(before, after) ||
    isDelivered(before, after),
  demands: (resource) =>
    isFamilyDoctorContract(resource) ? [PROFILE] : isFamilyDoctorTeam(resource) ? [TEAM_PROFILE] : [],
  claims: (resource) => {
    const predecessor = isFamilyDoctorContract(resource) ? predecessorOf(resource) : undefined;
    if (!predecessor || resource.status === 'rejected' || resource.status === 'entered-in-error') return [];
    return [
      { name: `contract-successor:${predecessor}`, taken: (holder) => alreadyFollowed(predecessor, holder) },
    ];
  },
  deadlines: (resource) => {
    const term =
      isFamilyDoctorContract(resource) && isInForce(resource.status) ? termOf(resource) : undefined;
    if (!term) return [];
    return [
      { name: 'begin', at: startOf(term.start).getTime() },
      { name: 'renewal-window', at: startOf(addDays(term.end, -RENEWAL_NOTICE_DAYS)).getTime() },
      { name: 'expire', at: startOf(addDays(term.end, 1)).getTime() },
    ];
  },
  follow: async (scene, facts) => {
    const { before, after } = facts;
    if (!after) return {};
    if (after.resourceType === 'Patient') {
      const closed = died(before, after) ? await closeForDeath(scene, after) : [];
      return { writes: [...closed, ...(isLinked(before, after) ? await reviewContracts(scene, after) : [])] };
    }
    if (after.resourceType === 'CareTeam') return { writes: await tellResidents(scene, before!, after) };
    if (after.resourceType === 'Task') return { writes: await countDelivery(scene, after) };
    return followContract(scene, before, after as ContractFields);
  },
  due: async (scene, resource, deadline) => {
    const contract = resource as ContractFields;
    if (!isFamilyDoctorContract(contract)) return {};
    const today = dayOf(scene.ctx.now);
    const term = termOf(contract)!;
    if (deadline === 'begin') return { writes: today > term.end ? [] : await carryOut(scene, contract) };
    const next = await successorOf(scene, contract);
    if (deadline === 'renewal-window') {
      return { writes: next || today > term.end ? [] : [renewalTask(contract, scene.ctx.now)] };
    }
    return { writes: [{ ...contract, status: next ? 'renewed' : 'terminated' }] };
  },
};

async function followContract(
  scene: Scene,
  before: Resource | undefined,
  contract: ContractFields,
): Promise<Consequence> {
  if (isInForce(contract.status)) {
    const held = isInForce(before?.status) ? before : undefined;
    if (!held || contract.status === 'amended') {
      const issues = await signingIssues(scene, contract, held, await resolvePackages(scene, contract));
      if (issues.length > 0) return { issues };
      await assertOnlyContract(scene, contract);
    }
  }
  if (contract.status === 'executable') {
    const issues = await signatureIssues(scene, contract);
    if (issues.length > 0) return { issues };
  }
  if (!wasSigned(contract.status) && !wasSigned(before?.status)) return {};
  const settled = isInForce(contract.status) ? [] : await settledReviews(scene, contract);
  return {
    writes: [...(await carryOut(scene, contract)), ...(await renewedBy(scene, contract)), ...settled],
  };
}

/**
 * A contract that had run out before the next one was signed was renewed after all; who was to see to the renewal
 * has done it.
 */
async function renewedBy(scene: Scene, contract: ContractFields): Promise<Resource[]> {
  const predecessor = predecessorOf(contract);
  if (!isInForce(contract.status) || predecessor === undefined) return [];
  const before = await scene.lock(predecessor);
  const reminder = await scene.lock(`Task/${renewalTaskId(predecessor)}`);
  return [
    ...(before?.status === 'terminated' ? [{ ...before, status: 'renewed' }] : []),
    ...(reminder?.status === 'ready'
      ? [{ ...reminder, status: 'completed', lastModified: scene.ctx.now.toISOString() }]
      : []),
  ];
}

async function successorOf(scene: Scene, contract: ContractFields): Promise<Resource | undefined> {
  const next = await scene.search('Contract', [['predecessor', `Contract/${contract.id}`]]);
  return next.find((c) => isInForce(c.status));
}

function died(before: Resource | undefined, after: Resource | undefined): boolean {
  return after?.resourceType === 'Patient' && isDeceased(after) && !isDeceased(before);
}

/** It is one person with another record now, which may have a contract too. */
function isLinked(before: Resource | undefined, after: Resource | undefined): boolean {
  return (
    after?.resourceType === 'Patient' &&
    after.link !== undefined &&
    !isDeepStrictEqual(before?.link, after.link)
  );
}

/** Death ends the resident's contracts; the record stays. */
async function closeForDeath(scene: Scene, patient: Resource): Promise<Resource[]> {
  const today = dayOf(scene.ctx.now);
  const died = dayIn(patient.deceasedDateTime) ?? today;
  const contracts = await scene.search('Contract', [['subject', `Patient/${patient.id}`]]);
  const writes: Resource[] = [];
  for (const { id } of contracts.filter(isFamilyDoctorContract)) {
    const contract = (await scene.lock(`Contract/${id}`)) as ContractFields;
    if (isInForce(contract.status)) writes.push(endedByDeath(contract, died));
    else if (['offered', 'executable', 'negotiable'].includes(contract.status ?? '')) {
      writes.push({ ...contract, status: 'rejected' });
    }
  }
  return writes;
}

function endedByDeath(contract: ContractFields, day: string): Resource {
  return {
    ...contract,
    status: 'revoked',
    extension: withExtensions(
      contract,
      [STOP_REASON_URL, STOP_DATE_URL],
      [
        {
          url: STOP_REASON_URL,
          valueCodeableConcept: { coding: [{ system: STOP_REASON_SYSTEM, code: '5' }] },
        },
        { url: STOP_DATE_URL, valueDate: day },
      ],
    ),
  };
}

/** Another general practitioner answers for the residents of a team. */
function doctorChanged(before: Resource | undefined, after: Resource | undefined, today: string): boolean {
  if (!before || !after || !isFamilyDoctorTeam(before) || !isFamilyDoctorTeam(after)) return false;
  return doctorOn(before, today) !== doctorOn(after, today);
}

async function tellResidents(scene: Scene, before: Resource, team: Resource): Promise<Resource[]> {
  const today = dayOf(scene.ctx.now);
  const [former, doctor] = [doctorOn(before, today), doctorOn(team, today)];
  const episodes = await scene.search('EpisodeOfCare', [
    ['team', `CareTeam/${team.id}`],
    ['status', 'active,onhold'],
  ]);
  const writes: Resource[] = [];
  for (const episode of episodes) {
    const patient = await scene.lock((episode.patient as { reference?: string } | undefined)?.reference);
    const doctors = (patient?.generalPractitioner ?? []) as readonly { reference?: string }[];
    if (!patient || !doctors.some((d) => d.reference === former)) continue;
    const others = doctors.filter((d) => d.reference !== former && d.reference !== doctor);
    const generalPractitioner = [...others, ...(doctor ? [{ reference: doctor }] : [])];
    writes.push({ ...patient, generalPractitioner });
  }
  return writes;
}

/** A task of a contract was done, or is done no more. */
function isDelivered(before: Resource | undefined, after: Resource | undefined): boolean {
  return (
    after?.resourceType === 'Task' &&
    (after.status === 'completed') !== (before?.status === 'completed') &&
    extensionOf(after, SERVED_URL) !== undefined
  );
}

async function countDelivery(scene: Scene, task: Resource): Promise<Resource[]> {
  const contract = await scene.read(extensionOf(task, SERVED_URL)!.valueReference?.reference);
  return isFamilyDoctorContract(contract) ? carryOutPlan(scene, contract as ContractFields) : [];
}

function alreadyFollowed(predecessor: string, holder: string) {
  return problem(
    'conflict',
    {
      en: `${predecessor} was renewed by ${holder} already.`,
      zh: `${predecessor} 已由 ${holder} 续约。`,
    },
    { expression: 'Contract.extension', rule: 'contract-already-renewed' },
  );
}
