/**
 * The law of identities over every write: records of one person are linked when that is certain, put before a person
 * when it is doubtful, and stay as was decided whatever an institution sends.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../../kernel/contribution.ts';
import type { Db } from '../../../kernel/ctx.ts';
import type { Issue } from '../../../kernel/issue.ts';
import type { Consequence, Scene, Workflow } from '../../../kernel/workflow.ts';
import { linkedPatients } from '../../../store/linked.ts';
import { lockTexts } from '../../../store/read.ts';
import { linksOf } from '../links.ts';
import { type Found, matchesOf } from '../match.ts';
import { keysOf } from '../matching/keys.ts';
import { personOf } from '../matching/person.ts';
import { type Decision, decisionsOf, isAbout, linkageOf, statedIn } from './linkage.ts';
import { isOtherPerson, linkedAs, withFormerIdentifiers } from './project.ts';
import { identifyId, identifyTaskOf, isTemporary, reviewed, reviewId, reviewOf } from './review.ts';
import { mergeIssues, notThere, OPEN_ENCOUNTER } from './rules.ts';

/** Doubtful pairs that one write may put before a person. */
const MOST_REVIEWS = 3;

export const identities: Workflow = {
  name: 'identities',
  concerns: ({ type, before, after }) =>
    type === 'Linkage' ||
    (type === 'Patient' &&
      (after === undefined ||
        isOtherPerson(before, after) ||
        isTemporary(before) !== isTemporary(after) ||
        !isDeepStrictEqual(linksOf(before), linksOf(after)))),
  // What is written in a transaction at the same time looks once more: see `isLookedForAgain`.
  settled: async ({ db }, { before, after, ctx }) =>
    after?.resourceType === 'Patient' &&
    isOnItsOwn(before) &&
    isOnItsOwn(after) &&
    withFormerIdentifiers(before, after, ctx.now) === after &&
    !(await hasAlike(db, before, after, ctx.now)),
  follow: (scene, facts) => (facts.type === 'Linkage' ? decided(scene, facts) : written(scene, facts)),
  deadlines: (resource, at) => (isLookedForAgain(resource, at) ? [{ name: AGAIN, at: at + AGAIN_MS }] : []),
  due: async (scene, patient) => ({ writes: await foundAlike(scene, patient) }),
};

const AGAIN = 'look-again';
/** By then everything that was being written at the same time is there. */
const AGAIN_MS = 60_000;

/**
 * Two records without any number have nothing to wait for each other by: of two that are registered at once, neither
 * shows to the other. So each is looked for once more; what is written without a transaction looks after its commit.
 */
function isLookedForAgain(resource: Resource, now: number): boolean {
  if (resource.resourceType !== 'Patient' || resource.active === false) return false;
  const person = personOf(resource, new Date(now));
  return person.strong.length === 0 && keysOf(person).length > 0;
}

/** Nobody decided anything of it that it shows, and nobody has to find out who it is. */
function isOnItsOwn(patient: Resource | undefined): boolean {
  return linksOf(patient).length === 0 && !isTemporary(patient);
}

async function hasAlike(db: Db, before: Resource | undefined, after: Resource, now: Date): Promise<boolean> {
  if (after.active === false || !isOtherPerson(before, after)) return false;
  return (await alikeIn(db, after, now)).length > 0;
}

