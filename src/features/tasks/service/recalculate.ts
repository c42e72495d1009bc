/** Recalculates the groups of key populations: all residents each night, one when something about them changed. */
import { isDeepStrictEqual } from 'node:util';
import { wholeOf } from '../../../db/reader.ts';
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { changeOf } from '../../../interactions/prepare.ts';
import { sceneOn } from '../../../interactions/scene.ts';
import { bodyOf } from '../../../interactions/version-text.ts';
import { auditOf } from '../../../interactions/write-along.ts';
import { inWriteTransaction } from '../../../interactions/write-transaction.ts';
import { dayOf } from '../../../kernel/calendar.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { notFound, unprocessable } from '../../../kernel/fhir-error.ts';
import { problem } from '../../../kernel/issue.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import type { Stored } from '../../../store/change.ts';
import {
  dropPopulationChanges,
  notePopulationChange,
  populationChanges,
  populations,
} from '../../../store/populations.ts';
import { ofPatients, patientsAfter, patientsOf } from '../../../store/programme-runs.ts';
import { lockMany } from '../../../store/read.ts';
import { nameOf, referenceIn } from './fhir.ts';
import {
  belongsTo,
  isKeyPopulation,
  type Resident,
  withMember,
  withMembers,
  withMoved,
} from './population.ts';

const SLICE = 1000;
/** Village clinic, township centre, hospital, community: deeper is a loop. */
const MAX_LEVELS = 8;

interface Counted {
  readonly group: Resource;
  readonly institutions: ReadonlySet<string> | undefined;
  readonly members: Set<string>;
}

/** Answers the group with its members as of now. */
export async function recalculate(engine: Engine, ctx: Ctx, id: string): Promise<Resource> {
  const group = await sceneOn(engine, ctx, wholeOf(engine.database)).read(`Group/${id}`);
  if (!group) throw notFound('Group', id);
  if (!isKeyPopulation(group)) throw noCriteria(id);
  const [found] = await counted(engine, ctx, [group]);
  const { answer } = await perform(engine, ctx, async (locked) => {
    const current = await locked.lock(`Group/${id}`);
    const next = withMembers(current ?? group, found!.members, dayOf(ctx.now));
    // Nothing of it is the caller's to say.
    return { answer: next, shared: { writes: [next] } };
  });
  return answer;
}

/** Every group of the county; in the night. */
export async function recalculateAll(engine: Engine, ctx: Ctx): Promise<void> {
  const scene = sceneOn(engine, ctx, wholeOf(engine.database));
  const groups: Resource[] = [];
  for (const { id } of await populations(wholeOf(engine.database))) {
    const group = await scene.read(`Group/${id}`);
    if (isKeyPopulation(group)) groups.push(group!);
  }
  const day = dayOf(ctx.now);
  for (const { group, members } of await counted(engine, ctx, groups)) {
    await rewrite(engine, ctx, String(group.id), async (_, current) => {
      const next = withMembers(current, members, day);
      return isDeepStrictEqual(next, current) ? undefined : next;
    });
  }
}

/** Who belongs to each group. All residents are gone through once, whatever the number of groups. */
async function counted(engine: Engine, ctx: Ctx, groups: readonly Resource[]): Promise<Counted[]> {
  if (groups.length === 0) return [];
  // Who belongs to a group does not depend on who asks.
  const whole = wholeOf(engine.database);
  const scene = sceneOn(engine, ctx, whole);
  const day = dayOf(ctx.now);
  const all: Counted[] = [];
  for (const group of groups) {
    all.push({ group, institutions: await institutionsOf(scene, group), members: new Set<string>() });
  }
  for (let last = ''; ; ) {
    const patients = await patientsAfter(whole, last, SLICE);
    if (patients.length === 0) break;
    for (const [id, resident] of await residentsOf(engine, patients)) {
      for (const { group, institutions, members } of all) {
        if (belongsTo(group, resident, day, institutions)) members.add(`Patient/${id}`);
      }
    }
    last = patients.at(-1)!.id;
  }
  return all;
}

/** What an enrolment or the person changes: small groups at once, large ones with the next pass. */
export async function followResident(scene: Scene, patient: Resource): Promise<Resource[]> {
  const reference = nameOf(patient);
  const day = dayOf(scene.ctx.now);
  const { small, large } = await populationsOf(scene);
  if (large.length > 0) await notePopulationChange(wholeOf(scene.db), String(patient.id));
  if (small.length === 0) return [];
  const episodes = await scene.search('EpisodeOfCare', [['patient', reference]]);
  const writes: Resource[] = [];
  for (const id of small) {
    const group = await scene.lock(`Group/${id}`);
    if (!isKeyPopulation(group)) continue;
    const is = belongsTo(group!, { patient, episodes }, day, await institutionsOf(scene, group!));
    writes.push(withMember(group!, reference, is, day));
  }
  return writes;
}

