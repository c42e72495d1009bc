/** One contract at a time for a person, whatever records of that person are linked. */
import { createHash } from 'node:crypto';
import type { Resource } from '../../../kernel/contribution.ts';
import { conflict } from '../../../kernel/fhir-error.ts';
import { localReference } from '../../../kernel/ids.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { linkedPatients } from '../../../store/linked.ts';
import { overlap } from '../model.ts';
import { type ContractFields, isFamilyDoctorContract, residentOf, teamOf, termOf } from './contract.ts';
import { COUNTY_TASK_SYSTEM, lastModifiedOf } from './tasks.ts';

const IN_FORCE = 'executed,amended,disputed,resolved';

/** Throws a conflict when another contract of the person holds on one of the days. */
export async function assertOnlyContract(scene: Scene, contract: ContractFields): Promise<void> {
  const resident = residentOf(contract);
  const term = termOf(contract);
  const id = localReference(resident ?? '', scene.ctx.base)?.id;
  if (!id || !term) return;
  const others = await contractsOfPerson(scene, id);
  const other = others.find((c) => c.id !== contract.id && overlap(termOf(c)!, term));
  if (!other) return;
  const held = termOf(other)!;
  const whose = residentOf(other) === resident ? '' : ` (${residentOf(other)})`;
  throw conflict(
    {
      en: `${resident} has a family-doctor contract from ${held.start} to ${held.end} already: Contract/${other.id}${whose}. A resident has one at a time; end that one first, or begin after it.`,
      zh: `${resident} 在 ${held.start} 至 ${held.end} 已有家庭医生签约协议 Contract/${other.id}${whose}。同一时间只能签约一个团队:请先解约,或自其到期后起签。`,
    },
    { expression: 'Contract.applies', rule: 'contract-already-in-force' },
  );
}

/**
 * Those in force, of all records of the person. Whoever signs for one of the records, or links another to them, waits
 * until the transaction ends, and then finds what this one wrote.
 */
async function contractsOfPerson(scene: Scene, patient: string): Promise<ContractFields[]> {
  const held = new Set<string>();
  for (let ids = await linkedPatients(scene.db, [patient]); ids.length > 0; ) {
    for (const id of ids.toSorted()) {
      await scene.alone(`contract-in-force:Patient/${id}`);
      held.add(id);
    }
    ids = (await linkedPatients(scene.db, [...held])).filter((id) => !held.has(id));
  }
  const found = await scene.search('Contract', [
    ['subject', [...held].map((id) => `Patient/${id}`).join(',')],
    ['status', IN_FORCE],
  ]);
  return (found as ContractFields[]).filter((c) => isFamilyDoctorContract(c) && termOf(c));
}

/** Records that both have a contract turn out to be one person's: a Task for each two, for the team of the later one. */
export async function reviewContracts(scene: Scene, patient: Resource): Promise<Resource[]> {
  const contracts = (await contractsOfPerson(scene, String(patient.id))).toSorted((a, b) =>
    signedOn(a) === signedOn(b) ? (a.id < b.id ? -1 : 1) : signedOn(a) < signedOn(b) ? -1 : 1,
  );
  const writes: Resource[] = [];
  for (const [i, later] of contracts.entries()) {
    for (const earlier of contracts.slice(0, i).filter((c) => overlap(termOf(c)!, termOf(later)!))) {
      const task = reviewOf(earlier, later, scene.ctx.now);
      if (!(await scene.read(`Task/${String(task.id)}`))) writes.push(task);
    }
  }
  return writes;
}

function signedOn(contract: ContractFields): string {
  return contract.issued ?? termOf(contract)!.start;
}

function reviewOf(earlier: ContractFields, later: ContractFields, now: Date): Resource {
  const pair = `contract-duplicate ${earlier.id} ${later.id}`;
  return {
    resourceType: 'Task',
    id: `contracts-${createHash('sha256').update(pair).digest('hex').slice(0, 32)}`,
    basedOn: [{ reference: `Contract/${earlier.id}` }],
    status: 'ready',
    intent: 'order',
    code: { coding: [{ system: COUNTY_TASK_SYSTEM, code: 'contract-duplicate' }] },
    description: '同一居民有两份生效协议:请保留一份,另一份解约',
    focus: { reference: `Contract/${later.id}` },
    for: { reference: residentOf(later)! },
    authoredOn: now.toISOString(),
    lastModified: now.toISOString(),
    owner: { reference: teamOf(later)! },
  };
}

/** A contract that holds no more is no second one. */
export async function settledReviews(scene: Scene, contract: ContractFields): Promise<Resource[]> {
  const reference = `Contract/${contract.id}`;
  const code = ['code', `${COUNTY_TASK_SYSTEM}|contract-duplicate`] as const;
  const open = [
    ...(await scene.search('Task', [['focus', reference], code, ['status', 'ready']])),
    ...(await scene.search('Task', [['based-on', reference], code, ['status', 'ready']])),
  ];
  return open.map((t) => ({
    ...t,
    status: 'completed',
    lastModified: lastModifiedOf(t, scene.ctx.now),
  }));
}
