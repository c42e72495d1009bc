/** What was delivered of what was promised, and who answered for a resident on a day. */

import { assertMayAll } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { sceneOn, seenBy } from '../../interactions/scene.ts';
import { dayIn, dayOf, lastDayIn } from '../../kernel/calendar.ts';
import type { OperationAnswer, Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { badParameter, ruleBroken } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { problem } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { promisedTimes } from './model.ts';
import {
  CATEGORY_SYSTEM,
  type ContractFields,
  extensionOf,
  isFamilyDoctorContract,
  residentOf,
  SERVED_URL,
  termOf,
} from './service/contract.ts';
import { resolvePackages } from './service/packages.ts';
import type { EpisodeFields } from './service/responsibility.ts';
import { isOpen, type TaskFields, taskNumber, taskNumbers } from './service/tasks.ts';
import { doctorOn } from './service/team.ts';

/** `Contract/[id]/$delivery`: for each service how often it was promised, done, missed and is still to do. */
export async function delivery(engine: Engine, ctx: Ctx, id: string): Promise<OperationAnswer> {
  assertMayAll(ctx, [
    { permission: 'r', type: 'Contract' },
    { permission: 's', type: 'Task' },
  ]);
  const stored = await read(engine, ctx, 'Contract', id);
  const contract = JSON.parse(stored.content) as ContractFields;
  const term = termOf(contract);
  if (!isFamilyDoctorContract(contract) || !term) {
    throw ruleBroken([
      problem(
        'business-rule',
        {
          en: `Contract/${id} is no family-doctor contract with a term: it promises nothing yet.`,
          zh: `Contract/${id} 不是有起止日期的家庭医生签约协议,尚无约定服务。`,
        },
        { expression: 'Contract.applies', rule: 'contract-type-unfit' },
      ),
    ]);
  }
  const scene = sceneOn(engine, ctx, engine.database);
  const packages = await resolvePackages(scene, contract);
  const tasks = (await seenBy(engine, ctx).search('Task', [['contract', `Contract/${id}`]])) as TaskFields[];
  const today = dayOf(ctx.now);
  const services = packages.flatMap((p) =>
    p.services.map((service) => {
      const mine = tasks.filter((t) => taskNumber(t)?.startsWith(taskNumbers(contract, service)));
      const endOf = (t: TaskFields) => t.restriction?.period?.end ?? '';
      return {
        package: p.canonical,
        service,
        counts: {
          promised: promisedTimes(service.promised, term),
          delivered: mine.filter((t) => t.status === 'completed').length,
          overdue: mine.filter((t) => isOpen(t) && endOf(t) < today).length,
          open: mine.filter((t) => isOpen(t) && endOf(t) >= today).length,
          failed: mine.filter((t) => t.status === 'failed').length,
        },
      };
    }),
  );
  const sum = (name: 'promised' | 'delivered') => services.reduce((n, s) => n + s.counts[name], 0);
  const parameter = [
    { name: 'promised', valueInteger: sum('promised') },
    { name: 'delivered', valueInteger: sum('delivered') },
    ...services.map(({ package: canonical, service, counts }) => ({
      name: 'service',
      part: [
        { name: 'package', valueCanonical: canonical },
        { name: 'title', valueString: service.title },
        { name: 'code', valueCodeableConcept: service.code },
        ...Object.entries(counts).map(([name, valueInteger]) => ({ name, valueInteger })),
      ],
    })),
  ];
  const patient = localReference(residentOf(contract) ?? '', ctx.base);
  return {
    text: JSON.stringify({ resourceType: 'Parameters', parameter }),
    patients: patient ? [patient.id] : [],
  };
}

/** `Patient/[id]/$responsible?date=`: institution, team, doctor and contract of a day; nothing when nobody was. */
export async function responsible(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  assertMayAll(ctx, [
    { permission: 'r', type: 'Patient' },
    { permission: 's', type: 'EpisodeOfCare' },
    { permission: 'r', type: 'CareTeam' },
  ]);
  await read(engine, ctx, 'Patient', id);
  const given = parameterValue(firstOf(parameters, 'date'));
  const day = given === undefined ? dayOf(ctx.now) : dayIn(given);
  if (day === undefined) {
    throw badParameter('date', { en: `'${String(given)}' is no date.`, zh: `“${String(given)}”不是日期。` });
  }
  const seen = seenBy(engine, ctx);
  const episodes = (await seen.search('EpisodeOfCare', [
    ['patient', `Patient/${id}`],
    ['type', `${CATEGORY_SYSTEM}|family-doctor-service`],
  ])) as EpisodeFields[];
  const latest = episodes.filter((e) => holdsOn(e, day)).toSorted(latestFirst)[0];
  const episode = latest && day > dayOf(ctx.now) && (await isOverBy(seen, latest, day)) ? undefined : latest;
  const parameter = episode ? answerOf(episode, day, await seen.read(episode.team?.[0]?.reference)) : [];
  return {
    text: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'date', valueDate: day }, ...parameter],
    }),
    patients: [id],
    targets: seen.targets,
  };
}

/** A period that is still open ends with the term of its contract, when nobody signs another. */
async function isOverBy(seen: Pick<Scene, 'read'>, episode: EpisodeFields, day: string): Promise<boolean> {
  if (episode.period?.end !== undefined) return false;
  const contract = await seen.read(extensionOf(episode, SERVED_URL)?.valueReference?.reference);
  const term = contract && termOf(contract as ContractFields);
  return term !== undefined && term.end < day;
}

function holdsOn({ status, period }: EpisodeFields, day: string): boolean {
  if (status === 'entered-in-error' || status === 'cancelled') return false;
  const start = dayIn(period?.start);
  const end = lastDayIn(period?.end);
  return start !== undefined && start <= day && (end === undefined || day <= end);
}

function latestFirst(a: EpisodeFields, b: EpisodeFields): number {
  return (a.period?.start ?? '') < (b.period?.start ?? '') ? 1 : -1;
}

function answerOf(episode: EpisodeFields, day: string, team: Resource | undefined): object[] {
  const doctor = (team && doctorOn(team, day)) ?? (episode.careManager as { reference?: string })?.reference;
  const named: [string, string | undefined][] = [
    ['organization', episode.managingOrganization?.reference],
    ['team', episode.team?.[0]?.reference],
    ['doctor', doctor],
    ['contract', extensionOf(episode, SERVED_URL)?.valueReference?.reference],
    ['episode', `EpisodeOfCare/${episode.id}`],
  ];
  return named.flatMap(([name, reference]) => (reference ? [{ name, valueReference: { reference } }] : []));
}