/** Whether the person belongs to the same groups as before, as far as that is known without reading large ones. */
export async function keepsGroups(scene: Scene, before: Resource, after: Resource): Promise<boolean> {
  const { small, large } = await populationsOf(scene);
  if (large.length > 0) return false;
  if (small.length === 0) return true;
  const day = dayOf(scene.ctx.now);
  const episodes = await scene.search('EpisodeOfCare', [['patient', nameOf(after)]]);
  for (const id of small) {
    const group = await scene.read(`Group/${id}`);
    if (!isKeyPopulation(group)) continue;
    const institutions = await institutionsOf(scene, group!);
    const belongs = (patient: Resource) => belongsTo(group!, { patient, episodes }, day, institutions);
    if (belongs(before) !== belongs(after)) return false;
  }
  return true;
}

/**
 * Moves whoever changed since the pass before: each group is written once, whatever their number. One that was large when
 * they changed may be small by now; in the others they are already.
 */
export async function recalculateChanged(engine: Engine, ctx: Ctx): Promise<void> {
  const whole = wholeOf(engine.database);
  for (let changes = await populationChanges(whole, SLICE); changes.length > 0; ) {
    const ids = changes.map((c) => c.patient);
    const residents = await residentsOf(engine, await patientsOf(whole, ids));
    for (const { id } of await populations(whole)) await moveIn(engine, ctx, id, ids, residents);
    await dropPopulationChanges(whole, changes);
    if (changes.length < SLICE) return;
    changes = await populationChanges(whole, SLICE);
  }
}

/** Residents who are gone belong to nothing. */
async function moveIn(
  engine: Engine,
  ctx: Ctx,
  id: string,
  ids: readonly string[],
  residents: ReadonlyMap<string, Resident>,
): Promise<void> {
  const day = dayOf(ctx.now);
  await rewrite(engine, ctx, id, async (scene, group) => {
    const institutions = await institutionsOf(scene, group);
    const belongs = (patient: string) => {
      const resident = residents.get(patient);
      return resident !== undefined && belongsTo(group, resident, day, institutions);
    };
    const moved = new Map(ids.map((patient) => [`Patient/${patient}`, belongs(patient)]));
    return withMoved(group, moved, day);
  });
}

/**
 * The next version of a group, unless there is nothing to change. Only members change, and those are made here: there is
 * nothing to validate, which would take seconds with tens of thousands of members.
 */
async function rewrite(
  engine: Engine,
  ctx: Ctx,
  id: string,
  next: (scene: Scene, group: Resource) => Promise<Resource | undefined>,
): Promise<void> {
  await inWriteTransaction(engine.database, async (db) => {
    const [before] = await lockMany(db, [{ type: 'Group', id }]);
    const group = before?.content ? (JSON.parse(before.content) as Resource) : undefined;
    if (!before || !isKeyPopulation(group)) return;
    const after = await next(sceneOn(engine, ctx, db), group!);
    if (!after) return;
    const change = changeOf(engine, ctx, bodyOf(after), id, 'PUT', before);
    await engine.writer.within(db, [change, ...auditOf(engine, ctx, 'operation', [change])]);
  });
}

async function residentsOf(engine: Engine, patients: readonly Stored[]): Promise<Map<string, Resident>> {
  const whole = wholeOf(engine.database);
  const ids = patients.map((p) => p.id);
  const episodes = Map.groupBy(await ofPatients(whole, ids, ['EpisodeOfCare']), (e) => e.patient);
  return new Map(
    patients.map(({ id, content }) => [
      id,
      {
        patient: JSON.parse(content!) as Resource,
        episodes: (episodes.get(id) ?? []).map((e) => JSON.parse(e.content!) as Resource),
      },
    ]),
  );
}

/** Bytes, compressed, from which on a group is too large to be written anew for one resident: some thousand members. */
const LARGE = 64 * 1024;

/** Ids of the groups. */
async function populationsOf({ db }: Scene): Promise<{ readonly small: string[]; readonly large: string[] }> {
  const all = await populations(wholeOf(db));
  const idsOf = (isLarge: boolean) => all.filter((p) => p.bytes > LARGE === isLarge).map((p) => p.id);
  return { small: idsOf(false), large: idsOf(true) };
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
