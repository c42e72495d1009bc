/** Recalculates the groups of key populations: all residents each night, one when something about them changed. */
import { wholeOf } from '../../../db/reader.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { sceneOn } from '../../../interactions/scene.ts';
import { dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { notFound, unprocessable } from '../../../kernel/fhir-error.ts';
import { problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { ofPatients, patientsAfter } from '../../../store/programme-runs.ts';
import { nameOf, referenceIn } from './fhir.ts';
import { belongsTo, isKeyPopulation, withMember, withMembers } from './population.ts';

const SLICE = 1000;
/** Village clinic, township centre, hospital, community: deeper is a loop. */
const MAX_LEVELS = 8;

/** Answers the group with its members as of now. */
export async function recalculate(engine: Engine, ctx: Ctx, id: string): Promise<Resource> {
  const group = await sceneOn(engine, ctx, wholeOf(engine.database)).read(`Group/${id}`);
  if (!group) throw notFound('Group', id);
  if (!isKeyPopulation(group)) throw noCriteria(id);
  const [answer] = await recalculated(engine, ctx, [group]);
  return answer!;
}

/** Every group of the county; in the night. */
export async function recalculateAll(engine: Engine, ctx: Ctx): Promise<void> {
  await recalculated(engine, ctx, await keyPopulations(sceneOn(engine, ctx, engine.database)));
}

/** All residents are gone through once, whatever the number of groups. */
async function recalculated(engine: Engine, ctx: Ctx, groups: readonly Resource[]): Promise<Resource[]> {
  if (groups.length === 0) return [];
  // Who belongs to a group does not depend on who asks.
  const whole = wholeOf(engine.database);
  const scene = sceneOn(engine, ctx, whole);
  const day = dayOf(ctx.now);
  const counted = [];
  for (const group of groups) {
    counted.push({ group, institutions: await institutionsOf(scene, group), members: new Set<string>() });
  }
  for (let last = ''; ; ) {
    const patients = await patientsAfter(whole, last, SLICE);
    if (patients.length === 0) break;
    const ids = patients.map((p) => p.id);
    const episodes = Map.groupBy(await ofPatients(whole, ids, ['EpisodeOfCare']), (e) => e.patient);
    for (const { id, content } of patients) {
      const resident = {
        patient: JSON.parse(content!) as Resource,
        episodes: (episodes.get(id) ?? []).map((e) => JSON.parse(e.content!) as Resource),
      };
      for (const { group, institutions, members } of counted) {
        if (belongsTo(group, resident, day, institutions)) members.add(`Patient/${id}`);
      }
    }
    last = ids.at(-1)!;
  }
  const answers: Resource[] = [];
  for (const { group, members } of counted) {
    const { answer } = await perform(engine, ctx, async (locked) => {
      const current = await locked.lock(`Group/${String(group.id)}`);
      const next = withMembers(current ?? group, members, day);
      // Nothing of it is the caller's to say.
      return { answer: next, shared: { writes: [next] } };
    });
    answers.push(answer);
  }
  return answers;
}

/** What an enrolment or the person changes. */
export async function followResident(scene: Scene, patient: Resource): Promise<Resource[]> {
  const reference = nameOf(patient);
  const day = dayOf(scene.ctx.now);
  const groups = await keyPopulations(scene);
  if (groups.length === 0) return [];
  const episodes = await scene.search('EpisodeOfCare', [['patient', reference]]);
  const writes: Resource[] = [];
  for (const { id } of groups) {
    const group = (await scene.lock(`Group/${String(id)}`))!;
    const is = belongsTo(group, { patient, episodes }, day, await institutionsOf(scene, group));
    writes.push(withMember(group, reference, is, day));
  }
  return writes;
}

/** Whether the person belongs to the same groups as before. */
export async function keepsGroups(scene: Scene, before: Resource, after: Resource): Promise<boolean> {
  const groups = await keyPopulations(scene);
  if (groups.length === 0) return true;
  const day = dayOf(scene.ctx.now);
  const episodes = await scene.search('EpisodeOfCare', [['patient', nameOf(after)]]);
  for (const group of groups) {
    const institutions = await institutionsOf(scene, group);
    const belongs = (patient: Resource) => belongsTo(group, { patient, episodes }, day, institutions);
    if (belongs(before) !== belongs(after)) return false;
  }
  return true;
}

async function keyPopulations(scene: Scene): Promise<Resource[]> {
  const groups = await scene.search('Group', [
    ['type', 'person'],
    ['actual', 'true'],
  ]);
  return groups.filter(isKeyPopulation);
}

/** The managing institution and all below it; undefined for a group of the whole county, which nobody manages. */
async function institutionsOf(scene: Scene, group: Resource): Promise<ReadonlySet<string> | undefined> {
  const top = referenceIn(group.managingEntity);
  if (!top) return undefined;
  const all = new Set([top]);
  let wanted = [top];
  for (let level = 0; level < MAX_LEVELS && wanted.length > 0; level++) {
    const below = await scene.search('Organization', [['partof', wanted.join(',')]]);
    wanted = below.map(nameOf).filter((name) => !all.has(name));
    for (const name of wanted) all.add(name);
  }
  return all;
}

function noCriteria(id: string) {
  return unprocessable([
    problem('business-rule', {
      en: `Group/${id} has no criteria of a key population: actual, a code of key-population, characteristics.`,
      zh: `Group/${id} 不是有判定条件的重点人群分组(actual 为 true、key-population 代码、characteristic)。`,
    }),
  ]);
}
