/** What each entry of a transaction will do: its conditions decided, its resources locked. */
import { isDeepStrictEqual } from 'node:util';
import { failure, preconditionFailed } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { problem } from '../kernel/issue.ts';
import type { Stored } from '../store/change.ts';
import { lockMany } from '../store/read.ts';
import { type Criteria, criteriaKey, lockOne } from './criteria.ts';
import { lockDeletable } from './delete.ts';
import type { Entry } from './entry.ts';
import { inEntryAsync } from './entry-errors.ts';
import { nothingToPatch } from './patch.ts';
import type { Work } from './transaction.ts';
import { assertUnused, idToUpdate } from './update.ts';

/** What an entry will do, once its condition is decided. */
export interface Planned {
  readonly entry: Entry;
  readonly type: string;
  readonly id: string;
  /** `existing`: a creation that is not needed, for the resource is there or another entry makes it. */
  readonly action: 'create' | 'update' | 'patch' | 'delete' | 'existing';
}

/** The condition of an entry, when it has one. */
export function conditionOf(entry: Entry): Criteria | undefined {
  const type = entry.path[0]!;
  if (entry.method === 'POST')
    return entry.ifNoneExist === undefined ? undefined : { type, criteria: entry.ifNoneExist };
  return entry.path.length === 1 && entry.query ? { type, criteria: entry.query } : undefined;
}

/** The same resource may not be written twice. https://hl7.org/fhir/R4/http.html#trules */
export function assertNoOverlap(entries: readonly Entry[]): void {
  const seen = new Map<string, number>();
  for (const entry of entries) {
    if (entry.method === 'GET' || entry.method === 'HEAD') continue;
    const keys = [];
    if (entry.fullUrl && entry.method !== 'DELETE') keys.push(entry.fullUrl);
    if (entry.method !== 'POST' && entry.path[1]) keys.push(entry.path.slice(0, 2).join('/'));
    for (const key of keys) {
      const other = seen.get(key);
      if (other !== undefined) throw overlap(other, entry, key);
      seen.set(key, entry.index);
    }
  }
}

/** No two entries write the same resource, whatever their conditions found. */
export function assertApart(planned: readonly Planned[]): void {
  const seen = new Map<string, number>();
  for (const { entry, type, id, action } of planned) {
    if (action === 'existing') continue;
    const other = seen.get(`${type}/${id}`);
    if (other !== undefined) throw overlap(other, entry, `${type}/${id}`);
    seen.set(`${type}/${id}`, entry.index);
  }
}

function overlap(other: number, entry: Entry, what: string) {
  return failure('malformed', [
    problem(
      'duplicate',
      {
        en: `Entries ${other} and ${entry.index} are about the same resource (${what}). A transaction may hold it once.`,
        zh: `条目 ${other} 与 ${entry.index} 针对同一资源(${what})。一个事务中同一资源只能出现一次。`,
      },
      { expression: `Bundle.entry[${entry.index}]` },
    ),
  ]);
}

/** Locks what exists of the resources that entries name by their ids. */
export async function lockNamed({ db, before }: Work, writes: readonly Entry[]): Promise<void> {
  const named = writes
    .filter((e) => e.method !== 'POST' && e.path[1] !== undefined)
    .map(({ path: [type, id] }) => ({ type: type!, id: id! }));
  for (const stored of await lockMany(db, named)) before.set(`${stored.type}/${stored.id}`, stored);
}

/** The deletions: none for what is not there, several for criteria that match several. */
export async function planDeletions(work: Work, entries: readonly Entry[]): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const entry of entries) {
    const condition = conditionOf(entry);
    if (!condition) planned.push({ entry, type: entry.path[0]!, id: entry.path[1]!, action: 'delete' });
    else {
      const { engine, ctx, db } = work;
      for (const stored of await inEntryAsync(entry, () => lockDeletable(engine, ctx, db, condition))) {
        work.before.set(`${stored.type}/${stored.id}`, stored);
        planned.push({ entry, type: stored.type, id: stored.id, action: 'delete' });
      }
    }
  }
  return planned;
}

/** Everything that is neither deletion nor read. */
export async function planOthers(work: Work, entries: readonly Entry[]): Promise<Planned[]> {
  const planned: Planned[] = [];
  const byCondition = new Map<string, Planned>();
  for (const entry of entries) {
    planned.push(
      await inEntryAsync(entry, async () => {
        const condition = conditionOf(entry);
        const key = condition && `${entry.method} ${criteriaKey(work.engine, condition)}`;
        const same = key === undefined ? undefined : byCondition.get(key);
        const plan = same ? sharedPlan(same, entry) : await planOne(work, entry, condition);
        if (key !== undefined && !same) byCondition.set(key, plan);
        return plan;
      }),
    );
  }
  return planned;
}

/**
 * Two entries with one condition are about one resource. Creations of the same content make one; which one would
 * be made of different contents must not depend on their order, so they are refused.
 */
function sharedPlan(first: Planned, entry: Entry): Planned {
  if (entry.method !== 'POST') throw overlap(first.entry.index, entry, entry.query!);
  if (first.action === 'existing' || isDeepStrictEqual(contentOf(first.entry), contentOf(entry))) {
    return { entry, type: first.type, id: first.id, action: 'existing' };
  }
  throw preconditionFailed({
    en: `Entries ${first.entry.index} and ${entry.index} would create different resources under one condition (ifNoneExist '${entry.ifNoneExist}'). Send one of them, and refer to it by its fullUrl.`,
    zh: `条目 ${first.entry.index} 与 ${entry.index} 的 ifNoneExist 条件相同(“${entry.ifNoneExist}”),内容却不同。请只提交其中之一,并以其 fullUrl 引用。`,
  });
}

/** A resource without what creating it ignores. */
function contentOf(entry: Entry): unknown {
  const { id: _id, ...content } = entry.body!.resource;
  return content;
}

async function planOne(
  { engine, ctx, db, before }: Work,
  entry: Entry,
  condition: Criteria | undefined,
): Promise<Planned> {
  const type = entry.path[0]!;
  const match = condition && (await lockOne(engine, ctx, db, condition));
  if (match) before.set(`${type}/${match.id}`, match);
  switch (entry.method) {
    case 'POST':
      return match
        ? { entry, type, id: match.id, action: 'existing' }
        : { entry, type, id: newId(), action: 'create' };
    case 'PATCH': {
      if (condition && !match) throw nothingToPatch(type, condition.criteria);
      return { entry, type, id: match?.id ?? entry.path[1]!, action: 'patch' };
    }
    default: {
      if (!condition) return { entry, type, id: entry.path[1]!, action: 'update' };
      const id = idToUpdate(type, match, entry.body!);
      if (!match) await lockUnused(db, before, { type, id });
      return { entry, type, id, action: 'update' };
    }
  }
}

async function lockUnused(
  db: Work['db'],
  before: Map<string, Stored>,
  named: { type: string; id: string },
): Promise<void> {
  const [stored] = await lockMany(db, [named]);
  assertUnused(named.type, named.id, stored);
  if (stored) before.set(`${named.type}/${named.id}`, stored);
}
