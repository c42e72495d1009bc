/**
 * What a contract brings with it: the plan, the periods of responsibility, the tasks, the resident's doctor. All of
 * it is made to agree with the contract as it stands, however it came to stand so; doing it twice changes nothing.
 */
import { dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { isInForce, isOver, type Term } from '../model.ts';
import { type ContractFields, isDeath, residentOf, stopDayOf, teamOf, termOf } from './contract.ts';
import { isDeceased } from './law.ts';
import { resolvePackages } from './packages.ts';
import { planOf } from './plan.ts';
import { episodesOf } from './responsibility.ts';
import { isOpen, lastModifiedOf, renewalTask, tasksOf } from './tasks.ts';
import { doctorOn, type TeamFields } from './team.ts';

/** Where a contract stands on a day. */
export interface Standing {
  readonly state: 'ahead' | 'running' | 'paused' | 'ended' | 'void';
  readonly term: Term;
  readonly today: string;
  /** The last day on which it held; the end of the term unless it ended early. */
  readonly last: string;
  readonly death: boolean;
}

export function standingOf(contract: ContractFields, today: string): Standing | undefined {
  const term = termOf(contract);
  if (!term) return undefined;
  const base = { term, today, last: term.end, death: isDeath(contract) };
  if (contract.status === 'entered-in-error') return { ...base, state: 'void', last: today };
  if (isOver(contract.status)) {
    const early = contract.status === 'revoked' || contract.status === 'cancelled';
    const stopped = early ? (stopDayOf(contract) ?? today) : term.end;
    return { ...base, state: 'ended', last: stopped < term.end ? stopped : term.end };
  }
  if (!isInForce(contract.status)) return undefined;
  if (contract.status === 'disputed') return { ...base, state: 'paused' };
  return { ...base, state: today < term.start ? 'ahead' : 'running' };
}

/** What is to be written so that everything agrees with the contract; nothing for one that was never signed. */
export async function carryOut(scene: Scene, contract: ContractFields): Promise<Resource[]> {
  const today = dayOf(scene.ctx.now);
  const standing = standingOf(contract, today);
  const resident = residentOf(contract);
  if (!standing || !resident) return [];
  const reference = `Contract/${contract.id}`;
  const [patient, team, packages] = [
    await scene.read(resident),
    (await scene.read(teamOf(contract))) as TeamFields | undefined,
    await resolvePackages(scene, contract),
  ];
  const { tasks, plan } = await lockDelivery(scene, reference);
  const episodes = await scene.search('EpisodeOfCare', [['contract', reference]]);
  const given = { contract, standing, packages, team, patient, now: scene.ctx.now };
  const services = tasksOf(given, tasks);
  const changed = new Map(services.map((t) => [t.id, t]));
  const current = [...tasks.filter((t) => !changed.has(t.id)), ...services];
  return [
    ...services,
    ...episodesOf(given, episodes),
    planOf(given, plan, current),
    ...(await doctorWrites(scene, contract, standing, team)),
    ...(await renewalWrites(scene, contract, standing)),
  ];
}

/** The plan alone: a service was delivered. */
export async function carryOutPlan(scene: Scene, contract: ContractFields): Promise<Resource[]> {
  const standing = standingOf(contract, dayOf(scene.ctx.now));
  if (!standing) return [];
  const reference = `Contract/${contract.id}`;
  const [packages, team, patient] = [
    await resolvePackages(scene, contract),
    (await scene.read(teamOf(contract))) as TeamFields | undefined,
    await scene.read(residentOf(contract)),
  ];
  const { tasks, plan } = await lockPlan(scene, reference);
  return [planOf({ contract, standing, packages, team, patient, now: scene.ctx.now }, plan, tasks)];
}

/**
 * Nobody else changes the plan, or a task that is still to do, until the transaction ends; always the tasks first,
 * as whoever completes one does.
 */
async function lockDelivery(scene: Scene, contract: string) {
  const tasks = await scene.search('Task', [['contract', contract]]);
  const open = tasks.filter(isOpen).map((t) => `Task/${t.id}`);
  for (const name of open.toSorted()) await scene.lock(name);
  return lockPlan(scene, contract);
}

/** The plan, locked, and the tasks as they are once it is. */
async function lockPlan(scene: Scene, contract: string) {
  const [found] = await scene.search('CarePlan', [['contract', contract]]);
  const plan = found && (await scene.lock(`CarePlan/${found.id}`));
  return { plan, tasks: await scene.search('Task', [['contract', contract]]) };
}

/** `Patient.generalPractitioner`: the institution and the doctor of the contract that holds today. */
async function doctorWrites(
  scene: Scene,
  contract: ContractFields,
  { state, today }: Standing,
  team: TeamFields | undefined,
): Promise<Resource[]> {
  const patient = await scene.lock(residentOf(contract));
  // Who answered for somebody who has died stays to be read.
  if (!patient || isDeceased(patient)) return [];
  const mine = [
    ...(contract.authority ?? []).map((a) => a.reference),
    ...(team?.participant ?? []).map((p) => p.member?.reference),
  ];
  const before = (patient.generalPractitioner ?? []) as readonly { reference?: string }[];
  const others = before.filter((g) => !mine.includes(g.reference));
  if (state === 'running' || state === 'paused') {
    const doctor = team && doctorOn(team, today);
    const wanted = [contract.authority?.[0]?.reference, doctor].filter((r) => r !== undefined);
    return [{ ...patient, generalPractitioner: wanted.map((reference) => ({ reference })) }];
  }
  // Of a contract that ended, only what it brought goes, and only unless the next one brought the same.
  if (state === 'ahead' || others.length === before.length) return [];
  if (await isFollowed(scene, contract, today)) return [];
  const { generalPractitioner: _, ...rest } = patient;
  return [others.length > 0 ? { ...rest, generalPractitioner: others } : rest];
}

/** Whether another contract of the resident holds today. */
async function isFollowed(scene: Scene, contract: ContractFields, today: string): Promise<boolean> {
  const others = await scene.search('Contract', [
    ['subject', residentOf(contract)!],
    ['status', 'executed,amended,disputed,resolved'],
  ]);
  return others.some((c) => {
    const term = termOf(c);
    return c.id !== contract.id && term && term.start <= today && today <= term.end;
  });
}

/** The reminder that a contract runs out is over once it was followed or has ended. */
async function renewalWrites(
  scene: Scene,
  contract: ContractFields,
  { state }: Standing,
): Promise<Resource[]> {
  if (state !== 'ended' && state !== 'void') return [];
  const task = await scene.read(`Task/${renewalTask(contract, scene.ctx.now).id}`);
  if (!task || !isOpen(task)) return [];
  return [
    {
      ...task,
      status: 'cancelled',
      statusReason: { text: '协议已结束' },
      lastModified: lastModifiedOf(task, scene.ctx.now),
    },
  ];
}