/** A decision was made or taken back: both records show it, and what asked for it is done. */
async function decided(scene: Scene, { before, after }: WriteFacts): Promise<Consequence> {
  const was = decisionsOf(before);
  const decisions = decisionsOf(after);
  const ids = [...new Set([...was, ...decisions].flatMap(({ main, other }) => [main, other]))].sort();
  const patients = new Map<string, Resource>();
  for (const id of ids) {
    const patient = await scene.lock(`Patient/${id}`);
    if (patient) patients.set(id, patient);
  }
  const issues = [];
  const writes: Resource[] = [];
  for (const decision of decisions) {
    const { main, other, relation } = decision;
    const [a, b] = [patients.get(main), patients.get(other)];
    const isNew = !was.some((d) => isDeepStrictEqual(d, decision));
    // The same for what is not there at all: else the answer would tell which it is.
    const hidden = isNew && scene.ctx.access.reach ? await unseen(scene, main, other) : [];
    issues.push(...hidden);
    if (!a || !b || hidden.length > 0) continue;
    const merges = relation === 'merged' && isNew;
    if (merges) issues.push(...mergeIssues(a, b, await openEncounters(scene, main, other)));
    const task = reviewed(await scene.read(`Task/${reviewId(main, other)}`), relation, scene.ctx.now);
    if (task) writes.push(task);
  }
  for (const [id, patient] of patients) {
    // What is decided no longer does not stand in the links either.
    const ended = was.map((d) => ({ ...d, relation: 'apart' as const }));
    writes.push(linkedAs(patient, [...ended, ...(await decisionsAbout(scene, id))]));
  }
  return { issues, writes };
}

/** Whoever decides about records sees both: a link opens one resident's record to the other. */
async function unseen(scene: Scene, ...ids: string[]): Promise<Issue[]> {
  const issues = [];
  for (const id of ids) if (!(await scene.sees(`Patient/${id}`))) issues.push(notThere(id));
  return issues;
}

/** Of any record of either person: nobody's record changes while it is being written. */
async function openEncounters(scene: Scene, ...ids: string[]): Promise<Resource[]> {
  const records = await linkedPatients(scene.db, ids);
  return scene.search('Encounter', [
    ['patient', records.map((id) => `Patient/${id}`).join(',')],
    ['status', OPEN_ENCOUNTER.join(',')],
  ]);
}

async function decisionsAbout(scene: Scene, id: string): Promise<readonly Decision[]> {
  const linkages = await scene.search('Linkage', [['item', `Patient/${id}`]]);
  return linkages.flatMap(decisionsOf).filter(({ main, other }) => main === id || other === id);
}

/** A record was written: it keeps what was decided of it, and finds the others of the same person. */
async function written(scene: Scene, { id, before, after }: WriteFacts): Promise<Consequence> {
  if (!after) {
    return { writes: [...apartFrom(await decisionsAbout(scene, id)), ...(await identified(scene, id))] };
  }
  // Of a record that is new and names no other, nobody has decided anything.
  const isFirst = before === undefined && linksOf(after).length === 0;
  const decisions = isFirst ? [] : await decisionsAbout(scene, id);
  const patient = withFormerIdentifiers(before, linkedAs(after, decisions), scene.ctx.now);
  const writes: Resource[] = isDeepStrictEqual(patient, after) ? [] : [patient];
  writes.push(...(await newlyStated(scene, patient, decisions)));
  if (isTemporary(after) && after.active !== false) {
    if (!isTemporary(before)) writes.push(identifyTaskOf(after, scene.ctx.now));
  } else if (isTemporary(before)) {
    writes.push(...(await identified(scene, id)));
  }
  if (patient.active === false || !isOtherPerson(before, after)) return { writes };
  return { writes: [...writes, ...(await foundAlike(scene, patient))] };
}

function apartFrom(decisions: readonly Decision[]): Resource[] {
  return decisions
    .filter(({ relation }) => relation !== 'apart')
    .map((decision) => linkageOf({ ...decision, relation: 'apart' }));
}

async function identified(scene: Scene, id: string): Promise<Resource[]> {
  const task = await scene.read(`Task/${identifyId(id)}`);
  const done = reviewed(task, 'linked', scene.ctx.now);
  return done ? [done] : [];
}

