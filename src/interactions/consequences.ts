/**
 * What the county's workflows add to a write, in its transaction: what it claims, when something falls due on it,
 * what must be so for it to stand, what is written along.
 */
import { isDeepStrictEqual } from 'node:util';
import { asSystem } from '../access/as-system.ts';
import { wholeOf } from '../db/reader.ts';
import type { Resource, WriteFacts } from '../kernel/contribution.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { failure, ruleBroken } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { type Issue, isError } from '../kernel/issue.ts';
import type { Consequence } from '../kernel/workflow.ts';
import { dropClaims, takeClaims } from '../store/claims.ts';
import { setDeadlines } from '../store/deadlines.ts';
import { lockMany } from '../store/read.ts';
import type { Engine } from './engine.ts';
import { acceptBody, changeOf, type Prepared } from './prepare.ts';
import { sceneOn } from './scene.ts';
import { bodyOf } from './version-text.ts';

/** What follows from what follows, and so on: more is a mistake of a workflow. */
const MAX_DEPTH = 20;

/** Whether a write has to be made in a transaction of its own. */
export function hasConsequences(engine: Engine, { facts }: Prepared): boolean {
  return engine.workflows.some((w) => w.concerns(facts));
}

/** Whether nothing is to be written along with it now, so that it may share a commit: see `Workflow.settled`. */
export async function isSettled(
  engine: Engine,
  ctx: Ctx,
  { facts }: Prepared,
  when: 'before' | 'after',
): Promise<boolean> {
  const concerned = engine.workflows.filter((w) => w.concerns(facts));
  if (concerned.length === 0) return true;
  const scene = sceneOn(engine, ctx, engine.database);
  for (const workflow of concerned) {
    if (!(await workflow.settled?.(scene, facts, when))) return false;
  }
  return true;
}

/**
 * Asks the workflows about changes that `db` has written, and writes what they add, with the consequences of that.
 * Answers what was written along. Throws what refuses the write; the transaction must not be committed then.
 */
export async function consequencesOf(
  engine: Engine,
  ctx: Ctx,
  given: Db,
  changes: readonly Prepared[],
  depth = 0,
): Promise<Prepared[]> {
  const db = wholeOf(given);
  const along: Prepared[] = [];
  const facts = changes.map((c) => c.facts);
  await hold(engine, db, facts);
  for (const one of facts) {
    const concerned = engine.workflows.filter((w) => w.concerns(one));
    if (concerned.length === 0) continue;
    const scene = sceneOn(engine, ctx, db);
    for (const workflow of concerned) {
      const consequence = await workflow.follow?.(scene, one);
      if (consequence) along.push(...(await carryOut(engine, ctx, db, consequence, depth)));
    }
  }
  return along;
}

/**
 * Writes what a workflow wants written, with the consequences of that; throws what it refuses. `judge` throws what
 * may not be written, and answers what is: not of what follows from it, which is the workflow's.
 */
export async function carryOut(
  engine: Engine,
  ctx: Ctx,
  given: Db,
  { issues = [], writes = [] }: Consequence,
  depth = 0,
  judge: (change: Prepared, place: number) => Prepared = (change) => change,
): Promise<Prepared[]> {
  const db = wholeOf(given);
  if (issues.some(isError)) throw ruleBroken([...issues]);
  if (writes.length === 0) return [];
  if (depth === MAX_DEPTH) throw new Error(`Workflows follow from each other more than ${MAX_DEPTH} times`);
  const system = { ...asSystem(ctx, 'a workflow writes what the law demands'), actor: ctx.actor };
  const changes: Prepared[] = [];
  for (const [place, resource] of writes.entries()) {
    const next = await nextVersion(engine, system, db, asJson(resource));
    if (!next) continue;
    const change = judge(next, place);
    await engine.writer.within(db, [change]);
    changes.push(change);
  }
  return [...changes, ...(await consequencesOf(engine, system, db, changes, depth + 1))];
}

/** The version that a resource becomes; undefined when it is there as it is. */
async function nextVersion(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  resource: Resource,
): Promise<Prepared | undefined> {
  const type = resource.resourceType;
  const id = typeof resource.id === 'string' ? resource.id : newId();
  const [before] = resource.id === undefined ? [] : await lockMany(db, [{ type, id }]);
  if (before?.content && sameBut(JSON.parse(before.content) as Resource, resource)) return undefined;
  const { body } = await acceptBody(engine, ctx, type, bodyOf(resource), { db, id: before && id });
  return changeOf(engine, ctx, body, id, before ? 'PUT' : 'POST', before);
}

/** As it will be read: elements without a value are none. */
function asJson(resource: Resource): Resource {
  return JSON.parse(JSON.stringify(resource)) as Resource;
}

/** Equal, but for what the server says of a version. */
function sameBut(there: Resource, wanted: Resource): boolean {
  const plain = ({ meta, ...rest }: Resource) => {
    const { versionId: _, lastUpdated: __, ...kept } = (meta ?? {}) as Record<string, unknown>;
    return { ...rest, meta: kept };
  };
  return isDeepStrictEqual(plain(there), plain(wanted));
}

/**
 * Takes the claims of the versions and sets their deadlines; drops those of the versions before. What one of them
 * gives up another may take: all give up first.
 */
async function hold(engine: Engine, db: Db, changes: readonly WriteFacts[]): Promise<void> {
  const claiming = changes.flatMap((facts) => {
    const workflows = engine.workflows.filter((w) => w.claims && w.concerns(facts));
    const { after } = facts;
    const claims = after ? workflows.flatMap((w) => w.claims!(after)) : [];
    return workflows.length > 0 ? [{ holder: `${facts.type}/${facts.id}`, claims }] : [];
  });
  for (const { holder, claims } of claiming) {
    await dropClaims(
      db,
      holder,
      claims.map((c) => c.name),
    );
  }
  for (const { holder, claims } of claiming) {
    const taken = await takeClaims(
      db,
      holder,
      claims.map((c) => c.name),
    );
    if (taken) throw refusedAs(claims.find((c) => c.name === taken.name)!.taken(taken.holder));
  }
  for (const facts of changes) await holdDeadlines(engine, db, facts);
}

async function holdDeadlines(engine: Engine, db: Db, facts: WriteFacts): Promise<void> {
  const workflows = engine.workflows.filter((w) => w.deadlines && w.concerns(facts));
  if (workflows.length === 0) return;
  const { type, id, before, after, ctx } = facts;
  const now = ctx.now.getTime();
  const deadlines = after
    ? (await Promise.all(workflows.map((w) => w.deadlines!(after, now, db)))).flat()
    : [];
  if (!before && deadlines.length === 0) return;
  await setDeadlines(db, `${type}/${id}`, deadlines);
}

function refusedAs(issue: Issue) {
  return failure('conflict', [issue]);
}