/** What the links of the record say and nobody decided before is a decision. */
async function newlyStated(
  scene: Scene,
  patient: Resource,
  decisions: readonly Decision[],
): Promise<Resource[]> {
  const stated = statedIn(patient).filter(
    ({ main, other }) => !decisions.some((d) => isAbout(d, main, other)),
  );
  const writes: Resource[] = [];
  for (const decision of stated) {
    const other = decision.main === patient.id ? decision.other : decision.main;
    if (await scene.sees(`Patient/${other}`)) {
      writes.push(linkageOf(decision, { author: scene.ctx.actor.organization }));
    }
  }
  return writes;
}

/** Links what is certain, and asks about what is probable. */
async function foundAlike(scene: Scene, patient: Resource): Promise<Resource[]> {
  const id = patient.id as string;
  const person = personOf(patient, scene.ctx.now);
  if (keysOf(person).length === 0) return [];
  // Of two institutions that register a person at once, the second waits, and finds what the first wrote.
  await lockTexts(
    scene.db,
    person.strong.map(({ value }) => `identity ${value}`),
  );
  const found = await alikeIn(scene.db, patient, scene.ctx.now);
  if (found.length === 0) return [];
  const same = new Set(await linkedPatients(scene.db, [id]));
  const decisions = await decisionsOfAll(scene, same);
  const several = await areSeveral(scene, found, decisions, same);
  const writes: Resource[] = [];
  const asked = new Set<string>();
  let reviews = 0;
  for (const match of found) {
    if (same.has(match.id) || asked.has(match.id)) continue;
    const others = await linkedPatients(scene.db, [match.id]);
    if (areApart(decisions, same, others)) continue;
    if (match.grade === 'certain' && !several) {
      writes.push(linkageOf({ main: match.id, other: id, relation: 'linked' }));
      for (const other of others) same.add(other);
    } else if (reviews < MOST_REVIEWS) {
      // One question for each person, by the record that is most alike.
      for (const other of others) asked.add(other);
      if (await isAsked(scene, id, others)) continue;
      writes.push(reviewOf(patient, match, scene.ctx.now));
      reviews++;
    }
  }
  return writes;
}

async function decisionsOfAll(scene: Scene, ids: Iterable<string>): Promise<Decision[]> {
  const found = [];
  for (const id of ids) found.push(...(await decisionsAbout(scene, id)));
  return found;
}

/** Whoever was kept apart from one of a person's records was kept apart from the person. */
function areApart(decisions: readonly Decision[], some: Iterable<string>, others: readonly string[]) {
  return [...some].some((one) => others.some((other) => decisions.some((d) => isAbout(d, one, other))));
}

async function isAsked(scene: Scene, id: string, others: readonly string[]): Promise<boolean> {
  for (const other of others) if (await scene.read(`Task/${reviewId(id, other)}`)) return true;
  return false;
}

/** Whether somebody decided that two of the people whom the record certainly is are two: then it may be neither. */
async function areSeveral(
  scene: Scene,
  found: readonly Found[],
  decisions: readonly Decision[],
  same: ReadonlySet<string>,
): Promise<boolean> {
  const certain = found.filter(({ grade, id }) => grade === 'certain' && !same.has(id));
  if (certain.length < 2) return false;
  const known = new Set<string>();
  const all = [...decisions];
  for (const { id } of certain) {
    if (known.has(id)) continue;
    const others = await linkedPatients(scene.db, [id]);
    if (areApart(all, known, others)) return true;
    all.push(...(await decisionsOfAll(scene, others)));
    for (const other of others) known.add(other);
  }
  return false;
}

/** Records that are certainly or doubtfully those of the person of another. */
async function alikeIn(db: Db, patient: Resource, now: Date): Promise<Found[]> {
  if (keysOf(personOf(patient, now)).length === 0) return [];
  const found = await matchesOf(db, patient, now, patient.id as string);
  return found.filter((f) => f.patient.active !== false && (f.grade === 'certain' || isDoubtful(f)));
}

function isDoubtful({ grade, levels }: Found): boolean {
  return grade === 'probable' || (grade === 'possible' && levels.identifier === 'same');
}
